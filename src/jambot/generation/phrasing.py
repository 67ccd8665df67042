"""What leans on the model's choices: register, breath, haste, sections, figures, one key.

All are added to logits, and all are soft but the outermost bound of haste. They depend on nothing
but the line itself and the form, so that the same line so far goes on the same, offline and live.
They look back `MEMORY_BARS` at most. Their numbers come from the 351 Weimar solos of the training
side.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from jambot.music import Note
from jambot.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH

Logits = NDArray[np.float32]

MEMORY_BARS = 12
"""How far back the line counts: the stage's prompts hold 16 bars, and plan four ahead at most."""

EDGE_SEMITONES = 4.0
"""So far beyond, a pitch is e times less likely; twice as far, e⁴ times."""

SILENCE_BEATS = 2.4
"""Three rests of four are over by then (quartiles 0.7, 1.3, 2.4)."""
LONGEST_BEATS = 16.0
"""A silence counts no further."""

HASTE_S = 2.0
HASTE_NOTES = 18
"""So many notes in so many seconds are free: no held-out person keeps up more than 9.75 in one."""
LONG_HASTE_S = 4.0
MOST_NOTES = 40
"""More notes in so many seconds there are not: no held-out person's excerpt has them."""
MOST_A_BEAT = 11
"""Nor more in one beat. The lean alone let a model go on that is sure of the next sixteenth."""

PLACES_A_BAR = 4
EIGHTS = (0.14, 0.32, 0.42, 0.35, 0.21, 0.06, -0.01, -0.28, -0.35, -0.30, -0.17, -0.12)
TWELVES = (0.18, 0.30, 0.41, 0.59, 0.58, 0.27, -0.02, -0.60, -0.81, -0.70, -0.71, -0.38)
"""Log odds, less the mean, that people begin a note in each of the last twelve beats of eight bars,
and of a blues (125 and 65 training solos); before those they are within what chance gives."""

STRIKES = 8
"""So often a key may be struck in a row before another strike is leant against. In the training
solos 81 runs are so long; people end them by a quarter at each strike, and none goes past 29."""
STRIKE_LEAN = 0.25

FIGURE_INTERVALS = 3
"""A figure is known again by so many intervals."""


def register_lean(centre: float, free_semitones: float) -> Logits:
    """What is added to the pitch logits (88,): nothing around the `centre`, less and less beyond.

    Horns play nine notes of ten within 10 semitones of their median, pianists' tops within 14.
    """
    pitches = np.arange(LOWEST_PITCH, HIGHEST_PITCH + 1)
    beyond = np.maximum(np.abs(pitches - centre) - free_semitones, 0.0)
    lean: Logits = (-((beyond / EDGE_SEMITONES) ** 2)).astype(np.float32)
    return lean


def silence_lean(beats: float) -> float:
    """Beats by which a silence of this length outlasts what is usual, as a number below 0.

    People end a rest with the same chance in every beat (0.6); a model left alone gets stuck in
    long ones. Phrases need no such thing: people's, and the model's, end by 0.2 in every beat.

    >>> silence_lean(2.0), silence_lean(3.4), silence_lean(float("inf"))
    (0.0, -1.0, -13.6)
    """
    return min(SILENCE_BEATS - min(beats, LONGEST_BEATS), 0.0)


def haste_lean(onsets_s: Sequence[float], places_s: NDArray[np.float64]) -> Logits:
    """Notes beyond what is free that another one at each of `places_s` follows, as numbers below 0.

    Minus infinity where `MOST_NOTES` have been played. `onsets_s` are the line's so far, ascending,
    in seconds like the places. Where few training solos went (a beat of a second, three in a bar) a
    model may play more than hands can.

    >>> haste_lean([i / 20 for i in range(40)], np.array([2.0, 4.0, 4.1, 6.0])).tolist()
    [-inf, -inf, 0.0, 0.0]
    >>> haste_lean([i / 20 for i in range(30)], np.array([1.5, 2.5, 4.0])).tolist()
    [-12.0, -2.0, 0.0]
    """
    onsets = np.array(onsets_s)

    def since(seconds: float) -> NDArray[np.int64]:
        """How many notes lie within so many seconds before each place."""
        return len(onsets) - np.searchsorted(onsets, places_s - seconds, side="left")

    lean: Logits = np.minimum(HASTE_NOTES - since(HASTE_S), 0).astype(np.float32)
    lean[since(LONG_HASTE_S) >= MOST_NOTES] = -np.inf
    return lean


def section_lean(beat: float, top_beat: float, bars: int, beats_per_bar: int) -> float:
    """What people add to a rest in this beat: more at the end of a section, less before that.

    Sections are eight bars of forms that divide so, else choruses; forms under eight bars have
    none. 0 elsewhere.

    >>> [section_lean(beat, 0.0, 12, 4) for beat in (0, 40, 44, 92)]
    [0.0, -0.58, 0.81, 0.81]
    """
    if bars < 8:
        return 0.0
    section = 8 if bars % 8 == 0 else bars
    table = TWELVES if section == 12 else EIGHTS
    place = (beat - top_beat) % (section * beats_per_bar) * PLACES_A_BAR / beats_per_bar
    from_end = int(place) - section * PLACES_A_BAR
    return -table[from_end] if from_end >= -len(table) else 0.0


def struck_lean(line: Sequence[Note]) -> float:
    """What is added to striking the line's last key once more, 0 or below.

    >>> struck_lean([Note(float(i), 1.0, 60) for i in range(8)])
    0.0
    >>> struck_lean([Note(float(i), 1.0, 60) for i in range(12)])
    -1.0
    """
    strikes = 0
    for note in reversed(line):
        if note.pitch != line[-1].pitch:
            break
        strikes += 1
    return STRIKE_LEAN * min(STRIKES - strikes, 0)


def taken_up(line: Sequence[Note]) -> set[int]:
    """The pitches that would go on as the line did after its last `FIGURE_INTERVALS` before.

    A note struck again and again is no figure, nor are two in turn: leaning on them, the line would
    never leave them.

    >>> lick = [60, 62, 64, 65, 67]
    >>> taken_up([Note(float(i), 1.0, p) for i, p in enumerate(lick + [55, 57, 59, 60])])
    {62}
    """
    pitches = [note.pitch for note in line]
    steps = [b - a for a, b in pairwise(pitches)]
    n = FIGURE_INTERVALS
    last = steps[-n:]
    if all(a == -b for a, b in pairwise(last)):
        return set()
    return {pitches[-1] + steps[i] for i in range(n, len(steps)) if steps[i - n : i] == last}
