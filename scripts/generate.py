"""Solo over a MIDI file of chords; the same as `jambot generate`.

.venv/bin/python scripts/generate.py my_chords.mid -o solo.mid
"""

import sys

from jambot.cli import main

if __name__ == "__main__":
    main(["generate", *sys.argv[1:]])
