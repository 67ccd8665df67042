"""From the input port to what the player means: stamped gestures, in musical time."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jambot.music import SILENCE, Harmony, HarmonyChange, Note
from jambot.realtime.beat_line import BeatLine
from jambot.realtime.guard import OwnNotes
from jambot.realtime.midi_clock import MidiClock, Move, Transported
from jambot.realtime.midi_input import (
    SUSTAIN,
    Gesture,
    Hands,
    HarmonyHeard,
    Keyboard,
    KeyHeard,
    Stopped,
)
from jambot.realtime.midi_learn import Learning
from jambot.realtime.ports import InputPort, TimedMessage
from jambot.realtime.session_log import SessionLog
from jambot.realtime.strokes import Strokes

BURST_SECONDS = 0.1
"""All-notes-off on channel after channel within this is one: hosts and panic buttons send 16."""
CLOCK_BYTES = (b"\xf2", b"\xf8", b"\xfa", b"\xfb", b"\xfc")
MOST_AT_ONCE = 64
"""More messages than this wait for the next tick, so that the solo is not kept waiting ..."""
MOST_WAITING = 2048
"""... and where more than this wait, nobody plays them: a cable or a program has gone wild."""
START_SECONDS = 0.5
"""A host that starts so soon after it has cleared its instruments meant no one's hands."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A gesture and when it came in, in seconds of the clock."""

    seconds: float
    gesture: Gesture | Transported


class Hearing:
    """Listens to the input port, deaf to the bot's own notes.

    The first key ever is beat 0, unless beats run already. With a `midi_clock` the host's ticks
    are followed too: those at the port `ticks` alone once any came in there, else those among the
    keys. Of a flood that is more than anybody plays nothing is heard, and all keys count as up.
    Threads: the stage's alone; nothing waits and nothing raises.
    """

    def __init__(
        self,
        source: InputPort,
        line: BeatLine,
        log: SessionLog,
        own: OwnNotes,
        keyboard: Keyboard,
        midi_clock: MidiClock | None = None,
        ticks: InputPort | None = None,
    ) -> None:
        self._source, self._line, self._log, self._own = source, line, log, own
        self._keyboard, self._midi_clock = keyboard, midi_clock
        self._ticks, self._ticks_apart = ticks, False
        self.learning = Learning(keyboard.gestures, log)
        self.strokes = Strokes()
        self._stopped_at, self._stopped_channel = float("-inf"), -1
        self._hands: Hands | None = None
        self._waiting: deque[tuple[TimedMessage, bool]] = deque()
        self.unheard = 0
        """How many messages were not heard, in floods."""

    @property
    def alive(self) -> bool:
        """Whether the port lives."""
        return self._source.alive

    @property
    def clock_alive(self) -> bool:
        """Whether the clock's own port lives; True where there is none."""
        return self._ticks is None or self._ticks.alive

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

    @property
    def lost_ticks(self) -> int:
        """How many ticks of a host's clock were missing."""
        return self._midi_clock.lost_ticks if self._midi_clock else 0

    def sing(
        self,
        from_pitch: int | None,
        notes: Sequence[Note] = (),
        harmonies: Sequence[HarmonyChange] = (),
    ) -> None:
        """From here on keys are a melody, as `notes` were, and the last of `harmonies` holds.

        With None all keys make harmony again.
        """
        self._keyboard.melody_from = from_pitch
        if from_pitch is None:
            return
        tracker = self._keyboard.tracker
        tracker.believe(harmonies[-1].harmony if harmonies else SILENCE)
        for note in notes:
            tracker.note_off(note.pitch)

    def forget(self, beat: float) -> None:
        """From `beat` on no key is down, and nothing was played."""
        self._keyboard.forget()
        self.strokes.stop(beat)
        self._hands = None

    def let_go(self, seconds: float) -> None:
        """The keyboard was pulled: nobody can lift its keys any more, so all is taken for up."""
        channel = self._keyboard.channel or 0
        ups = [bytes((0x80 | channel, pitch, 0)) for pitch in self.held]
        pedal = bytes((0xB0 | channel, SUSTAIN, 0))
        self._waiting.clear()
        self._waiting += [(TimedMessage(seconds, data), False) for data in (*ups, pedal)]

    @property
    def alone(self) -> Harmony:
        """The single key struck last, where it left the chord unchanged; else silence."""
        return self._keyboard.tracker.alone

    def gestures(self, now: float) -> Iterator[Heard]:
        """What came in up to `now`, in order, a number at a time; keys are written down."""
        self._arrive()
        for _ in range(min(len(self._waiting), MOST_AT_ONCE)):
            message, apart = self._waiting.popleft()
            seconds, data = message.seconds, message.data
            if not apart and self._own.holds(message):
                continue
            if self._midi_clock is not None and data and data[0] >= 0xF0:
                if apart == self._ticks_apart:
                    yield from self._follow(self._midi_clock, message)
                continue
            if apart or self._learns(data):
                continue
            if not self._line.begun and self._keyboard.strikes(data):
                self._line.begin(seconds)
                self._log.write("begin", seconds=seconds - self._log.zero, beat=0.0)
            yield from self._hear(data, seconds)
        if self._line.begun:
            for gesture in self._keyboard.wait(self._line.beat_at(now)):
                yield Heard(now, gesture)

    def _learns(self, data: bytes) -> bool:
        return self._keyboard.listens_to(data) and self.learning.hear(data)

    def _arrive(self) -> None:
        """Take in what came, in order, each with whether it was at the clock's own port."""
        arrived = [(message, False) for message in self._source.poll()]
        if self._ticks is not None:
            ticks = [(message, True) for message in self._ticks.poll()]
            self._ticks_apart |= any(message.data[:1] in CLOCK_BYTES for message, _ in ticks)
            arrived = sorted(arrived + ticks, key=lambda heard: heard[0].seconds)
        self._waiting += arrived
        if len(self._waiting) > MOST_WAITING:
            self.unheard += len(self._waiting)
            self.let_go(self._waiting[-1][0].seconds)

    def _follow(self, midi_clock: MidiClock, message: TimedMessage) -> Iterator[Heard]:
        moved = midi_clock.hear(message)
        if moved is not None:
            again = self._hands_again(moved, message.seconds)
            yield Heard(message.seconds, moved)
            yield from again

    def _hear(self, data: bytes, seconds: float) -> Iterator[Heard]:
        if self._keyboard.stops(data):
            channel = data[0] & 0x0F
            again = seconds - self._stopped_at < BURST_SECONDS
            if again and channel != self._stopped_channel:
                return
            self._hands = self._keyboard.hands
            self._stopped_at, self._stopped_channel = seconds, channel
        beat = self._line.beat_at(seconds)
        for gesture in self._keyboard.hear(data, beat):
            if isinstance(gesture, KeyHeard):
                self._hands = None
                self.strokes.hear(gesture)
                self._log.heard(gesture, seconds)
            elif isinstance(gesture, Stopped):
                self.strokes.stop(beat)
            yield Heard(seconds, gesture)

    def _hands_again(self, moved: Transported, seconds: float) -> list[Heard]:
        """A host clears its instruments and starts: the hands are still where they were."""
        if moved.move is not Move.play or self._hands is None:
            return []
        hands, self._hands = self._hands, None
        if seconds - self._stopped_at >= START_SECONDS or not hands.down:
            return []
        self._keyboard.take(hands)
        change = HarmonyChange(moved.beat, hands.tracker.harmony)
        return [Heard(seconds, HarmonyHeard(change))]
