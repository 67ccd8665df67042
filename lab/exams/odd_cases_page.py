"""The odd cases as a table, a page of piano rolls, and `odd_cases.json`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from jambot.evaluation.drawing.page import page
from jambot.evaluation.drawing.piano_roll import Roll, roll_of
from jambot.evaluation.drawing.sheet import Cell, Sheet, cell
from lab.exams.odd_cases import OddSolo

HEADS = {
    "notes": "notes",
    "notes_a_beat": "notes a beat",
    "most_in_a_beat": "most in one",
    "most_a_second": "most a second",
    "dead_air": "dead air",
    "longest_rest_s": "longest rest, s",
    "range": "range",
    "chord_tones": "chord tones",
    "repeated_pitch_share": "repeated",
}


def odd_sheet(who: str, solos: Sequence[OddSolo]) -> Sheet:
    """One row a case."""
    rows = tuple(
        (
            one.case.name,
            (
                *(cell(one.figures, name, digits=2) for name in HEADS),
                Cell(one.verdict, right=one.verdict != "babbles"),
            ),
        )
        for one in solos
    )
    caption = (
        "Situations that no training solo prepares for. Babble is more than any held-out person"
        " plays in one beat, or in four seconds."
    )
    return Sheet(f"Odd cases, {who}", caption, (*HEADS.values(), ""), rows)


def write_odd_cases(found: Mapping[str, Sequence[OddSolo]], folder: Path) -> tuple[Path, Path]:
    """Write `odd_cases.json` and `odd_cases.html` into `folder` and give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    json_path, html_path = folder / "odd_cases.json", folder / "odd_cases.html"
    content = {
        who: {one.case.name: {**one.figures, "verdict": one.verdict} for one in solos}
        for who, solos in found.items()
    }
    json_path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    sections = [
        ((odd_sheet(who, solos),), [_solo(who, one) for one in solos])
        for who, solos in found.items()
    ]
    made = page(
        "rolls.html", kind="Odd cases", title="Does it stay musical, or rest?", sections=sections
    )
    html_path.write_text(made, encoding="utf-8")
    return json_path, html_path


def _solo(who: str, one: OddSolo) -> tuple[str, str, Roll]:
    excerpt = one.case.excerpt
    about = f"{excerpt.tempo_bpm:.0f} bpm, {excerpt.meter.beats_per_bar} in a bar · {one.verdict}"
    roll = roll_of(one.solo, excerpt.chords, excerpt.conditioning, excerpt.meter)
    return f"{who}: {one.case.name}", about, roll
