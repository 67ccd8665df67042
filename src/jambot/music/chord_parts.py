"""The tones of a chord by the work they do under a pianist's hands."""

from dataclasses import dataclass

from jambot.music.chord import Chord


@dataclass(frozen=True, slots=True)
class ChordParts:
    """The tones of a chord by their work; intervals above the root, None where there is none."""

    third: int | None
    fifth: int
    seventh: int | None
    ninth: int | None
    thirteenth: int | None
    is_minor: bool
    is_dominant: bool


def chord_parts(chord: Chord) -> ChordParts:
    """Sort a chord's tones by their work, adding the ninth and thirteenth pianists add unasked.

    Unasked colours are added only to maj7, 6, m7, m6 and unaltered 7 chords, never to triads,
    half-diminished and diminished chords. A sus chord's fourth or second does the third's work.
    """
    has = {(pc - chord.root) % 12 for pc in chord.pitch_classes}
    third = next((i for i in (4, 3, 5, 2) if i in has), None)
    fifth = next((i for i in (7, 6, 8) if i in has), 7)
    seventh = next((i for i in (10, 11, 9) if i in has), None)
    altered = bool(has & {1, 8} or {3, 4} <= has) or (6 in has and 7 not in has)
    plain = seventh is not None and not altered
    ninth: int | None = next((i for i in (2, 1) if i in has and i != third), None)
    if ninth is None and {3, 4} <= has:
        ninth = 3
    if ninth is None and plain:
        ninth = 2
    thirteenth = 9 if 9 in has and seventh != 9 else 8 if {8, 7} <= has else None
    if thirteenth is None and plain and (third == 4 and seventh == 10):
        thirteenth = 9
    return ChordParts(
        third, fifth, seventh, ninth, thirteenth, third == 3, 10 in has and third != 3
    )
