"""Charts for the page: the tunes that are built in, and what a text says before it is played.

`/tunes` lists the tunes. `/chart?text=…` reads a chart, `by` semitones higher, in the metre `beats`
of the jam: its bars and sections, or what is wrong and where it stands.
"""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jambot.errors import ChartError, UsageError
from jambot.music import chart_beats, parse_chart
from jambot.music.transposing import transposed
from jambot.music.tunes import TUNES
from jambot.realtime.orders import LONGEST_CHART, MOST_BEATS


def routes() -> list[Route]:
    """Where charts are asked for."""
    return [Route("/tunes", _tunes), Route("/chart", _chart)]


def _tunes(request: Request) -> Response:
    rows = [asdict(tune) | {"beats": chart_beats(tune.chart) or 4} for tune in TUNES.values()]
    return JSONResponse(rows)


def _chart(request: Request) -> Response:
    query = request.query_params
    return JSONResponse(
        read(query.get("text", ""), _number(query.get("by"), 0), _number(query.get("beats"), 4))
    )


def read(text: str, semitones: int, beats: int) -> dict[str, Any]:
    """What a chart says: `text` transposed, `beats` of its bar, the names of its `bars`, its
    `sections`; and in `why` what is wrong, with `marks`: place, length, nearest reading."""
    told: dict[str, Any] = {"text": text, "beats": beats, "bars": [], "sections": [], "marks": []}
    if len(text) > LONGEST_CHART:
        return told | {"why": f"longer than {LONGEST_CHART} characters"}
    try:
        written = transposed(text, semitones) if semitones else text
        told |= {"text": written, "beats": chart_beats(written) or beats}
        chart = parse_chart(written, told["beats"])
    except ChartError as error:
        return told | {"why": _said(error), "marks": [list(mark) for mark in error.marks]}
    except UsageError as error:
        return told | {"why": str(error)}
    sections = [list(section) for section in chart.sections]
    return told | {"why": "", "bars": list(chart.names()), "sections": sections}


def _said(error: ChartError) -> str:
    """What is wrong, in a line: the page marks where it stands, and offers the nearest reading."""
    found = error.found.partition(", at ")[0]
    return f"{found[:1].upper()}{found[1:]}; expected {error.expected}"


def _number(written: str | None, usual: int) -> int:
    """A small whole number of the address; what is none is the usual one."""
    try:
        return max(-MOST_BEATS, min(MOST_BEATS, int(written or usual)))
    except ValueError:
        return usual
