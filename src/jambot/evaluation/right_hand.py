"""The figures of a pianist's right hand: strikes and the notes in them, and the line on their top.

Conventions as in `metrics.py`. Keys that go down within `STRIKE_S` are one strike, its notes from
the top downward; the top notes are the line. Only onsets and pitches count, for of most recordings
nobody knows how long or how loud a note was.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jambot.evaluation.metrics import STEP_SEMITONES, ChordLine, Chords
from jambot.music import Note, strikes
from jambot.music.note import STRIKE_S

PAUSE_S = 0.8
"""So long between two strikes is a long pause."""
RANGE_QUANTILES = 0.05, 0.95
"""The range is taken between these: one high note is no range."""


@dataclass(frozen=True, slots=True)
class RightHand:
    """What a right hand does, under the names that reports use.

    `strikes_per_beat` and `pauses_per_min` over the whole excerpt, `notes_per_strike`, `two_share`
    and `three_share` (of the strikes, those of at least so many notes), `interval_below` (median
    semitones from a strike's top note down to its others; None without any), of the line on top
    `step_share` (two semitones or less), `repeat_share`, `top_range` (semitones between its 5th and
    95th percentile) and `top_median`, and `in_harmony` (of all notes, those in the harmony of the
    left hand; None where there is none).
    """

    strikes_per_beat: float
    notes_per_strike: float
    two_share: float
    three_share: float
    interval_below: float | None
    step_share: float
    repeat_share: float
    top_range: float
    top_median: float
    pauses_per_min: float
    in_harmony: float | None


def right_hand(
    notes: Sequence[Note], chords: Chords | ChordLine, beats: float, tempo_bpm: float
) -> RightHand | None:
    """The figures of a right hand over an excerpt of `beats`; None for fewer than two strikes.

    >>> shell = [Note(0.0, 1.0, 72), Note(0.0, 1.0, 64), Note(0.0, 1.0, 60)]
    >>> found = right_hand([*shell, Note(1.0, 1.0, 74), Note(3.0, 1.0, 74)], (), 4.0, 120.0)
    >>> found.strikes_per_beat, round(found.notes_per_strike, 2), found.interval_below
    (0.75, 1.67, 10.0)
    >>> found.step_share, found.repeat_share, found.pauses_per_min
    (1.0, 0.5, 30.0)
    """
    struck = strikes(notes, STRIKE_S * tempo_bpm / 60.0)
    if len(struck) < 2:
        return None
    sizes = np.array([len(strike) for strike in struck])
    tops = np.array([strike[0].pitch for strike in struck])
    moves = np.abs(np.diff(tops))
    apart_s = np.diff([strike[0].onset_beats for strike in struck]) * 60.0 / tempo_bpm
    below = [strike[0].pitch - note.pitch for strike in struck for note in strike[1:]]
    low, high = np.quantile(tops, RANGE_QUANTILES)
    return RightHand(
        strikes_per_beat=len(struck) / beats,
        notes_per_strike=float(sizes.mean()),
        two_share=float((sizes >= 2).mean()),
        three_share=float((sizes >= 3).mean()),
        interval_below=float(np.median(below)) if below else None,
        step_share=float((moves <= STEP_SEMITONES).mean()),
        repeat_share=float((moves == 0).mean()),
        top_range=float(high - low),
        top_median=float(np.median(tops)),
        pauses_per_min=float((apart_s > PAUSE_S).sum()) / (beats / tempo_bpm),
        in_harmony=_in_harmony(struck, chords),
    )


def _in_harmony(struck: Sequence[Sequence[Note]], chords: Chords | ChordLine) -> float | None:
    line = chords if isinstance(chords, ChordLine) else ChordLine.of(chords)
    found = [(note.pitch % 12, line.at(note.onset_beats)) for strike in struck for note in strike]
    known = [pitch in classes for pitch, classes in found if classes is not None]
    return float(np.mean(known)) if known else None
