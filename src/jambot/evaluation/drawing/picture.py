"""A piano roll as a picture of its own: one SVG file that any viewer shows."""

from dataclasses import replace

from markupsafe import Markup

from jambot.evaluation.drawing.page import in_plain_colours, sheet
from jambot.evaluation.drawing.piano_roll import WIDTH, Roll, RollNote, chord_names, draw
from jambot.evaluation.drawing.svg import element, text
from jambot.music import Meter, harmony_changes
from jambot.roles.sample import RoleSample

MARGIN = 24.0
TITLE = 34.0
GAP = 6.0
BARS = 8
PAPER = """.paper { fill: var(--card); }
.title { font: 600 18px ui-serif, Georgia, serif; fill: var(--ink); }
"""


def hands_picture(sample: RoleSample) -> str:
    """Some bars from the middle of a sample: what is given and its target in two colours."""
    meter = Meter(sample.meta.beats_per_bar)
    last = meter.bar_at(max(note.onset_beats for note in sample.target))
    start = meter.bar_start(max(0, (last + 1 - BARS) // 2))
    end = start + BARS * meter.beats_per_bar
    given, target = (
        [
            replace(note, duration_beats=min(note.end_beats, end) - note.onset_beats)
            for note in notes
            if start <= note.onset_beats < end
        ]
        for notes in (sample.conditioning, sample.target)
    )
    names = chord_names(harmony_changes(sample.conditioning))
    roll = Roll(
        tuple(RollNote(note, "free") for note in target),
        tuple(given),
        tuple(name for name in names if start <= name[0] < end),
        meter,
    )
    meta = sample.meta
    by = f"{meta.performer}: " if meta.performer else ""
    return picture(roll, f"{by}{meta.source_id}, {meta.tempo_bpm:.0f} bpm, as heard")


def picture(roll: Roll, title: str) -> str:
    """The whole roll under its title, line below line, as an SVG document."""
    lines = draw(roll)
    apart = roll.line_height + GAP
    width, height = WIDTH + 2 * MARGIN, 2 * MARGIN + TITLE + len(lines) * apart
    placed = (
        element(
            "svg", line, x=MARGIN, y=MARGIN + TITLE + number * apart, width=WIDTH,
            height=roll.line_height,
        )
        for number, line in enumerate(lines)
    )  # fmt: skip
    style = Markup(in_plain_colours(sheet("roll.css") + PAPER))
    drawn = element(
        "svg",
        element("title", title),
        element("style", style),
        element("rect", kind="paper", width="100%", height="100%"),
        text(MARGIN, MARGIN + 16, title, "title"),
        *placed,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
    )
    return f"{drawn}\n"
