"""How far found chords agree with written ones: `jambot chords`.

Pieces that carry written chords are heard without them, as played or as comped in each texture, and
what `chord_finder` makes of them is laid beside what is written.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from jambot.errors import JamBotError
from jambot.music import Chord, ChordSpan, Meter, Note
from jambot.music.chord_finder import find_chords, listen
from jambot.music.key import chord_class
from jambot.roles.comping import STYLES, comp
from jambot.roles.corpus import find_items
from jambot.roles.items import read_item
from jambot.roles.piece import Piece
from jambot.roles.voicing import FAMILIES

WITHIN_BEATS = 1.0
"""A found change this near a written one is the same change."""
TEXTURES = {family: replace(STYLES["swing"], families=(family,)) for family in FAMILIES}


@dataclass(slots=True)
class ChordAgreement:
    """Beats under a written chord, and for how many of them the found chord agrees.

    `root`; `kind`: root and maj, min, dom, hdim, dim or sus; `bass`; `tones`: shared pitch classes
    of all those of either. `changes` are written and found chord changes, `near` those of each that
    have one of the other within `WITHIN_BEATS`.
    """

    pieces: int = 0
    beats: float = 0.0
    root: float = 0.0
    kind: float = 0.0
    bass: float = 0.0
    tones: float = 0.0
    changes: tuple[int, int] = (0, 0)
    near: tuple[int, int] = (0, 0)

    def add(self, written: Sequence[ChordSpan], found: Sequence[ChordSpan]) -> None:
        """Lay one piece's chords beside each other; both in order of time."""
        self.pieces += 1
        for length, here, there in _overlaps(written, found):
            ours, theirs = set(there.pitch_classes), set(here.pitch_classes)
            self.beats += length
            self.tones += length * len(ours & theirs) / len(ours | theirs)
            self.bass += length * (here.bass == there.bass)
            if here.root == there.root:
                self.root += length
                self.kind += length * (chord_class(here) == chord_class(there))
        changes = [_changes(written), _changes(found)]
        near = [_near(changes[0], changes[1]), _near(changes[1], changes[0])]
        self.changes = (self.changes[0] + len(changes[0]), self.changes[1] + len(changes[1]))
        self.near = (self.near[0] + near[0], self.near[1] + near[1])

    def shares(self) -> dict[str, float]:
        """Each agreement as a share of the beats, and the F measure of changes; 0 for nothing."""
        shares = {
            name: getattr(self, name) / self.beats if self.beats else 0.0
            for name in ("root", "kind", "bass", "tones")
        }
        recall, precision = (
            near / count if count else 0.0
            for near, count in zip(self.near, self.changes, strict=True)
        )
        together = recall + precision
        return {**shares, "changes": 2 * recall * precision / together if together else 0.0}


def chord_agreement(
    sources: Iterable[Path],
    split: str | None = "val",
    limit: int | None = None,
    progress: Callable[[int, str], None] = lambda done, name: None,
) -> dict[str, ChordAgreement]:
    """The agreements over every piece that has written chords, by row.

    A row is a source as played, or a source in one comping texture. `split` keeps one side of the
    split (None: both), `limit` that many pieces of each source. Pieces that `prepare` would refuse
    are left out. `progress` is told the count and the name of what has been heard.
    """
    rows: dict[str, ChordAgreement] = {}
    done = 0
    for source in sources:
        for piece in islice(_pieces(source, split), limit):
            for texture, notes in _heard_as(piece):
                found = find_chords(listen(notes, Meter(piece.beats_per_bar)))
                rows.setdefault(f"{piece.source}, {texture}", ChordAgreement()).add(
                    piece.chords, found
                )
            done += 1
            progress(done, piece.source_id)
    return rows


def _pieces(source: Path, split: str | None) -> Iterator[Piece]:
    for item in find_items(source):
        try:
            pieces, _ = read_item(item, splits=(60,))
        except (JamBotError, ValueError):
            continue
        for piece in pieces:
            if any(span.chord for span in piece.chords) and split in (None, piece.split):
                yield piece


def _heard_as(piece: Piece) -> Iterator[tuple[str, Sequence[Note]]]:
    if piece.conditioning:
        yield "as played", piece.conditioning
        return
    meter = Meter(piece.beats_per_bar)
    for texture, style in {**TEXTURES, "as prepared": piece.comping_style}.items():
        seed = f"agreement {piece.source_id} {texture}"
        yield texture, comp(piece.chords, meter, piece.tempo_bpm, seed, style)


def _overlaps(
    written: Sequence[ChordSpan], found: Sequence[ChordSpan]
) -> Iterator[tuple[float, Chord, Chord]]:
    """(beats, written chord, found chord) of every stretch that has both."""
    i = j = 0
    while i < len(written) and j < len(found):
        a, b = written[i], found[j]
        length = min(a.end_beats, b.end_beats) - max(a.onset_beats, b.onset_beats)
        if length > 0 and a.chord and b.chord:
            yield length, a.chord, b.chord
        if a.end_beats <= b.end_beats:
            i += 1
        else:
            j += 1


def _changes(spans: Sequence[ChordSpan]) -> list[float]:
    """Where a chord begins that differs from the one before."""
    previous, beats = None, []
    for span in spans:
        if span.chord and span.chord != previous:
            beats.append(span.onset_beats)
        previous = span.chord
    return beats


def _near(changes: Sequence[float], others: Sequence[float]) -> int:
    """How many of `changes` have one of `others` within `WITHIN_BEATS`; both in order."""
    count = 0
    for beat in changes:
        i = bisect_left(others, beat - WITHIN_BEATS)
        count += i < len(others) and others[i] <= beat + WITHIN_BEATS
    return count
