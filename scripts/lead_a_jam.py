#!/usr/bin/env python3
"""Lead one whole jam through `jambot mcp`, as a scripted client, and keep the talk as Markdown.

python scripts/lead_a_jam.py --out docs/mcp_transcript.md      # about a minute
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from mcp import Client, StdioServerParameters

from jambot.control.mcp_server.rehearsal import Answered, rehearse, steps, transcript

CHART = "| Dm7 | G7 | Cmaj7 | A7 |"
HEAD = """# A jam led by a script

`scripts/lead_a_jam.py` led this jam as a client of `jambot mcp --allow-drive`, over stdio. The page
has what the client asked and what it was answered. Lines in italics are the script's, where a model
would think. Answers other than rolls are cut after 300 characters.

"""


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
