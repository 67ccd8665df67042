"""A corpus of nobody's: short pieces made by rule, enough to try the pipeline without any download.

Eighths and quarters on the tones of chords that go round, over held four-note chords. They teach a
model nothing worth hearing.
"""

import random
from pathlib import Path

from jambot.music import Note, TempoMap, Track, write_midi
from jambot.pipeline.steps import Report
from jambot.storage import Replacement, sweep

NAME = "etudes"
PIECES = 12
HELD_OUT = 4
BARS = 32
CYCLE = ((2, 5, 9, 12), (-5, 5, 11, 16), (0, 4, 7, 11), (-3, 1, 7, 10))
"""Four chords in semitones above the tonic: minor seventh, dominant, major seventh, dominant."""


def write_etudes(folder: Path, report: Report = lambda done, total, text: None) -> Path:
    """Write the corpus below `folder`, whole; its place. The same pieces every time."""
    sweep(folder / NAME)
    with Replacement(folder / NAME) as new:
        rows = ["id,split"]
        for number in range(PIECES):
            name = f"etude_{number:02}"
            _write(new / f"{name}.mid", random.Random(number))
            rows.append(f"{name},{'val' if number < HELD_OUT else 'train'}")
            report(number + 1, PIECES, name)
        (new / "metadata.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / NAME


def _write(path: Path, dice: random.Random) -> None:
    tonic, chords, line = 48 + dice.randrange(12), list[Note](), list[Note]()
    for bar in range(BARS):
        chord = [tonic + semitones for semitones in CYCLE[bar % len(CYCLE)]]
        chords += [Note(4.0 * bar, 3.75, pitch, 60 + dice.randrange(20)) for pitch in chord]
        beat = 0.0
        while beat < 4.0:
            length = dice.choice((0.5, 0.5, 1.0))
            if dice.random() < 0.85:
                pitch = dice.choice(chord) + 24
                line.append(Note(4.0 * bar + beat, length * 0.9, pitch, 70 + dice.randrange(30)))
            beat += length
    tempo = TempoMap.constant(float(dice.randrange(100, 200, 10)))
    write_midi(path, [Track("MELODY", tuple(line), 65), Track("PIANO", tuple(chords))], tempo)
