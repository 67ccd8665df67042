"""The offline exam of a model: it improvises over held-out tunes beside people and a rule.

For each excerpt three solos are measured by the same functions over the same chords: the person's,
the model's, and the rule-based baseline's. With the model itself at hand (not only its notes) its
`bits_per_note` and `chord_swap` are taken as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from jambot.evaluation.copying import Shapes, copy_rate
from jambot.evaluation.excerpts import Excerpt
from jambot.evaluation.gates import Judged, figure_at, judge
from jambot.evaluation.headline import headline
from jambot.evaluation.listening import Followed, followed
from jambot.evaluation.metrics import MusicFigures, measure
from jambot.evaluation.prediction import Bits, bits_of, swap_gap
from jambot.evaluation.realism import realism_auc
from jambot.evaluation.spread import Spread, ratio_interval, spread
from jambot.generation import (
    ChordToneModel,
    Generator,
    LanguageModel,
    SamplingSettings,
    improvise,
)
from jambot.music import Note, TempoMap, one_line

Soloist = Callable[[Excerpt, int], list[Note]]
"""Gives its solo over an excerpt, by a seed."""
Progress = Callable[[str, int, int], None]

FIGURES = (
    "chord_tone_ratio.all", "chord_tone_ratio.on_beat", "chord_tone_ratio.transposed",
    "chord_tone_margin", "note_density", "notes_per_second", "dead_air.ratio", "dead_air.per_min",
    "dead_air.longest_ms", "repetition_rate", "step_share", "repeated_pitch_share", "range",
    "mean_pitch",
)  # fmt: skip
"""What is summed up over the excerpts, as dotted paths into the figures of one solo."""
PEOPLE, MODEL, RULE = "people", "model", "rule"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One soloist's solo over one excerpt, measured."""

    excerpt: Excerpt
    solo: tuple[Note, ...]
    figures: MusicFigures

    @property
    def row(self) -> dict[str, Any]:
        """The figures, with `chord_tone_margin` (share of chord tones above the transposed)."""
        row = self.figures.as_dict()
        tones = self.figures.chord_tone_ratio
        row["chord_tone_margin"] = tones.all - tones.transposed if tones else None
        return row


@dataclass(frozen=True)
class Exam:
    """Everything an exam found: attempts by soloist (people, model, rule), in excerpt order."""

    attempts: Mapping[str, tuple[Attempt, ...]]
    bits_per_note: Mapping[str, Any] | None = None
    chord_swap: Mapping[str, Any] | None = None
    realism_auc: Mapping[str, Any] | None = None
    copy_rate: Mapping[str, Any] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def spreads(self) -> dict[str, dict[str, Spread]]:
        """By soloist, each figure over the excerpts; what no excerpt could measure is left out."""
        return {who: _spreads(attempts) for who, attempts in self.attempts.items()}

    @property
    def figures(self) -> dict[str, Any]:
        """The model's medians under the names that every report uses; gates are judged on these."""
        flat = {name: found.median for name, found in self.spreads[MODEL].items()}
        figures = _nested(flat)
        figures["notes"] = sum(len(attempt.solo) for attempt in self.attempts[MODEL])
        figures["bits_per_note"] = self.bits_per_note
        figures["chord_swap"] = self.chord_swap
        figures["realism_auc"] = self.realism_auc
        figures["copy_rate"] = self.copy_rate
        return figures

    @property
    def gates(self) -> list[Judged]:
        """The gates that a model can be judged on offline."""
        return judge(self.figures, "exam")

    def as_dict(self) -> dict[str, Any]:
        """`offline.json`: the model's medians at the top level, then every soloist's spreads."""
        return {
            "kind": "exam",
            "headline": headline(self.figures, "exam", self.gates),
            **self.figures,
            "gates": [gate.as_dict() for gate in self.gates],
            "soloists": {
                who: {name: asdict(found) for name, found in spreads.items()}
                for who, spreads in self.spreads.items()
            },
            "excerpts": [
                {"sample_id": a.excerpt.sample_id, "tune": a.excerpt.tune, "soloist": who, **a.row}
                for who, attempts in self.attempts.items()
                for a in attempts
            ],
            "settings": dict(self.settings),
            "machine": dict(self.machine),
        }


def _spreads(attempts: Sequence[Attempt]) -> dict[str, Spread]:
    spreads: dict[str, Spread] = {}
    for figure in FIGURES:
        by_tune: dict[str, list[float]] = {}
        for one in attempts:
            value = figure_at(one.row, figure)
            if value is not None:
                by_tune.setdefault(one.excerpt.tune, []).append(value)
        found = spread(by_tune)
        if found is not None:
            spreads[figure] = found
    return spreads


def soloist(model: LanguageModel, settings: SamplingSettings | None = None) -> Soloist:
    """A soloist that improvises with this model, from silence, hearing only what has sounded."""

    def play(excerpt: Excerpt, seed: int) -> list[Note]:
        notes = improvise(
            Generator(model, settings, seed),
            excerpt.conditioning,
            until_beats=excerpt.end_beats,
            tempo_bpm=excerpt.tempo_bpm,
            meter=excerpt.meter,
            start_beats=excerpt.start_beats,
        )
        return one_line(excerpt.within(list(notes)))

    return play


def attempt(excerpt: Excerpt, solo: Sequence[Note]) -> Attempt:
    """A solo measured over the excerpt's chords, at its median tempo."""
    tempo_map = TempoMap.constant(excerpt.tempo_bpm)
    return Attempt(excerpt, tuple(solo), measure(solo, tempo_map, excerpt.chords))


def examine(
    excerpts: Sequence[Excerpt],
    model: LanguageModel,
    settings: SamplingSettings | None = None,
    *,
    seed: int = 1,
    whole: Sequence[Excerpt] = (),
    known: Shapes | None = None,
    progress: Progress | None = None,
) -> Exam:
    """Examine a model on held-out excerpts.

    `whole` are the same tunes at full length, on which `bits_per_note` and `chord_swap.gap_bits`
    are taken (default: the excerpts). `known` are the training set's shapes, for `copy_rate`.
    `progress` is told the step, and how far it is.
    """
    tell = progress or (lambda step, done, total: None)
    soloists = {
        PEOPLE: lambda excerpt, seed: list(excerpt.human),
        MODEL: soloist(model, settings),
        RULE: soloist(ChordToneModel(), settings),
    }
    attempts: dict[str, list[Attempt]] = {who: [] for who in soloists}
    for done, excerpt in enumerate(excerpts):
        tell("improvising", done, len(excerpts))
        for who, play in soloists.items():
            attempts[who].append(attempt(excerpt, play(excerpt, seed + done)))
    bits, gap = _predictions(model, whole or excerpts, tell)
    swap = gap | _listening(model, settings, excerpts, seed, tell)
    tell("comparing", 0, 1)
    played = attempts[MODEL]
    return Exam(
        {who: tuple(a) for who, a in attempts.items()},
        bits,
        swap,
        realism_auc([(a.excerpt, a.solo) for a in played]),
        _copying([a.solo for a in played], [e.human for e in excerpts], known),
        {"seed": seed, "excerpts": len(excerpts)} | asdict(settings or SamplingSettings()),
    )


def _copying(
    solos: Sequence[Sequence[Note]], people: Sequence[Sequence[Note]], known: Shapes | None
) -> dict[str, float] | None:
    """The model's `rate`, people's, and how far the model's lies above (`excess`)."""
    if known is None:
        return None
    rate, human = copy_rate(solos, known), copy_rate(people, known)
    if rate is None or human is None:
        return None
    return {"rate": rate, "people": human, "excess": rate - human}


def _predictions(
    model: LanguageModel, excerpts: Sequence[Excerpt], tell: Progress
) -> tuple[dict[str, Any], dict[str, Any]]:
    bits: list[Bits] = []
    gaps: list[tuple[float, float]] = []
    for done, excerpt in enumerate(excerpts):
        tell("foretelling", done, len(excerpts))
        bits.append(bits_of(model, excerpt))
        gap, notes = swap_gap(model, excerpt, bits[-1])
        gaps.append((gap, float(notes)))
    total = sum(bits, Bits())
    pitch = ratio_interval([(b.pitch, float(b.notes)) for b in bits])
    per_note = total.per_note() | {"notes": total.notes, "pitch_ci": pitch}
    found = sum(gap for gap, _ in gaps) / max(total.notes, 1)
    return per_note, {"gap_bits": found, "gap_bits_ci": ratio_interval(gaps)}


def _listening(
    model: LanguageModel,
    settings: SamplingSettings | None,
    excerpts: Sequence[Excerpt],
    seed: int,
    tell: Progress,
) -> dict[str, Any]:
    total = Followed()
    for done, excerpt in enumerate(excerpts):
        tell("listening", done, len(excerpts))
        total += followed(Generator(model, settings, seed + done), excerpt)
    return total.as_dict()


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


def with_machine(exam: Exam, settings: Mapping[str, Any], machine: Mapping[str, Any]) -> Exam:
    """The exam, with what is known of its circumstances added."""
    return replace(exam, settings=dict(exam.settings) | dict(settings), machine=dict(machine))
