"""From logits to one token: temperature, top-p, guidance, and chance that can be repeated."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from jambot.errors import UsageError
from jambot.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH

Logits = NDArray[np.float32]

_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Phrasing:
    """What leans on a player's line, see `generation.phrasing`.

    `rest_bias` is added to the logit of playing no more in this beat; `breath` takes that much for
    each beat that a rest outlasts people's, and `haste` for each strike too many in the last
    seconds. `centre` is the MIDI pitch that the line keeps around (the knob `register` moves it);
    0 lets it wander. `free_semitones` on either side of it nothing leans. `figures` is added to the
    logit of a pitch that takes up an earlier figure, and `chord_bias` to the logits of striking
    another key below the last. `lowest` and `highest` bound the pitch.
    """

    rest_bias: float
    breath: float
    haste: float
    centre: float
    free_semitones: float
    figures: float
    chord_bias: float
    lowest: int
    highest: int


LINE = Phrasing(0.1, 0.3, 1.0, 66.0, 10.0, 1.25, 0.0, 48, 93)
"""Horns and voices, found on the Weimar solos."""
PHRASING: Mapping[str, Phrasing] = {
    "pianist": Phrasing(0.1, 0.1, 1.0, 75.0, 20.0, 0.25, -0.55, 45, 103),
    "horn": LINE,
    "voice": LINE,
}
"""What is usual for whom a model learnt to play like."""


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """How the model's probabilities become notes.

    `temperature` 0 takes the likeliest token; `top_p` keeps the smallest set of pitches with that
    much probability, `rhythm_top_p` the same of places, lengths and loudness. `guidance` moves
    pitches by that many times the difference the heard harmony makes (0 leaves them as they are;
    more is further inside). `sections` is how strongly rests lean towards the ends of
    sections, as people's do, where the form is known. `primer_max_tokens` is how much of the solo a
    fresh window starts with. The rest is `Phrasing`; None is what is usual for the player. Raises
    UsageError for what cannot be played.
    """

    temperature: float = 1.0
    top_p: float = 0.98
    guidance: float = 0.75
    rhythm_top_p: float = 1.0
    rest_bias: float | None = None
    breath: float | None = None
    haste: float | None = None
    centre: float | None = None
    free_semitones: float | None = None
    figures: float | None = None
    chord_bias: float | None = None
    sections: float = 1.0
    lowest: int | None = None
    highest: int | None = None
    primer_max_tokens: int = 64

    def __post_init__(self) -> None:
        """Refuse values that no music comes from."""
        finite = float("inf")
        for name, right, wanted in (
            ("temperature", 0 <= self.temperature < finite, "0 or more"),
            ("top_p", 0 <= self.top_p <= 1, "0 to 1"),
            ("rhythm_top_p", 0 <= self.rhythm_top_p <= 1, "0 to 1"),
            ("guidance", -finite < self.guidance < finite, "a number"),
            ("sections", 0 <= self.sections < finite, "0 or more"),
            ("primer_max_tokens", self.primer_max_tokens >= 0, "0 or more"),
        ):
            if not right:
                raise UsageError(f"{name} is {getattr(self, name)}", wanted)
        for player in PHRASING:
            _check(self.phrasing(player))

    def phrasing(self, player: str, chord_bias: float | None = None) -> Phrasing:
        """What leans on the line of such a player: the usual, but for what is set here.

        `chord_bias` is what is usual for the model, None what is usual for its player.
        """
        usual = PHRASING[player]
        if chord_bias is not None:
            usual = replace(usual, chord_bias=chord_bias)
        asked = {field.name: getattr(self, field.name) for field in fields(Phrasing)}
        return replace(usual, **{name: v for name, v in asked.items() if v is not None})


def choose(logits: Logits, temperature: float, top_p: float, chance: float) -> int:
    """The index drawn from `logits` by `chance` in [0, 1); -inf entries are never drawn."""
    if temperature <= 0:
        return int(np.argmax(logits))
    scaled = (logits - logits.max()) / temperature
    weights = np.exp(scaled, dtype=np.float64)
    order = np.argsort(-weights, kind="stable")
    cumulated = np.cumsum(weights[order]) / weights.sum()
    kept = int(np.searchsorted(cumulated, top_p)) + 1
    place = int(np.searchsorted(cumulated[:kept], chance * cumulated[min(kept, len(order)) - 1]))
    return int(order[min(place, kept - 1)])


def share(logits: Logits, others: Logits, temperature: float) -> float:
    """The probability of any of `logits` where one of these or of `others` is drawn.

    Temperature 0 gives 1 where the likeliest is among `logits`, else 0; nothing possible gives 0.
    """
    best, best_other = logits.max(), others.max()
    if temperature <= 0 or not np.isfinite(best):
        return float(best > best_other)
    most = max(best, best_other)
    mass = np.exp((logits - most) / temperature, dtype=np.float64).sum()
    return float(mass / (mass + np.exp((others - most) / temperature, dtype=np.float64).sum()))


def guided(heard: Logits, unheard: Logits, weight: float) -> Logits:
    """Log-probabilities moved `weight` times further in the direction the harmony points.

    log p(heard) + weight * (log p(heard) - log p(unheard)): classifier-free guidance (Ho & Salimans
    2021). Both arguments are logits over the same candidates.
    """
    sure, unsure = _log_softmax(heard), _log_softmax(unheard)
    return sure + weight * (sure - unsure)


def still_to_guide(wanted: float, held: float) -> float:
    """The weight for `guided` where the logits with harmony hold the guidance `held` already.

    They lie `1 + held` times as far from those without as the plain ones do.

    >>> still_to_guide(0.75, 0.0), still_to_guide(0.75, 0.75), still_to_guide(2.5, 0.75)
    (0.75, 0.0, 1.0)
    """
    return (1.0 + wanted) / (1.0 + held) - 1.0


def chance(seed: int, *place: int) -> float:
    """A number in [0, 1) that depends on the seed and the place alone (SplitMix64, Steele 2014).

    Where a note falls decides its chance, not how often the plan was rewritten: the same harmony
    heard at the same time gives the same solo, offline and live.
    """
    state = seed & _MASK
    for part in place:
        state = (state ^ (part & _MASK)) + 0x9E3779B97F4A7C15 & _MASK
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ state >> 27) * 0x94D049BB133111EB & _MASK
        state ^= state >> 31
    return (state >> 11) / (1 << 53)


def _check(phrasing: Phrasing) -> None:
    finite = float("inf")
    pitches = LOWEST_PITCH <= phrasing.lowest <= phrasing.highest <= HIGHEST_PITCH
    centre = phrasing.centre == 0 or LOWEST_PITCH <= phrasing.centre <= HIGHEST_PITCH
    for name, right, wanted in (
        ("rest_bias", -finite < phrasing.rest_bias < finite, "a number"),
        ("breath", 0 <= phrasing.breath < finite, "0 or more"),
        ("haste", 0 <= phrasing.haste < finite, "0 or more"),
        ("centre", centre, "a MIDI pitch, or 0 for none"),
        ("free_semitones", 0 <= phrasing.free_semitones < finite, "0 or more"),
        ("figures", 0 <= phrasing.figures < finite, "0 or more"),
        ("chord_bias", -finite < phrasing.chord_bias < finite, "a number"),
        ("lowest", pitches, f"{LOWEST_PITCH} or more, and no higher than `highest`"),
        ("highest", pitches, f"{HIGHEST_PITCH} or less, and no lower than `lowest`"),
    ):
        if not right:
            raise UsageError(f"{name} is {getattr(phrasing, name)}", wanted)


def _log_softmax(logits: Logits) -> Logits:
    shifted = logits - logits.max()
    result: Logits = shifted - np.log(np.exp(shifted).sum())
    return result
