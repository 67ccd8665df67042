"""MIDI messages: their numbers, one read, one made.

Format: *MIDI 1.0 Detailed Specification*, MIDI Manufacturers Association, 1996.
"""

from dataclasses import dataclass

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0x80, 0x90, 0xB0, 0xC0
SONG_POSITION, TICK, START, CONTINUE, STOP = CLOCK = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC
SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123
CHANNEL_MODE = range(120, 128)
"""Controllers that are none: all sound off, local control and their like."""
BROKEN = 0


@dataclass(frozen=True, slots=True)
class MidiMessage:
    """One message as it is meant.

    `kind` is its status without the channel (0–15), `number` the pitch, controller or program, for
    `SONG_POSITION` the sixteenths, and `value` the velocity or the controller's value. A note-on
    without velocity is the note-off that it stands for. `BROKEN` is what is no whole message, and
    channel pressure, which means nothing here.
    """

    kind: int
    channel: int = 0
    number: int = 0
    value: int = 0

    @property
    def of_note(self) -> bool:
        """Whether it begins or ends a note."""
        return self.kind in (NOTE_ON, NOTE_OFF)

    @property
    def of_channel(self) -> bool:
        """Whether it is on a channel."""
        return NOTE_OFF <= self.kind < 0xF0


def parse(data: bytes) -> MidiMessage:
    """What these bytes mean; whatever they are, nothing raises.

    >>> parse(bytes((0x92, 60, 80)))
    MidiMessage(kind=144, channel=2, number=60, value=80)
    """
    status = data[0] if data else 0
    if status >= 0xF0:
        if status != SONG_POSITION:
            return MidiMessage(status)
        whole = len(data) == 3
        return MidiMessage(status, number=data[1] + 128 * data[2]) if whole else MidiMessage(BROKEN)
    kind = status & 0xF0
    if status < 0x80 or len(data) != (2 if kind == PROGRAM else 3) or max(data[1:]) > 127:
        return MidiMessage(BROKEN)
    value = 0 if kind == PROGRAM else data[2]
    if kind == NOTE_ON and not value:
        kind = NOTE_OFF
    return MidiMessage(kind, status & 0x0F, data[1], value)


def note_on(pitch: int, velocity: int, channel: int = 0) -> bytes:
    """A key goes down."""
    return bytes((NOTE_ON | channel, pitch, velocity))


def note_off(pitch: int, channel: int = 0) -> bytes:
    """A key goes up."""
    return bytes((NOTE_OFF | channel, pitch, 0))


def control(number: int, value: int, channel: int = 0) -> bytes:
    """A controller moves."""
    return bytes((CONTROL | channel, number, value))


def song_position(sixteenths: int) -> bytes:
    """A song is so far from its beginning, below 1,024 bars of four beats."""
    return bytes((SONG_POSITION, sixteenths & 0x7F, sixteenths >> 7))


def is_realtime(data: bytes) -> bool:
    """Whether this message is a clock's: it belongs to no note, and silence does not stop it."""
    return data[0] >= TICK
