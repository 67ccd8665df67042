"""The exam as a page: every soloist's figures, and each model's best, middle and worst solo."""

from pathlib import Path
from typing import Any

from jambot.evaluation.drawing.page import page, write_report
from jambot.evaluation.drawing.piano_roll import Roll, roll_of
from jambot.evaluation.exam.human_band import distance
from jambot.evaluation.exam.offline import Exam
from jambot.evaluation.exam.realism import PITCH_FEATURES, TEXTURE_FEATURES, views
from jambot.evaluation.exam.results import Attempt, Result
from jambot.evaluation.exam.soloists import MARKOV, PEOPLE, RULE
from jambot.evaluation.exam.tables import sheets
from jambot.evaluation.figures import BESIDE_PEOPLE
from jambot.evaluation.headline import answers, headline

NAMES = {PEOPLE: "people", MARKOV: "the chain", RULE: "the rule"}
"""Of the soloists that every exam has; a model goes by its own name."""


def write_exam(exam: Exam, folder: Path) -> tuple[Path, Path]:
    """Write `offline.json` and `offline.html` into `folder` and give their paths."""
    return write_report(folder, "offline", exam.as_dict(), exam_page(exam), default=str)


def exam_page(exam: Exam) -> str:
    """The whole page."""
    shown = [who for who in (PEOPLE, exam.model, MARKOV, RULE) if who in exam.results]
    result = exam.results[exam.model]
    tells = (result.realism_auc or {}).get("tells", ())
    return page(
        "exam.html",
        exam=exam,
        headline=headline(exam.figures, exam.kind, exam.gates),
        answers=answers(exam.figures, exam.kind),
        tunes=len(result.attempts),
        sheets=sheets(exam),
        names=[NAMES.get(who, who) for who in shown],
        comparison=_comparison(exam, shown),
        tells=[
            (tell["feature"], f"people {tell['people']:.3g}, {result.name} {tell['model']:.3g}")
            for tell in tells
        ],
        seen=_seen(result) if tells else {},
        solos=[
            (each.name, [_solo(exam, each.name, *one) for one in showpieces(exam, each.name)])
            for each in exam.results.values()
            if each.note_ms
        ],
    )


def showpieces(exam: Exam, who: str) -> list[tuple[str, Attempt, float]]:
    """Of one soloist the solo nearest to people's figures, the middle one, and the furthest."""
    people = exam.results[PEOPLE].spreads
    scored = [(distance(a.row, people, exam.band), a) for a in exam.results[who].attempts if a.solo]
    ranked = sorted(
        ((score, a) for score, a in scored if score is not None), key=lambda pair: pair[0]
    )
    if not ranked:
        return []
    places = {0: "Best", len(ranked) // 2: "Median"}
    places |= {len(ranked) - 1: "Worst"} if len(ranked) > 2 else {}
    return [(title, ranked[place][1], ranked[place][0]) for place, title in sorted(places.items())]


def _comparison(exam: Exam, shown: list[str]) -> list[dict[str, Any]]:
    """A row a figure that everybody shown has."""
    spreads = {NAMES.get(who, who): exam.results[who].spreads for who in shown}
    rows = []
    for figure, people in BESIDE_PEOPLE.items():
        if not all(figure.path in found for found in spreads.values()):
            continue
        found = {name: every[figure.path] for name, every in spreads.items()}
        said = {name: people.said(spread.median) for name, spread in found.items()}
        told = f"{figure.name}: " + ", ".join(f"{name} {value}" for name, value in said.items())
        row = {"figure": figure, "said": list(said.values()), "spreads": list(found.values())}
        rows.append(row | {"top": people.top, "told": told})
    return rows


def _seen(result: Result) -> dict[str, Any]:
    """The names of the features that the forest sees: of pitch, of texture, of time."""
    seen = views([attempt.excerpt for attempt in result.attempts])
    alone = {*PITCH_FEATURES, *TEXTURE_FEATURES}
    time = [name for name in seen["raw"] if name not in alone and "onsets at" not in name]
    return {"pitch": PITCH_FEATURES, "texture": seen.get("texture"), "time": time}


def _solo(exam: Exam, who: str, title: str, attempt: Attempt, score: float) -> dict[str, Any]:
    person, excerpt = _person(exam, attempt), attempt.excerpt
    return {
        "title": f"{title} of {who}",
        "about": f"{excerpt.sample_id} · {excerpt.tempo_bpm:.0f} bpm · distance {score:.2f} ·"
        f" {told(attempt)}",
        "roll": roll_of_attempt(attempt),
        "of_person": told(person),
        "roll_of_person": roll_of_attempt(person),
    }


def told(attempt: Attempt) -> str:
    """A solo's figures in a line."""
    figures = attempt.figures
    tones = figures.chord_tone_ratio
    chords = f"{tones.all * 100:.0f} % chord tones" if tones else "no chords"
    return (
        f"{chords}, {figures.note_density:.2f} notes a beat, {figures.dead_air.ratio * 100:.0f} %"
        f" silence, the longest {figures.dead_air.longest_ms / 1000:.1f} s, range {figures.range}"
    )


def roll_of_attempt(attempt: Attempt) -> Roll:
    """The solo over the hands and chords of its excerpt."""
    excerpt = attempt.excerpt
    hands = excerpt.within(excerpt.conditioning)
    return roll_of(attempt.solo, excerpt.chords, hands, excerpt.meter)


def _person(exam: Exam, attempt: Attempt) -> Attempt:
    people = exam.results[PEOPLE].attempts
    return next(a for a in people if a.excerpt is attempt.excerpt)
