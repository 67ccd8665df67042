"""`python -m lab newcomer --out FOLDER`: a scripted newcomer's first ten minutes, in pictures.

A jam with the built-in pianist and the band plays over JACK (the running server, or one without a
sound card) into a client that listens; nobody has a keyboard. A real Chromium opens its page, and
does there what a newcomer does: sound, pads, a chart with odd spellings, fours, knobs, a pause, a
waltz, the take, its files, its report. Each step is held to what must be seen, heard at
`jambot:out` and written in the log. Pictures, takes, downloads and `steps.json` lie in the folder;
the exit status is 1 at the first step that fails.
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from jambot.errors import UsageError
from lab.newcomer.evening import evening
from lab.newcomer.story import first_ten_minutes


def main(arguments: Sequence[str]) -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(
        "python -m lab newcomer", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    parser.add_argument("--adapter", default="piano", help="style of the solo")
    parser.add_argument(
        "--pace", type=float, default=1.0, help="share of the bars to play, such as 0.25"
    )
    asked = parser.parse_args(arguments)
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise UsageError("no Chromium", "a browser to look with", "install it (Debian: chromium)")
    if asked.out.exists():
        raise UsageError(f"{asked.out} is there already", "a new folder", "name another one")
    asked.out.mkdir(parents=True)

    def said(line: str) -> None:
        print(line, flush=True)

    with evening(asked.out, asked.adapter, asked.pace, browser, said) as at:
        first_ten_minutes(at)
    return 0
