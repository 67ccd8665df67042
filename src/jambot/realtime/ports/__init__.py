"""MIDI in and out of the stage: a plugin in a DAW, JACK, the platform's own MIDI, or memory.

`open_ports` chooses a back end and gives one `InputPort` and one `OutputPort`; what lies behind
them is nobody else's business. Messages are plain MIDI bytes, times are seconds of the session's
`Clock`. Opening may raise `PortError`; an open port never raises: a lost one says `alive = False`,
each side for itself, and comes back under a `PortWatch`.

`MemoryInput` and `RecordingOutput` are the fakes, good enough to run whole sessions on.
Imported by the rest of `realtime`, by `evaluation` and by `control`.
"""

from jambot.realtime.ports.host_line import HostPlace
from jambot.realtime.ports.memory import MemoryInput, RecordingOutput
from jambot.realtime.ports.naming import windows_pair
from jambot.realtime.ports.parts import SharedOutput
from jambot.realtime.ports.plugin_port import Instrument
from jambot.realtime.ports.port import (
    By,
    InputPort,
    OutputPort,
    SentMessage,
    SoundingNotes,
    TimedMessage,
)
from jambot.realtime.ports.select import BACKENDS, PortInfo, Ports, list_ports, open_ports
from jambot.realtime.ports.watch import PortWatch

__all__ = [
    "BACKENDS",
    "By",
    "HostPlace",
    "InputPort",
    "Instrument",
    "MemoryInput",
    "OutputPort",
    "PortInfo",
    "PortWatch",
    "Ports",
    "RecordingOutput",
    "SentMessage",
    "SharedOutput",
    "SoundingNotes",
    "TimedMessage",
    "list_ports",
    "open_ports",
    "windows_pair",
]
