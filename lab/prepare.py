"""Measure how `jambot prepare` scales: pieces a minute and peak memory as the corpus grows.

    python -m lab prepare --songs 250 --times 1 4 16 --jobs 2

Songs of pop-song size are made up (a melody over an arpeggiated piano, 1,200 notes), each another
tune, so that no two are twins; they are prepared at the given transposition, then checked and
reported on. Every row is a process of its own, so that peaks do not mix. The printed table is what
docs/dataset.md reckons a million files from.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from jambot.music import Meter, Note, TempoMap, Track, write_midi

CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14), (2, 5, 9), (4, 7, 11))
BARS = 72


def make_song(path: Path, seed: int) -> None:
    """A song of 72 bars: 300 notes of melody over 860 of accompaniment, in a key of its own."""
    random = Random(seed)
    key = random.randrange(12)
    melody, piano = [], []
    for bar in range(BARS):
        chord = [key + tone for tone in random.choice(CHORDS)]
        piano += [Note(bar * 4.0 + i * 0.5, 0.5, 48 + chord[i % 3], 70) for i in range(8)]
        piano += [Note(bar * 4.0 + half, 2.0, 36 + chord[0] % 12, 76) for half in (0.0, 2.0)]
        piano += [Note(bar * 4.0 + 1.0, 1.0, 60 + chord[i] % 12, 60) for i in range(2)]
        beat = bar * 4.0
        while beat < bar * 4.0 + 4.0:
            length = random.choice((0.5, 0.5, 1.0, 1.5))
            pitch = 64 + key % 12 + random.choice((0, 2, 4, 5, 7, 9, 11))
            melody.append(Note(beat, length, pitch, 90))
            beat += length
    tracks = [Track("MELODY", tuple(melody)), Track("PIANO", tuple(piano))]
    write_midi(path, tracks, TempoMap.constant(70.0 + random.randrange(70)), Meter(4))


def measured(words: list[str], folder: Path) -> tuple[float, float]:
    """(seconds, MB of this process alone) of one step, done in a process of its own."""
    program = (
        "import sys; from jambot.cli import main; from jambot.roles.memory import *\n"
        "try: main(sys.argv[1:])\n"
        "finally: print('peak', peak_memory_bytes() / MB)"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program, *words, "--out", str(folder)],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    seconds = time.monotonic() - began
    return seconds, float(done.stdout.rpartition("peak")[2])


def main(arguments: Sequence[str]) -> None:
    """Make the songs, prepare them at every size, print a row each."""
    parser = argparse.ArgumentParser("python -m lab prepare", description=__doc__)
    parser.add_argument("--songs", type=int, default=250, help="songs of the smallest corpus")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--transpose", default="0")
    asked = parser.parse_args(arguments)
    print("songs  samples  songs/min  MB, all  samples/MB  check/s  MB  report/s  MB")
    with tempfile.TemporaryDirectory() as work:
        source = Path(work, "songs")
        source.mkdir()
        made = 0
        for songs in (asked.songs * times for times in asked.times):
            for seed in range(made, songs):
                make_song(source / f"{seed:07}.mid", seed)
            made = songs
            out = Path(work, f"out{songs}")
            options = ["--transpose", asked.transpose, "--jobs", str(asked.jobs)]
            measured(["prepare", str(source), *options], out)
            found = json.loads((out / "prepare.json").read_text(encoding="utf-8"))
            samples = found["written"]
            check_s, check_mb = measured(["prepare", "--check", "--jobs", str(asked.jobs)], out)
            report_s, report_mb = measured(["prepare", "--report"], out)
            size = sum(path.stat().st_size for path in out.glob("*/*")) / 1e6
            print(
                f"{songs:5}  {samples:7}  {60 * found['items_per_second']:9,.0f}"
                f"  {found['peak_memory_mb']:7}  {samples / size:10.0f}"
                f"  {samples / check_s:7.0f}  {check_mb:2.0f}"
                f"  {samples / report_s:8.0f}  {report_mb:2.0f}",
                flush=True,
            )
