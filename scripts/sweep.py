"""Play a grid of settings over held-out tunes and mark the best; the same as `jambot sweep`.

.venv/bin/python scripts/sweep.py data/roles/lead --grid primer=32,64 --samples 6 --bars 8
"""

import sys

from jambot.cli import main

if __name__ == "__main__":
    main(["sweep", *sys.argv[1:]])
