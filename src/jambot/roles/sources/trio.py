"""Trio piano: what both hands of jazz pianists play, on the beats of the recording.

The corpus (`piano.jsonl.gz`) knows the notes of some 30-second windows of each recording and
nothing of the others. Music without a gap is a run of windows; of each run the stretches of whole
bars in one metre are taken, and the hands are told apart by following them. A window that was
also transcribed with velocities and lengths (`clips`) is a piece of its own.

Source: Cheston et al., *Jazz Trio Database*, TISMIR 2024; Cheston, *ImprovID-app*, 2025.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from jambot.music import Note, by_onset, one_line, read_midi
from jambot.roles.metre import cut_sounding
from jambot.roles.piece import LEAST_NOTES, PLAIN_VELOCITY, Piece, RefusedError
from jambot.roles.sources.hands import right_hand
from jambot.roles.sources.json_lines import read_json_lines

TRIO_FILE, CLIPS = "piano.jsonl.gz", "clips"
LICENCE = "MIT as stated; recordings of people: never redistribute the notes"
WINDOW_S = 30.0
LEAST_BARS, LEAST_CLIP_BARS = 8, 4
"""Clips are few: a short one is worth having too."""
EVEN = (0.6, 1.6)
"""A beat that lasts less or more than this share of the usual one is a slip of the count."""
EARLY_BEATS = 0.125
"""What is struck this shortly before a stretch begins belongs to its first beat."""
KEYS = range(21, 109)
CLIP_LATE_S = 0.016
"""How much later than in its clip a strike lies on the beats of the recording: the usual case."""
MATCH_S, LEAST_MATCHES = 0.15, 32
SHORTEST_BEATS = 0.05
SHORTEST_S = 0.02
"""No key of a clip goes down for less: of 899 such notes 496 are not in the transcribed window, of
14,949 longer ones 55."""
LOW, LOW_S = 36, 0.1
"""What is heard below C2 for a tenth of a second (the shortest that windows know) is a bass's."""
Struck = tuple[float, float, int, int]
"""Onset and length in seconds, pitch, velocity."""


@dataclass(frozen=True, slots=True)
class TrioStretch:
    """Whole bars in one metre: beats `first` to `last` (exclusive), whose bar lines are known."""

    first: int
    last: int


def read_tracks(folder: Path) -> Iterator[dict[str, Any]]:
    """The tracks of the corpus in `folder`, one at a time, each with [window, bytes] of its clips.

    What the rhythm section struck is left out.
    """
    clips: dict[str, list[list[int]]] = {}
    for path in sorted((folder / CLIPS).glob("*.mid")):
        name, _, window = path.stem.rpartition(".")
        if window.isdecimal():
            clips.setdefault(name, []).append([int(window), path.stat().st_size])
    for track in read_json_lines(folder / TRIO_FILE):
        kept = {name: track[name] for name in track if not name.endswith("_onsets")}
        yield {**kept, "clips": clips.get(str(track.get("id")), [])}


def track_pieces(track: dict[str, Any], folder: Path) -> list[Piece]:
    """The pieces of one track of the corpus in `folder`, all known by the same melody.

    Raises RefusedError where it holds too little, or is no track.
    """
    name = str(track.get("id", "a track without id"))
    try:
        pieces = [
            _piece(track, stretch, conditioning, target)
            for first_s, last_s in _runs(track["windows"])
            for stretch, conditioning, target in _hands_of(
                track, _transcribed(track, first_s, last_s), first_s, last_s, LEAST_BARS
            )
        ]
        for window, _ in track["clips"]:
            pieces += _clip_pieces(track, folder / CLIPS / f"{name}.{window:03}.mid", window)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise RefusedError(f"{name}: not a track of trio piano ({error!r})") from error
    if not pieces:
        raise RefusedError(
            f"{name}: no {LEAST_BARS} even bars in a row that are known",
            f"with {LEAST_NOTES} notes of each hand",
        )
    melody = tuple(note for piece in pieces for note in one_line(piece.target))
    return [replace(piece, melody=melody) for piece in pieces]


def stretches(
    beats: Sequence[Sequence[float]], beats_per_bar: int, first_s: float, last_s: float
) -> list[TrioStretch]:
    """The longest stretches of whole, even bars between two moments, in order.

    `beats` are (seconds, count in the bar from 1). A bar whose count skips, or in which a beat is
    much shorter or longer than usual, belongs to none.
    """
    usual = median(b[0] - a[0] for a, b in pairwise(beats))
    counted = list(range(1, beats_per_bar + 1))
    found: list[TrioStretch] = []
    for i in range(len(beats) - beats_per_bar):
        bar = beats[i : i + beats_per_bar + 1]
        lengths = [b[0] - a[0] for a, b in pairwise(bar)]
        if (
            [count for _, count in bar[:-1]] != counted
            or not (first_s <= bar[0][0] and bar[-1][0] <= last_s)
            or not EVEN[0] * usual <= min(lengths) <= max(lengths) <= EVEN[1] * usual
        ):
            continue
        if found and found[-1].last == i:
            found[-1] = TrioStretch(found[-1].first, i + beats_per_bar)
        else:
            found.append(TrioStretch(i, i + beats_per_bar))
    return found


def _runs(windows: Sequence[int]) -> list[tuple[float, float]]:
    """The seconds from and to which every note is known."""
    known = enumerate(sorted(set(windows)))
    runs = [
        [window for _, window in run] for _, run in groupby(known, lambda pair: pair[1] - pair[0])
    ]
    return [(WINDOW_S * run[0], WINDOW_S * (run[-1] + 1)) for run in runs]


def _transcribed(track: dict[str, Any], first_s: float, last_s: float) -> list[Struck]:
    return [
        (onset, lasts, pitch, PLAIN_VELOCITY)
        for onset, lasts, pitch, *_ in track["notes"]
        if first_s <= onset < last_s and not (pitch < LOW and lasts <= LOW_S)
    ]


def _hands_of(
    track: dict[str, Any], struck: Sequence[Struck], first_s: float, last_s: float, least_bars: int
) -> Iterator[tuple[TrioStretch, tuple[Note, ...], tuple[Note, ...]]]:
    """(stretch, left hand, right hand) of every stretch in which both play, from beat 0."""
    notes = _on_the_beats(track["beats"], struck)
    right = right_hand(notes)
    beats_per_bar = int(track["time_signature"])
    for stretch in stretches(track["beats"], beats_per_bar, first_s, last_s):
        hands = [
            cut_sounding(
                [note for note, is_right in zip(notes, right, strict=True) if is_right == side],
                stretch.first, stretch.last, EARLY_BEATS,
            )
            for side in (False, True)
        ]  # fmt: skip
        long_enough = stretch.last - stretch.first >= least_bars * beats_per_bar
        if long_enough and min(map(len, hands)) >= LEAST_NOTES:
            yield stretch, hands[0], hands[1]


def _on_the_beats(beats: Sequence[Sequence[float]], struck: Sequence[Struck]) -> list[Note]:
    """What was struck within the beat track, in beats; of a key struck twice at once, one note."""
    seconds = np.array([second for second, _ in beats])
    if (np.diff(seconds) <= 0).any():
        raise ValueError("its beats do not go forward in time")
    inside: dict[tuple[float, int], tuple[float, int]] = {}
    for onset, lasts, pitch, velocity in sorted(struck):
        if seconds[0] <= onset < seconds[-1] and int(pitch) in KEYS:
            inside[onset, int(pitch)] = (onset + lasts, velocity)
    numbers = np.arange(len(seconds))
    onsets = np.interp([onset for onset, _ in inside], seconds, numbers)
    ends = np.interp([end for end, _ in inside.values()], seconds, numbers)
    rows = zip(onsets, ends, inside.items(), strict=True)
    return by_onset(
        Note(float(onset), max(float(end - onset), SHORTEST_BEATS), pitch, velocity)
        for onset, end, ((_, pitch), (_, velocity)) in rows
    )


def _clip_pieces(track: dict[str, Any], path: Path, window: int) -> list[Piece]:
    """The stretches of one clip, whose velocities and lengths are the recording's own."""
    song = read_midi(path)
    first_s, second_of = WINDOW_S * window, song.tempo_map.seconds_at
    keys = [
        (second_of(note.onset_beats), second_of(note.end_beats), note.pitch, note.velocity)
        for midi_track in song.tracks
        for note in midi_track.notes
    ]
    struck = [
        (first_s + onset, end - onset, pitch, velocity)
        for onset, end, pitch, velocity in keys
        if end - onset >= SHORTEST_S
    ]
    late = _lateness(track, struck, first_s)
    struck = [(onset + late, lasts, pitch, touch) for onset, lasts, pitch, touch in struck]
    return [
        replace(
            _piece(track, stretch, conditioning, target),
            variant="clip",
            unknown=(),
            choice="a trio pianist's hands at full resolution, told apart by following them",
        )
        for stretch, conditioning, target in _hands_of(
            track, struck, first_s, first_s + WINDOW_S, LEAST_CLIP_BARS
        )
    ]


def _lateness(track: dict[str, Any], struck: Sequence[Struck], first_s: float) -> float:
    """How many seconds later than in a clip its strikes lie on the beats of the recording.

    The median over strikes that the transcribed window knows exactly.
    """
    exact: dict[int, list[float]] = {}
    for onset, _, pitch, _, snapped in track["notes"]:
        if snapped and first_s <= onset < first_s + WINDOW_S:
            exact.setdefault(pitch, []).append(onset)
    nearest = [
        min((other - onset for other in exact[pitch]), key=abs)
        for onset, _, pitch, _ in struck
        if pitch in exact
    ]
    matched = [late for late in nearest if abs(late) < MATCH_S]
    return median(matched) if len(matched) >= LEAST_MATCHES else CLIP_LATE_S


def _piece(
    track: dict[str, Any],
    stretch: TrioStretch,
    conditioning: tuple[Note, ...],
    target: tuple[Note, ...],
) -> Piece:
    seconds = [second for second, _ in track["beats"][stretch.first : stretch.last + 1]]
    return Piece(
        source="jtd",
        source_id=f"{track['id']}.{stretch.first}",
        target=target,
        conditioning=conditioning,
        tempo_bpm=round(60.0 / median(b - a for a, b in pairwise(seconds)), 2),
        beats_per_bar=int(track["time_signature"]),
        split=track.get("split"),
        licence=LICENCE,
        performer=track.get("pianist"),
        year=track.get("year"),
        choice="a trio pianist's hands, told apart by following them; beats "
        f"{stretch.first}–{stretch.last} of the recording",
        player="pianist",
        unknown=("velocity", "duration"),
    )
