"""The exam as a page: every soloist's figures, and each model's best, middle and worst solo."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from jambot.evaluation.drawing.charts import intervals
from jambot.evaluation.drawing.page import (
    cards,
    definitions,
    gates_table,
    page,
    pairs,
    roll_legend,
    roll_section,
)
from jambot.evaluation.drawing.piano_roll import Roll, roll_of
from jambot.evaluation.drawing.report_files import write_report
from jambot.evaluation.drawing.sheet import drawn
from jambot.evaluation.exam.human_band import distance
from jambot.evaluation.exam.offline import Exam
from jambot.evaluation.exam.realism import FEATURES, PITCH_FEATURES
from jambot.evaluation.exam.results import Attempt, Result
from jambot.evaluation.exam.soloists import MARKOV, PEOPLE, RULE
from jambot.evaluation.exam.tables import sheets
from jambot.evaluation.headline import answers, headline
from jambot.evaluation.people import PEOPLE as HUMAN_FIGURES
from jambot.evaluation.people import People
from jambot.evaluation.spread import Spread

NAMES = {PEOPLE: "people", MARKOV: "the chain", RULE: "the rule"}
"""Of the soloists that every exam has; a model goes by its own name."""


def write_exam(exam: Exam, folder: Path) -> tuple[Path, Path]:
    """Write `offline.json` and `offline.html` into `folder` and give their paths."""
    return write_report(folder, "offline", exam.as_dict(), exam_page(exam), default=str)


def exam_page(exam: Exam) -> str:
    """The whole page."""
    figures = exam.figures
    told = headline(figures, "exam", exam.gates)
    count = len(exam.results[exam.model].attempts)
    body = [
        '<p class="kind">JAM_BOT · Model report</p>',
        f"<h1>{escape(exam.model)}: {escape(told)}</h1>",
        f'<p class="lede">{count} held-out tunes, the same bars for everyone: the person who played'
        " them, the models, a rule that plays chord tones in eighths, and a Markov chain of pitches"
        " in rhythms quoted from people.</p>",
        cards(answers(figures, "exam")),
        gates_table(exam.gates),
        *(drawn(sheet) for sheet in sheets(exam)),
        _comparison(exam),
        _tells(exam.results[exam.model]),
        *(_solos(exam, result) for result in exam.results.values() if result.note_ms),
        pairs("Settings", exam.settings),
        pairs("Machine", exam.machine),
    ]
    return page(f"JAM_BOT · {exam.model}", "".join(body))


def showpieces(exam: Exam, who: str) -> list[tuple[str, Attempt, float]]:
    """Of one soloist the solo nearest to people's figures, the middle one, and the furthest."""
    people = exam.results[PEOPLE].spreads
    scored = [(distance(a.row, people), a) for a in exam.results[who].attempts if a.solo]
    ranked = sorted(
        ((score, a) for score, a in scored if score is not None), key=lambda pair: pair[0]
    )
    if not ranked:
        return []
    places = {0: "Best", len(ranked) // 2: "Median"}
    places |= {len(ranked) - 1: "Worst"} if len(ranked) > 2 else {}
    return [(title, ranked[place][1], ranked[place][0]) for place, title in sorted(places.items())]


def _comparison(exam: Exam) -> str:
    shown = [who for who in (PEOPLE, exam.model, MARKOV, RULE) if who in exam.results]
    spreads = {who: exam.results[who].spreads for who in shown}
    names = [NAMES.get(who, who) for who in shown]
    rows = "".join(
        _row(figure, [(NAMES.get(who, who), spreads[who][figure.figure]) for who in shown])
        for figure in HUMAN_FIGURES
        if all(figure.figure in spreads[who] for who in shown)
    )
    heads = "".join(f"<th>{escape(name)}</th>" for name in names)
    return (
        "<h2>Drawn beside people</h2>"
        '<p class="lede">Medians over the tunes. In the drawing the thin line is the middle half of'
        " the tunes, the thick one is how sure the median is (95 %, tunes resampled); from top to"
        f" bottom {escape(', '.join(names))}.</p>"
        f'<div class="sheet"><table><thead><tr><th></th>{heads}<th></th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(figure: People, found: Sequence[tuple[str, Spread]]) -> str:
    cells = "".join(
        f'<td class="number"><b>{figure.said(spread.median)}</b></td>' for _, spread in found
    )
    said = ", ".join(f"{name} {figure.said(spread.median)}" for name, spread in found)
    drawing = intervals([spread for _, spread in found], figure.top, figure.label, escape(said))
    return (
        f"<tr><th>{figure.label}<br><small>{figure.meaning}</small></th>{cells}"
        f'<td class="wide">{drawing}</td></tr>'
    )


def _tells(result: Result) -> str:
    auc = result.realism_auc
    if not auc:
        return ""
    items = [
        (tell["feature"], f"people {tell['people']:.3g}, {result.name} {tell['model']:.3g}")
        for tell in auc["tells"]
    ]
    time = [name for name in FEATURES if name not in PITCH_FEATURES and "onsets at" not in name]
    return definitions("What gives it away first", items) + (
        '<details class="more"><summary>What the forest sees of a phrase</summary>'
        f"<p class='lede'>Pitch: {escape(', '.join(PITCH_FEATURES))}. Time, seen by “raw” as well:"
        f" {escape(', '.join(time))}, and the share of onsets at each 24th of a beat.</p></details>"
    )


def _solos(exam: Exam, result: Result) -> str:
    shown = "".join(
        _solo(f"{title} of {result.name}", attempt, score, _person(exam, attempt))
        for title, attempt, score in showpieces(exam, result.name)
    )
    score = (
        '<p class="lede">Ordered by the distance of the seven figures from people’s on the same'
        " excerpts: 0 is the median person, 1 the edge of the middle half.</p>"
    )
    if result.name == exam.model:
        return f"<h2>Solos of {escape(result.name)}</h2>{score}{shown}"
    return (
        f'<details class="more"><summary>Solos of {escape(result.name)}</summary>{shown}</details>'
    )


def _solo(title: str, attempt: Attempt, score: float, person: Attempt) -> str:
    model, human = (_roll(a) for a in (attempt, person))
    return (
        f'<h3 class="roll-title">{escape(title)}</h3><p class="lede">'
        f"{escape(attempt.excerpt.sample_id)} · {attempt.excerpt.tempo_bpm:.0f} bpm · distance"
        f" {score:.2f} · {_told(attempt)}</p>{roll_legend(model)}{roll_section(model)}"
        f"<details class='more'><summary>The same bars by the person: {_told(person)}</summary>"
        f"{roll_section(human)}</details>"
    )


def _told(attempt: Attempt) -> str:
    figures = attempt.figures
    tones = figures.chord_tone_ratio
    chords = f"{tones.all * 100:.0f} % chord tones" if tones else "no chords"
    return (
        f"{chords}, {figures.note_density:.2f} notes a beat, {figures.dead_air.ratio * 100:.0f} %"
        f" silence, the longest {figures.dead_air.longest_ms / 1000:.1f} s, range {figures.range}"
    )


def _roll(attempt: Attempt) -> Roll:
    excerpt = attempt.excerpt
    hands = excerpt.within(excerpt.conditioning)
    return roll_of(attempt.solo, excerpt.chords, hands, excerpt.meter)


def _person(exam: Exam, attempt: Attempt) -> Attempt:
    people = exam.results[PEOPLE].attempts
    return next(a for a in people if a.excerpt is attempt.excerpt)
