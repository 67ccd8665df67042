"""Fetches a corpus, and dies at its first sign of life, then at its second, until it lives.

kill_while_fetching.py BASE NAME DIGEST FOLDER      after each death: what lies there, in JSON
"""

import json
import os
import signal
import sys
from itertools import count
from pathlib import Path

from jambot.pipeline import corpora


def lives(moment: int, base: str, corpus: corpora.Corpus, folder: Path) -> bool:
    """Whether a process of its own comes to the end before this sign of life."""
    signs = count(1)

    def die(done: int, total: int, text: str) -> None:
        if next(signs) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        corpora.fetch(base, [corpus], folder, lambda sentence: None, die)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return status == 0


def main() -> None:
    base, name, digest, place = sys.argv[1:]
    corpora.PIECE_BYTES = 1000
    corpus, folder = corpora.Corpus(name, digest, "nowhere", "CC0"), Path(place)
    for moment in count(1):
        if lives(moment, base, corpus, folder):
            return
        print(json.dumps(sorted(path.name for path in folder.iterdir())), flush=True)


if __name__ == "__main__":
    main()
