"""Pages from templates: one HTML file with its style and its drawings, and no script.

`templates/base.html` is every page, `templates/parts.html` what several pages show. Jinja2 escapes
whatever comes from data; only what `svg` draws and the style sheets are markup.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from jambot.evaluation.drawing.charts import bars, human_range, intervals, latency_strip
from jambot.evaluation.drawing.piano_roll import Roll, draw, with_signs
from jambot.evaluation.drawing.sheet import MARKS
from jambot.evaluation.figures import figure_of
from jambot.evaluation.gates import Judged, limits_ms
from jambot.evaluation.headline import duration
from jambot.music import Meter
from jambot.storage import write_whole

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
LINES_SHOWN = 8
"""Lines of the piano roll that stand open; longer sessions fold the rest away."""
BARS_PER_LINE = 4
BARS_SHOWN = 32
"""Bars of chords that stand open."""
SYMBOLS = {"yes": "✓", "pass": "✓", "nearly": "≈", "no": "✕", "fail": "✕", "not measured": "–"}
TIMINGS = ("ttfn_ms", "chord_heard_ms", "chord_response_ms", "chord_deaf_ms", "jitter_ms")


def page(template: str, folder: Path = TEMPLATES, **values: Any) -> str:
    """The page that a template gives with these values.

    It lies in `folder`, beside the common ones. Raises jinja2's UndefinedError for a value that it
    wants and was not given.
    """
    return _environment(folder).get_template(template).render(values)


@cache
def _environment(folder: Path) -> "Environment":
    # Not at the top: playing must not wait for it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader((folder, TEMPLATES)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["duration"] = duration
    made.globals |= {
        "style": Markup(sheet("report.css") + sheet("roll.css")),
        "symbols": SYMBOLS,
        "marks": MARKS,
        "latencies": TIMINGS,
        "bars_per_line": BARS_PER_LINE,
        "lines_shown": LINES_SHOWN,
        "bars_shown": BARS_SHOWN,
        "draw": draw,
        "legend": legend,
        "chord_bars": chord_bars,
        "found": found,
        "plain": plain,
        "figure_of": figure_of,
        "limits_ms": limits_ms,
        "bars": bars,
        "human_range": human_range,
        "intervals": intervals,
        "latency_strip": latency_strip,
    }
    return made


def found(judged: Judged) -> str:
    """What a gate found, as a reader sees it."""
    if judged.value is None:
        return "–"
    if judged.gate.unit == "ms":
        return duration(judged.value)
    return f"{judged.value:.3g} {judged.gate.unit}".strip()


def chord_bars(names: Sequence[tuple[float, str]], meter: Meter) -> list[tuple[int, str]]:
    """(number, chords) of each bar from the first with a chord to the last, % for no change."""
    by_bar: dict[int, list[str]] = {}
    for beat, name in names:
        by_bar.setdefault(max(0, meter.bar_at(beat + 1e-6)), []).append(with_signs(name))
    if not by_bar:
        return []
    every = range(min(by_bar), max(by_bar) + 1)
    return [(bar + 1, " ".join(by_bar.get(bar, ["%"]))) for bar in every]


def legend(roll: Roll) -> list[tuple[str, str]]:
    """(class, meaning) of each colour that this roll shows."""
    kinds = (
        ("solo inside", "solo, in the chord", any(n.place == "inside" for n in roll.solo)),
        ("solo outside", "solo, outside it", any(n.place == "outside" for n in roll.solo)),
        ("solo free", "solo, no chord heard", any(n.place == "free" for n in roll.solo)),
        ("solo inside fallback", "fallback phrase", any(n.fallback for n in roll.solo)),
        ("hands", "the hands", bool(roll.conditioning)),
        ("bass", "the bass", bool(roll.bass)),
        ("drums", "the drums: cymbals, snare, bass drum", bool(roll.drums)),
    )
    return [(kind, said) for kind, said, seen in kinds if seen]


def plain(pairs: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Settings or a machine as (name, words); empty ones are left out."""
    told = ((key.replace("_", " "), _words(value)) for key, value in pairs.items())
    return [(key, words) for key, words in told if words]


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_words(inner)}" for key, inner in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def sheet(name: str) -> str:
    """The text of a style sheet, `report.css` or `roll.css`."""
    return files(__package__).joinpath("static", name).read_text(encoding="utf-8")


def in_plain_colours(style: str) -> str:
    """`style` with each of its `var(--name)` as the light colour that `report.css` gives it.

    Most programs that show SVG files know no variables.
    """
    palette = dict(re.findall(r"--(\w[\w-]*): (#\w+);", sheet("report.css").split("@media")[0]))
    return re.sub(r"var\(--([\w-]+)\)", lambda name: palette[name[1]], style)


def write_report(
    folder: Path,
    name: str,
    content: Mapping[str, Any],
    page: str,
    default: Callable[[Any], Any] | None = None,
) -> tuple[Path, Path]:
    """Write `name.json` and `name.html` into `folder`, which is made; their paths.

    Each is there whole or not at all; OSError where the disk does not take it.
    `default` makes something plain of what JSON does not know; without it that is a TypeError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    json_path, html_path = folder / f"{name}.json", folder / f"{name}.html"
    text = json.dumps(content, indent=1, ensure_ascii=False, default=default)
    write_whole(json_path, text + "\n")
    write_whole(html_path, page)
    return json_path, html_path
