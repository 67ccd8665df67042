"""The keyboard: MIDI messages in, what the player means out."""

from dataclasses import dataclass, field

from jambot.music import HarmonyChange, HarmonyTracker
from jambot.music.midi import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    CONTROL,
    NOTE_OFF,
    NOTE_ON,
    PROGRAM,
    SUSTAIN,
    MidiMessage,
)
from jambot.realtime.gestures import KNOBS, Action, GestureMap
from jambot.realtime.ports import By


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


@dataclass(frozen=True, slots=True)
class Seated:
    """From here on somebody else plays the chords."""

    by: By


Gesture = (
    KeyHeard | HarmonyHeard | Triggered | Stopped | KnobTurned | Pressed | ProgramChosen | Seated
)


@dataclass(frozen=True, slots=True)
class KeyboardState:
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
    def hands(self) -> KeyboardState:
        """Where the hands are."""
        held, sustained = frozenset(self.held), frozenset(self._sustained)
        return KeyboardState(held, sustained, self._pedal, self.tracker)

    def take(self, hands: KeyboardState) -> None:
        """Believe that the hands are there."""
        self.held, self._sustained = set(hands.held), set(hands.sustained)
        self._pedal, self.tracker = hands.pedal, hands.tracker

    def forget(self) -> None:
        """Believe that no key is down, and that nothing was played."""
        self.held.clear()
        self._sustained.clear()
        self._pedal = False
        self.tracker = HarmonyTracker()

    def listens_to(self, message: MidiMessage) -> bool:
        """Whether this message is on a channel that is heard."""
        return message.of_channel and self.channel in (None, message.channel)

    def strikes(self, message: MidiMessage) -> bool:
        """Whether this message is a key going down."""
        down = message.kind == NOTE_ON and self.listens_to(message)
        return down and not self.gestures.owns(message)

    def stops(self, message: MidiMessage) -> bool:
        """Whether this message is all notes off, or all sound off."""
        off = message.kind == CONTROL and message.number in (ALL_NOTES_OFF, ALL_SOUND_OFF)
        return off and self.listens_to(message)

    def hear(self, message: MidiMessage, beat: float) -> list[Gesture]:
        """What one message, heard at `beat`, means; often nothing."""
        if not self.listens_to(message):
            return []
        if self.stops(message):
            return self._stop()
        if self.gestures.owns(message):
            return self._ask(message)
        return [*self.wait(beat), *self._hear_keys(message, beat)]

    def wait(self, beat: float) -> list[Gesture]:
        """What the harmony has become since the last key, by `beat`; nearly always nothing."""
        change = self.tracker.wait(beat)
        return [] if change is None else [HarmonyHeard(change)]

    def _hear_keys(self, message: MidiMessage, beat: float) -> list[Gesture]:
        if message.kind == NOTE_ON:
            return self._key_down(beat, message.number, message.value)
        if message.kind == NOTE_OFF:
            return self._key_up(beat, message.number)
        if message.kind == PROGRAM:
            return [ProgramChosen(message.number)]
        if message.kind == CONTROL and message.number == SUSTAIN:
            self._pedal_moves(message.value >= 64)
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

    def _ask(self, message: MidiMessage) -> list[Gesture]:
        asked = self.gestures.asked(message)
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
