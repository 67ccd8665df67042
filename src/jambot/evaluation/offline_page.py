"""The exam as a page: three soloists side by side, and the model's best, middle and worst solo."""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

from jambot.evaluation.charts import intervals
from jambot.evaluation.headline import answers, headline
from jambot.evaluation.offline import MODEL, PEOPLE, RULE, Attempt, Exam
from jambot.evaluation.page import (
    cards,
    definitions,
    gates_table,
    page,
    pairs,
    roll_legend,
    roll_section,
)
from jambot.evaluation.people import PEOPLE as HUMAN_FIGURES
from jambot.evaluation.people import People
from jambot.evaluation.piano_roll import Roll, roll_of
from jambot.evaluation.spread import Spread

NAMES = {PEOPLE: "people", MODEL: "the model", RULE: "the rule"}


def write_exam(exam: Exam, folder: Path) -> tuple[Path, Path]:
    """Write `offline.json` and `offline.html` into `folder` and give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    json_path, html_path = folder / "offline.json", folder / "offline.html"
    text = json.dumps(exam.as_dict(), indent=1, ensure_ascii=False, default=str)
    json_path.write_text(text + "\n", encoding="utf-8")
    html_path.write_text(exam_page(exam), encoding="utf-8")
    return json_path, html_path


def exam_page(exam: Exam) -> str:
    """The whole page."""
    figures = exam.figures
    told = headline(figures, "exam", exam.gates)
    count = len(exam.attempts[MODEL])
    body = [
        '<p class="kind">JAM_BOT · Model report</p>',
        f"<h1>{escape(told)}</h1>",
        f'<p class="lede">{count} held-out tunes, the same bars for everyone: the person who played'
        " them, the model, and a rule that plays chord tones in eighths.</p>",
        cards(answers(figures, "exam")),
        gates_table(exam.gates),
        _comparison(exam),
        _prediction(exam),
        *(_solo(title, attempt, _person(exam, attempt)) for title, attempt in showpieces(exam)),
        pairs("Settings", exam.settings),
        pairs("Machine", exam.machine),
    ]
    return page(f"JAM_BOT · {told}", "".join(body))


def showpieces(exam: Exam) -> list[tuple[str, Attempt]]:
    """The model's solos whose chord-tone margin is highest, in the middle, and lowest."""
    ranked = sorted(
        (attempt for attempt in exam.attempts[MODEL] if attempt.figures.chord_tone_ratio),
        key=lambda attempt: -float(attempt.row["chord_tone_margin"]),
    )
    if not ranked:
        return []
    places = {0: "Closest to its chords", len(ranked) // 2: "In the middle"}
    places |= {len(ranked) - 1: "Furthest from its chords"} if len(ranked) > 2 else {}
    return [(title, ranked[place]) for place, title in sorted(places.items())]


def _comparison(exam: Exam) -> str:
    spreads = exam.spreads
    rows = "".join(
        _row(figure, [(who, spreads[who][figure.figure]) for who in NAMES])
        for figure in HUMAN_FIGURES
        if all(figure.figure in spreads[who] for who in NAMES)
    )
    heads = "".join(f"<th>{name.capitalize()}</th>" for name in NAMES.values())
    return (
        "<h2>Beside people and a rule</h2>"
        '<p class="lede">Medians over the tunes. In the drawing the thin line is the middle half of'
        " the tunes, the thick one is how sure the median is (95 %, tunes resampled); from top to"
        " bottom people, the model, the rule.</p>"
        f'<div class="sheet"><table><thead><tr><th></th>{heads}<th></th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(figure: People, found: Sequence[tuple[str, Spread]]) -> str:
    cells = "".join(
        f'<td class="number"><b>{figure.said(spread.median)}</b></td>' for _, spread in found
    )
    said = ", ".join(f"{NAMES[who]} {figure.said(spread.median)}" for who, spread in found)
    drawing = intervals([spread for _, spread in found], figure.top, figure.label, said)
    return (
        f"<tr><th>{figure.label}<br><small>{figure.meaning}</small></th>{cells}"
        f'<td class="wide">{drawing}</td></tr>'
    )


def _prediction(exam: Exam) -> str:
    bits, swap = exam.bits_per_note or {}, exam.chord_swap or {}
    real, copied = exam.realism_auc or {}, exam.copy_rate or {}
    items = [
        (f"bits per note, {part}", f"{bits[part]:.2f}")
        for part in ("all", "pitch", "timing", "duration", "velocity")
        if part in bits
    ]
    if swap.get("gap_bits") is not None:
        items.append(("bits that a tritone's wrong chords cost a pitch", f"{swap['gap_bits']:.3f}"))
    if swap.get("followed") is not None and swap.get("unswapped") is not None:
        shares = (
            f"{swap['followed'] * 100:.0f} %, against {swap['unswapped'] * 100:.0f} % unswapped"
        )
        items.append(("chord tones when the coming bar's chords are swapped", shares))
    for name, seen in (("raw", "everything"), ("pitch", "pitches alone")):
        if name in real:
            told = f"{real[name]:.2f} (nothing to tell: {real[f'{name}_null']:.2f})"
            items.append((f"told from people by {seen} (AUC; 0.5 is not at all)", told))
    if copied:
        told = f"{copied['rate'] * 100:.1f} %, people {copied['people'] * 100:.1f} %"
        items.append(("eight-note shapes that occur in the training set", told))
    return definitions("What it foretells, and whether it listens", items) if items else ""


def _solo(title: str, attempt: Attempt, person: Attempt) -> str:
    model, human = (_roll(a) for a in (attempt, person))
    return (
        f"<h2>{title}</h2><p class='lede'>{escape(attempt.excerpt.sample_id)} ·"
        f" {attempt.excerpt.tempo_bpm:.0f} bpm · {_chord_tones(attempt)}</p>{roll_legend(model)}"
        f"{roll_section(model)}<details class='more'><summary>The same bars by the person:"
        f" {_chord_tones(person)}</summary>{roll_section(human)}</details>"
    )


def _chord_tones(attempt: Attempt) -> str:
    tones = attempt.figures.chord_tone_ratio
    if tones is None:
        return "no chords"
    return f"{tones.all * 100:.0f} % chord tones, {tones.transposed * 100:.0f} % in other keys"


def _roll(attempt: Attempt) -> Roll:
    excerpt = attempt.excerpt
    hands = excerpt.within(excerpt.conditioning)
    return roll_of(attempt.solo, excerpt.chords, hands, excerpt.meter)


def _person(exam: Exam, attempt: Attempt) -> Attempt:
    return next(a for a in exam.attempts[PEOPLE] if a.excerpt is attempt.excerpt)
