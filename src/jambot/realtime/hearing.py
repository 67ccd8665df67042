"""From the input port to what the player means: stamped gestures, in musical time."""

from collections.abc import Iterator
from dataclasses import dataclass

from jambot.music import Harmony
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.midi_input import Gesture, Keyboard, KeyHeard
from jambot.realtime.ports import InputPort
from jambot.realtime.session_log import SessionLog


@dataclass(frozen=True, slots=True)
class Heard:
    """A gesture and when it came in, in seconds of the clock."""

    seconds: float
    gesture: Gesture


class Hearing:
    """Listens to the input port; the first key ever is beat 0, unless beats run already.

    Threads: the stage's alone; nothing waits and nothing raises.
    """

    def __init__(
        self, source: InputPort, line: BeatLine, log: SessionLog, channel: int | None = None
    ) -> None:
        self._source, self._line, self._log = source, line, log
        self._keyboard = Keyboard(channel)

    @property
    def alive(self) -> bool:
        """Whether the port lives."""
        return self._source.alive

    @property
    def hands_down(self) -> bool:
        """Whether any key is down or any note held by the pedal."""
        return self._keyboard.playing

    @property
    def held(self) -> tuple[int, ...]:
        """The keys that are down, lowest first."""
        return tuple(sorted(self._keyboard.held))

    @property
    def harmony(self) -> Harmony:
        """What the hands play."""
        return self._keyboard.tracker.harmony

    def gestures(self) -> Iterator[Heard]:
        """Everything since the last call, in order; keys are written down."""
        for message in self._source.poll():
            seconds = message.seconds
            if not self._line.begun and self._keyboard.strikes(message.data):
                self._line.begin(seconds)
                self._log.write("begin", seconds=seconds - self._log.zero, beat=0.0)
            for gesture in self._keyboard.hear(message.data, self._line.beat_at(seconds)):
                if isinstance(gesture, KeyHeard):
                    self._log.gesture("heard", gesture, seconds)
                yield Heard(seconds, gesture)
