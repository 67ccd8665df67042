"""Keys found in what is played, and the chords that belong to them.

A key is known by how much each pitch class sounds: the profiles are the listeners' ratings of
Krumhansl and Kessler (*Psychological Review* 89, 1982).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jambot.music.chord import PITCH_CLASS_NAMES, Chord

Array = NDArray[np.float64]

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
KEYS = tuple(f"{name}-{mode}" for mode in ("maj", "min") for name in PITCH_CLASS_NAMES)
"""The 24 keys in the order of every array here, written as the Weimar collection writes them."""
AROUND_BEATS = 24
"""A local key is heard over this many beats either way."""
SHARP = 12.0
"""How far a key that fits better outweighs the others: correlations are multiplied by this."""

# Degree in semitones -> kinds of third and seventh that belong there, with their weights.
_IN_MAJOR: dict[int, dict[str, float]] = {
    0: {"maj": 10, "dom": 1.5}, 2: {"min": 6, "dom": 2, "hdim": 0.3}, 4: {"min": 3, "dom": 1.2},
    5: {"maj": 6, "min": 0.8, "dom": 1}, 7: {"dom": 7, "maj": 6, "sus": 2, "min": 0.6},
    9: {"min": 6, "dom": 2}, 11: {"hdim": 1, "dim": 0.6}, 10: {"maj": 0.8, "dom": 0.8},
    8: {"maj": 0.5}, 6: {"hdim": 0.3, "dim": 0.4}, 1: {"dim": 0.3, "dom": 0.3},
}  # fmt: skip
_IN_MINOR: dict[int, dict[str, float]] = {
    0: {"min": 10, "maj": 0.6}, 2: {"hdim": 3, "dim": 0.8}, 3: {"maj": 3.5},
    5: {"min": 5, "dom": 1}, 7: {"dom": 6, "min": 2, "maj": 2.5, "sus": 1},
    8: {"maj": 4, "dom": 1}, 10: {"maj": 3, "dom": 2},
    11: {"dim": 1.2}, 1: {"maj": 0.4, "dom": 0.4},
}  # fmt: skip
_ELSEWHERE = 0.15


def chord_class(chord: Chord) -> str:
    """What a chord does: maj, min, dom, hdim, dim or sus, by its third, fifth and seventh.

    An augmented triad counts as major, a dominant with whatever fifth as dominant.
    """
    has = {(pc - chord.root) % 12 for pc in chord.pitch_classes}
    if 4 in has:
        return "dom" if 10 in has else "maj"
    if 3 not in has:
        return "sus"
    if 6 in has and 7 not in has:
        return "hdim" if 10 in has else "dim"
    return "min"


def chord_prior(chords: Sequence[Chord | None]) -> Array:
    """(24 keys, chords): how likely each of `chords` is in each key, up to a factor."""
    table = np.empty((24, len(chords)))
    kinds = [(chord.root, chord_class(chord)) if chord else (0, "") for chord in chords]
    for key in range(24):
        degrees = _IN_MAJOR if key < 12 else _IN_MINOR
        table[key] = [
            degrees.get((root - key) % 12, {}).get(kind, _ELSEWHERE) for root, kind in kinds
        ]
    return np.asarray(table / 100.0)


def _profiles() -> Array:
    rows = [np.roll(profile, root) for profile in (MAJOR, MINOR) for root in range(12)]
    centred = np.array(rows) - np.mean(rows, axis=1, keepdims=True)
    return np.asarray(centred / np.linalg.norm(centred, axis=1, keepdims=True))


_PROFILES = _profiles()


def _correlations(sounding: Array) -> Array:
    """(n, 24) of (n, 12): Pearson's correlation with every key's profile; 0 where nothing is."""
    centred = sounding - sounding.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred @ _PROFILES.T / np.maximum(lengths, 1e-9))


def key_posterior(tones: Array) -> Array:
    """(beats, 24): how likely each key is around each beat, from (beats, 12) sounding time."""
    total = np.concatenate([np.zeros((1, 12)), np.cumsum(tones, axis=0)])
    beats = np.arange(len(tones))
    first = np.maximum(beats - AROUND_BEATS, 0)
    last = np.minimum(beats + AROUND_BEATS + 1, len(tones))
    fits = np.exp(SHARP * _correlations(total[last] - total[first]))
    return np.asarray(fits / fits.sum(axis=1, keepdims=True))


def find_key(tones: Array) -> str:
    """The name of the one key that fits (beats, 12) sounding time best."""
    return KEYS[int(_correlations(tones.sum(axis=0, keepdims=True)).argmax())]
