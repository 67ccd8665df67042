"""What the hands hold at an input, so that it can be let go of for them."""

from jambot.music.midi import CONTROL, SUSTAIN, MidiMessage, control
from jambot.realtime.ports.port import SoundingNotes


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
