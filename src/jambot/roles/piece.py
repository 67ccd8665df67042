"""A piece as a source gives it: before comping, copies and folders.

`together` cuts it to where both sides play: a lead with nothing under it teaches nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jambot.errors import JamBotError
from jambot.music import Chord, ChordSpan, Meter, Note, chord_of
from jambot.music.chord import QUALITIES
from jambot.roles.metre import cut_chords, cut_notes
from jambot.roles.twins import Signature, signature_of

LEAST_NOTES = 16
"""Fewer notes on a side are no sample."""
PLAIN_VELOCITY = 80
"""What every note has where a source does not say how hard it was struck."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a source knows of one piece, in beats; bar lines on multiples of `beats_per_bar`.

    `conditioning` is what somebody played under the target; where it is empty, `chords` are comped
    instead. `split` None leaves the side to `prepare`. `comping_style` None lets the tempo decide.
    `variant` tells samples of one composition apart that were cut differently (`s52`, `hands`);
    `melody` is what such a composition is known by, its target where it is empty. `player` is what
    kind of player the target is by (`PLAYERS`), `unknown` what the source does not know of its
    notes (`PARTS_OF_A_NOTE`). `doubt` says what else might have been the target; empty: nothing.
    """

    source: str
    source_id: str
    target: tuple[Note, ...]
    conditioning: tuple[Note, ...] = ()
    chords: tuple[ChordSpan, ...] = ()
    tempo_bpm: float = 120.0
    beats_per_bar: int = 4
    split: str | None = None
    licence: str = ""
    key: str | None = None
    style: str | None = None
    performer: str | None = None
    year: int | None = None
    split_pitch: int | None = None
    comping_style: str | None = None
    choice: str = ""
    variant: str = ""
    melody: tuple[Note, ...] = ()
    player: str | None = None
    unknown: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def signature(self) -> Signature:
        """What its near-duplicates share, however it was cut."""
        return signature_of(self.melody or self.target)


class RefusedError(JamBotError):
    """A file or a piece that gives no sample; listed with its reason in the report, never fatal."""


def spelled(root: int, bass: int, pitch_classes: Sequence[int]) -> Chord:
    """A chord from its tones: the symbol is the quality that shares most tones with them.

    `pitch_classes` are kept as they are (the root first, upward). Of equal qualities the plainer
    one (earlier in `QUALITIES`) names the chord.
    """
    tones = {(pc - root) % 12 for pc in pitch_classes} | {0}

    def likeness(quality: str) -> float:
        template = set(QUALITIES[quality])
        return len(tones & template) / len(tones | template)

    quality = max(QUALITIES, key=likeness)
    symbol = chord_of(root, quality, bass).symbol
    return Chord(symbol, root, bass, tuple((root + tone) % 12 for tone in sorted(tones)))


ALONE_BEATS = 32.0
"""How long one side may go on before the other has begun, or after it has ended."""


def together(piece: Piece) -> Piece:
    """`piece` from a bar line shortly before both sides have begun to shortly after one has ended.

    Where nothing was played under the target, its written chords stand for the other side. Raises
    RefusedError where too little is left.
    """
    under = [(note.onset_beats, note.end_beats) for note in piece.conditioning] or [
        (span.onset_beats, span.end_beats) for span in piece.chords if span.chord is not None
    ]
    over = [(note.onset_beats, note.end_beats) for note in piece.target]
    if not under or not over:
        raise RefusedError(
            f"{piece.source_id}: one side is empty", "a lead, and what lies under it"
        )
    both_begun = max(min(onset for onset, _ in side) for side in (under, over))
    one_ended = min(max(end for _, end in side) for side in (under, over))
    meter = Meter(piece.beats_per_bar)
    first = meter.bar_start(meter.bar_at(max(0.0, both_begun - ALONE_BEATS)))
    last = one_ended + ALONE_BEATS
    if first == 0 and last >= max(end for _, end in under + over):
        return piece
    target = cut_notes(piece.target, first, last, 0.0)
    conditioning = cut_notes(piece.conditioning, first, last, 0.0)
    fewest = min(len(side) for side in (target, conditioning or target))
    if one_ended <= both_begun or fewest < LEAST_NOTES:
        common = max(0.0, one_ended - both_begun)
        raise RefusedError(
            f"{piece.source_id}: lead and accompaniment have {common:.0f} beats in common",
            f"at least {LEAST_NOTES} notes of each",
        )
    return replace(
        piece,
        target=target,
        conditioning=conditioning,
        chords=cut_chords(piece.chords, first, last, 0.0),
        choice=f"{piece.choice}; beats {first:g}–{last:g}, where both play".removeprefix("; "),
    )
