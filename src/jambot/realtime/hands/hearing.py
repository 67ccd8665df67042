"""From the input port to what the player means: stamped gestures, in musical time."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from jambot.music import SILENCE, Harmony, HarmonyChange, Meter, Note
from jambot.music.midi import (
    CLOCK,
    NOTE_OFF,
    SONG_POSITION,
    SUSTAIN,
    MidiMessage,
    control,
    note_off,
)
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.hands_clock import FollowedBeat, HandsClock
from jambot.realtime.beats.host_clock import HostClock
from jambot.realtime.beats.midi_clock import MidiClock, Move, Transported
from jambot.realtime.hands.midi_input import (
    Gesture,
    HarmonyHeard,
    Keyboard,
    KeyboardState,
    KeyHeard,
    Seated,
    Stopped,
)
from jambot.realtime.hands.midi_learn import Learning
from jambot.realtime.hands.seat import Seat
from jambot.realtime.hands.strokes import Strokes
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.ports import By, Ports, TimedMessage
from jambot.realtime.ports.guard import OwnVoices
from jambot.realtime.settings import SessionSettings, Sync

BURST_SECONDS = 0.1
"""All-notes-off on channel after channel within this is one: hosts and panic buttons send 16."""
MOST_AT_ONCE = 64
"""More messages than this wait for the next tick, so that the solo is not kept waiting ..."""
MOST_WAITING = 2048
"""... and where more than this wait, nobody plays them: a cable or a program has gone wild."""
LATE_COUNT_BEATS = 1.0
"""What is struck so shortly before the end of a count-in anticipates beat 0."""
START_SECONDS = 0.5
"""A host that starts so soon after it has cleared its instruments meant no one's hands."""


@dataclass(frozen=True, slots=True)
class TimedGesture:
    """A gesture, when it came in, in seconds of the clock, and whose it is."""

    seconds: float
    gesture: Gesture | Transported
    by: By = By.keyboard


class Hearing:
    """Listens to the input port, deaf to the bot's own notes.

    The first key ever is beat 0, unless beats run already or the settings' clock says otherwise. A
    MIDI clock's ticks are followed at the clock's own port alone once any came in there, else among
    the keys; the host that our plugin is in is asked at every tick what it has done. Of a flood
    that is more than anybody plays nothing is heard, and all keys count as up. The built-in pianist
    of the `seat` has a keyboard of its own: its keys and a person's never let each other go, and
    what it has down goes up as soon as a person strikes.
    Threads: the stage's alone; nothing waits and nothing raises.
    """

    def __init__(
        self,
        settings: SessionSettings,
        ports: Ports,
        line: BeatLine,
        log: SessionLog,
        own: OwnVoices,
        seat: Seat | None = None,
    ) -> None:
        self._line, self._log, self._own = line, log, own
        self._source, self._ticks, self._ticks_apart = ports.input, ports.clock, False
        self._keyboard = Keyboard(settings.input_channel, settings.gestures)
        self._midi_clock: MidiClock | None = None
        self._host_clock: HostClock | None = None
        self.hands_clock: HandsClock | None = None
        """Takes the tempo from the hands, where the settings say so."""
        meter = Meter(settings.beats_per_bar)
        if settings.clock is Sync.midi:
            self._midi_clock = MidiClock(line, meter)
        elif settings.clock is Sync.host and ports.instrument is not None:
            self._host_clock = HostClock(ports.instrument.place, line, meter)
        elif settings.clock is Sync.hands:
            told = settings.bpm if settings.bpm_told else None
            self.hands_clock = HandsClock(line, meter, told)
        self.learning = Learning(settings.gestures, log)
        self.strokes = Strokes()
        self._stopped_at, self._stopped_channel = float("-inf"), -1
        self._hands: KeyboardState | None = None
        self.seat = seat or Seat(settings, line)
        self._pianist = Keyboard()
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
        """Whether any key is down or any note held by the pedal, a person's or the pianist's."""
        return self._keyboard.playing or self._pianist.playing

    @property
    def person_plays(self) -> bool:
        """Whether a person has any key down."""
        return self._keyboard.playing

    @property
    def held(self) -> tuple[int, ...]:
        """The keys that are down, lowest first."""
        return tuple(sorted(self._keyboard.held | self._pianist.held))

    @property
    def harmony(self) -> Harmony:
        """What the hands play."""
        return self._playing.tracker.harmony

    @property
    def followed(self) -> FollowedBeat | None:
        """How sure the beat is that is taken from the hands; None where none is."""
        return None if self.hands_clock is None else self.hands_clock.shown

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
        self._pianist.forget()
        self.strokes.stop(beat)
        self._hands = None

    def let_go(self, seconds: float) -> None:
        """The keyboard was pulled: nobody can lift its keys any more, so all is taken for up."""
        channel = self._keyboard.channel or 0
        ups = [note_off(pitch, channel) for pitch in sorted(self._keyboard.held)]
        self._waiting.clear()
        for data in (*ups, control(SUSTAIN, 0, channel)):
            self._waiting.append((TimedMessage(seconds, data), False))

    @property
    def alone(self) -> Harmony:
        """The single key struck last, where it left the chord unchanged; else silence."""
        return self._playing.tracker.alone

    @property
    def _playing(self) -> Keyboard:
        """The keyboard of whoever has the seat."""
        return self._pianist if self.seat.by is By.pianist else self._keyboard

    def gestures(self, now: float) -> Iterator[TimedGesture]:
        """What came in up to `now`, in order, a number at a time; keys are written down."""
        self._arrive()
        moved = self._host_clock.follow(now) if self._host_clock is not None else None
        if moved is not None:
            yield from self._follow(moved, now)
        for _ in range(min(len(self._waiting), MOST_AT_ONCE)):
            message, apart = self._waiting.popleft()
            seconds, midi = message.seconds, message.midi
            if message.by is By.pianist:
                yield from self._hear_pianist(message)
                continue
            if not apart and self._own.holds(message):
                continue
            if self._midi_clock is not None and midi.kind >= SONG_POSITION:
                moved = self._midi_clock.hear(message) if apart == self._ticks_apart else None
                if moved is not None:
                    yield from self._follow(moved, message.seconds)
                continue
            if apart or self._learns(midi):
                continue
            if self._keyboard.strikes(midi):
                yield from self._take_time(midi.number, seconds)
                yield from self._sit_down(message.by, seconds)
            yield from self._hear(midi, seconds, message.by)
        yield from self._mind_time(now)
        if self._line.begun:
            for gesture in self._playing.wait(self._line.beat_at(now)):
                yield TimedGesture(now, gesture)

    def _take_time(self, pitch: int, seconds: float) -> Iterator[TimedGesture]:
        """A key goes down: the first may be beat 0, and each may say where the beat is.

        A key that comes more than a beat before the end of a count-in does not wait for that.
        """
        begun, moved = self._line.begun, None
        if begun and self._line.beat_at(seconds) < -LATE_COUNT_BEATS:
            begun = False
            self._line.begin(seconds)
        if self.hands_clock is not None:
            moved = self.hands_clock.key(seconds, pitch)
        elif not begun:
            self._line.begin(seconds)
        self._note_beginning(begun)
        if moved is not None:
            yield TimedGesture(seconds, moved)

    def _mind_time(self, now: float) -> Iterator[TimedGesture]:
        if self.hands_clock is None:
            return
        begun = self._line.begun
        moved = self.hands_clock.mind(now)
        self._note_beginning(begun)
        if moved is not None:
            yield TimedGesture(now, moved)

    def _note_beginning(self, begun: bool) -> None:
        """Write down when beat 0 was, if the line had not `begun` before."""
        if not begun and self._line.begun:
            seconds = self._line.seconds_at(0.0)
            self._log.write("begin", seconds=seconds - self._log.zero, beat=0.0)

    def _sit_down(self, by: By, seconds: float) -> Iterator[TimedGesture]:
        """A person plays: the pianist's keys go up, and it plays no more."""
        if self.seat.take(by, self._beat_at(seconds)):
            self._waiting = deque(w for w in self._waiting if w[0].by is not By.pianist)
            yield TimedGesture(seconds, Seated(by), by)
            yield from self.lift_pianist(seconds)

    def lift_pianist(self, seconds: float) -> list[TimedGesture]:
        """Every key that the pianist has down goes up."""
        ups = [MidiMessage(NOTE_OFF, number=pitch) for pitch in sorted(self._pianist.held)]
        heard = [h for up in ups for h in self._hear_key(self._pianist, up, seconds, By.pianist)]
        self._pianist.forget()
        return heard

    def _hear_pianist(self, message: TimedMessage) -> Iterator[TimedGesture]:
        if not self.seat.performs:
            return
        if self.seat.by is not By.pianist:
            self.seat.by = By.pianist
            yield TimedGesture(message.seconds, Seated(By.pianist), By.pianist)
        yield from self._hear_key(self._pianist, message.midi, message.seconds, By.pianist)

    def _beat_at(self, seconds: float) -> float:
        """The beat, 0 where the first is still being counted in."""
        return max(0.0, self._line.beat_at(seconds))

    def _learns(self, message: MidiMessage) -> bool:
        return self._keyboard.listens_to(message) and self.learning.hear(message)

    def _arrive(self) -> None:
        """Take in what came, in order, each with whether it was at the clock's own port."""
        heard = self._source.poll()
        if played := self.seat.poll():
            heard = sorted(heard + played, key=lambda message: message.seconds)
        arrived = [(message, False) for message in heard]
        if self._ticks is not None:
            ticks = [(message, True) for message in self._ticks.poll()]
            self._ticks_apart |= any(message.midi.kind in CLOCK for message, _ in ticks)
            arrived = sorted(arrived + ticks, key=lambda heard: heard[0].seconds)
        self._waiting += arrived
        if len(self._waiting) > MOST_WAITING:
            self.unheard += len(self._waiting)
            self.let_go(self._waiting[-1][0].seconds)

    def _follow(self, moved: Transported, seconds: float) -> Iterator[TimedGesture]:
        again = self._hands_again(moved, seconds)
        yield TimedGesture(seconds, moved)
        yield from again

    def _hear(self, message: MidiMessage, seconds: float, by: By) -> Iterator[TimedGesture]:
        if self._keyboard.stops(message):
            again = seconds - self._stopped_at < BURST_SECONDS
            if again and message.channel != self._stopped_channel:
                return
            self._hands = self._keyboard.hands
            self._stopped_at, self._stopped_channel = seconds, message.channel
        yield from self._hear_key(self._keyboard, message, seconds, by)

    def _hear_key(
        self, keyboard: Keyboard, message: MidiMessage, seconds: float, by: By
    ) -> Iterator[TimedGesture]:
        beat = self._beat_at(seconds)
        for gesture in keyboard.hear(message, beat):
            if isinstance(gesture, KeyHeard):
                self._hands = None
                self.strokes.hear(gesture)
                self._log.write("heard", seconds=seconds - self._log.zero, **asdict(gesture))
            elif isinstance(gesture, Stopped):
                self.strokes.stop(beat)
            yield TimedGesture(seconds, gesture, by)

    def _hands_again(self, moved: Transported, seconds: float) -> list[TimedGesture]:
        """A host clears its instruments and starts: the hands are still where they were."""
        if moved.move is not Move.play or self._hands is None:
            return []
        hands, self._hands = self._hands, None
        if seconds - self._stopped_at >= START_SECONDS or not hands.down:
            return []
        self._keyboard.take(hands)
        change = HarmonyChange(moved.beat, hands.tracker.harmony)
        return [TimedGesture(seconds, HarmonyHeard(change))]
