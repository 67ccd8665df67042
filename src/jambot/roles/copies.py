"""From a piece to its samples: comping variants, and copies in other keys."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256

from jambot import __version__
from jambot.errors import UsageError
from jambot.music import Chord, ChordSpan, Meter, Note
from jambot.music.chord_finder import find_chords, listen
from jambot.music.midi_bytes import TrackBytes, notes_bytes
from jambot.roles.comping import comp
from jambot.roles.piece import Piece
from jambot.roles.sample import EncodedSample, SampleMeta, encoded, transposed_key
from jambot.roles.twins import side_of

TRANSPOSITIONS = {"0": (0,), "6": tuple(range(-6, 7)), "all": tuple(range(-5, 7))}
PLAYABLE = (28, 103)
"""Pitches a copy may reach (E1 to G7): beyond them it is moved an octave, or left out."""
PIANO = (21, 108)
"""A part that is wider than `PLAYABLE` by itself is left where it is, within these."""


@dataclass(frozen=True, slots=True)
class CopySettings:
    """How many samples a piece becomes: `transpose` is a key of `TRANSPOSITIONS`."""

    transpose: str = "6"
    comping_variants: int = 4
    seed: int = 0
    role: str = "lead"

    def __post_init__(self) -> None:
        if self.transpose not in TRANSPOSITIONS:
            raise UsageError(f"transpose {self.transpose!r}", f"one of {', '.join(TRANSPOSITIONS)}")
        if not 1 <= self.comping_variants <= 1000:
            raise UsageError(f"{self.comping_variants} comping variants", "1–1000")


@dataclass(frozen=True, slots=True)
class Copy:
    """One sample to be: which comping variant (None: as played), how many semitones higher."""

    sample_id: str
    variant: int | None
    semitones: int


def copies_of(piece: Piece, settings: CopySettings) -> list[Copy]:
    """Every copy of `piece`: variants of comping (where it has none of its own) times keys."""
    variants: Sequence[int | None] = (
        (None,) if piece.conditioning else range(settings.comping_variants)
    )
    return [
        Copy(sample_id(piece, variant, semitones), variant, semitones)
        for variant in variants
        for semitones in TRANSPOSITIONS[settings.transpose]
    ]


def samples_of(
    piece: Piece,
    settings: CopySettings,
    source_sha256: str,
    wanted: Callable[[str], bool] = lambda _: True,
) -> Iterator[EncodedSample]:
    """The samples of `piece` whose ids are `wanted`; copies that cannot be played are left out.

    Chords and key that nobody wrote are found in what was played, once for all copies.
    """
    piece, found = _with_found(piece)
    target = _Part(piece.target, "target")
    played = _Part(piece.conditioning, "conditioning") if piece.conditioning else None
    for copy in copies_of(piece, settings):
        if not wanted(copy.sample_id):
            continue
        lead = target.moved(copy.semitones)
        meta = replace(_meta(piece, settings, copy, source_sha256), found=found)
        under = played.moved(copy.semitones) if played else _comped(piece, settings, copy, meta)
        if lead is not None and under is not None:
            yield encoded(copy.sample_id, under, lead, meta)


def _with_found(piece: Piece) -> tuple[Piece, tuple[str, ...]]:
    """`piece` with the chords and the key found in its notes, and which of them were."""
    missing = [
        name
        for name, is_written in (
            ("chords", any(span.chord for span in piece.chords)),
            ("key", piece.key is not None),
        )
        if not is_written
    ]
    if not missing:
        return piece, ()
    heard = listen(piece.conditioning or piece.target, Meter(piece.beats_per_bar))
    if "chords" in missing:
        piece = replace(piece, chords=find_chords(heard))
    return replace(piece, key=piece.key or heard.key), tuple(missing)


def sample_id(piece: Piece, variant: int | None, semitones: int) -> str:
    """A folder name every file system can hold, different for different pieces."""
    stem = re.sub(r"[^A-Za-z0-9]+", "_", piece.source_id).strip("_")
    if stem != piece.source_id or len(stem) > 60:
        stem = f"{stem[:60]}_{sha256(piece.source_id.encode('utf-8', 'replace')).hexdigest()[:8]}"
    source = re.sub(r"[^A-Za-z0-9]+", "_", piece.source).strip("_")[:40] or "midi"
    cut = f"-{piece.variant}" if piece.variant else ""
    played = "" if variant is None else f"-c{variant}"
    moved = f"-t{semitones:+d}" if semitones else ""
    return f"{source}-{stem}{cut}{played}{moved}"


def playable_shift(lowest: int, highest: int, semitones: int) -> int | None:
    """`semitones`, or an octave beside them where that keeps a part in `PLAYABLE`; else None.

    A part wider than `PLAYABLE` may reach to the ends of the piano, and so may one in its own key.
    """
    wide = not semitones or highest - lowest > PLAYABLE[1] - PLAYABLE[0]
    low, high = PIANO if wide else PLAYABLE
    for shift in (semitones, semitones - 12 if semitones > 0 else semitones + 12):
        if lowest + shift >= low and highest + shift <= high:
            return shift
    return None if semitones or lowest < PIANO[0] or highest > PIANO[1] else 0


class _Part:
    """One side of a piece, encoded once, to be moved to any key."""

    def __init__(self, notes: Sequence[Note], name: str) -> None:
        self._track = notes_bytes(name, notes)
        self._lowest = min(note.pitch for note in notes)
        self._highest = max(note.pitch for note in notes)

    def moved(self, semitones: int) -> TrackBytes | None:
        shift = playable_shift(self._lowest, self._highest, semitones)
        return None if shift is None else self._track.transposed(shift)


def _comped(
    piece: Piece, settings: CopySettings, copy: Copy, meta: SampleMeta
) -> TrackBytes | None:
    """The chords of this key played anew, so that the hands stay where hands play."""
    seed = f"{settings.seed} {piece.source_id} {copy.variant}"
    meter = Meter(piece.beats_per_bar)
    notes = comp(meta.chords, meter, piece.tempo_bpm, seed, piece.comping_style)
    return notes_bytes("conditioning", notes) if notes else None


def _meta(piece: Piece, settings: CopySettings, copy: Copy, source_sha256: str) -> SampleMeta:
    return SampleMeta(
        source=piece.source,
        source_id=piece.source_id,
        split=piece.split or side_of(piece.signature),
        tempo_bpm=piece.tempo_bpm,
        role=settings.role,
        licence=piece.licence,
        beats_per_bar=piece.beats_per_bar,
        key=transposed_key(piece.key, copy.semitones),
        chords=tuple(_moved(span, copy.semitones) for span in piece.chords),
        transposition=copy.semitones,
        comping_variant=copy.variant,
        split_pitch=piece.split_pitch,
        style=piece.style,
        performer=piece.performer,
        year=piece.year,
        choice=piece.choice,
        source_sha256=source_sha256,
        tool_version=__version__,
        player=piece.player,
        unknown=piece.unknown,
    )


def _moved(span: ChordSpan, semitones: int) -> ChordSpan:
    if span.chord is None or not semitones:
        return span
    return replace(span, chord=_moved_chord(span.chord, semitones))


@lru_cache(maxsize=4096)
def _moved_chord(chord: Chord, semitones: int) -> Chord:
    return chord.transposed(semitones)
