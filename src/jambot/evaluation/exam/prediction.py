"""How well a model foretells what a person played next: bits per note, and what the chords add.

The model hears the excerpt's hands and, token by token, the person's own solo; only tokens that it
would have to answer are counted, never those it is given, nor what nobody knows of the notes (the
loudness of a transcription). A note here is a strike: its top note, and the colours below it. That
no further note is struck is a choice about colour, not about time. Windows open at a bar line under
a fresh header, as in training, with a third of a window of the past where there is one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.generation import LanguageModel
from jambot.music import HarmonyChange, Note
from jambot.tokens import VOCABULARY, Prompt, encode
from jambot.tokens.codec import HEADER_LENGTH, by_tick
from jambot.tokens.vocabulary import PART_OF, PARTS

TRITONE, SEMITONE = 6, 1
"""How far away wrong chords lie: a dominant's guide tones survive the tritone, little the semitone.
"""
MAY_GO_ON = ("VEL", "COLOUR")
"""After these a strike may hold another note."""
NO_COLOUR = np.delete(np.arange(VOCABULARY.size), VOCABULARY.ids("COLOUR"))

COARSE = "timing_12", "duration_12"
ROUNDING = 0.05
"""In 12ths: files keep places in ticks."""


def _alike() -> tuple[NDArray[np.int64], ...]:
    """For each token, those that are the same on a grid of 12 places a beat.

    Two neighbouring 24ths are one place (0 and 1, 2 and 3 …), so that no note changes its beat; two
    lengths are one where they round up to the same number of 12ths. Other tokens are alone.
    """
    classes: dict[tuple[str, int], list[int]] = {}
    for token in range(VOCABULARY.size):
        name, value = VOCABULARY.field(token), VOCABULARY.value(token)
        coarse = {"POS": value // 2, "DUR": (value + 1) // 2}.get(name, value)
        classes.setdefault((name, coarse), []).append(token)
    found: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * VOCABULARY.size
    for tokens in classes.values():
        for token in tokens:
            found[token] = np.array(tokens)
    return tuple(found)


ALIKE = _alike()


@dataclass(frozen=True, slots=True)
class Surprise:
    """Information of one excerpt's strikes, in bits (sums, not yet per strike).

    `pitch` is the top notes', `colour` what the notes below cost, with the choice to have no more.
    `timing_12` and `duration_12` are the same notes on the prototype's grid: positions and lengths
    that fall together there count with their summed probability.
    """

    timing: float = 0.0
    pitch: float = 0.0
    duration: float = 0.0
    velocity: float = 0.0
    colour: float = 0.0
    timing_12: float = 0.0
    duration_12: float = 0.0
    notes: int = 0

    def __add__(self, other: "Surprise") -> "Surprise":
        sums = (getattr(self, f.name) + getattr(other, f.name) for f in fields(self))
        return Surprise(*sums)

    @property
    def parts(self) -> dict[str, float]:
        """Bits by what is told: `all`, its five parts, and `all_12`, the prototype's."""
        parts = {part: getattr(self, part) for part in PARTS}
        coarse = self.timing_12 + self.pitch + self.colour + self.duration_12
        return {"all": sum(parts.values()), **parts, "all_12": coarse}

    def per_note(self) -> dict[str, float]:
        """`parts` by strike; no strikes give zeros."""
        return {name: bits / max(self.notes, 1) for name, bits in self.parts.items()}


def bits_of(
    model: LanguageModel, excerpt: Excerpt, semitones: int = 0, only: Sequence[str] = ()
) -> Surprise:
    """The person's solo in the excerpt, as the model is surprised by it.

    Formula: -log2 p(token | past) summed over answered tokens, the softmax taken over the whole
    vocabulary. `semitones` moves the harmony alone (the notes stay): with a tritone, what
    `chord_swap` compares. `only` counts just these parts, which is quicker; what is unknown of the
    excerpt's notes costs nothing.
    Empty case: no note in the excerpt gives zeros.
    """
    asked = {part for part in only or PARTS if part not in excerpt.unknown}
    total = Surprise()
    for header, body, counted in windows_of(excerpt, model, semitones):
        wanted = {i for i in counted if asked & _told_at(body, i)}
        total += _window_surprise(model, header, body, wanted)
    return replace(total, notes=len(by_tick(excerpt.human)))


def _told_at(body: Sequence[int], i: int) -> set[str]:
    """The parts that the answer at place `i` decides."""
    part = PART_OF[VOCABULARY.field(body[i])]
    return {part, "colour"} if VOCABULARY.field(body[i - 1]) in MAY_GO_ON else {part}


def windows_of(
    excerpt: Excerpt, model: LanguageModel, semitones: int = 0
) -> Iterator[tuple[list[int], list[int], set[int]]]:
    """The person's solo in windows: a header, the tokens after it, and which of those are answered.

    The header names the player that the model is. Every answered token of the excerpt is counted in
    just one window. No notes give no window.
    """
    if not excerpt.human:
        return
    header, body, answered = _stream(excerpt, model.manner.player, semitones)
    context_length = model.context_length
    bars = [i for i, token in enumerate(body) if token == VOCABULARY.id("BAR")]
    room, at = context_length - HEADER_LENGTH, 0
    while at < len(body):
        behind = max(at - context_length // 3, 0)
        opening = max(bar for bar in bars if bar <= behind)
        end = min(opening + room, len(body))
        counted = {i - opening for i in range(max(at, opening + 1), end) if answered[i]}
        yield header, body[opening:end], counted
        at = max(at + 1, end)


def off_twelfths(notes: Sequence[Note]) -> int:
    """How many of the notes begin on no 12th of a beat.

    >>> off_twelfths([Note(1.0, 1.0, 60), Note(1 + 1 / 12, 1.0, 60), Note(1.29, 1.0, 60)])
    1
    """
    twelfths = [12 * note.onset_beats for note in notes]
    return sum(abs(place - round(place)) > ROUNDING for place in twelfths)


def swap_gap(
    model: LanguageModel,
    excerpt: Excerpt,
    right: Surprise | None = None,
    semitones: int = TRITONE,
) -> tuple[float, int]:
    """Bits of the top notes under chords so far away, less those under the right ones; strikes."""
    known = right or bits_of(model, excerpt, only=("pitch",))
    wrong = bits_of(model, excerpt, semitones, only=("pitch",))
    return wrong.pitch - known.pitch, known.notes


def _stream(
    excerpt: Excerpt, player: str, semitones: int
) -> tuple[list[int], list[int], list[bool]]:
    """Header, then the excerpt's tokens from its first bar line, and which of them are answered."""
    harmonies = [
        HarmonyChange(change.beat, change.harmony.transposed(semitones)) for change in excerpt.heard
    ]
    last = max(note.onset_beats for note in excerpt.human)
    prompt = Prompt(
        tuple(harmonies), excerpt.human, last, excerpt.tempo_bpm, excerpt.meter, player=player
    )
    stream = encode(prompt, excerpt.meter.bar_at(excerpt.start_beats))
    header, body = stream.ids[:HEADER_LENGTH], stream.ids[HEADER_LENGTH:]
    return header, body, stream.answered[HEADER_LENGTH:]


def _window_surprise(
    model: LanguageModel, header: Sequence[int], body: Sequence[int], counted: set[int]
) -> Surprise:
    """One window: tokens are appended up to each counted one, whose surprise is then taken."""
    model.rewind(0)
    pending = list(header)
    sums = dict.fromkeys((*PARTS, *COARSE), 0.0)
    for i, token in enumerate(body):
        if i in counted:
            model.append(pending)
            pending = []
            part, logits = PART_OF[VOCABULARY.field(token)], model.logits()
            ends = part != "colour" and "colour" in _told_at(body, i)
            choice = surprise_bits(logits, NO_COLOUR) if ends else 0.0
            sums["colour"] += choice
            sums[part] += surprise_bits(logits, token) - choice
            if f"{part}_12" in sums:
                sums[f"{part}_12"] += surprise_bits(logits, ALIKE[token]) - choice
        pending.append(token)
    return Surprise(
        sums["timing"], sums["pitch"], sums["duration"], sums["velocity"], sums["colour"],
        sums["timing_12"], sums["duration_12"],
    )  # fmt: skip


def surprise_bits(logits: NDArray[np.float32], tokens: int | NDArray[np.int64]) -> float:
    """-log2 of the probability that softmax(logits) gives to a token, or to all of these together.

    >>> surprise_bits(np.zeros(8, np.float32), 3)
    3.0
    >>> round(surprise_bits(np.zeros(8, np.float32), np.array([3, 4])), 6)
    2.0
    """
    exact = logits.astype(np.float64)
    exact -= exact.max()
    wanted = np.atleast_1d(exact[tokens])
    likely = np.log(np.exp(wanted - wanted.max()).sum()) + wanted.max()
    return float((np.log(np.exp(exact).sum()) - likely) / np.log(2.0))
