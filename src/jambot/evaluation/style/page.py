"""Before and after: the base player and the new style over the same chords, on one page."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from jambot.evaluation.drawing.page import (
    gates_table,
    page,
    pairs,
    roll_legend,
    roll_section,
    verdict_chip,
)
from jambot.evaluation.drawing.piano_roll import roll_of
from jambot.evaluation.drawing.report_files import write_report
from jambot.evaluation.drawing.sheet import EMPTY, Cell, Sheet, drawn
from jambot.evaluation.exam.results import Attempt
from jambot.evaluation.exam.samples import write_solo
from jambot.evaluation.gates import figure_at
from jambot.evaluation.people import PEOPLE as HUMAN_FIGURES
from jambot.evaluation.style.gate import Comparison, Player

NAME = "before_after"
PAGE = f"{NAME}.html"
SHOWN = 3
"""Pieces whose rolls are drawn: the built-in comping, and two of one's own."""


def write_before_after(
    found: Comparison, facts: Mapping[str, Any], folder: Path
) -> tuple[Path, Path]:
    """Write the page, its figures and the solos as MIDI into `folder`; paths of the first two."""
    folder.mkdir(parents=True, exist_ok=True)
    for player in (found.base, found.style):
        for one in player.result.attempts[:SHOWN]:
            write_solo(one, folder / _file(one, player))
    written = before_after_page(found, facts)
    figures, html = write_report(folder, NAME, _as_dict(found, facts), written)
    return html, figures


def before_after_page(found: Comparison, facts: Mapping[str, Any]) -> str:
    """The whole page; `facts` say what the style was made of."""
    name = escape(found.style.name)
    told = "ready to play" if found.passed else "not fit to play"
    body = [
        '<p class="kind">JAM_BOT · Style</p>',
        f"<h1>{name}: {verdict_chip('pass' if found.passed else 'fail', told)}</h1>",
        f'<p class="lede">{escape(found.base.name)} before, {name} after it learnt from your'
        " playing: the same chords, the same seeds.</p>",
        gates_table(list(found.gates)),
        drawn(_sheet(found)),
        *(_bed(found, number) for number in range(min(SHOWN, len(found.style.result.attempts)))),
        pairs("Made of", facts),
    ]
    return page(f"JAM_BOT · {found.style.name}", "".join(body))


def _sheet(found: Comparison) -> Sheet:
    players = (found.person, found.base, found.style)
    rows = [
        (figure.label, tuple(_median(player, figure.figure) for player in players))
        for figure in HUMAN_FIGURES
        if all(_median(player, figure.figure) is not EMPTY for player in players[1:])
    ]
    rows += [
        ("Bits a note, held out", tuple(_number(p.bits.get("all")) for p in players)),
        ("… of its pitch", tuple(_number(p.bits.get("pitch")) for p in players)),
        ("Bits that the chords save", tuple(_number(p.gap_bits or None) for p in players)),
        ("Chord tones, chords swapped", tuple(_number(_followed(p)) for p in players)),
        ("Runs of eight that are yours", tuple(_number(p.copy_rate) for p in players)),
        ("Longest run, notes", tuple(Cell(str(p.longest_copy)) for p in players)),
    ]
    return Sheet(
        "Before and after",
        "Medians over the solos. Yours are taken over your own pieces, the others also over the"
        " built-in comping; your runs of eight are those of your held-out solos.",
        ("you", found.base.name, found.style.name),
        tuple(rows),
    )


def _bed(found: Comparison, number: int) -> str:
    before, after = (player.result.attempts[number] for player in (found.base, found.style))
    bed = after.excerpt
    person = next((a for a in found.person.result.attempts if a.excerpt is bed), None)
    shown = [("you", person, ""), (found.base.name, before, _file(before, found.base))]
    shown.append((found.style.name, after, _file(after, found.style)))
    rolls = "".join(_roll(who, one, midi) for who, one, midi in shown if one is not None)
    return f"<h2>{escape(bed.tune)}</h2><p class='lede'>{bed.tempo_bpm:.0f} bpm</p>{rolls}"


def _roll(who: str, one: Attempt, midi: str) -> str:
    excerpt = one.excerpt
    hands = excerpt.within(excerpt.conditioning)
    roll = roll_of(one.solo, excerpt.chords, hands, excerpt.meter)
    link = f' · <a href="{escape(midi)}">MIDI</a>' if midi else ""
    return f'<h3 class="roll-title">{escape(who)}{link}</h3>{roll_legend(roll)}{roll_section(roll)}'


def _file(one: Attempt, player: Player) -> str:
    safe = "".join(letter if letter.isalnum() else "_" for letter in one.excerpt.sample_id)
    return f"{safe}-{player.name}.mid"


def _median(player: Player, figure: str) -> Cell:
    found = player.result.spreads.get(figure)
    said = next(row for row in HUMAN_FIGURES if row.figure == figure)
    return EMPTY if found is None else Cell(said.said(found.median))


def _number(value: float | None) -> Cell:
    return EMPTY if value is None else Cell(f"{value:.3f}")


def _followed(player: Player) -> float | None:
    return figure_at(player.followed.as_dict(), "followed")


def _as_dict(found: Comparison, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the JSON beside the page holds."""
    players = {"person": found.person, "base": found.base, "style": found.style}
    return {
        "kind": "style",
        "name": found.style.name,
        "passed": found.passed,
        "gates": [gate.as_dict() for gate in found.gates],
        **{who: _figures(player) for who, player in players.items()},
        "facts": dict(facts),
    }


def _figures(player: Player) -> dict[str, Any]:
    return {
        "name": player.name,
        "bits_per_note": dict(player.bits),
        "chord_swap": {"gap_bits": player.gap_bits, **player.followed.as_dict()},
        "copy_rate": player.copy_rate,
        "longest_copy": player.longest_copy,
        "figures": {name: spread.median for name, spread in player.result.spreads.items()},
    }
