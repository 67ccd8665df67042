"""The keyboard: MIDI messages in, what the player means out."""

from dataclasses import dataclass, field

from jambot.music import HarmonyChange, HarmonyTracker

NOTE_OFF, NOTE_ON, CONTROL = 0x8, 0x9, 0xB
MODULATION, SUSTAIN, SOSTENUTO, BRIGHTNESS = 1, 64, 66, 74
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


Gesture = KeyHeard | HarmonyHeard | Triggered | Stopped | KnobTurned

KNOBS = {MODULATION: "density", BRIGHTNESS: "inside_outside"}


@dataclass(slots=True)
class Keyboard:
    """What is held, what harmony it makes, and what the gestures ask for.

    Anything that is no note, pedal or known controller is passed over: clocks, active sensing,
    aftertouch, SysEx, broken messages. `channel` limits hearing to one MIDI channel (0–15).
    """

    channel: int | None = None
    tracker: HarmonyTracker = field(default_factory=HarmonyTracker)
    held: set[int] = field(default_factory=set)
    _pedal: bool = False
    _sustained: set[int] = field(default_factory=set)

    @property
    def playing(self) -> bool:
        """Whether any key is down or any note held by the pedal."""
        return bool(self.held or self._sustained)

    def listens_to(self, data: bytes) -> bool:
        """Whether this is a whole channel message of three bytes, on a channel that is heard."""
        whole = len(data) == 3 and data[0] >= 0x80 and max(data[1:]) < 0x80
        return whole and self.channel in (None, data[0] & 0x0F)

    def strikes(self, data: bytes) -> bool:
        """Whether this message is a key going down."""
        return self.listens_to(data) and data[0] >> 4 == NOTE_ON and data[2] > 0

    def hear(self, data: bytes, beat: float) -> list[Gesture]:
        """What one whole MIDI message, heard at `beat`, means; often nothing."""
        if not self.listens_to(data):
            return []
        kind, first, second = data[0] >> 4, data[1], data[2]
        if kind == NOTE_ON and second > 0:
            return self._key_down(beat, first, second)
        if kind in (NOTE_OFF, NOTE_ON):
            return self._key_up(beat, first)
        if kind == CONTROL:
            return self._control(first, second)
        return []

    def _key_down(self, beat: float, pitch: int, velocity: int) -> list[Gesture]:
        self.held.add(pitch)
        self._sustained.discard(pitch)
        gestures: list[Gesture] = [KeyHeard(beat, pitch, velocity, on=True)]
        change = self.tracker.note_on(beat, pitch)
        if change is not None:
            gestures.append(HarmonyHeard(change))
        return gestures

    def _key_up(self, beat: float, pitch: int) -> list[Gesture]:
        if self._pedal and pitch in self.held:
            self._sustained.add(pitch)
        self.held.discard(pitch)
        if pitch not in self._sustained:
            self.tracker.note_off(pitch)
        return [KeyHeard(beat, pitch, 0, on=False)]

    def _control(self, controller: int, value: int) -> list[Gesture]:
        if controller in (ALL_NOTES_OFF, ALL_SOUND_OFF):
            self._forget()
            return [Stopped()]
        if controller == SUSTAIN:
            self._pedal = value >= 64
            if not self._pedal:
                for pitch in self._sustained:
                    self.tracker.note_off(pitch)
                self._sustained.clear()
            return []
        if controller == SOSTENUTO and value >= 64:
            return [Triggered("pedal")]
        if controller in KNOBS:
            return [KnobTurned(KNOBS[controller], value / 127)]
        return []

    def _forget(self) -> None:
        self.held.clear()
        self._sustained.clear()
        self._pedal = False
        self.tracker = HarmonyTracker()
