"""Does it quote its training set? Shapes of eight notes, in any key, that occur there.

People quote too, so the figure stands beside the rate of held-out people.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from jambot.evaluation.metrics import intervals
from jambot.music import Note
from jambot.roles.sample import find_samples, read_meta, read_sample

SHAPE_NOTES = 8

Shapes = set[bytes]


def shapes_of(notes: Sequence[Note]) -> list[bytes]:
    """Every run of eight notes as its seven intervals; fewer notes give none.

    >>> len(shapes_of([Note(float(i), 1.0, 60 + i) for i in range(9)]))
    2
    """
    moves = bytes(move + 128 for move in intervals(notes))
    n = SHAPE_NOTES - 1
    return [moves[i : i + n] for i in range(len(moves) - n + 1)]


def known_shapes(role_dir: Path, source: str | None = None) -> Shapes:
    """The shapes of all training solos, one copy of each composition and performer."""
    seen: set[tuple[str, str | None, str]] = set()
    known: Shapes = set()
    for folder in find_samples(role_dir, "train"):
        meta = read_meta(folder)
        key = (meta.source_id, meta.performer, meta.source_sha256)
        if key in seen or (source is not None and meta.source != source):
            continue
        seen.add(key)
        known.update(shapes_of(read_sample(folder).target))
    return known


def copy_rate(solos: Iterable[Sequence[Note]], known: Shapes) -> float | None:
    """Share of the solos' shapes that the training set knows; None without a shape."""
    shapes = [shape for solo in solos for shape in shapes_of(solo)]
    return sum(shape in known for shape in shapes) / len(shapes) if shapes else None
