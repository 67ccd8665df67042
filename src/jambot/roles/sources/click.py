"""Whether a file was played to its own beat, or recorded without a click."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jambot.music import Meter, MidiSong, Note, TempoMap, by_onset
from jambot.music.beat_model import beat_model
from jambot.music.found_beats import FoundBeats, find_beats
from jambot.music.note import SHORTEST_BEATS
from jambot.roles.piece import RefusedError

PARTS_OF_A_BEAT = (1, 2, 3, 4, 6)
LEAST_FIT = 0.15
"""Below, nobody heard the file's beat: see the figures in `docs/log.md`."""
LEAST_SURE = 0.5
"""Beats that were found are taken where so many stretches tell the same tempo by themselves."""
LEAST_ONSETS = 96
"""With fewer, chance alone may fit as well or as badly."""


def grid_fit(notes: Sequence[Note]) -> float:
    """How far onsets keep to one place in the beat or its 2nd, 3rd, 4th, 6th part: 0 to 1.

    The length of the mean of exp(2πi·k·onset), the best of k = 1, 2, 3, 4, 6 (Rayleigh's, of
    circular data). Playing late throughout, swing and human spread leave it high; onsets that know
    nothing of the beat bring it to about 1/√n. 1 without notes.
    """
    if not notes:
        return 1.0
    onsets = np.array([note.onset_beats for note in notes])
    return max(float(abs(np.exp(2j * np.pi * k * onsets).mean())) for k in PARTS_OF_A_BEAT)


def with_its_own_beats(name: str, song: MidiSong) -> MidiSong:
    """`song` as it is where it was played to its beat, else laid on the beats that its notes tell.

    Those are found as the stage finds them, but from both ends. Raises RefusedError where they are
    less than sure.
    """
    notes = [note for track in song.tracks for note in track.notes]
    try:
        refuse_without_click(name, notes, song.tempo_map)
    except RefusedError as error:
        seconds_at = song.tempo_map.seconds_at
        keys = [
            (seconds_at(note.onset_beats), note.pitch)
            for track in song.tracks
            if not track.is_drum
            for note in track.notes
        ]
        found = find_beats(keys, beat_model())
        if found is None or found.sure < LEAST_SURE:
            sure = 0.0 if found is None else found.sure
            raise RefusedError(
                f"{error.found}; its beats were looked for and are {sure:.2f} sure",
                f"{error.expected}, or beats that are {LEAST_SURE} sure",
                error.cure,
            ) from error
        return _laid_on(song, found)
    return song


def _laid_on(song: MidiSong, found: FoundBeats) -> MidiSong:
    """The notes where they are in the beats that were found; bar lines are anybody's guess."""
    meter = Meter(4)
    first = float(np.floor(found.beats[0] / meter.beats_per_bar) * meter.beats_per_bar)
    seconds_at = song.tempo_map.seconds_at

    def moved(note: Note) -> Note:
        onset = max(found.beat_at(seconds_at(note.onset_beats)) - first, 0.0)
        end = found.beat_at(seconds_at(note.end_beats)) - first
        return replace(note, onset_beats=onset, duration_beats=max(end - onset, SHORTEST_BEATS))

    tracks = tuple(replace(t, notes=tuple(by_onset(map(moved, t.notes)))) for t in song.tracks)
    places = np.arange(np.ceil(found.beats[0]), found.beats[-1])
    at = np.interp(places, found.beats, found.seconds)
    changes = [
        (float(place - first), float(60.0 / gap))
        for place, gap in zip(places, np.diff(at), strict=False)
    ]
    return MidiSong(tracks, TempoMap.of(changes), meter)


def refuse_without_click(name: str, notes: Sequence[Note], tempo_map: TempoMap) -> None:
    """Raise RefusedError where the onsets do not know the file's beat.

    A file whose tempo changes was aligned by somebody, and a short one cannot be told.
    """
    if len(notes) < LEAST_ONSETS or len(set(tempo_map.bpms)) > 1:
        return
    fit = grid_fit(notes)
    if fit < LEAST_FIT:
        raise RefusedError(
            f"{name}: recorded without a click (its onsets fit the beat of "
            f"{tempo_map.median_bpm:g} bpm by {fit:.2f} of 1)",
            f"at least {LEAST_FIT}",
            "record to your DAW's metronome, or let the DAW find the tempo and export that",
        )
