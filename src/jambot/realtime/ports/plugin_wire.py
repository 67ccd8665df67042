"""What travels between the plugin and the engine, byte by byte: docs/plugin.md as code.

The twin is plugin/src/records.hpp. All numbers are little-endian.
"""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

from jambot.music.midi import NOTE_ON, parse

PROTOCOL = 1
MAGIC = b"JAMB"
HEAD = Struct("<4sHBB16sQIIIHH")
HOST = Struct("<QqqQddQdIfBB6x")
ENGINE = Struct("<IIII")
RECORD = Struct("<QIB3s")
DOUBLE = Struct("<d")
WORD = Struct("<Q")
MOST_RECORDS = 64


class DatagramKind(IntEnum):
    """What a datagram is."""

    knock = 1
    from_plugin = 2
    plugin_leaves = 3
    from_engine = 4
    engine_leaves = 5
    who = 6
    """A program of ours asks whether an engine listens, and how it is."""
    here = 7
    """... and is told, in JSON."""


class EngineState(IntEnum):
    """What the engine says to a plugin."""

    conducted = 1
    another_is = 2
    version_differs = 3


class Type(IntEnum):
    """What a record says; see docs/plugin.md."""

    midi = 0
    left = 1
    parameter = 2
    silence = 3
    ended = 4
    keys_lost = 5
    panicked = 6
    origin = 8
    """What the project's notes were played with: the seed as `frame`, the style as `number`."""


PLAYING, HAS_BEAT, JUMPED, BYPASSED = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Record:
    """One thing said; `frame` holds a parameter's value as the bits of a double."""

    frame: int
    number: int
    type: int
    data: bytes = b"\0\0\0"

    @property
    def strikes(self) -> bool:
        """Whether it is the beginning of a note."""
        return self.type == Type.midi and parse(self.data).kind == NOTE_ON

    @property
    def value(self) -> float:
        """The value of a parameter."""
        value: float = DOUBLE.unpack(WORD.pack(self.frame))[0]
        return value


@dataclass(frozen=True, slots=True)
class HostReport:
    """The plugin's clock, block and transport; beats and bars are in quarters, `ns` its clock's."""

    map_frame: int
    map_ns: int
    sent_ns: int
    next_frame: int
    rate: float
    beat: float
    beat_frame: int
    bpm: float
    block: int
    beats_per_bar: float
    flags: int
    era: int

    @property
    def sane(self) -> bool:
        """Whether a host may be so: no stranger's number comes further than this."""
        return (
            1_000 <= self.rate <= 1_000_000
            and abs(self.beat) < 1e9
            and 0 < self.bpm < 10_000
            and 0 < self.block <= 1 << 20
            and max(self.map_frame, self.next_frame, self.beat_frame) < 1 << 62
        )


@dataclass(frozen=True, slots=True)
class Datagram:
    """One datagram, whole and of ours."""

    version: int
    kind: int
    state: int
    instance: int
    session: int
    first: int
    ack: int
    report: HostReport | None
    records: tuple[Record, ...]


def value_record(number: int, value: float) -> Record:
    """A parameter's value."""
    return Record(WORD.unpack(DOUBLE.pack(value))[0], number, Type.parameter)


def read_datagram(data: bytes, token: bytes) -> Datagram | None:
    """What a plugin, or a program of ours, has said; None where nobody of ours did.

    Of another version the head alone is read.
    """
    if len(data) < HEAD.size:
        return None
    head = HEAD.unpack_from(data)
    magic, version, kind, state, word, instance, session, first, ack, count, reports = head
    if magic != MAGIC or word != token:
        return None
    if version != PROTOCOL:
        return Datagram(version, kind, state, instance, session, first, ack, None, ())
    whole = HEAD.size + reports * HOST.size + count * RECORD.size
    if reports > 1 or count > MOST_RECORDS or len(data) != whole:
        return None
    report = HostReport(*HOST.unpack_from(data, HEAD.size)) if reports else None
    if report is not None and not report.sane:
        return None
    records = RECORD.iter_unpack(data[HEAD.size + reports * HOST.size :])
    return Datagram(
        version, kind, state, instance, session, first, ack, report,
        tuple(Record(*record) for record in records),
    )  # fmt: skip


def write_datagram(
    token: bytes,
    kind: DatagramKind,
    *,
    state: int = 0,
    instance: int = 0,
    session: int = 0,
    first: int = 0,
    ack: int = 0,
    records: tuple[Record, ...] = (),
    engine: tuple[int, int, int, int] | None = None,
) -> bytes:
    """A datagram of the engine's, with what it plays with where `engine` says so."""
    head = HEAD.pack(
        MAGIC, PROTOCOL, kind, state, token, instance, session, first, ack, len(records),
        engine is not None,
    )  # fmt: skip
    said = b"" if engine is None else ENGINE.pack(*engine)
    return head + said + b"".join(RECORD.pack(r.frame, r.number, r.type, r.data) for r in records)
