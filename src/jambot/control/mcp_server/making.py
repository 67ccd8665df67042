"""A tool that makes music without a jam: solo and comping from a chart, in one MIDI file."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

from pydantic import Field

from jambot.control.mcp_server.results import Made
from jambot.errors import JamBotError
from jambot.music import chart_beats, parse_chart
from jambot.music.tunes import TUNES

MAKE_SECONDS = 600.0


async def generate(
    form: Annotated[str, Field(description="'| Dm7 G7 | Cmaj7 | % |', or a tune such as 'blues'.")],
    to: Annotated[str, Field(description="A new MIDI file; it must not exist yet.")],
    bars: Annotated[int | None, Field(ge=1, description="null: one chorus.")] = None,
    bpm: Annotated[float, Field(ge=20, le=400)] = 120.0,
    adapter: Annotated[str, Field(description="A shipped style, or chord-tones.")] = "piano",
    seed: int = 1,
) -> Made:
    """Make a solo over a chord chart, and the comping it is played over, without a jam: one MIDI
    file with both as tracks. A minute of music takes some seconds to a minute of one core."""
    chart, file = chart_of(form), str(Path(to).expanduser())
    options = ["--form", chart, "--out", file, "--bpm", str(bpm), "--adapter", adapter]
    options += ["--seed", str(seed)] + (["--bars", str(bars)] if bars else [])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "jambot", "generate", *options,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(), MAKE_SECONDS)
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        raise
    words = " ".join(said.decode("utf-8", errors="replace").split())
    if process.returncode:
        raise JamBotError(words.removeprefix("jambot: "))
    return Made(file=file, said=words)


def chart_of(form: str) -> str:
    """The text of a chart or a tune, never of a file: those are read at the terminal alone.

    Raises ChartError as `parse_chart` does.
    """
    tune = TUNES.get(form.strip().lower())
    text = form if tune is None else tune.chart
    parse_chart(text, chart_beats(text) or 4)
    return f"{text}\n"  # what has a line end is never taken for a path
