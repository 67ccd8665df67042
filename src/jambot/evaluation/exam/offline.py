"""The offline exam: models improvise over held-out tunes beside people and two baselines.

Every soloist plays the same excerpts and is measured by the same functions over the same chords.
With the model itself at hand (not only its notes) its `bits_per_note` and `chord_swap` are taken
as well. Each soloist's result is whole by itself, so that a long exam can be cut off and resumed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from jambot.evaluation.exam.agreement import agreement
from jambot.evaluation.exam.copying import SHAPE_NOTES, KnownLines
from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.human_band import inside
from jambot.evaluation.exam.listening import Followed, followed
from jambot.evaluation.exam.prediction import Surprise, bits_of, off_twelfths, swap_gap
from jambot.evaluation.exam.realism import realism_auc
from jambot.evaluation.exam.results import BEYOND_NOTES, Result, attempt
from jambot.evaluation.exam.soloists import PEOPLE, Soloist
from jambot.evaluation.gates import Judged, judge
from jambot.evaluation.headline import headline
from jambot.evaluation.spread import ratio_interval
from jambot.generation import Generator, LanguageModel

Progress = Callable[[str, int, int], None]
"""Told the step, how many of its parts are done, and of how many."""
Pairs = dict[str, list[tuple[float, float]]]


def _silent(step: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Questions:
    """What is asked of every soloist.

    `whole` are the excerpts' tunes at full length, on which `bits_per_note` and
    `chord_swap.gap_bits` are taken. `known` are the training set's lines, for `copy_rate`;
    `reference` the model that the soloist named `compared` is compared with.
    """

    excerpts: Sequence[Excerpt]
    whole: Sequence[Excerpt] = ()
    known: KnownLines | None = None
    seed: int = 1
    reference: LanguageModel | None = None
    compared: str = ""


def examine(soloist: Soloist, asked: Questions, tell: Progress = _silent) -> Result:
    """Everything that can be asked of one soloist."""
    attempts, took, cpu = [], list[float](), 0.0
    for done, excerpt in enumerate(asked.excerpts):
        tell("improvising", done, len(asked.excerpts))
        solo = soloist.solo(excerpt, asked.seed + done)
        attempts.append(attempt(excerpt, solo.notes))
        took += solo.note_ms
        cpu += solo.cpu_ms
    model = soloist.model if soloist.asked != "notes" else None
    bits: dict[str, Any] | None = None
    swap: dict[str, Any] = {}
    same = None
    if model and soloist.asked == "all":
        bits, swap = _predictions(model, asked.whole or asked.excerpts, tell)
    if model:
        swap |= _listening(Generator(model, soloist.sampling, asked.seed), asked, tell)
    if model and asked.reference and soloist.name == asked.compared:
        tell("comparing with the reference", 0, 1)
        same = agreement(model, asked.reference, asked.excerpts)
    tell("comparing with people", 0, 1)
    person = soloist.name == PEOPLE
    return Result(
        soloist.name,
        tuple(attempts),
        bits,
        swap or None,
        None if person else realism_auc([(a.excerpt, a.solo) for a in attempts]),
        _copying([(a.excerpt.tune, a.solo) for a in attempts], asked.known),
        asdict(same) if same else None,
        _times(took, cpu) if model else None,
        asdict(soloist.sampling) if model else {},
    )


@dataclass(frozen=True)
class Exam:
    """Everything an exam found: results by soloist, people first; `model` is whom it is about."""

    results: Mapping[str, Result]
    model: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)

    def inside(self, who: str) -> dict[str, bool]:
        """Which of the seven figures lie in the middle half of people on the same excerpts."""
        return inside(self.results[who].spreads, self.results[PEOPLE].spreads)

    @property
    def figures(self) -> dict[str, Any]:
        """The model's medians under the names that every report uses; gates are judged on these."""
        result, people = self.results[self.model], self.results[PEOPLE]
        figures = _nested({name: found.median for name, found in result.spreads.items()})
        figures["notes"] = sum(len(attempt.solo) for attempt in result.attempts)
        figures |= {name: getattr(result, name) for name in BEYOND_NOTES}
        if result.copy_rate and people.copy_rate:
            mine, theirs = result.copy_rate["rate"], people.copy_rate["rate"]
            beside = {"people": theirs, "excess": mine - theirs}
            figures["copy_rate"] = dict(result.copy_rate) | beside
        within = self.inside(self.model)
        figures["inside_human_iqr"] = {"count": sum(within.values()), "of": len(within)}
        return figures

    @property
    def gates(self) -> list[Judged]:
        """The gates that a model can be judged on offline."""
        return judge(self.figures, "exam")

    def as_dict(self) -> dict[str, Any]:
        """`offline.json`: the model's medians at the top level, then everything by soloist."""
        return {
            "kind": "exam",
            "headline": headline(self.figures, "exam", self.gates),
            "model": self.model,
            **self.figures,
            "gates": [gate.as_dict() for gate in self.gates],
            "soloists": {
                who: {"inside_human_iqr": self.inside(who), **result.as_dict()}
                for who, result in self.results.items()
            },
            "excerpts": [
                {"sample_id": a.excerpt.sample_id, "tune": a.excerpt.tune, "soloist": who, **a.row}
                for who, result in self.results.items()
                for a in result.attempts
            ],
            "settings": dict(self.settings),
            "machine": dict(self.machine),
        }


def _copying(
    solos: Sequence[tuple[str, Sequence[Any]]], known: KnownLines | None
) -> dict[str, Any] | None:
    """Rates of known runs by their length (`rate`: eight notes), and the longest, in notes."""
    if known is None or known.rate([solo for _, solo in solos], 8) is None:
        return None
    pairs: Pairs = {}
    for tune, solo in solos:
        found, runs = known.counts(solo, 8)
        pairs.setdefault(tune, []).append((float(found), float(runs)))
    notes = [solo for _, solo in solos]
    longest = [known.longest(solo) for solo in notes]
    rates = {f"rate_{n}": known.rate(notes, n) for n in SHAPE_NOTES if n != 8}
    return {
        "rate": known.rate(notes, 8),
        "rate_ci": ratio_interval(pairs),
        **rates,
        "longest": max(longest),
        "longest_median": float(np.median(longest)),
    }


def _predictions(
    model: LanguageModel, excerpts: Sequence[Excerpt], tell: Progress
) -> tuple[dict[str, Any], dict[str, Any]]:
    """`bits_per_note` with an interval for each part (`ci`), and the gap.

    `off_12` is the share of the notes that lie on no 12th of a beat.
    """
    total, gap = Surprise(), 0.0
    parts: dict[str, Pairs] = {name: {} for name in total.parts}
    gaps: Pairs = {}
    for done, excerpt in enumerate(excerpts):
        tell("foretelling", done, len(excerpts))
        bits = bits_of(model, excerpt)
        total += bits
        for name, value in bits.parts.items():
            parts[name].setdefault(excerpt.tune, []).append((value, float(bits.notes)))
        wider, notes = swap_gap(model, excerpt, bits)
        gap += wider
        gaps.setdefault(excerpt.tune, []).append((wider, float(notes)))
    intervals = {name: ratio_interval(pairs) for name, pairs in parts.items()}
    off = sum(off_twelfths(excerpt.human) for excerpt in excerpts) / max(total.notes, 1)
    per_note = {**total.per_note(), "notes": total.notes, "off_12": off, "ci": intervals}
    return per_note, {"gap_bits": gap / max(total.notes, 1), "gap_bits_ci": ratio_interval(gaps)}


def _listening(generator: Generator, asked: Questions, tell: Progress) -> dict[str, Any]:
    total = Followed()
    swapped: Pairs = {}
    plain: Pairs = {}
    for done, excerpt in enumerate(asked.excerpts):
        tell("listening", done, len(asked.excerpts))
        generator.seed = asked.seed + done
        generator.forget()
        found = followed(generator, excerpt)
        total += found
        swapped.setdefault(excerpt.tune, []).append((found.swapped_inside, found.swapped_notes))
        plain.setdefault(excerpt.tune, []).append((found.inside, found.notes))
    intervals = {"followed_ci": ratio_interval(swapped), "unswapped_ci": ratio_interval(plain)}
    return total.as_dict() | intervals


def _times(took: Sequence[float], cpu_ms: float) -> dict[str, float] | None:
    """Milliseconds a note: `n`, `mean`, `p50`, `p99`, `max`, and `cpu_mean`, waiting left out."""
    if not took:
        return None
    p50, p99 = (float(q) for q in np.percentile(took, (50, 99)))
    mean, cpu = float(np.mean(took)), cpu_ms / len(took)
    return {
        "n": len(took), "mean": mean, "p50": p50, "p99": p99, "max": max(took), "cpu_mean": cpu,
    }  # fmt: skip


def _nested(flat: Mapping[str, float]) -> dict[str, Any]:
    """`{"dead_air.ratio": x}` as `{"dead_air": {"ratio": x}}`."""
    nested: dict[str, Any] = {}
    for path, value in flat.items():
        *folders, name = path.split(".")
        place = nested
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = value
    return nested
