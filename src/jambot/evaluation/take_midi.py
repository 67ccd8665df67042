"""A take as a MIDI file that drops into a DAW: solo, what was played, and the chords by name."""

from itertools import pairwise
from pathlib import Path

from jambot.evaluation.take import Take
from jambot.music import Chord, Harmony, Track, recognise, write_midi

SOLO_PROGRAM, COMPING_PROGRAM = 0, 4
"""General MIDI: acoustic grand for the solo, electric piano for the hands."""


def write_session_midi(take: Take, path: Path) -> None:
    """Write the take with beat 0 on the first bar line; a take without notes gives empty tracks."""
    solo = tuple(played.note for played in take.played())
    tracks = [
        Track("solo", solo, SOLO_PROGRAM),
        Track("conditioning", tuple(take.conditioning()), COMPING_PROGRAM),
    ]
    write_midi(path, tracks, take.tempo_map(), take.meter, chord_markers(take))


def chord_markers(take: Take) -> list[tuple[float, str]]:
    """(beat, chord name) wherever the name changes; what has no name shows its pitch classes."""
    markers: list[tuple[float, str]] = []
    chord: Chord | None = None
    for heard in take.changed_harmonies():
        chord = recognise(_close_voicing(heard.change.harmony), chord) or chord
        if chord is not None:
            markers.append((max(heard.change.beat, 0.0), chord.symbol))
    first = markers[:1]
    return first + [b for a, b in pairwise(markers) if a[1] != b[1]]


def _close_voicing(harmony: Harmony) -> list[int]:
    if harmony.bass is None:
        return []
    return [36 + harmony.bass] + [
        60 + (pc - harmony.bass) % 12 + harmony.bass for pc in harmony.pitch_classes
    ]
