"""Which notes the bass walks through: the cheapest way through the coming slots.

Dynamic programming over pairs of notes, so that a cost may look at three notes in a row. The
weights follow what players are taught (Friedland, *Building Walking Bass Lines*, 1993: the root
where a chord begins, chord tones on strong beats, a chromatic or scale step or a fifth into the
next root). They were tuned on the table of `python -m lab band`.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from jambot.band.bass_rhythm import BassSlot
from jambot.band.feel import dice
from jambot.band.ground import scale_of
from jambot.music import Chord

LOWEST, HIGHEST = 28, 55
"""E1 to G3: an open E string, and where a thumb is not needed yet."""
PITCHES = np.arange(LOWEST, HIGHEST + 1)
CENTRE, WANDER, CONTOUR_BEATS = 39.0, 5.0, 8
"""Around Eb2; every two bars the line makes for another height, so far away."""
LUCK = 0.9
"""How far chance may prefer a note: between two that are nearly as good, and no more."""
COPIED = 0.6
"""What a note costs that stood at this place in the chorus before."""
ARRIVAL = {"root": 0.0, "third": 4.6, "fifth": 4.6, "other": 7.0}
STRONG = {"root": 0.3, "third": 0.5, "fifth": 0.5, "tone": 1.0, "scale": 2.2, "outside": 5.0}
WEAK = {"root": 0.7, "third": 0.4, "fifth": 0.4, "tone": 0.5, "scale": 0.5, "outside": 1.1}
OPENING = 0.5
"""A bar that goes on with its chord wants its root again, a little."""
LEAPS = (0.45, 0.1, 0.05, 0.3, 0.35, 0.35, 1.9, 0.5, 1.5, 1.8, 2.8, 3.4, 0.9)
"""By semitones: a repeat, steps, thirds, a fourth, the tritone, a fifth …; an octave."""
TOO_FAR = 9.0
APPROACH = {0: 1.6, 1: -1.25, 2: -0.7, 5: -0.45, 7: -0.45}
"""By semitones, into the root of a chord that begins; any other leap costs `NO_APPROACH`."""
NO_APPROACH = 0.5
CHOICES = 14
"""So many of the 28 pitches are tried in each slot, those that it wishes for most."""
UNRESOLVED = 3.0
"""A note outside the scale that does not go on by a semitone."""

Costs = NDArray[np.float64]


def _turns() -> Costs:
    """What three notes in a row cost beyond their two intervals."""
    first = PITCHES[:, None, None]
    second, third = PITCHES[None, :, None], PITCHES[None, None, :]
    one, two = second - first, third - second
    same_way = one * two > 0
    costs: Costs = np.where((first == third) & (one != 0), 1.0, 0.0)
    costs += np.where((np.abs(one) >= 5) & (np.abs(two) >= 3) & same_way, 1.2, 0.0)
    costs += np.where((np.abs(one) <= 2) & (np.abs(two) <= 2) & same_way, -0.15, 0.0)
    costs += np.where((one == 0) & (two == 0), 4.0, 0.0)
    costs += np.where(np.abs(third - first) > 14, 2.0, 0.0)
    return costs


def _leaps() -> Costs:
    by_distance: Costs = np.array([*LEAPS, *[TOO_FAR] * len(PITCHES)])[APART]
    return by_distance


APART = np.abs(PITCHES[:, None] - PITCHES[None, :])
TURNS, LEAP_COSTS = _turns(), _leaps()
APPROACH_COSTS = np.vectorize(lambda apart: APPROACH.get(apart, NO_APPROACH))(APART)
ARRIVING = LEAP_COSTS + APPROACH_COSTS
STAYING = np.where(APART == 0, 0.0, LEAP_COSTS)
STEPWISE = APART == 1
TURNS_BACK = np.ascontiguousarray(TURNS.transpose(2, 1, 0))


def search(
    slots: Sequence[BassSlot], before: Sequence[int], last_time: Sequence[int | None], seed: int
) -> list[int]:
    """The pitches of the slots; `before` are those of the last two notes, the newer last.

    `last_time` says what stood at each slot in the chorus before, None where that is not known.
    """
    if not slots:
        return []
    wishes = [_wishes(slot, last, seed) for slot, last in zip(slots, last_time, strict=True)]
    choices = [np.sort(np.argpartition(wish, CHOICES)[:CHOICES]) for wish in wishes]
    local = [wish[choice] for wish, choice in zip(wishes, choices, strict=True)]
    opening = local[0] + _from_before(slots[0], before)[choices[0]]
    if len(slots) == 1:
        return [int(PITCHES[choices[0][opening.argmin()]])]
    table = opening[:, None] + _pair(slots[1], slots[0])[np.ix_(*choices[:2])] + local[1]
    if before and slots[1].wants is None:
        table += TURNS[_place(before[-1])][np.ix_(*choices[:2])]
    chosen: list[NDArray[np.intp]] = []
    for i in range(2, len(slots)):
        # Three notes in a row, the oldest last, so that the least is sought along one row.
        through = table.T[None, :, :]
        if slots[i].wants is None:
            turn = TURNS_BACK[np.ix_(choices[i], choices[i - 1], choices[i - 2])]
            through = through + turn
        else:
            through = np.broadcast_to(through, (CHOICES, *table.T.shape))
        best = through.argmin(axis=2)
        chosen.append(best)
        pair = _pair(slots[i], slots[i - 1])[np.ix_(choices[i - 1], choices[i])]
        table = through.min(axis=2).T + pair + local[i]
    one, two = divmod(int(table.argmin()), CHOICES)
    walked = [two, one]
    for best in reversed(chosen):
        walked.append(int(best[walked[-2], walked[-1]]))
    return [
        int(PITCHES[choice[place]]) for choice, place in zip(choices, reversed(walked), strict=True)
    ]


def _place(pitch: int) -> int:
    return min(max(pitch, LOWEST), HIGHEST) - LOWEST


def _from_before(slot: BassSlot, before: Sequence[int]) -> Costs:
    """What the first slot costs after the notes that have been played."""
    if not before:
        return np.zeros(len(PITCHES))
    last = _place(before[-1])
    costs: Costs = _pair(slot, None)[last]
    if len(before) > 1 and slot.wants is None:
        costs = costs + TURNS[_place(before[-2]), last]
    return costs


def _pair(slot: BassSlot, before: BassSlot | None) -> Costs:
    """What going to this slot from the one before costs, from each pitch to each."""
    if slot.wants is not None:
        return STAYING
    costs = ARRIVING if slot.arrives else LEAP_COSTS
    return costs if before is None else costs + _unresolved(before.chord)


@lru_cache(512)
def _unresolved(chord: Chord) -> Costs:
    """What leaving a note outside the chord's scale costs, other than by a semitone."""
    outside = ~np.isin(PITCHES % 12, list(scale_of(chord)))
    return np.where(outside[:, None] & ~STEPWISE, UNRESOLVED, 0.0)


@lru_cache(512)
def _wishes(slot: BassSlot, last_time: int | None, seed: int) -> Costs:
    """What each pitch costs in this slot by itself: the chord, the height, chance."""
    by_class = np.array([_class_cost(slot, pc) for pc in range(12)])
    luck = dice(seed, "bass", slot.beat)
    height = dice(seed, "height", slot.beat // CONTOUR_BEATS).uniform(-WANDER, WANDER) + CENTRE
    costs: Costs = by_class[PITCHES % 12] + 0.5 * ((PITCHES - height) / 8.0) ** 2
    costs += LUCK * np.array([luck.random() for _ in PITCHES])
    costs += np.where(last_time == PITCHES, COPIED, 0.0)
    return costs


def _class_cost(slot: BassSlot, pitch_class: int) -> float:
    chord, above = slot.chord, (pitch_class - slot.chord.root) % 12
    degree = "third" if above in (3, 4) else "fifth" if above in (6, 7, 8) else "tone"
    belongs = pitch_class in chord.pitch_classes or pitch_class == chord.bass
    if slot.wants is not None:
        return 0.0 if pitch_class == slot.wants else 20.0
    if slot.arrives:
        if pitch_class == chord.bass:
            return ARRIVAL["root"]
        return ARRIVAL.get(degree, ARRIVAL["other"]) if belongs else ARRIVAL["other"] + 2.0
    weights = STRONG if slot.strong else WEAK
    if pitch_class == chord.bass:
        return weights["root"] - (OPENING if slot.opens else 0.0)
    if belongs:
        return weights[degree]
    return weights["scale" if pitch_class in scale_of(chord) else "outside"]
