"""From logits to one token: temperature, top-p, guidance, and chance that can be repeated."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jambot.errors import UsageError
from jambot.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH

Logits = NDArray[np.float32]

_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """How the model's probabilities become notes.

    `temperature` 0 takes the likeliest token; `top_p` keeps the smallest set of pitches with that
    much probability, `rhythm_top_p` the same of places, lengths and loudness. `guidance` moves
    pitches by that many times the difference the heard harmony makes (0 leaves them as they are;
    more is further inside). `rest_bias` is added to the logit of playing no more in this beat;
    `breath` takes that much for each beat that a rest outlasts people's, and `haste` for each note
    too many in the last seconds. `centre` is the MIDI pitch that the line keeps around (the knob
    `register` moves it); None lets it wander. `figures` is added to the logit of a
    pitch that takes up an earlier figure. `sections` is how strongly rests lean towards the ends of
    sections, as people's do, where the form is known. `lowest` and `highest` bound the pitch.
    `primer_max_tokens` is how much of the solo a fresh window starts with. Raises UsageError for
    what cannot be played.
    """

    temperature: float = 1.0
    top_p: float = 0.98
    guidance: float = 0.75
    rhythm_top_p: float = 1.0
    rest_bias: float = 0.1
    breath: float = 0.3
    haste: float = 1.0
    centre: float | None = 66.0
    figures: float = 1.25
    sections: float = 1.0
    lowest: int = 48
    highest: int = 93
    primer_max_tokens: int = 64

    def __post_init__(self) -> None:
        """Refuse values that no music comes from."""
        pitches = LOWEST_PITCH <= self.lowest <= self.highest <= HIGHEST_PITCH
        finite = float("inf")
        for name, right, wanted in (
            ("temperature", 0 <= self.temperature < finite, "0 or more"),
            ("top_p", 0 <= self.top_p <= 1, "0 to 1"),
            ("rhythm_top_p", 0 <= self.rhythm_top_p <= 1, "0 to 1"),
            ("guidance", -finite < self.guidance < finite, "a number"),
            ("rest_bias", -finite < self.rest_bias < finite, "a number"),
            ("breath", 0 <= self.breath < finite, "0 or more"),
            ("haste", 0 <= self.haste < finite, "0 or more"),
            ("centre", self.centre is None or _on_piano(self.centre), "a MIDI pitch"),
            ("figures", 0 <= self.figures < finite, "0 or more"),
            ("sections", 0 <= self.sections < finite, "0 or more"),
            ("lowest", pitches, f"{LOWEST_PITCH} or more, and no higher than `highest`"),
            ("highest", pitches, f"{HIGHEST_PITCH} or less, and no lower than `lowest`"),
            ("primer_max_tokens", self.primer_max_tokens >= 0, "0 or more"),
        ):
            if not right:
                raise UsageError(f"{name} is {getattr(self, name)}", wanted)


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


def guided(heard: Logits, unheard: Logits, weight: float) -> Logits:
    """Log-probabilities moved `weight` times further in the direction the harmony points.

    log p(heard) + weight * (log p(heard) - log p(unheard)): classifier-free guidance (Ho & Salimans
    2021). Both arguments are logits over the same candidates.
    """
    sure, unsure = _log_softmax(heard), _log_softmax(unheard)
    return sure + weight * (sure - unsure)


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


def _on_piano(pitch: float) -> bool:
    return LOWEST_PITCH <= pitch <= HIGHEST_PITCH


def _log_softmax(logits: Logits) -> Logits:
    shifted = logits - logits.max()
    result: Logits = shifted - np.log(np.exp(shifted).sum())
    return result
