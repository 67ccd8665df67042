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
from jambot.evaluation.exam.copying import KnownLines, beside, copy_rates
from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.human_band import figures_for, inside
from jambot.evaluation.exam.listening import Followed, followed
from jambot.evaluation.exam.prediction import (
    SEMITONE,
    TRITONE,
    Surprise,
    bits_of,
    off_twelfths,
    swap_gap,
)
from jambot.evaluation.exam.realism import realism_auc
from jambot.evaluation.exam.results import BEYOND_NOTES, Result, attempt
from jambot.evaluation.exam.soloists import PEOPLE, Soloist
from jambot.evaluation.exam.voicings import KnownVoicings
from jambot.evaluation.gates import Judged, judge
from jambot.evaluation.headline import headline
from jambot.evaluation.spread import ratio_interval
from jambot.generation import Generator, LanguageModel
from jambot.tokens.codec import by_tick

Progress = Callable[[str, int, int], None]
"""Told the step, how many of its parts are done, and of how many."""
Pairs = dict[str, list[tuple[float, float]]]


def _silent(step: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Questions:
    """What is asked of every soloist.

    `whole` are the excerpts' tunes at full length, on which `bits_per_note` and
    `chord_swap.gap_bits` are taken. `known` are the training set's lines and `voicings` its
    pianists' chords, for `copy_rate`; `reference` the model that the soloist named `compared` is
    compared with.
    """

    excerpts: Sequence[Excerpt]
    whole: Sequence[Excerpt] = ()
    known: KnownLines | None = None
    seed: int = 1
    reference: LanguageModel | None = None
    compared: str = ""
    voicings: KnownVoicings | None = None


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
        copy_rates([(a.excerpt.tune, a.solo) for a in attempts], asked.known, asked.voicings),
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

    @property
    def player(self) -> str:
        """What kind of player the excerpts are by; of several kinds they are taken as lines."""
        kinds = {attempt.excerpt.player for attempt in self.results[PEOPLE].attempts}
        return "pianist" if kinds == {"pianist"} else "horn"

    @property
    def kind(self) -> str:
        """By which gates a model is judged."""
        return "pianist exam" if self.player == "pianist" else "exam"

    @property
    def band(self) -> tuple[str, ...]:
        """The figures that are to lie in people's middle half."""
        return figures_for(self.player)

    def inside(self, who: str) -> dict[str, bool]:
        """Which figures of the band lie in the middle half of people on the same excerpts."""
        return inside(self.results[who].spreads, self.results[PEOPLE].spreads, self.band)

    @property
    def figures(self) -> dict[str, Any]:
        """The model's medians under the names that every report uses; gates are judged on these."""
        result, people = self.results[self.model], self.results[PEOPLE]
        figures = _nested({name: found.median for name, found in result.spreads.items()})
        figures["notes"] = sum(len(attempt.solo) for attempt in result.attempts)
        figures |= {name: getattr(result, name) for name in BEYOND_NOTES}
        if result.copy_rate and people.copy_rate:
            figures["copy_rate"] = beside(result.copy_rate, people.copy_rate)
        tones = people.spreads.get("chord_tone_ratio.all")
        figures["people_chord_tones"] = [tones.q1, tones.q3] if tones else None
        within = self.inside(self.model)
        figures["inside_human_iqr"] = {"count": sum(within.values()), "of": len(self.band)}
        return figures

    @property
    def gates(self) -> list[Judged]:
        """The gates that a model can be judged on offline."""
        return judge(self.figures, self.kind)

    def as_dict(self) -> dict[str, Any]:
        """`offline.json`: the model's medians at the top level, then everything by soloist."""
        return {
            "kind": self.kind,
            "headline": headline(self.figures, self.kind, self.gates),
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


def _predictions(
    model: LanguageModel, excerpts: Sequence[Excerpt], tell: Progress
) -> tuple[dict[str, Any], dict[str, Any]]:
    """`bits_per_note` with an interval for each part that is known (`ci`), and the gaps.

    `off_12` is the share of the strikes that lie on no 12th of a beat.
    """
    total, off = Surprise(), 0
    hidden = {part for excerpt in excerpts for part in excerpt.unknown}
    hidden |= {"all_12"} if "duration" in hidden else set()
    parts: dict[str, Pairs] = {name: {} for name in total.parts if name not in hidden}
    gaps: dict[int, Pairs] = {TRITONE: {}, SEMITONE: {}}
    for done, excerpt in enumerate(excerpts):
        tell("prediction", done, len(excerpts))
        bits = bits_of(model, excerpt)
        total += bits
        off += off_twelfths([strike[0] for strike in by_tick(excerpt.human)])
        for name, pairs in parts.items():
            pairs.setdefault(excerpt.tune, []).append((bits.parts[name], float(bits.notes)))
        for semitones, pairs in gaps.items():
            wider, notes = swap_gap(model, excerpt, bits, semitones)
            pairs.setdefault(excerpt.tune, []).append((wider, float(notes)))
    count = max(total.notes, 1)
    known = {name: bits for name, bits in total.per_note().items() if name in parts}
    intervals = {name: ratio_interval(pairs) for name, pairs in parts.items()}
    per_note = {**known, "notes": total.notes, "off_12": off / count, "ci": intervals}
    swap: dict[str, Any] = {}
    for semitones, name in ((TRITONE, "gap_bits"), (SEMITONE, "gap_bits_semitone")):
        wider = sum(bits for pairs in gaps[semitones].values() for bits, _ in pairs)
        swap |= {name: wider / count, f"{name}_ci": ratio_interval(gaps[semitones])}
    return per_note, swap


def _listening(generator: Generator, asked: Questions, tell: Progress) -> dict[str, Any]:
    total = Followed()
    swapped: Pairs = {}
    plain: Pairs = {}
    for done, excerpt in enumerate(asked.excerpts):
        tell("harmony", done, len(asked.excerpts))
        generator.seed = asked.seed + done
        generator.forget()
        found = followed(generator, excerpt)
        total += found
        swapped.setdefault(excerpt.tune, []).append((found.swapped_inside, found.swapped_notes))
        plain.setdefault(excerpt.tune, []).append((found.inside, found.notes))
    intervals = {"followed_ci": ratio_interval(swapped), "unswapped_ci": ratio_interval(plain)}
    return total.as_dict() | intervals


def _times(took: Sequence[float], cpu_ms: float) -> dict[str, float] | None:
    """Milliseconds a strike: `n`, `mean`, `p50`, `p99`, `max`, and `cpu_mean`, waiting left out."""
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
