"""A take as a MIDI file that drops into a DAW: solo, hands, band, and the chords by name.

A bar line of the session is tick 0, so that the file lies on a playlist's bars; the tempo is the
one that was played, taps and a host's changes included. The file is there whole or not at all.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from jambot.music.changes import chord_names
from jambot.music.meter import TempoMap
from jambot.music.midi_file import Track, write_midi
from jambot.music.note import Note
from jambot.music.take import Take
from jambot.storage import whole_file

SOLO_PROGRAM, COMPING_PROGRAM = 0, 4
"""General MIDI: acoustic grand for the solo, electric piano for the hands."""
BAND_PROGRAMS = {"bass": 32, "drums": 0}
"""Acoustic bass; drums are a channel and not a program."""


def write_session_midi(take: Take, path: Path, solo: Iterable[Note] | None = None) -> None:
    """Write all of the take, or its hands with another `solo`; without notes, empty tracks.

    The first bar is that of beat 0, or the one in which something was played before it.
    """
    line = [played.note for played in take.played] if solo is None else list(solo)
    hands = take.conditioning()
    first = min((note.onset_beats for note in line + hands), default=0.0)
    bar = min(0, take.meter.bar_at(first))
    _write(take, path, line, hands, take.meter.bar_start(bar), float("inf"))


def write_bars(take: Take, path: Path, from_beat: float, until_beat: float) -> int:
    """Write what began between two bar lines, and how many solo notes that were.

    What the hands held at the first of them begins there; what sounds on at the second ends there.
    """
    solo = [played.note for played in take.played]
    return _write(take, path, solo, take.conditioning(), from_beat, until_beat)


def chord_markers(take: Take) -> list[tuple[float, str]]:
    """(beat, chord name) wherever the name changes: that of the chart where its chord is played."""
    return chord_names((heard.change for heard in take.changed_harmonies), take.written())


def _write(
    take: Take, path: Path, solo: list[Note], hands: list[Note], start: float, end: float
) -> int:
    begun = [note for note in solo if note.onset_beats >= start]
    held = [
        note
        if note.onset_beats >= start
        else replace(note, onset_beats=start, duration_beats=note.end_beats - start)
        for note in hands
        if note.end_beats > start
    ]
    tracks = [
        Track("solo", _between(begun, start, end), SOLO_PROGRAM),
        Track("conditioning", _between(held, start, end), COMPING_PROGRAM),
    ]
    tracks += [
        band_track(
            voice, _between([n.note for n in played if n.note.onset_beats >= start], start, end)
        )
        for voice, played in take.band.items()
    ]
    names = chord_markers(take)
    holding = [(start, name) for beat, name in names if beat < start][-1:]
    markers = holding + [(beat, name) for beat, name in names if start <= beat < end]
    placed = [(beat - start, name) for beat, name in markers]
    with whole_file(path) as unfinished:
        write_midi(unfinished, tracks, _moved(take.tempo_map(), start, end), take.meter, placed)
    return len(tracks[0].notes)


def band_track(voice: str, notes: tuple[Note, ...]) -> Track:
    """A voice of the band as a track that any synthesizer sounds as what it is."""
    return Track(voice, notes, BAND_PROGRAMS.get(voice, 0), is_drum=voice == "drums")


def _between(notes: Iterable[Note], start: float, end: float) -> tuple[Note, ...]:
    return tuple(
        replace(
            note,
            onset_beats=note.onset_beats - start,
            duration_beats=min(note.end_beats, end) - note.onset_beats,
        )
        for note in notes
        if note.onset_beats < end
    )


def _moved(tempo_map: TempoMap, start: float, end: float) -> TempoMap:
    """The tempi from `start`, which becomes beat 0, up to `end`."""
    later = [
        (beat - start, bpm)
        for beat, bpm in zip(tempo_map.starts_beats, tempo_map.bpms, strict=True)
        if start < beat < end
    ]
    return TempoMap.of([(0.0, tempo_map.bpm_at(start)), *later])
