"""Which beat it is: the line between the seconds of the stage's clock and musical time."""

from bisect import bisect_right
from dataclasses import dataclass

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
"""No tempo outside of these is played, whoever asks for it: a person, a page or another clock."""
KEPT_PIECES = 512
"""Pieces of the line that are remembered: ten seconds of a MIDI clock at 120 bpm."""
NEVER_SECONDS = 1e9
"""When a beat comes that lies behind a pause: not before the pause is over."""


def playable(bpm: float) -> float:
    """The tempo, or the nearest one that is played."""
    return min(max(bpm, SLOWEST_BPM), FASTEST_BPM)


@dataclass(frozen=True, slots=True)
class TempoPiece:
    """From `seconds`, which is `beat`, straight on at `bpm`; in a pause it `stands` there."""

    seconds: float
    beat: float
    bpm: float
    stands: bool = False

    def beat_at(self, seconds: float) -> float:
        """The beat at a clock time."""
        if self.stands:
            return self.beat
        return self.beat + (seconds - self.seconds) * self.bpm / 60.0

    def seconds_at(self, beats: float) -> float:
        """The clock time of `beats`."""
        if self.stands:
            return self.seconds if beats <= self.beat else NEVER_SECONDS
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
        self._pieces: list[TempoPiece] = []
        if origin_seconds is not None:
            self.begin(origin_seconds)

    @property
    def begun(self) -> bool:
        """Whether there has been a beat 0."""
        return bool(self._pieces)

    @property
    def stands(self) -> bool:
        """Whether there is a pause, in which no beat passes."""
        return bool(self._pieces) and self._pieces[-1].stands

    @property
    def bpm(self) -> float:
        """The tempo now; in a pause, that at which it goes on."""
        return self._pieces[-1].bpm if self._pieces else self._first_bpm

    def begin(self, seconds: float) -> None:
        """Beat 0 is here; what was before is forgotten."""
        self._pieces = [TempoPiece(seconds, 0.0, self.bpm)]

    def beat_at(self, seconds: float) -> float:
        """The beat at a clock time; 0 before there is one."""
        if not self._pieces:
            return 0.0
        last = self._pieces[-1]  # nearly always: this is asked twenty times a tick
        piece = last if seconds >= last.seconds else self.piece_at(seconds)
        return piece.beat_at(seconds)

    def piece_at(self, seconds: float) -> TempoPiece:
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
        self._add(TempoPiece(seconds, self.beat_at(seconds), playable(bpm), self.stands))

    def stand(self, seconds: float, still: bool) -> None:
        """From `seconds` on no beat passes, or, where not `still`, they pass again."""
        if self._pieces:
            self._add(TempoPiece(seconds, self.beat_at(seconds), self.bpm, still))

    def jump(self, seconds: float, beat: float) -> None:
        """Be on `beat` at `seconds`, at the tempo that holds; never before where it was."""
        here = self.beat_at(seconds)
        self.skipped_beats += max(beat - here, 0.0)
        self._add(TempoPiece(seconds, max(beat, here), self.bpm, self.stands))

    def _add(self, piece: TempoPiece) -> None:
        while self._pieces and self._pieces[-1].seconds >= piece.seconds:
            self._pieces.pop()
        self._pieces.append(piece)
        del self._pieces[:-KEPT_PIECES]
