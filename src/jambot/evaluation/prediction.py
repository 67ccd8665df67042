"""How well a model foretells what a person played next: bits per note, and what the chords add.

The model hears the excerpt's hands and, token by token, the person's own solo; only tokens that it
would have to answer are counted, never those it is given. Windows open at a bar line under a fresh
header, as in training, with a third of a window of the past where there is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from jambot.evaluation.excerpts import Excerpt
from jambot.generation import LanguageModel
from jambot.music import HarmonyChange, harmony_changes
from jambot.tokens import VOCABULARY, Prompt, encode
from jambot.tokens.codec import HEADER_LENGTH
from jambot.tokens.vocabulary import PART_OF

TRITONE = 6


@dataclass(frozen=True, slots=True)
class Bits:
    """Information of one excerpt's notes, in bits (sums, not yet per note)."""

    timing: float = 0.0
    pitch: float = 0.0
    duration: float = 0.0
    velocity: float = 0.0
    notes: int = 0

    def __add__(self, other: "Bits") -> "Bits":
        sums = (getattr(self, f.name) + getattr(other, f.name) for f in fields(self))
        return Bits(*sums)

    def per_note(self) -> dict[str, float]:
        """Bits per note: `all`, and its parts; no notes give zeros."""
        n = max(self.notes, 1)
        parts = {part: getattr(self, part) / n for part in dict.fromkeys(PART_OF.values())}
        return {"all": sum(parts.values()), **parts}


def bits_of(
    model: LanguageModel, excerpt: Excerpt, semitones: int = 0, only: Sequence[str] = ()
) -> Bits:
    """The person's solo in the excerpt, as the model is surprised by it.

    Formula: -log2 p(token | past) summed over answered tokens, the softmax taken over the whole
    vocabulary. `semitones` moves the harmony alone (the notes stay): with a tritone, what
    `chord_swap` compares. `only` counts just these parts, which is quicker.
    Empty case: no note in the excerpt gives zeros.
    """
    if not excerpt.human:
        return Bits()
    header, body, answered = _stream(excerpt, semitones)
    bars = [i for i, token in enumerate(body) if token == VOCABULARY.id("BAR")]
    room = model.context_length - HEADER_LENGTH
    total, at = Bits(), 0
    while at < len(body):
        behind = max(at - model.context_length // 3, 0)
        opening = max(bar for bar in bars if bar <= behind)
        end = min(opening + room, len(body))
        counted = {i for i in range(max(at, opening + 1), end) if answered[i]}
        if only:
            counted = {i for i in counted if PART_OF[VOCABULARY.field(body[i])] in only}
        total += _window_bits(model, header, body[opening:end], {i - opening for i in counted})
        at = max(at + 1, end)
    return replace(total, notes=len(excerpt.human))


def swap_gap(
    model: LanguageModel, excerpt: Excerpt, right: Bits | None = None
) -> tuple[float, int]:
    """Pitch bits under the chords a tritone away, less those under the right ones; and notes."""
    known = right or bits_of(model, excerpt, only=("pitch",))
    wrong = bits_of(model, excerpt, TRITONE, only=("pitch",))
    return wrong.pitch - known.pitch, known.notes


def _stream(excerpt: Excerpt, semitones: int) -> tuple[list[int], list[int], list[bool]]:
    """Header, then the excerpt's tokens from its first bar line, and which of them are answered."""
    harmonies = [
        HarmonyChange(change.beat, change.harmony.transposed(semitones))
        for change in harmony_changes(excerpt.conditioning)
    ]
    last = max(note.onset_beats for note in excerpt.human)
    prompt = Prompt(tuple(harmonies), excerpt.human, last, excerpt.tempo_bpm, excerpt.meter)
    stream = encode(prompt, excerpt.meter.bar_at(excerpt.start_beats))
    header, body = stream.ids[:HEADER_LENGTH], stream.ids[HEADER_LENGTH:]
    return header, body, stream.answered[HEADER_LENGTH:]


def _window_bits(
    model: LanguageModel, header: Sequence[int], body: Sequence[int], counted: set[int]
) -> Bits:
    """One window: tokens are appended up to each counted one, whose surprise is then taken."""
    model.rewind(0)
    pending, sums = list(header), dict.fromkeys(PART_OF.values(), 0.0)
    for i, token in enumerate(body):
        if i in counted:
            model.append(pending)
            pending = []
            sums[PART_OF[VOCABULARY.field(token)]] += surprise_bits(model.logits(), token)
        pending.append(token)
    return Bits(sums["timing"], sums["pitch"], sums["duration"], sums["velocity"])


def surprise_bits(logits: NDArray[np.float32], token: int) -> float:
    """-log2 of the probability that softmax(logits) gives to `token`.

    >>> surprise_bits(np.zeros(8, np.float32), 3)
    3.0
    """
    exact = logits.astype(np.float64)
    top = exact.max()
    return float((top + np.log(np.exp(exact - top).sum()) - exact[token]) / np.log(2.0))
