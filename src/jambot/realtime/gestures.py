"""Which knob, pedal or pad asks for what: a table, built in; `gesture_file` remaps it.

A control is `cc N`, `note N` or `program N`, on any channel unless `channel 1–16` follows. All
notes off (CC 120 and 123) always stops.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from jambot.errors import UsageError
from jambot.music.midi import CONTROL, NOTE_OFF, NOTE_ON, PROGRAM, MidiMessage

KINDS = {"cc": CONTROL, "note": NOTE_ON, "program": PROGRAM}
WORDS = {kind: word for word, kind in KINDS.items()}
PRESSED = 64
"""From this value on a controller is a button that is down."""
PEDALS = range(64, 70)


class Action(StrEnum):
    """What can be asked for; the first six are knobs, the rest buttons."""

    density = "density"
    register = "register"
    intensity = "intensity"
    inside_outside = "inside_outside"
    swing = "swing"
    texture = "texture"
    trigger = "trigger"
    stop = "stop"
    lay_out = "lay_out"
    end = "end"
    trade_2 = "trade_2"
    trade_4 = "trade_4"
    trade_8 = "trade_8"
    tap = "tap"
    keep = "keep"
    bass = "bass"
    drums = "drums"
    hold_tempo = "hold_tempo"


KNOBS = tuple(Action)[:6]
BUILT_IN: Mapping[str, str | list[str]] = {
    "density": "cc 1",
    "register": "cc 71",
    "intensity": "cc 72",
    "inside_outside": "cc 74",
    "swing": "cc 73",
    "texture": "cc 70",
    "trigger": "cc 66",
    "lay_out": "cc 67",
    "tap": "cc 80",
    "end": "cc 81",
    "trade_4": "cc 82",
    "trade_8": "cc 83",
    "keep": "cc 85",
    "hold_tempo": "cc 69",
}
"""Mod wheel and the usual row of knobs; middle and left pedal; the four general-purpose buttons,
the first controller after them that means nothing else, and the pedal that MIDI calls hold 2."""
_CONTROL = re.compile(r"(cc|note|program) (\d{1,3})(?: channel (\d{1,2}))?")
GRAMMAR = '"cc N", "note N" or "program N" with N from 0 to 127, and " channel 1–16" if it matters'


@dataclass(frozen=True, slots=True)
class ControlMoved:
    """A control asks for `action`; `value` is 0–1 for a knob and 1 for a button."""

    action: Action
    value: float
    reason: str


@dataclass(slots=True)
class GestureMap:
    """Looks messages up in the table. Threads: the stage's alone."""

    controls: Mapping[str, str | list[str]] = field(default_factory=lambda: BUILT_IN)
    path: Path | None = None
    """The file that the table was read from, where what is learnt is written."""
    _actions: dict[tuple[int, int, int | None], Action] = field(default_factory=dict)
    _values: dict[tuple[int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, controls in self.controls.items():
            for control in [controls] if isinstance(controls, str) else controls:
                self._actions[read_control(name, control)] = Action(name)

    @property
    def table(self) -> tuple[tuple[str, str], ...]:
        """Every action with the controls that ask for it now, in words; empty for none."""
        asking: dict[Action, list[str]] = {action: [] for action in Action}
        for (kind, number, channel), action in self._actions.items():
            where = "" if channel is None else f" channel {channel + 1}"
            asking[action].append(f"{WORDS[kind]} {number}{where}")
        return tuple((str(action), ", ".join(words)) for action, words in asking.items())

    def bind(self, action: Action, control: str) -> Action | None:
        """From now on `control` asks for `action` alone; gives what it asked for before."""
        where = read_control(action, control)
        before = self._actions.get(where)
        self._actions = {
            known: asked
            for known, asked in self._actions.items()
            if known != where and asked is not action
        }
        self._actions[where] = action
        return before if before is not action else None

    def owns(self, message: MidiMessage) -> bool:
        """Whether this channel message comes from a control of the table."""
        return self._action(message) is not None

    def asked(self, message: MidiMessage) -> ControlMoved | None:
        """What the message asks for; None for other messages, and for buttons let go."""
        action = self._action(message)
        if action is None:
            return None
        if action in KNOBS:
            value = 127 if message.kind == PROGRAM else message.value
            return ControlMoved(action, value / 127, "knob")
        if not self._pressed(message):
            return None
        pedal = message.kind == CONTROL and message.number in PEDALS
        return ControlMoved(action, 1.0, "pedal" if pedal else "pad")

    def _pressed(self, message: MidiMessage) -> bool:
        """Gone down just now; a button that only ever says 127 is pressed each time."""
        if message.kind != CONTROL:
            return message.kind != NOTE_OFF
        key, value = (message.number, message.channel), message.value
        before, self._values[key] = self._values.get(key, 0), value
        return value >= PRESSED and (before < PRESSED or before == value)

    def _action(self, message: MidiMessage) -> Action | None:
        kind = NOTE_ON if message.kind == NOTE_OFF else message.kind
        for where in (message.channel, None):
            action = self._actions.get((kind, message.number, where))
            if action is not None:
                return action
        return None


def read_control(name: str, control: Any) -> tuple[int, int, int | None]:
    """(kind, number, channel) of a control in words."""
    if name not in list(Action):
        raise UsageError(
            f"no action {name!r}", f"one of {', '.join(Action)}", "see docs/realtime.md"
        )
    found = _CONTROL.fullmatch(control) if isinstance(control, str) else None
    if found is None or int(found[2]) > 127 or not 1 <= int(found[3] or 1) <= 16:
        raise refused(name, control)
    channel = None if found[3] is None else int(found[3]) - 1
    return KINDS[found[1]], int(found[2]), channel


def refused(name: str, control: Any) -> UsageError:
    """What is told about a control that is none."""
    return UsageError(f"{name} = {control!r}", GRAMMAR, f'write {name} = "cc 20", or [] for none')
