"""What `chord_finder` knows of chords: which tones sound in each, and which chord follows which.

Chords stand in groups of one layer, root and kind; a change of chord is judged by group. Hands that
leave the root to a bass player mostly go on doing so: chords without their root are a layer of
their own.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from jambot.music.chord import Chord, chord_of
from jambot.music.key import chord_prior

Array = NDArray[np.float64]

# The share of the sounding time that a tone takes by its work in the chord; rules of thumb, moved
# until the agreement on training songs stopped rising.
ROOT, THIRD, FIFTH, SEVENTH, NINTH, COLOUR, STRANGER = 4.0, 4.0, 3.0, 3.0, 2.5, 0.6, 0.25
KINDS = ("maj", "min", "dom", "other")
NEVER = -1e6


@dataclass(frozen=True, slots=True)
class Tones:
    """A quality: its kind, the shares of its tones (intervals above the root), its colours.

    `rare` is how likely it is before anything is heard, as a natural logarithm.
    """

    quality: str
    kind: str
    shares: dict[int, float]
    colours: tuple[int, ...] = ()
    rare: float = 0.0


ROOTED = (
    Tones("", "maj", {0: ROOT, 4: THIRD, 7: FIFTH}, (2, 9, 11), 0.3),
    Tones("maj7", "maj", {0: ROOT, 4: THIRD, 7: FIFTH, 11: SEVENTH}, (2, 6, 9)),
    Tones("6", "maj", {0: ROOT, 4: THIRD, 7: FIFTH, 9: SEVENTH}, (2,), -0.8),
    Tones("aug", "maj", {0: ROOT, 4: THIRD, 8: FIFTH}, (2,), -1.5),
    Tones("m", "min", {0: ROOT, 3: THIRD, 7: FIFTH}, (2, 5, 10)),
    Tones("m7", "min", {0: ROOT, 3: THIRD, 7: FIFTH, 10: SEVENTH}, (2, 5)),
    Tones("m6", "min", {0: ROOT, 3: THIRD, 7: FIFTH, 9: SEVENTH}, (2, 11), -1.0),
    Tones("7", "dom", {0: ROOT, 4: THIRD, 7: FIFTH, 10: SEVENTH}, (1, 2, 3, 6, 8, 9)),
    Tones("7sus4", "dom", {0: ROOT, 5: THIRD, 7: FIFTH, 10: SEVENTH}, (2, 9), -0.8),
    Tones("m7b5", "other", {0: ROOT, 3: THIRD, 6: FIFTH, 10: SEVENTH}, (2, 5, 8), -0.5),
    Tones("dim7", "other", {0: ROOT, 3: THIRD, 6: FIFTH, 9: SEVENTH}, (), -0.8),
    Tones("dim", "other", {0: ROOT, 3: THIRD, 6: FIFTH}, (), -0.8),
    Tones("sus4", "other", {0: ROOT, 5: THIRD, 7: FIFTH}, (2,), -0.6),
)
ROOTLESS = (
    Tones("maj7", "maj", {4: THIRD, 11: SEVENTH, 2: NINTH, 7: FIFTH}, (9, 6)),
    Tones("6", "maj", {4: THIRD, 9: SEVENTH, 2: NINTH, 7: FIFTH}),
    Tones("m7", "min", {3: THIRD, 10: SEVENTH, 2: NINTH, 7: FIFTH}, (5,)),
    Tones("7", "dom", {4: THIRD, 10: SEVENTH, 2: NINTH, 9: NINTH, 7: 1.5}, (1, 3, 6, 8)),
    Tones("m7b5", "other", {3: THIRD, 6: FIFTH, 10: SEVENTH}, (5, 8)),
)
LAYERS = (ROOTED, ROOTLESS)
SLOTS = max(sum(t.kind == kind for t in layer) for layer in LAYERS for kind in KINDS)
GROUPS = len(LAYERS) * 12 * len(KINDS)

# kind -> kind that follows -> semitones its root lies higher -> per cent of all changes, as counted
# in the written chords of the training songs of POP909, OpenEWLD and Weimar (each a third); a
# change that is not here: 0.5.
FOLLOWS = {
    "maj": {
        "maj": {2: 7, 5: 15, 7: 10, 10: 2},
        "min": {0: 2, 2: 8, 4: 2, 5: 2, 9: 8, 11: 3},
        "dom": {0: 3, 2: 2, 3: 2, 5: 2, 7: 7, 9: 4, 11: 2},
    },
    "min": {
        "maj": {1: 2, 3: 4, 5: 6, 7: 2, 8: 9, 10: 8},
        "min": {2: 2, 5: 11, 7: 5, 10: 3},
        "dom": {5: 25, 7: 5, 10: 2},
        "other": {2: 2},
    },
    "dom": {
        "maj": {0: 3, 1: 2, 3: 2, 5: 38, 8: 2},
        "min": {2: 2, 5: 18},
        "dom": {5: 10, 7: 2, 11: 2},
    },
    "other": {
        "maj": {0: 7, 1: 3, 3: 2, 5: 9, 6: 4, 10: 4, 11: 2},
        "min": {1: 3, 2: 3, 5: 6, 7: 2, 8: 2, 10: 4, 11: 3},
        "dom": {0: 3, 1: 3, 3: 2, 5: 18, 6: 2},
        "other": {2: 2, 5: 2},
    },
}  # fmt: skip
UNUSUAL = 0.5


@dataclass(frozen=True, slots=True)
class States:
    """Every chord: `SLOTS` of each group, group by group; `chords` is None in unused slots.

    `tones` and `basses` (states, 12): log shares of each pitch class, of the lowest note's; `rare`
    (states,); `triad` and `rootless` (states,): 1 for a major or minor triad, for a chord without
    its root; `prior` (24 keys, states).
    """

    chords: tuple[Chord | None, ...]
    tones: Array
    basses: Array
    rare: Array
    triad: Array
    rootless: Array
    prior: Array


def _states() -> States:
    chords: list[Chord | None] = []
    tones, basses, rare = [], [], []
    for layer in LAYERS:
        for root in range(12):
            for kind in KINDS:
                here = [quality for quality in layer if quality.kind == kind]
                for quality in here:
                    chords.append(chord_of(root, quality.quality))
                    tones.append(np.roll(_shares(quality), root))
                    basses.append(np.roll(_bass_shares(quality), root))
                    rare.append(quality.rare)
                for _ in range(SLOTS - len(here)):
                    chords.append(None)
                    tones.append(np.zeros(12))
                    basses.append(np.zeros(12))
                    rare.append(NEVER)
    perfect = {(0, 4, 7), (0, 3, 7)}
    triad = [
        chord is not None and tuple((pc - chord.root) % 12 for pc in chord.pitch_classes) in perfect
        for chord in chords
    ]
    rootless = np.arange(len(chords)) >= len(chords) // 2
    return States(
        tuple(chords), np.array(tones), np.array(basses), np.array(rare),
        np.array(triad, dtype=float), rootless.astype(float), chord_prior(chords),
    )  # fmt: skip


def _shares(quality: Tones) -> Array:
    shares = np.full(12, STRANGER)
    shares[list(quality.colours)] = COLOUR
    for tone, share in quality.shares.items():
        shares[tone] = share
    return np.asarray(np.log(shares / shares.sum()))


def _bass_shares(quality: Tones) -> Array:
    """The root mostly, else a chord tone; without the root whatever lies lowest."""
    shares = np.full(12, 0.02)
    shares[list(quality.shares)] = 0.12
    if 0 in quality.shares:
        shares[0] = 0.9
    return np.asarray(np.log(shares / shares.sum()))


@cache
def moves() -> Array:
    """(groups, groups) from -> to: how usual a change is, natural logarithm, layers aside."""
    table = np.empty((GROUPS, GROUPS))
    kinds = len(KINDS)
    for before in range(GROUPS):
        for after in range(GROUPS):
            by = (after // kinds - before // kinds) % 12
            follows = FOLLOWS[KINDS[before % kinds]].get(KINDS[after % kinds], {})
            table[before, after] = np.log(follows.get(by, UNUSUAL))
    return table


@cache
def layer_changes() -> NDArray[np.bool_]:
    """(groups, groups): does this change begin or stop leaving the root out?"""
    layers = np.arange(GROUPS) // (12 * len(KINDS))
    return np.asarray(layers[:, None] != layers[None, :])


STATES = _states()
