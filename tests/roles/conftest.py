"""Small corpora of our own making, in the shapes of the real ones."""

import gzip
import json
from pathlib import Path
from random import Random

import pytest

from jambot.music import Meter, Note, TempoMap, Track, write_midi

CHANGES = [("C-7", 0, [0, 3, 7, 10], "min7"), ("F7", 5, [5, 9, 0, 3], "dom7"),
           ("Bbj7", 10, [10, 2, 5, 9], "maj7"), ("NC", None, [], "NC")]  # fmt: skip


def solo_line(name="Me_MyBlues", bars=16, split="train", period=4, first_beat=1, **changes):
    """A solo of eighth notes as a line of the Weimar collection."""
    count, random = bars * period, Random(name)
    beats = [(first_beat - 1 + i) % period + 1 for i in range(count)]
    positions = [2.0 + i * 0.5 + (0.04 if i % 2 else 0.01) for i in range(2 * count - 8)]
    chords = [
        [start, symbol, root, root, core, [], quality]
        for start, (symbol, root, core, quality) in zip(
            range(0, count, period), CHANGES * count, strict=False
        )
    ]
    solo = {
        "id": name,
        "performer": name.partition("_")[0],
        "style": "BEBOP",
        "feel": "SWING",
        "key": "Bb-maj",
        "year": 1959,
        "split": split,
        "beats": {
            "t": [i * 0.5 for i in range(count)],
            "beat": beats,
            "period": [period] * count,
            "bar": [i // period for i in range(count)],
        },
        "chords": chords,
        "notes": {
            "pitch": [60 + random.randrange(17) for _ in positions],
            "pos": positions,
            "pos_dur": [0.6] * len(positions),
        },
    }
    return {**solo, **changes}


def write_json_lines(path: Path, records):
    """`records` as gzipped JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record) + "\n")


def line(seed=0, notes=64, low=60):
    """A melody of eighth notes, different for each seed."""
    random = Random(seed)
    return [Note(i * 0.5, 0.45, low + random.randrange(15), 90) for i in range(notes)]


def accompaniment(bars=8):
    """Whole-bar chords in the middle of the piano."""
    return [Note(4.0 * bar, 3.9, p, 70) for bar in range(bars) for p in (48, 52, 55, 59)]


def write_song(path: Path, seed=0, names=("MELODY", "PIANO"), bpm=100.0, up=0):
    """A song of two tracks as a MIDI file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lead = [note.transposed(up) for note in line(seed)]
    tracks = [Track(names[0], lead), Track(names[1], [n.transposed(up) for n in accompaniment()])]
    write_midi(path, tracks, TempoMap.constant(bpm), Meter(4))


@pytest.fixture
def make_solo():
    """`make_solo(bars=16, ...)` gives one line of an annotated collection."""
    return solo_line


@pytest.fixture
def make_song():
    """`make_song(path, seed=0, ...)` writes a song of two tracks."""
    return write_song


@pytest.fixture
def write_lines():
    """`write_lines(path, records)` writes gzipped JSON lines."""
    return write_json_lines


@pytest.fixture
def solos(tmp_path):
    """A folder like the Weimar collection with two solos, and their velocities beside it."""
    folder = tmp_path / "wjd"
    first, second = solo_line(), solo_line("You_Waltz", period=3, split="val")
    write_json_lines(folder / "solos.jsonl.gz", [first, second])
    loudness = [
        {"id": first["id"], "velocity": [70 + i % 20 for i in range(len(first["notes"]["pitch"]))]}
    ]
    write_json_lines(tmp_path / "wjd_odbl_supplement" / "velocity.jsonl.gz", loudness)
    return folder


@pytest.fixture
def songs(tmp_path):
    """A folder of three songs, melody over piano, with their splits in metadata.csv."""
    folder = tmp_path / "songs"
    for i in range(3):
        write_song(folder / "midi" / f"{i:03}.mid", seed=i)
    rows = ["id,split", "000,train", "001,val", "002,train"]
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n")
    return folder
