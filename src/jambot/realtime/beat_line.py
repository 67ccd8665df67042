"""Which beat it is: the line between the seconds of the stage's clock and musical time."""

from bisect import bisect_right
from dataclasses import dataclass

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
"""No tempo outside of these is played, whoever asks for it: a person, a page or another clock."""
KEPT_PIECES = 512
"""Pieces of the line that are remembered: ten seconds of a MIDI clock at 120 bpm."""


def playable(bpm: float) -> float:
    """The tempo, or the nearest one that is played."""
    return min(max(bpm, SLOWEST_BPM), FASTEST_BPM)


@dataclass(frozen=True, slots=True)
class Piece:
    """From `seconds`, which is `beat`, straight on at `bpm`."""

    seconds: float
    beat: float
    bpm: float

    def beat_at(self, seconds: float) -> float:
        """The beat at a clock time."""
        return self.beat + (seconds - self.seconds) * self.bpm / 60.0

    def seconds_at(self, beats: float) -> float:
        """The clock time of `beats`."""
        return self.seconds + (beats - self.beat) * 60.0 / self.bpm


class BeatLine:
    """Seconds to beats and back, for hearing, planning and sending alike.

    A chain of straight pieces. Beats never run backwards: the line is bent (`steer`) or skips
    ahead (`jump`), and moments that have passed keep the beat they had. Before `begin` every
    moment is beat 0. A tempo out of range is taken for the nearest one in it.

    Threads: the stage's alone.
    """

    def __init__(self, bpm: float, origin_seconds: float | None = None) -> None:
        self.skipped_beats = 0.0
        """How many beats have been skipped in all, by jumps."""
        self._first_bpm = playable(bpm)
        self._pieces: list[Piece] = []
        if origin_seconds is not None:
            self.begin(origin_seconds)

    @property
    def begun(self) -> bool:
        """Whether there has been a beat 0."""
        return bool(self._pieces)

    @property
    def bpm(self) -> float:
        """The tempo now."""
        return self._pieces[-1].bpm if self._pieces else self._first_bpm

    def begin(self, seconds: float) -> None:
        """Beat 0 is here; what was before is forgotten."""
        self._pieces = [Piece(seconds, 0.0, self.bpm)]

    def beat_at(self, seconds: float) -> float:
        """The beat at a clock time; 0 before there is one."""
        return self.piece_at(seconds).beat_at(seconds) if self._pieces else 0.0

    def piece_at(self, seconds: float) -> Piece:
        """The piece that holds at a clock time; ask only where there is a beat 0."""
        if seconds >= self._pieces[-1].seconds:
            return self._pieces[-1]
        i = bisect_right(self._pieces, seconds, key=lambda piece: piece.seconds)
        return self._pieces[max(0, i - 1)]

    def seconds_at(self, beats: float) -> float:
        """The clock time of `beats`; beats that were skipped fall on the jump over them."""
        if not self._pieces:
            return beats * 60.0 / self.bpm
        i = max(1, bisect_right(self._pieces, beats, key=lambda piece: piece.beat))
        seconds = self._pieces[i - 1].seconds_at(beats)
        return seconds if i == len(self._pieces) else min(seconds, self._pieces[i].seconds)

    def steer(self, seconds: float, bpm: float) -> None:
        """From `seconds` on go on at `bpm`; before there is a beat, begin at that tempo."""
        if not self._pieces:
            self._first_bpm = playable(bpm)
            return
        self._add(Piece(seconds, self.beat_at(seconds), playable(bpm)))

    def jump(self, seconds: float, beat: float) -> None:
        """Be on `beat` at `seconds`, at the tempo that holds; never before where it was."""
        here = self.beat_at(seconds)
        self.skipped_beats += max(beat - here, 0.0)
        self._add(Piece(seconds, max(beat, here), self.bpm))

    def _add(self, piece: Piece) -> None:
        while self._pieces and self._pieces[-1].seconds >= piece.seconds:
            self._pieces.pop()
        self._pieces.append(piece)
        del self._pieces[:-KEPT_PIECES]
