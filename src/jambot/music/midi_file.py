"""MIDI files in and out.

Reading goes through `symusic` (fast, native) behind gates for what it accepts and we cannot use:
resolution 0, tempo 0, absurd metres. Writing goes through `midi_bytes`.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import symusic

from jambot.errors import BadMidiError
from jambot.music.meter import Meter, TempoMap
from jambot.music.midi_bytes import conductor_bytes, notes_bytes, song_bytes
from jambot.music.note import Note, by_onset

MAX_FILE_BYTES = 20_000_000
"""Larger files are refused unread: the longest piano recital here is under 2 MB."""
MOST_HOURS = 6.0
MOST_NOTES = 200_000
"""A pianist of ten notes a second plays so many in five and a half hours."""
MOST_AT_ONCE = 512
"""Notes that sound together: an orchestra with its pedals down, four times over."""
MOST_CHANGES = 20_000
"""Changes of tempo or metre, or markers."""
BPM_RANGE = (10.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Track:
    """One track: notes in playing order, General MIDI `program` 0–127."""

    name: str
    notes: tuple[Note, ...]
    program: int = 0
    is_drum: bool = False


@dataclass(frozen=True, slots=True)
class MidiSong:
    """A MIDI file in beats. `markers` are (beat, text).

    `meter` is the first metre; `meter_changes` are all of them as (beat, beats per bar), not
    rounded (3/8 is 1.5), and empty where none is written.
    """

    tracks: tuple[Track, ...]
    tempo_map: TempoMap
    meter: Meter
    markers: tuple[tuple[float, str], ...] = field(default=())
    meter_changes: tuple[tuple[float, float], ...] = field(default=())

    @property
    def end_beats(self) -> float:
        """Where the last note ends; 0 without notes."""
        return max((n.end_beats for t in self.tracks for n in t.notes), default=0.0)

    @property
    def hours(self) -> float:
        """How long it lasts in its tempo, from beat 0 to the end of the last note."""
        return self.tempo_map.seconds_at(self.end_beats) / 3600

    def track(self, name: str) -> Track | None:
        """The track of this name, case ignored, or None."""
        return next((t for t in self.tracks if t.name.lower() == name.lower()), None)


def read_midi(path: Path | str) -> MidiSong:
    """Read a MIDI file.

    Raises BadMidiError for what is missing, not MIDI, broken or empty, and for more than the limits
    above: whoever goes on from a song may take them for granted.
    """
    path = Path(path)
    score = _parse(path)
    _refuse_too_much(path, score)
    per_beat = score.ticks_per_quarter
    if per_beat <= 0:
        raise BadMidiError(
            f"{path.name}: resolution {per_beat} ticks per beat",
            "24–32767",
            "export the file again",
        )
    tempo_map = _tempo_map(path, score, per_beat)
    meter = _meter(path, score)
    tracks = tuple(_track(track, per_beat) for track in score.tracks)
    if not any(track.notes for track in tracks):
        raise BadMidiError(f"{path.name}: no notes in it", "at least one note", "check the export")
    markers = tuple((m.time / per_beat, m.text) for m in score.markers)
    meters = tuple(
        (s.time / per_beat, s.numerator * 4 / s.denominator) for s in score.time_signatures
    )
    song = MidiSong(tracks, tempo_map, meter, markers, meters)
    if song.hours > MOST_HOURS:
        raise BadMidiError(
            f"{path.name}: {song.hours:.1f} hours long",
            f"at most {MOST_HOURS:g} hours",
            "cut it, or look for a stray note far behind its end",
        )
    return song


def write_midi(
    path: Path | str,
    tracks: Iterable[Track],
    tempo_map: TempoMap | None = None,
    meter: Meter | None = None,
    markers: Sequence[tuple[float, str]] = (),
) -> None:
    """Write tracks as a type 1 MIDI file at 480 ticks per beat; tempo defaults to 120, 4/4."""
    chunks = [conductor_bytes(tempo_map or TempoMap.constant(120.0), meter or Meter(), markers)]
    for i, track in enumerate(tracks):
        channel = 9 if track.is_drum else _melodic_channel(i)
        chunks.append(notes_bytes(track.name, track.notes, track.program, channel))
    Path(path).write_bytes(song_bytes(chunks))


def _parse(path: Path) -> "symusic.types.Score":
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadMidiError(
            f"{path}: cannot be read ({error.strerror})", "a MIDI file", "check the path"
        ) from error
    if size > MAX_FILE_BYTES:
        raise BadMidiError(
            f"{path.name}: {size / 1e6:.0f} MB", f"at most {MAX_FILE_BYTES // 1_000_000} MB", ""
        )
    try:
        return symusic.Score(str(path))
    except Exception as error:  # symusic raises plain RuntimeError, ValueError and its own kinds
        raise BadMidiError(
            f"{path.name}: not a readable MIDI file",
            "a standard MIDI file (.mid)",
            "export it again",
        ) from error


def _refuse_too_much(path: Path, score: "symusic.types.Score") -> None:
    counts = (
        ("notes", sum(len(track.notes) for track in score.tracks), MOST_NOTES),
        ("changes of tempo", len(score.tempos), MOST_CHANGES),
        ("changes of metre", len(score.time_signatures), MOST_CHANGES),
        ("markers", len(score.markers), MOST_CHANGES),
    )
    for what, found, most in counts:
        if found > most:
            raise BadMidiError(
                f"{path.name}: {found} {what}", f"at most {most}", "cut it into pieces"
            )
    if (found := _most_at_once(score)) > MOST_AT_ONCE:
        raise BadMidiError(
            f"{path.name}: {found} notes at once",
            f"at most {MOST_AT_ONCE}",
            "leave out doubled tracks and notes that never end",
        )


def _most_at_once(score: "symusic.types.Score") -> int:
    """How many notes sound together where most do."""
    tables = [track.notes.numpy() for track in score.tracks if track.notes]
    if not tables:
        return 0
    onsets = np.concatenate([table["time"] for table in tables]).astype(np.int64)
    lengths = np.concatenate([table["duration"] for table in tables])
    ended = np.searchsorted(np.sort(onsets + lengths), onsets, side="right")
    begun = np.searchsorted(np.sort(onsets), onsets, side="right")
    return int((begun - ended).max())


def _tempo_map(path: Path, score: "symusic.types.Score", per_beat: int) -> TempoMap:
    changes = [(tempo.time / per_beat, float(tempo.qpm)) for tempo in score.tempos]
    for _, bpm in changes:
        if not BPM_RANGE[0] <= bpm <= BPM_RANGE[1]:
            raise BadMidiError(
                f"{path.name}: tempo {bpm:g} bpm",
                f"{BPM_RANGE[0]:g}–{BPM_RANGE[1]:g}",
                "set the tempo and export it again",
            )
    return TempoMap.of(changes or [(0.0, 120.0)])


def _meter(path: Path, score: "symusic.types.Score") -> Meter:
    if not score.time_signatures:
        return Meter()
    for signature in score.time_signatures:
        if signature.denominator <= 0 or signature.numerator <= 0:
            raise BadMidiError(
                f"{path.name}: metre {signature.numerator}/{signature.denominator}",
                "such as 4/4",
                "set the metre and export it again",
            )
    first = score.time_signatures[0]
    return Meter.of(first.numerator * 4 / first.denominator)


def _track(track: "symusic.types.Track", per_beat: int) -> Track:
    pedals = [(pedal.time, pedal.time + pedal.duration) for pedal in track.pedals]
    downs = [down for down, _ in pedals]

    def rings(up: int) -> float:
        """For how long after `up`, in ticks, the pedal that is down then holds a key."""
        before = bisect_right(downs, up)
        return max(0, pedals[before - 1][1] - up) / per_beat if before else 0.0

    notes = [
        Note(
            n.time / per_beat,
            n.duration / per_beat,
            n.pitch,
            n.velocity,
            rings(n.time + n.duration),
        )
        for n in track.notes
        if n.velocity > 0 and n.duration > 0 and n.time >= 0
    ]
    return Track(track.name, tuple(by_onset(notes)), int(track.program), bool(track.is_drum))


def _melodic_channel(index: int) -> int:
    return (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15)[index % 15]
