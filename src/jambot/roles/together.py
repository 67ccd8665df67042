"""The part of a piece in which both sides play: a lead with nothing under it teaches nothing."""

from dataclasses import replace

from jambot.music import Meter
from jambot.roles.metre import cut_chords, cut_notes
from jambot.roles.piece import LEAST_NOTES, Piece, RefusedError

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
