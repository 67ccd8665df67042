"""The keyboard: MIDI messages in, what the player means out."""

from dataclasses import dataclass, field

from jambot.music import HarmonyChange, HarmonyTracker
from jambot.realtime.gestures import KNOBS, Action, GestureMap

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0x8, 0x9, 0xB, 0xC
SUSTAIN = 64
ALL_SOUND_OFF, ALL_NOTES_OFF = 120, 123


@dataclass(frozen=True, slots=True)
class KeyHeard:
    """A key went down (`on`) or up."""

    beat: float
    pitch: int
    velocity: int
    on: bool


@dataclass(frozen=True, slots=True)
class HarmonyHeard:
    """The harmony changed; further notes of one roll give further events with the same `beat`."""

    change: HarmonyChange


@dataclass(frozen=True, slots=True)
class Triggered:
    """The player asks for the solo now."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """All notes off: be silent and forget the plan."""


@dataclass(frozen=True, slots=True)
class KnobTurned:
    """A controller asks for more or less: `knob` names a control, `value` is 0–1."""

    knob: str
    value: float


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button asks for something else: to lay out, to end, to trade, or it taps the tempo."""

    action: Action


@dataclass(frozen=True, slots=True)
class ProgramChosen:
    """A program change: the style with this number, counted from 0, is to play."""

    number: int


Gesture = KeyHeard | HarmonyHeard | Triggered | Stopped | KnobTurned | Pressed | ProgramChosen


@dataclass(frozen=True, slots=True)
class Hands:
    """Where the hands and the pedal are, and what they play."""

    held: frozenset[int]
    sustained: frozenset[int]
    pedal: bool
    tracker: HarmonyTracker

    @property
    def down(self) -> bool:
        """Whether anything is held."""
        return bool(self.held or self.sustained)


@dataclass(slots=True)
class Keyboard:
    """What is held, what harmony it makes, and what the gestures ask for.

    Anything that is no note, pedal or control of `gestures` is passed over: clocks, active sensing,
    aftertouch, SysEx, broken messages. `channel` limits hearing to one MIDI channel (0–15).
    From `melody_from` on keys are a melody and make no harmony; None takes all keys for harmony.
    """

    channel: int | None = None
    gestures: GestureMap = field(default_factory=GestureMap)
    melody_from: int | None = None
    tracker: HarmonyTracker = field(default_factory=HarmonyTracker)
    held: set[int] = field(default_factory=set)
    _pedal: bool = False
    _sustained: set[int] = field(default_factory=set)

    @property
    def playing(self) -> bool:
        """Whether any key is down or any note held by the pedal."""
        return bool(self.held or self._sustained)

    @property
    def hands(self) -> Hands:
        """Where the hands are."""
        held, sustained = frozenset(self.held), frozenset(self._sustained)
        return Hands(held, sustained, self._pedal, self.tracker)

    def take(self, hands: Hands) -> None:
        """Believe that the hands are there."""
        self.held, self._sustained = set(hands.held), set(hands.sustained)
        self._pedal, self.tracker = hands.pedal, hands.tracker

    def forget(self) -> None:
        """Believe that no key is down, and that nothing was played."""
        self.held.clear()
        self._sustained.clear()
        self._pedal = False
        self.tracker = HarmonyTracker()

    def listens_to(self, data: bytes) -> bool:
        """Whether this is a whole channel message, on a channel that is heard."""
        size = 2 if data and data[0] >> 4 == PROGRAM else 3
        whole = len(data) == size and 0x80 <= data[0] < 0xF0 and max(data[1:]) < 0x80
        return whole and self.channel in (None, data[0] & 0x0F)

    def strikes(self, data: bytes) -> bool:
        """Whether this message is a key going down."""
        down = self.listens_to(data) and data[0] >> 4 == NOTE_ON and data[2] > 0
        return down and not self.gestures.owns(data)

    def stops(self, data: bytes) -> bool:
        """Whether this message is all notes off, or all sound off."""
        everything = self.listens_to(data) and data[0] >> 4 == CONTROL
        return everything and data[1] in (ALL_NOTES_OFF, ALL_SOUND_OFF)

    def hear(self, data: bytes, beat: float) -> list[Gesture]:
        """What one whole MIDI message, heard at `beat`, means; often nothing."""
        if not self.listens_to(data):
            return []
        if self.stops(data):
            return self._stop()
        if self.gestures.owns(data):
            return self._ask(data)
        return [*self.wait(beat), *self._hear_keys(data, beat)]

    def wait(self, beat: float) -> list[Gesture]:
        """What the harmony has become since the last key, by `beat`; nearly always nothing."""
        change = self.tracker.wait(beat)
        return [] if change is None else [HarmonyHeard(change)]

    def _hear_keys(self, data: bytes, beat: float) -> list[Gesture]:
        kind, first, second = data[0] >> 4, data[1], data[-1]
        if kind == NOTE_ON and second > 0:
            return self._key_down(beat, first, second)
        if kind in (NOTE_OFF, NOTE_ON):
            return self._key_up(beat, first)
        if kind == PROGRAM:
            return [ProgramChosen(first)]
        if kind == CONTROL and first == SUSTAIN:
            self._pedal_moves(second >= 64)
        return []

    def _key_down(self, beat: float, pitch: int, velocity: int) -> list[Gesture]:
        self.held.add(pitch)
        self._sustained.discard(pitch)
        gestures: list[Gesture] = [KeyHeard(beat, pitch, velocity, on=True)]
        if self.melody_from is not None and pitch >= self.melody_from:
            return gestures
        change = self.tracker.note_on(beat, pitch)
        if change is not None:
            gestures.append(HarmonyHeard(change))
        return gestures

    def _key_up(self, beat: float, pitch: int) -> list[Gesture]:
        if self._pedal and pitch in self.held:
            self._sustained.add(pitch)
            self.tracker.rings_on(pitch)
        self.held.discard(pitch)
        if pitch not in self._sustained:
            self.tracker.note_off(pitch)
        return [KeyHeard(beat, pitch, 0, on=False)]

    def _pedal_moves(self, down: bool) -> None:
        self._pedal = down
        if not down:
            for pitch in self._sustained:
                self.tracker.note_off(pitch)
            self._sustained.clear()

    def _ask(self, data: bytes) -> list[Gesture]:
        asked = self.gestures.asked(data)
        if asked is None:
            return []
        if asked.action in KNOBS:
            return [KnobTurned(asked.action.value, asked.value)]
        if asked.action is Action.trigger:
            return [Triggered(asked.reason)]
        if asked.action is Action.stop:
            return self._stop()
        return [Pressed(asked.action)]

    def _stop(self) -> list[Gesture]:
        self.forget()
        return [Stopped()]
