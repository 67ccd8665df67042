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

HEAD = """# A jam led by a script

What a client of `jambot mcp --allow-drive` asked in one jam, and what it was answered, over stdio;
written by `scripts/lead_a_jam.py`. The lines in italics are the script's, where a model would
think. Answers other than rolls are cut after 700 characters.

"""


async def lead(folder: Path, adapter: str, bpm: float) -> list[Answered]:
    """One jam with the built-in pianist; its take lies below `folder` until that goes."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "jambot", "mcp", "--allow-drive", "--takes", "takes"],
        env=dict(os.environ),
        cwd=folder,
    )
    script = steps({"adapter": adapter, "bpm": bpm}, "for_the_daw")
    async with Client(server) as client:
        return await rehearse(client, script)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--adapter", default="jazz")
    parser.add_argument("--bpm", type=float, default=120.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jambot-") as folder:
        answered = asyncio.run(lead(Path(folder), asked.adapter, asked.bpm))
    asked.out.write_text(HEAD + transcript(answered), encoding="utf-8")
    print(f"{len(answered)} questions and answers: {asked.out}")


if __name__ == "__main__":
    main()
