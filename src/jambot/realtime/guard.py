"""Whose note is this: the bot's own, come back over a shared port, or the player's?"""

from collections import deque
from dataclasses import dataclass

from jambot.realtime.ports import TimedMessage

NOTE_OFF, NOTE_ON = 0x80, 0x90
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

    def sent(self, data: bytes, at_seconds: float) -> None:
        """A message leaves at `at_seconds`; note-ons are remembered for a while."""
        if data[0] & 0xF0 == NOTE_ON:
            self._sent.append(_Sent(at_seconds, (data[0] & 0x0F, data[1])))

    def taken_back(self, now: float) -> None:
        """What was to leave after `now` has not left, and will not come back."""
        while self._sent and self._sent[-1].seconds > now:
            self._sent.pop()

    def holds(self, message: TimedMessage) -> bool:
        """Whether this is an own note come back; it is then counted, and expected no more."""
        data = message.data
        if len(data) != 3 or data[0] & 0xF0 not in (NOTE_OFF, NOTE_ON):
            return False
        key = (data[0] & 0x0F, data[1])
        if data[0] & 0xF0 == NOTE_OFF or data[2] == 0:
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
