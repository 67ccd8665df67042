"""Measure what is heard in trio pianists' left hands: changes a bar, and how often a bass is lost.

    python -m lab ear ../shared/data/jtd --split val

Strikes are told apart by their pitch classes: one, two, three and more. After each the lowest key
that sounds is compared with the bass that is heard: it is another one, or its pitch class is not
even in the harmony. A class is lost where the harmony lacks one that was struck.
"""

import argparse
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from jambot.errors import JamBotError
from jambot.music import Note, by_onset, harmony_at, harmony_changes
from jambot.music.harmony import ROLL_BEATS
from jambot.roles.sources.trio import read_tracks, track_pieces


def strikes(notes: list[Note]) -> list[list[Note]]:
    """Notes that begin within the time of a roll, strike by strike."""
    found: list[list[Note]] = []
    for note in notes:
        if found and note.onset_beats - found[-1][0].onset_beats <= ROLL_BEATS:
            found[-1].append(note)
        else:
            found.append([note])
    return found


def heard_in(notes: list[Note], counts: Counter[str]) -> None:
    """Count what is heard at each strike of a left hand."""
    changes = harmony_changes(notes)
    counts["changes"] += len(changes)
    starts = [note.onset_beats for note in notes]
    for strike in strikes(notes):
        size = min(3, len({note.pitch % 12 for note in strike}))
        moment = strike[-1].onset_beats
        heard = harmony_at(changes, moment)
        around = notes[max(0, bisect_right(starts, moment) - 30) : bisect_right(starts, moment)]
        sounding = [n.pitch for n in around if n.end_beats > moment or n in strike]
        counts[f"strikes {size}"] += 1
        counts[f"bass {size}"] += heard.bass != min(sounding) % 12
        counts[f"low {size}"] += min(sounding) % 12 not in heard.pitch_classes
        counts[f"classes {size}"] += not {n.pitch % 12 for n in strike} <= set(heard.pitch_classes)


def main(arguments: Sequence[str]) -> None:
    """Print the figures of a split."""
    parser = argparse.ArgumentParser("python -m lab ear", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with piano.jsonl.gz")
    parser.add_argument("--split", default="val")
    args = parser.parse_args(arguments)
    counts: Counter[str] = Counter()
    for track in read_tracks(args.folder):
        if track["split"] != args.split:
            continue
        try:
            pieces = track_pieces({**track, "clips": []}, args.folder)
        except JamBotError:
            continue
        counts["tracks"] += 1
        for piece in pieces:
            notes = by_onset(piece.conditioning)
            counts["bars"] += round(max(n.end_beats for n in notes) / piece.beats_per_bar)
            heard_in(notes, counts)
    print(f"{counts['tracks']} tracks, {counts['bars']} bars, "
          f"{counts['changes'] / counts['bars']:.3f} changes a bar")  # fmt: skip
    print(
        f"{'pitch classes':14}{'strikes':>9}{'bass other':>12}{'bass lost':>11}{'class lost':>12}"
    )
    for size in (1, 2, 3):
        struck = max(1, counts[f"strikes {size}"])
        other, low, classes = (counts[f"{w} {size}"] / struck for w in ("bass", "low", "classes"))
        print(f"{size}{'+' * (size > 2):13}{struck:9}{other:12.3f}{low:11.3f}{classes:12.3f}")
