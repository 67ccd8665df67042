#!/usr/bin/env python3
"""Lead one whole jam through `jambot mcp`, as a scripted client, and keep the talk as Markdown.

python scripts/lead_a_jam.py --out docs/mcp_transcript.md      # about a minute
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from jambot.errors import JamBotError

CHART = "| Dm7 | G7 | Cmaj7 | A7 |"
HEAD = """# A jam led by a script

`scripts/lead_a_jam.py` led this jam as a client of `jambot mcp --allow-drive`, over stdio. The page
has what the client asked and what it was answered. Lines in italics are the script's, where a model
would think. Answers other than rolls are cut after 300 characters.

"""
BPM = 120.0
"""Where the start names none."""
BAR_BEATS = 4
QUICKER = 1.05
"""By so much the tempo goes up on the way."""
LINE = 100


@dataclass(frozen=True, slots=True)
class Ask:
    """Wait so many bars, say why, ask a tool."""

    bars: float
    why: str
    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """A step and the tool's structured answer."""

    step: Ask
    answer: dict[str, Any]


def steps(start: Mapping[str, Any], export_to: str) -> tuple[Ask, ...]:
    """The script: look around, begin sparse, build, trade, lay out, come back, end, look back."""
    quicker = round(QUICKER * float(start.get("bpm") or BPM))
    return (
        Ask(0, "Is this machine fit?", "doctor", {}),
        Ask(0, "What is there to play through?", "list_ports", {}),
        Ask(0, "A jam to begin with.", "start", start),
        Ask(0, "Begin sparse.", "set_knob", {"name": "density", "value": 0.3}),
        Ask(4, "What was that like?", "played", {"bars": 4}),
        Ask(0, "Build.", "set_knob", {"name": "density", "value": 0.8}),
        Ask(0, "And higher.", "set_knob", {"name": "register", "value": 0.7}),
        Ask(0, "A little looser.", "set_sampling", {"name": "temperature", "value": 1.1}),
        Ask(0, "Looking further ahead.", "set_stage", {"name": "lookahead_bars", "value": 3}),
        Ask(0, "A little quicker.", "set_tempo", {"bpm": quicker}),
        Ask(4, "Listen again.", "played", {"bars": 4}),
        Ask(0, "What comes next?", "plan", {}),
        Ask(0, "Tell it the next bars.", "set_form", {"chart": "| Am7 | D7 | Gmaj7 | % |"}),
        Ask(1, "Does the plan know them?", "plan", {}),
        Ask(0, "The hands know better.", "set_form", {"chart": None}),
        Ask(0, "That was good.", "keep", {"bars": 4}),
        Ask(0, "Let the hands speak, too.", "trade", {"bars": 2}),
        Ask(4, "Enough of that.", "trade", {"bars": 0}),
        Ask(0, "A rest.", "lay_out", {"on": True}),
        Ask(1, "And back in.", "lay_out", {"on": False}),
        Ask(1, "Another soloist, from the bar line.", "set_adapter", {"name": "chord-tones"}),
        Ask(2, "Where are we?", "status", {}),
        Ask(0, "So far?", "report", {}),
        Ask(0, "Home.", "end_phrase", {}),
        Ask(1, "Once more!", "trigger", {}),
        Ask(1, "Thank you.", "stop", {}),
        Ask(0, "What is kept?", "takes", {}),
        Ask(0, "A copy for the DAW.", "export_take", {"to": export_to}),
    )


async def rehearse(client: Client, script: tuple[Ask, ...]) -> list[Answered]:
    """Lead a jam by `script`, in its own tempo. JamBotError at the first tool that fails."""
    answered: list[Answered] = []
    bpm = BPM
    for step in script:
        await asyncio.sleep(step.bars * BAR_BEATS * 60 / bpm)
        bpm = float(step.arguments.get("bpm", bpm))
        result = await client.call_tool(step.tool, dict(step.arguments))
        if result.is_error or result.structured_content is None:
            said = " ".join(getattr(part, "text", "") for part in result.content)
            raise JamBotError(f"{step.tool}: {said}", "an answer")
        answered.append(Answered(step, result.structured_content))
    return answered


def transcript(answered: list[Answered], longest: int = 300) -> str:
    """The talk as a page of Markdown: rolls in full, other answers up to `longest` characters."""
    parts: list[str] = []
    for told in answered:
        asked = json.dumps(dict(told.step.arguments))
        answer = dict(told.answer)
        roll = answer.get("roll")
        said = roll if roll is not None else _written(answer)
        cut = roll is None and len(said) > longest
        parts.append(
            f"*{told.step.why}*\n\n**{told.step.tool}** `{asked}`\n\n```\n"
            f"{said[:longest] if cut else said}{' …' if cut else ''}\n```\n"
        )
    return "\n".join(parts)


def _written(answer: dict[str, Any]) -> str:
    """On one line where it fits."""
    line = json.dumps(answer)
    return line if len(line) <= LINE else json.dumps(answer, indent=1)


async def lead(folder: Path, adapter: str, bpm: float) -> list[Answered]:
    """One jam with the built-in pianist and a bass over a chart.

    Its take lies below `folder` until that goes.
    """
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "jambot", "mcp", "--allow-drive", "--takes", "takes"],
        env=dict(os.environ),
        cwd=folder,
    )
    start = {"adapter": adapter, "bpm": bpm, "form": CHART, "performer": "on", "band": "bass"}
    script = steps(start, "for_the_daw")
    async with Client(server) as client:
        return await rehearse(client, script)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--adapter", default="piano")
    parser.add_argument("--bpm", type=float, default=120.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jambot-") as folder:
        answered = asyncio.run(lead(Path(folder), asked.adapter, asked.bpm))
    asked.out.write_text(HEAD + transcript(answered), encoding="utf-8")
    print(f"{len(answered)} questions and answers: {asked.out}")


if __name__ == "__main__":
    main()
