"""Whose note is this: the bot's own, come back over a shared port, or the player's?"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from jambot.music.midi import NOTE_OFF
from jambot.realtime.ports import TimedMessage

WINDOW_SECONDS = 0.06
"""An own note comes back within this: a cable in 3 ms, by way of a DAW in a buffer or two."""
EARLY_SECONDS = 0.005
"""... or seems to come before it was due, where two clocks stamp."""
KEPT_NOTES = 64


@dataclass(slots=True)
class _Sent:
    seconds: float
    key: tuple[int, int]
    back: bool = False


class OwnNotes:
    """Recognises the bot's own notes at the input, by pitch, channel and time.

    Where ports form a loop every note comes back. So one is taken for the bot's only if the note
    sent before it came back too (or was none): a key that the player strikes together with the
    bot's same note stays the player's. The note-off of a note that was dropped is dropped as well.

    Threads: the stage's alone.
    """

    def __init__(self) -> None:
        self.heard = 0
        self._sent: deque[_Sent] = deque(maxlen=KEPT_NOTES)
        self._dropped: set[tuple[int, int]] = set()

    def sent(self, pitch: int, channel: int, at_seconds: float) -> None:
        """A note leaves at `at_seconds`; it is remembered for a while."""
        self._sent.append(_Sent(at_seconds, (channel, pitch)))

    def taken_back(self, now: float) -> None:
        """What was to leave after `now` has not left, and will not come back."""
        while self._sent and self._sent[-1].seconds > now:
            self._sent.pop()

    def holds(self, message: TimedMessage) -> bool:
        """Whether this is an own note come back; it is then counted, and expected no more."""
        midi = message.midi
        if not midi.of_note:
            return False
        key = midi.channel, midi.number
        if midi.kind == NOTE_OFF:
            known = key in self._dropped
            self._dropped.discard(key)
            return known
        before_came_back = True
        for note in self._sent:
            on_time = -EARLY_SECONDS <= message.seconds - note.seconds <= WINDOW_SECONDS
            if on_time and note.key == key and not note.back:
                note.back = True
                break
            before_came_back = note.back
        else:
            return False
        if before_came_back:
            self._dropped.add(key)
            self.heard += 1
        return before_came_back


class OwnVoices:
    """The notes of several voices, each in an order of its own. Threads: the stage's alone."""

    def __init__(self, voices: Sequence[OwnNotes]) -> None:
        self._voices = voices

    @property
    def heard(self) -> int:
        """How many have come back, of all voices."""
        return sum(voice.heard for voice in self._voices)

    def holds(self, message: TimedMessage) -> bool:
        """Whether this is a note of one of the voices come back."""
        return any(voice.holds(message) for voice in self._voices)
