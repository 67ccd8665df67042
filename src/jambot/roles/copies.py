"""From a piece to its samples: comping variants, and copies in other keys."""

import hashlib
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jambot import __version__
from jambot.errors import UsageError
from jambot.music import ChordSpan, Meter, Note
from jambot.roles.comping import comp
from jambot.roles.piece import Piece
from jambot.roles.sample import RoleSample, SampleMeta, transposed_key

TRANSPOSITIONS = {"0": (0,), "6": tuple(range(-6, 7)), "all": tuple(range(-5, 7))}
PLAYABLE = (28, 103)
"""Pitches a copy may reach (E1 to G7): beyond them it is moved an octave, or left out."""
VAL_SHARE = 0.1


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
        if self.comping_variants < 1:
            raise UsageError(f"{self.comping_variants} comping variants", "1 or more")


def samples_of(piece: Piece, settings: CopySettings, source_sha256: str) -> Iterator[RoleSample]:
    """Every sample of `piece`: variants of comping (where it has none of its own) times keys."""
    variants: Sequence[int | None] = (
        (None,) if piece.conditioning else range(settings.comping_variants)
    )
    for variant in variants:
        for semitones in TRANSPOSITIONS[settings.transpose]:
            sample = _copy(piece, settings, variant, semitones, source_sha256)
            if sample is not None:
                yield sample


def split_of(fingerprint: str) -> str:
    """The side a composition falls on, decided by its fingerprint alone: stable for ever."""
    digest = hashlib.sha256(fingerprint.encode()).digest()
    return "val" if int.from_bytes(digest[:4], "big") < VAL_SHARE * 2**32 else "train"


def sample_id(piece: Piece, variant: int | None, semitones: int) -> str:
    """A folder name every file system can hold, different for different pieces."""
    stem = re.sub(r"[^A-Za-z0-9]+", "_", piece.source_id).strip("_")
    if stem != piece.source_id or len(stem) > 60:
        stem = f"{stem[:60]}_{hashlib.sha256(piece.source_id.encode()).hexdigest()[:8]}"
    source = re.sub(r"[^A-Za-z0-9]+", "_", piece.source).strip("_") or "midi"
    played = "" if variant is None else f"-c{variant}"
    moved = f"-t{semitones:+d}" if semitones else ""
    return f"{source}-{stem}{played}{moved}"


def _copy(
    piece: Piece, settings: CopySettings, variant: int | None, semitones: int, sha256: str
) -> RoleSample | None:
    target = in_range([note.transposed(semitones) for note in piece.target])
    chords = tuple(_moved(span, semitones) for span in piece.chords)
    if piece.conditioning:
        conditioning = in_range([note.transposed(semitones) for note in piece.conditioning])
    else:
        seed = f"{settings.seed} {piece.source_id} {variant}"
        meter = Meter(piece.beats_per_bar)
        conditioning = tuple(comp(chords, meter, piece.tempo_bpm, seed, piece.comping_style))
    if not target or not conditioning:
        return None
    meta = SampleMeta(
        source=piece.source,
        source_id=piece.source_id,
        split=piece.split or split_of(fingerprint(piece.target)),
        tempo_bpm=piece.tempo_bpm,
        role=settings.role,
        licence=piece.licence,
        beats_per_bar=piece.beats_per_bar,
        key=transposed_key(piece.key, semitones),
        chords=chords,
        transposition=semitones,
        comping_variant=variant,
        split_pitch=piece.split_pitch,
        style=piece.style,
        performer=piece.performer,
        year=piece.year,
        choice=piece.choice,
        source_sha256=sha256,
        tool_version=__version__,
    )
    return RoleSample(sample_id(piece, variant, semitones), conditioning, target, meta)


def in_range(notes: Sequence[Note]) -> tuple[Note, ...]:
    """The part as a whole in `PLAYABLE`, an octave higher or lower where that helps; else nothing.

    A part that is wider than `PLAYABLE` to begin with keeps its place.
    """
    lowest, highest = min(n.pitch for n in notes), max(n.pitch for n in notes)
    for octave in (0, 12, -12):
        if lowest + octave >= PLAYABLE[0] and highest + octave <= PLAYABLE[1]:
            return tuple(note.transposed(octave) if octave else note for note in notes)
    return tuple(notes) if lowest >= 21 and highest <= 108 else ()


def fingerprint(target: Sequence[Note]) -> str:
    """What a melody shares with its transposed copies: its intervals, up to the first 64."""
    pitches = [note.pitch for note in target[:65]]
    return " ".join(str(b - a) for a, b in itertools.pairwise(pitches))


def _moved(span: ChordSpan, semitones: int) -> ChordSpan:
    if span.chord is None or not semitones:
        return span
    return replace(span, chord=span.chord.transposed(semitones))
