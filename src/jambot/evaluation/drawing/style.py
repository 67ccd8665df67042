"""The reports' style sheets: as they are for pages, with plain colours for pictures."""

import re
from importlib.resources import files


def sheet(name: str) -> str:
    """The text of a style sheet, `report.css` or `roll.css`."""
    return files(__package__).joinpath("static", name).read_text(encoding="utf-8")


def in_plain_colours(style: str) -> str:
    """`style` with each of its `var(--name)` as the light colour that `report.css` gives it.

    Most programs that show SVG files know no variables.
    """
    palette = dict(re.findall(r"--(\w[\w-]*): (#\w+);", sheet("report.css").split("@media")[0]))
    return re.sub(r"var\(--([\w-]+)\)", lambda name: palette[name[1]], style)
