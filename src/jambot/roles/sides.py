"""A handful of pieces of one's own, divided anew: most to learn from, some kept back to measure by.

`prepare` draws each piece's side by itself, which is right for a corpus and leaves a small folder
with nothing held out, or nothing else. Here a sixth is held out: whole pieces where there are
enough of them, else the end of each.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from jambot.music import ChordSpan, Meter, Note
from jambot.roles.corpus import find_items
from jambot.roles.journal import Journal
from jambot.roles.piece import LEAST_NOTES
from jambot.roles.sample import RoleSample, read_sample, write_sample
from jambot.roles.twins import groups, signature_of

HELD_OUT = 1 / 6
ENOUGH_PIECES = 6
"""From here on whole pieces are held out."""
WHOLE = "sides.json"
"""Written last: a folder without it was cut off."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much music there is: pieces, notes of their solos, and minutes that those span."""

    pieces: int
    notes: int
    minutes: float


def amount_of(samples: Sequence[RoleSample]) -> Amount:
    """Each composition counted once, however many pairs of hands it was given.

    >>> amount_of([])
    Amount(pieces=0, notes=0, minutes=0.0)
    """
    pieces = list({_piece(sample): sample for sample in samples}.values())
    minutes = sum(_span_beats(piece) / piece.meta.tempo_bpm for piece in pieces)
    return Amount(len(pieces), sum(len(piece.target) for piece in pieces), minutes)


def samples_from(sources: Sequence[Path], prepared: Path) -> list[RoleSample]:
    """What `prepare` made of these sources below `prepared`, in order of name.

    Samples of files that have gone since, or of other sources, are left out.
    """
    with Journal(prepared) as journal:
        items = [item for source in sources for item in find_items(source)]
        entries = (journal.entry(item.source, item.name) for item in items)
        names = {name for entry in entries if entry for name in entry.samples}
    return [read_sample(prepared / name) for name in sorted(names)]


def divided(samples: Sequence[RoleSample]) -> list[RoleSample]:
    """The same music with its sides drawn anew: about a sixth of the notes is "val".

    Pieces that are nearly the same stay together. A part that would be left with fewer notes than
    a sample needs is not cut off.
    """
    held = _whole_pieces(samples)
    if held:
        return [_on(sample, "val" if _piece(sample) in held else "train") for sample in samples]
    return [part for sample in samples for part in _cut(sample)]


def write_divided(samples: Sequence[RoleSample], out: Path) -> None:
    """Write `divided(samples)` as a role dataset; what is there and whole stays as it is."""
    if (out / WHOLE).is_file():
        return
    shutil.rmtree(out, ignore_errors=True)
    parts = divided(samples)
    for part in parts:
        write_sample(part, out / part.sample_id)
    sides = {
        side: [p.sample_id for p in parts if p.meta.split == side] for side in ("train", "val")
    }
    (out / WHOLE).write_text(json.dumps(sides, indent=1) + "\n", encoding="utf-8")


def digest_of(samples: Sequence[RoleSample]) -> str:
    """What changes when any of the samples does."""
    return sha256(repr(samples).encode()).hexdigest()


def _piece(sample: RoleSample) -> tuple[str, str | None]:
    return sample.meta.source_id, sample.meta.performer


def _span_beats(sample: RoleSample) -> float:
    return max(n.end_beats for n in sample.target) - min(n.onset_beats for n in sample.target)


def _whole_pieces(samples: Sequence[RoleSample]) -> set[tuple[str, str | None]]:
    """The pieces to hold out; none where they are too few, or too uneven, to spare some whole."""
    pieces = {_piece(sample): sample for sample in samples}
    families = _families(list(pieces.values()))
    if len(families) < ENOUGH_PIECES:
        return set()
    every = sum(len(piece.target) for piece in pieces.values())
    held: set[tuple[str, str | None]] = set()
    notes = 0
    for family in sorted(families, key=lambda family: sha256(repr(family).encode()).digest()):
        size = sum(len(pieces[piece].target) for piece in family)
        if notes < HELD_OUT * every / 2 and notes + size <= 1.5 * HELD_OUT * every:
            held.update(family)
            notes += size
    return held if notes >= HELD_OUT * every / 2 else set()


def _families(pieces: Sequence[RoleSample]) -> list[list[tuple[str, str | None]]]:
    """Pieces by themselves, twins together."""
    signed = list(enumerate(signature_of(piece.target) for piece in pieces))
    twins = list(groups(signed))
    among = {number for family in twins for number in family}
    alone = [[number] for number in range(len(pieces)) if number not in among]
    return [[_piece(pieces[number]) for number in family] for family in [*twins, *alone]]


def _on(sample: RoleSample, side: str) -> RoleSample:
    return replace(sample, meta=replace(sample.meta, split=side))


def _cut(sample: RoleSample) -> Iterator[RoleSample]:
    """The sample up to a bar line for training, and what follows it, from beat 0, held out."""
    meter = Meter(sample.meta.beats_per_bar)
    first = min(note.onset_beats for note in sample.target)
    at = meter.bar_start(meter.bar_at(first + (1 - HELD_OUT) * _span_beats(sample)))
    before = _between(sample, 0.0, at, "train", "")
    after = _between(sample, at, float("inf"), "val", "-end")
    if all(len(part.target) >= LEAST_NOTES and part.conditioning for part in (before, after)):
        yield from (before, after)
    else:
        yield _on(sample, "train")


def _between(sample: RoleSample, start: float, end: float, side: str, name: str) -> RoleSample:
    meta = replace(sample.meta, split=side, chords=tuple(_spans(sample.meta.chords, start, end)))
    return RoleSample(
        sample.sample_id + name,
        tuple(_notes(sample.conditioning, start, end)),
        tuple(_notes(sample.target, start, end, begun=False)),
        meta,
    )


def _notes(notes: Sequence[Note], start: float, end: float, begun: bool = True) -> Iterator[Note]:
    """What sounds within, cut at both ends, from beat 0; `begun`: also what began before."""
    for note in notes:
        onset, stop = max(note.onset_beats, start), min(note.end_beats, end)
        if stop > onset and (begun or note.onset_beats >= start):
            yield replace(note, onset_beats=onset - start, duration_beats=stop - onset)


def _spans(spans: Sequence[ChordSpan], start: float, end: float) -> Iterator[ChordSpan]:
    for span in spans:
        onset, stop = max(span.onset_beats, start), min(span.end_beats, end)
        if stop > onset:
            yield ChordSpan(onset - start, stop - start, span.chord)
