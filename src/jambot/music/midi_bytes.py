"""Notes as the bytes of a standard MIDI file (type 1), written without a detour.

A dataset in thirteen keys is millions of notes, most of which differ only in pitch: `TrackBytes`
remembers where its pitches stand, so that a copy in another key costs next to nothing.
Format: *Standard MIDI Files 1.0*, MIDI Manufacturers Association, 1996.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jambot.music.meter import TICKS_PER_BEAT, Meter, TempoMap, ticks
from jambot.music.midi import PROGRAM, note_off, note_on
from jambot.music.note import Note, by_onset

END_OF_TRACK = b"\x00\xff\x2f\x00"
MICROSECONDS_PER_MINUTE = 60_000_000
TrackEvent = tuple[int, int, bytes]
"""Tick, order among the events of one tick (settings, note-offs, note-ons), and the bytes."""


@dataclass(frozen=True, slots=True)
class TrackBytes:
    """One track chunk, and where in it the pitches of its note-ons and note-offs stand."""

    data: bytes
    pitch_places: NDArray[np.intp]

    def transposed(self, semitones: int) -> "TrackBytes":
        """The same track `semitones` higher; raises ValueError where a pitch would leave 0–127."""
        moved = np.frombuffer(self.data, dtype=np.uint8).copy()
        pitches = moved[self.pitch_places].astype(np.int16) + semitones
        if pitches.size and (pitches.min() < 0 or pitches.max() > 127):
            raise ValueError(f"pitches {pitches.min()}–{pitches.max()} leave 0–127")
        moved[self.pitch_places] = pitches.astype(np.uint8)
        return TrackBytes(moved.tobytes(), self.pitch_places)


def song_bytes(tracks: Sequence[TrackBytes]) -> bytes:
    """A whole file from its track chunks, the conductor's first."""
    header = struct.pack(">4sIHHH", b"MThd", 6, 1, len(tracks), TICKS_PER_BEAT)
    return header + b"".join(track.data for track in tracks)


def conductor_bytes(
    tempo_map: TempoMap, meter: Meter, markers: Iterable[tuple[float, str]] = ()
) -> TrackBytes:
    """The first track: metre, tempi, markers (beat, text)."""
    events: list[TrackEvent] = [(0, 0, bytes((0xFF, 0x58, 4, meter.beats_per_bar, 2, 24, 8)))]
    for beat, bpm in zip(tempo_map.starts_beats, tempo_map.bpms, strict=True):
        period = min(round(MICROSECONDS_PER_MINUTE / bpm), 0xFFFFFF)
        events.append((ticks(beat), 0, b"\xff\x51\x03" + period.to_bytes(3, "big")))
    events += [(ticks(max(beat, 0.0)), 0, _text(0x06, text)) for beat, text in markers]
    return _chunk(events)


def notes_bytes(name: str, notes: Iterable[Note], program: int = 0, channel: int = 0) -> TrackBytes:
    """One track of notes; a pitch struck again ends its earlier note, and no note is lost.

    Note-offs come before note-ons on a shared tick; onsets before beat 0 are moved to it. Raises
    ValueError for a pitch beyond 0–127 or a velocity beyond 1–127.
    """
    events: list[TrackEvent] = [
        (0, 0, _text(0x03, name)),
        (0, 0, bytes((PROGRAM | channel, program))),
    ]
    next_onset: dict[int, int] = {}
    for note in reversed(by_onset(notes)):
        if not (0 <= note.pitch <= 127 and 1 <= note.velocity <= 127):
            raise ValueError(f"pitch {note.pitch}, velocity {note.velocity} cannot be written")
        on = ticks(max(note.onset_beats, 0.0))
        off = max(on + 1, min(ticks(note.end_beats), next_onset.get(note.pitch, 1 << 60)))
        next_onset[note.pitch] = on
        events.append((on, 2, note_on(note.pitch, note.velocity, channel)))
        events.append((off, 1, note_off(note.pitch, channel)))
    return _chunk(events)


def _chunk(events: list[TrackEvent]) -> TrackBytes:
    body, places, now = bytearray(), [], 0
    for tick, order, message in sorted(events, key=lambda event: event[:2]):
        body += _length(tick - now)
        now = tick
        if order:
            places.append(len(body) + 9)  # 8 bytes of chunk header, 1 of status
        body += message
    body += END_OF_TRACK
    data = b"MTrk" + len(body).to_bytes(4, "big") + bytes(body)
    return TrackBytes(data, np.array(places, dtype=np.intp))


def _length(value: int) -> bytes:
    """A variable-length quantity: seven bits a byte, the last with its top bit clear."""
    if value < 0x80:
        return bytes((value,))
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(0x80 | value & 0x7F)
    return bytes(reversed(groups))


def _text(kind: int, text: str) -> bytes:
    encoded = text.encode("latin-1", "replace")
    return bytes((0xFF, kind)) + _length(len(encoded)) + encoded
