"""A piece as a source gives it: before comping, copies and folders."""

from collections.abc import Sequence
from dataclasses import dataclass

from jambot.errors import JamBotError
from jambot.music import Chord, ChordSpan, Note, chord_of
from jambot.music.chord import QUALITIES
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
