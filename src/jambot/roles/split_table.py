"""How well each way to tell two hands apart does, where somebody wrote down which hand plays."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jambot.errors import JamBotError, UsageError
from jambot.music import MidiSong, Note, by_onset, read_midi
from jambot.roles.corpus import find_items
from jambot.roles.sources.two_hands import Split, on_the_right, split_hands, upper_line

RIGHT = re.compile(r"\b(rh|right)\b")
LEFT = re.compile(r"\b(lh|left)\b")
LEAST_NOTES = 32


@dataclass(frozen=True, slots=True)
class SplitRow:
    """Over all files: how one split does, each figure a mean over files, 0 to 1.

    `right_hand`: notes given to the hand that plays them. `worst_tenth`: the same in the file that
    nine in ten surpass. `line_found`: notes of the right hand's upper line that are on top of the
    target; `line_true`: notes on top of the target that belong to that line.
    """

    split: Split
    files: int
    right_hand: float
    worst_tenth: float
    line_found: float
    line_true: float


def compare_splits(sources: Sequence[Path], splits: Sequence[Split]) -> list[SplitRow]:
    """A row for each of `splits`, over every MIDI file in `sources` with a track for each hand.

    The two tracks are merged, told apart again, and compared with what was written. Raises
    UsageError where no file has such tracks.
    """
    figures: dict[Split, list[tuple[float, float, float]]] = {split: [] for split in splits}
    for right, left in _written_hands(sources):
        for split in splits:
            figures[split].append(_measured(right, left, split))
    if not any(figures.values()):
        raise UsageError("no file with a track for each hand", "tracks such as PIANO_RH, PIANO_LH")
    rows = []
    for split, measured in figures.items():
        shares = np.array(measured)
        means, tenth = shares.mean(axis=0), np.percentile(shares[:, 0], 10)
        rows.append(SplitRow(split, len(shares), means[0], float(tenth), means[1], means[2]))
    return rows


def _written_hands(sources: Sequence[Path]) -> Iterator[tuple[list[Note], list[Note]]]:
    for source in sources:
        for item in find_items(source):
            if item.kind != "midi":
                continue
            try:
                song = read_midi(item.path)
            except JamBotError:
                continue
            right, left = _hand(song, RIGHT), _hand(song, LEFT)
            if min(len(right), len(left)) >= LEAST_NOTES:
                yield right, left


def _hand(song: MidiSong, name: re.Pattern[str]) -> list[Note]:
    tracks = [t for t in song.tracks if name.search(re.sub(r"[\W_]+", " ", t.name).lower())]
    return by_onset(note for track in tracks for note in track.notes)


def _measured(
    right: Sequence[Note], left: Sequence[Note], split: Split
) -> tuple[float, float, float]:
    """(notes in the right place, upper line found, target that is upper line)."""
    marked = sorted(
        [(note, True) for note in right] + [(note, False) for note in left],
        key=lambda pair: (pair[0].onset_beats, pair[0].pitch),
    )
    notes = [note for note, _ in marked]
    truth = np.array([is_right for _, is_right in marked])
    agreed = float((on_the_right(notes, split) == truth).mean())
    line = _places(upper_line(right))
    target = _places(upper_line(split_hands(notes, split)[1]))
    both = len(line & target)
    return agreed, both / max(1, len(line)), both / max(1, len(target))


def _places(notes: Iterable[Note]) -> set[tuple[float, int]]:
    return {(note.onset_beats, note.pitch) for note in notes}
