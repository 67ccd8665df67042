"""Examine a model on held-out tunes beside people and a rule; the same as `jambot evaluate`.

.venv/bin/python scripts/eval_offline_metrics.py data/roles/lead --model piano --out exam --limit 6
"""

import sys

from jambot.cli import main

if __name__ == "__main__":
    main(["evaluate", *sys.argv[1:]])
