"""What the hands hold at an input, and which notes ended a moment ago at an output.

Held keys can be let go of for the hands; an end is told again to whoever may have missed it.
"""

from jambot.music.midi import CONTROL, NOTE_ON, SUSTAIN, MidiMessage, control, note_off
from jambot.realtime.ports.port import SoundingNotes

AGAIN_SECONDS = 3.0
"""So long ago a note may have ended and its end still be told again: word of a lost period comes
within a moment, but where a machine stands still what was told again is lost as well."""


class HeldKeys:
    """The keys and pedals that a stream of heard messages has left down.

    Threads: owned by whoever hears.
    """

    def __init__(self) -> None:
        self._keys = SoundingNotes()
        self._pedals: set[int] = set()

    def follow(self, message: MidiMessage) -> None:
        """Take note of one message."""
        self._keys.follow(message)
        if message.kind == CONTROL and message.number == SUSTAIN:
            (self._pedals.add if message.value >= 64 else self._pedals.discard)(message.channel)

    def ends(self) -> list[bytes]:
        """The messages that lift all of them; from here on nothing is down."""
        pedals = [control(SUSTAIN, 0, channel) for channel in sorted(self._pedals)]
        ends = self._keys.note_offs() + pedals
        self._keys, self._pedals = SoundingNotes(), set()
        return ends


class EndedNotes:
    """The ends of the last notes of a stream of sent messages, where they do not sound again.

    Threads: owned by whoever sends.
    """

    def __init__(self) -> None:
        self._ended: dict[tuple[int, int], float] = {}

    def follow(self, message: MidiMessage, seconds: float) -> None:
        """Take note of one message that was sent at this time."""
        if not message.of_note:
            return
        key = message.channel, message.number
        if message.kind == NOTE_ON:
            self._ended.pop(key, None)
        else:
            self._ended[key] = seconds

    def note_offs(self, seconds: float) -> list[bytes]:
        """The note-offs that a receiver may have missed by now; empty where nothing ended."""
        since = seconds - AGAIN_SECONDS
        self._ended = {key: at for key, at in self._ended.items() if at > since}
        return [note_off(pitch, channel) for channel, pitch in self._ended]
