"""Make role samples of MIDI files and annotated corpora; the same as `jambot prepare`.

.venv/bin/python scripts/prepare_role_dataset.py my_midi/
"""

import sys

from jambot.cli import main

if __name__ == "__main__":
    main(["prepare", *sys.argv[1:]])
