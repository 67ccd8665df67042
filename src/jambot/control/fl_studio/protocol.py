"""What JAM_BOT and its script in FL Studio say to each other: SysEx frames from one table.

A frame is ``F0 7D 'J' 'B' protocol kind fields… checksum F7``: 7D is the identity that MIDI keeps
for private use, a number is as many 7-bit bytes as the table says, the highest first, a text is its
length in two such bytes and then ASCII, and the checksum is the sum of all bytes between 7D and
itself, modulo 128. `integrations/fl_studio/device_JamBot.py` carries the same table, since nothing
can be imported there; a test holds that both write the same bytes. Notes never travel like this.
"""

from dataclasses import dataclass, field

PROTOCOL = 1
HEAD = b"\xf0\x7dJB"
END = 0xF7
LONGEST_TEXT = 60
TEXT = 0
"""In place of a count of bytes: this field is a text."""
NO_CHANNEL = 0x3FFF

MESSAGES: dict[str, tuple[int, tuple[tuple[str, int], ...]]] = {
    # JAM_BOT to FL Studio. The first heartbeat of a session is the handshake.
    "heartbeat": (0x01, (("session", 2),)),
    "bye": (0x02, (("session", 2),)),
    "play": (0x10, (("request", 2),)),
    "stop": (0x11, (("request", 2),)),
    "record": (0x12, (("request", 2), ("on", 1))),
    "tempo": (0x13, (("request", 2), ("milli_bpm", 3))),
    "channel": (0x14, (("request", 2), ("index", 2))),
    # FL Studio to JAM_BOT.
    "welcome": (0x41, (("session", 2), ("api", 2), ("script", TEXT), ("fl", TEXT))),
    "state": (
        0x42,
        (
            ("request", 2),  # the last request carried out, 0 for none
            ("playing", 1),
            ("recording", 1),
            ("song_mode", 1),  # 1 song, 0 pattern
            ("milli_bpm", 3),
            ("ppq", 2),  # ticks of a quarter note
            ("position", 5),  # ticks
            ("jumps", 2),  # how often the position leapt while playing
            ("loop_start", 5),  # ticks; end 0 where nothing loops
            ("loop_end", 5),
            ("channel", 2),  # as the channel rack shows them, from 0; NO_CHANNEL for none
            ("channel_name", TEXT),
        ),
    ),
    "refused": (0x43, (("request", 2), ("reason", TEXT))),
}
NAMES = {kind: name for name, (kind, _) in MESSAGES.items()}


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: its name in the table, and its fields."""

    name: str
    numbers: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def encode(name: str, **fields: int | str) -> bytes:
    """The frame `name` with all its fields.

    Texts lose what is no ASCII or beyond 60 characters; ValueError for a number too large for its
    bytes, KeyError for a field that is missing.
    """
    kind, layout = MESSAGES[name]
    body = bytearray((PROTOCOL, kind))
    for label, size in layout:
        value = fields[label]
        if isinstance(value, str):
            letters = value[:LONGEST_TEXT].encode("ascii", "replace")
            body += _number(label, len(letters), 2) + letters
        else:
            body += _number(label, value, size)
    return HEAD + bytes(body) + bytes((_checksum(body), END))


def decode(data: bytes) -> Frame | None:
    """The message in a frame; None for any other MIDI, a broken frame, or another protocol."""
    if protocol_of(data) != PROTOCOL:
        return None
    body, place = data[len(HEAD) : -2], 2
    if _checksum(body) != data[-2] or body[1] not in NAMES:
        return None
    frame = Frame(NAMES[body[1]])
    for label, size in MESSAGES[frame.name][1]:
        value = _value(body[place : place + (size or 2)])
        place += size or 2
        if size:
            frame.numbers[label] = value
        else:
            frame.texts[label] = body[place : place + value].decode("ascii", "replace")
            place += value
    return frame if place == len(body) else None


def protocol_of(data: bytes) -> int | None:
    """Which protocol a frame of ours speaks; None where it is no frame of ours."""
    ours = data.startswith(HEAD) and len(data) >= len(HEAD) + 4 and data[-1] == END
    return data[len(HEAD)] if ours else None


def _number(label: str, value: int, size: int) -> bytes:
    if not 0 <= value < 1 << 7 * size:
        raise ValueError(f"{label} {value} does not fit {size} bytes of 7 bits")
    return bytes(value >> 7 * place & 0x7F for place in reversed(range(size)))


def _value(data: bytes) -> int:
    value = 0
    for byte in data:
        value = value << 7 | byte
    return value


def _checksum(body: bytes | bytearray) -> int:
    return (sum(HEAD[2:]) + sum(body)) % 128
