"""Before and after: the base player and the new style over the same chords, on one page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jambot.evaluation.drawing.page import page, write_report
from jambot.evaluation.drawing.piano_roll import Roll, roll_of
from jambot.evaluation.drawing.sheet import EMPTY, Cell, Sheet
from jambot.evaluation.exam.results import Attempt
from jambot.evaluation.exam.samples import write_solo
from jambot.evaluation.figures import BESIDE_PEOPLE, figure_at, people_of
from jambot.evaluation.sound import render
from jambot.evaluation.style.gate import Comparison, Contender

NAME = "before_after"
PAGE = f"{NAME}.html"
SHOWN = 3
"""Pieces whose rolls are drawn: the built-in comping, and two of one's own."""


def write_before_after(
    found: Comparison,
    facts: Mapping[str, Any],
    folder: Path,
    material: Sequence[tuple[str, str]] = (),
) -> tuple[Path, Path]:
    """Write the page, its figures, the solos as MIDI and two of them as sound into `folder`.

    Paths of the page and of its figures. `material` tells of each file what became of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for player in (found.base, found.style):
        for one in player.result.attempts[:SHOWN]:
            write_solo(one, folder / _file(one, player))
    silent = ""
    for one, player in _heard(found):
        midi = folder / _file(one, player)
        silent = silent or render(midi, midi.with_suffix(".wav")).reason
    written = before_after_page(found, facts, material, silent)
    figures, html = write_report(folder, NAME, _as_dict(found, facts), written)
    return html, figures


def before_after_page(
    found: Comparison,
    facts: Mapping[str, Any],
    material: Sequence[tuple[str, str]] = (),
    silent: str = "",
) -> str:
    """The whole page; `facts` say what the style was made of, `silent` why nothing is to be heard.

    Two solos over the same chords come first, to be listened to.
    """
    shown = min(SHOWN, len(found.style.result.attempts))
    return page(
        "style.html",
        found=found,
        material=material,
        silent=silent,
        heard=[(player.name, _file(one, player)) for one, player in _heard(found)],
        sheet=_sheet(found),
        beds=[_bed(found, number) for number in range(shown)],
        facts=facts,
    )


def _heard(found: Comparison) -> tuple[tuple[Attempt, Contender], ...]:
    """The two solos to listen to, over chords of one's own where there are any."""
    number = min(1, len(found.style.result.attempts) - 1)
    return tuple((p.result.attempts[number], p) for p in (found.base, found.style))


def _sheet(found: Comparison) -> Sheet:
    players = (found.person, found.base, found.style)
    rows = [
        (figure.name, tuple(_median(player, figure.path) for player in players))
        for figure in BESIDE_PEOPLE
        if all(_median(player, figure.path) is not EMPTY for player in players[1:])
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


def _bed(found: Comparison, number: int) -> dict[str, Any]:
    """One piece as each played it: (who, MIDI file, roll)."""
    before, after = (player.result.attempts[number] for player in (found.base, found.style))
    bed = after.excerpt
    person = next((a for a in found.person.result.attempts if a.excerpt is bed), None)
    shown = [("you", person, ""), (found.base.name, before, _file(before, found.base))]
    shown.append((found.style.name, after, _file(after, found.style)))
    rolls = [(who, midi, _roll(one)) for who, one, midi in shown if one is not None]
    return {"tune": bed.tune, "bpm": f"{bed.tempo_bpm:.0f}", "rolls": rolls}


def _roll(one: Attempt) -> Roll:
    excerpt = one.excerpt
    return roll_of(one.solo, excerpt.chords, excerpt.within(excerpt.conditioning), excerpt.meter)


def _file(one: Attempt, player: Contender) -> str:
    safe = "".join(letter if letter.isalnum() else "_" for letter in one.excerpt.sample_id)
    return f"{safe}-{player.name}.mid"


def _median(player: Contender, figure: str) -> Cell:
    found = player.result.spreads.get(figure)
    return EMPTY if found is None else Cell(people_of(figure).said(found.median))


def _number(value: float | None) -> Cell:
    return EMPTY if value is None else Cell(f"{value:.3f}")


def _followed(player: Contender) -> float | None:
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


def _figures(player: Contender) -> dict[str, Any]:
    return {
        "name": player.name,
        "bits_per_note": dict(player.bits),
        "chord_swap": {"gap_bits": player.gap_bits, **player.followed.as_dict()},
        "copy_rate": player.copy_rate,
        "longest_copy": player.longest_copy,
        "figures": {name: spread.median for name, spread in player.result.spreads.items()},
    }
