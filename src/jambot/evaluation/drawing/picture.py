"""A piano roll as a picture of its own: one SVG file that any viewer shows."""

from html import escape

from jambot.evaluation.drawing.piano_roll import WIDTH, Roll, draw
from jambot.evaluation.drawing.style import in_plain_colours, sheet

MARGIN = 24.0
TITLE = 34.0
GAP = 6.0
PAPER = """.paper { fill: var(--card); }
.title { font: 600 18px ui-serif, Georgia, serif; fill: var(--ink); }
"""


def picture(roll: Roll, title: str) -> str:
    """The whole roll under its title, line below line, as an SVG document."""
    lines = draw(roll)
    apart = roll.line_height + GAP
    width, height = WIDTH + 2 * MARGIN, 2 * MARGIN + TITLE + len(lines) * apart
    placed = (
        f'<svg x="{MARGIN:g}" y="{MARGIN + TITLE + number * apart:g}" width="{WIDTH:g}"'
        f' height="{roll.line_height:g}"{line.removeprefix("<svg")}'
        for number, line in enumerate(lines)
    )
    style = in_plain_colours(sheet("roll.css") + PAPER)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}"><title>{escape(title)}</title>'
        f'<style>{style}</style><rect class="paper" width="100%" height="100%"/>'
        f'<text class="title" x="{MARGIN:g}" y="{MARGIN + 16:g}">{escape(title)}</text>'
        f"{''.join(placed)}</svg>\n"
    )
