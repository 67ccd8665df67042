"""MIDI learn: which knob, pedal or pad somebody means is the one that is moved."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from jambot.errors import JamBotError
from jambot.music.midi import CHANNEL_MODE, CONTROL, NOTE_ON, PROGRAM, SUSTAIN, MidiMessage
from jambot.realtime.gesture_file import bind_in_file
from jambot.realtime.gestures import KNOBS, PRESSED, Action, GestureMap
from jambot.realtime.log.session_log import SessionLog

FEWEST_VALUES = 3
"""A knob is being turned when it has shown so many values ..."""
LEAST_TRAVEL = 8
"""... so far apart: a worn potentiometer flutters between two or three neighbours."""
PADS_CHANNEL = 9


@dataclass(slots=True)
class MidiLearn:
    """Listens for the control that is to ask for `action`.

    While somebody plays (`playing`), keys and the sustain pedal are music: only knobs, other
    pedals, program changes and pads on channel 10 are taken. Threads: the stage's alone.
    """

    action: Action
    playing: bool = False
    _values: dict[tuple[int, int], set[int]] = field(default_factory=dict)

    def hear(self, message: MidiMessage) -> str | None:
        """The control that this message shows to be meant, in the words of the table."""
        kind, channel, number = message.kind, message.channel, message.number
        if kind == CONTROL:
            return self._moved(channel, number, message.value)
        if self.action in KNOBS:
            return None
        if kind == PROGRAM:
            return f"program {number}"
        if kind == NOTE_ON and (channel == PADS_CHANNEL or not self.playing):
            return f"note {number} channel {channel + 1}"
        return None

    def takes(self, message: MidiMessage) -> bool:
        """Whether this message is part of the showing, and means nothing else meanwhile."""
        return message.kind == CONTROL and self._is_control(message.number)

    def _moved(self, channel: int, number: int, value: int) -> str | None:
        if not self._is_control(number):
            return None
        values = self._values.setdefault((channel, number), set())
        values.add(value)
        if self.action in KNOBS:
            turned = len(values) >= FEWEST_VALUES and max(values) - min(values) >= LEAST_TRAVEL
            return f"cc {number}" if turned else None
        return f"cc {number}" if value >= PRESSED else None

    def _is_control(self, number: int) -> bool:
        return number not in CHANNEL_MODE and not (self.playing and number == SUSTAIN)


class Learning:
    """MIDI learn on stage: from the order to a control that is bound.

    Threads: the stage's; the table's file, where there is one, is written by a thread of its own,
    one binding after the other, and the stage looks now and then what came of it.
    """

    def __init__(self, gestures: GestureMap, log: SessionLog) -> None:
        self._gestures, self._log = gestures, log
        self._learn: MidiLearn | None = None
        self._told = ""
        self._scribe: ThreadPoolExecutor | None = None
        self._writing: Future[str] | None = None

    @property
    def told(self) -> str:
        """What is waited for, or was last found, in a sentence; empty before anything was."""
        if self._writing is not None and self._writing.done():
            self._told += self._writing.result()
            self._writing = None
        return self._told

    @property
    def awaited(self) -> str:
        """The action whose control is to be moved; empty where none is."""
        return "" if self._learn is None else str(self._learn.action)

    @property
    def table(self) -> tuple[tuple[str, str], ...]:
        """Every action with the controls that ask for it."""
        return self._gestures.table

    def begin(self, action: str | None) -> None:
        """The next control that is moved is to ask for `action`; None: never mind."""
        self._learn = None if action is None else MidiLearn(Action(action), playing=True)
        self._told, self._writing = (
            "" if action is None else f"move the knob, pedal or pad for {action}",
            None,
        )

    def hear(self, message: MidiMessage) -> bool:
        """Whether the message was meant for this, and for nothing else."""
        learn = self._learn
        if learn is None:
            return False
        control = learn.hear(message)
        if control is None:
            return learn.takes(message)
        self._learn = None
        self._told = bound(control, learn.action, self._gestures.bind(learn.action, control))
        self._log.write("learnt", action=str(learn.action), control=control)
        if self._gestures.path is None:
            self._told += "; for this jam alone, as --gestures names no file"
        else:
            self._scribe = self._scribe or ThreadPoolExecutor(1, "midi learn")
            path = self._gestures.path
            self._writing = self._scribe.submit(_write, path, learn.action, control)
        return True


def _write(path: Path, action: Action, control: str) -> str:
    """Bind it in the file; what is to be said of that, empty where it is written."""
    try:
        bind_in_file(path, action, control)
    except JamBotError as error:
        return f"; it is not written: {error.found}"
    except Exception as error:
        return f"; it is not written: {error}"
    return ""


def bound(control: str, action: str, before: str | None) -> str:
    """What has been bound, and what was lost by it, in a sentence."""
    lost = f", and no longer for {before}" if before else ""
    return f"{control} now asks for {action}{lost}"
