"""The only place where beats, bars, seconds and ticks are converted."""

from bisect import bisect_right
from dataclasses import dataclass

TICKS_PER_BEAT = 480
"""Resolution of the MIDI files we write; FL Studio and most DAWs read it without rounding."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A metre that holds for the whole piece: `beats_per_bar` quarter-note beats."""

    beats_per_bar: int = 4

    @classmethod
    def of(cls, beats: float) -> "Meter":
        """The metre whose bars (or pairs or fours of them) are whole beats: 1.5 (3/8) gives 3.

        What is not that within 12 beats is taken for 4.
        """
        for bars in (1, 2, 4):
            if beats * bars == int(beats * bars) and 1 <= beats * bars <= 12:
                return cls(int(beats * bars))
        return cls(4)

    def bar_at(self, beats: float) -> int:
        """The bar (from 0) that contains `beats`."""
        return int(beats // self.beats_per_bar)

    def bar_start(self, bar: int) -> float:
        """The beat on which `bar` begins."""
        return float(bar * self.beats_per_bar)

    def next_bar_start(self, beats: float) -> float:
        """The first bar line strictly after `beats`."""
        return self.bar_start(self.bar_at(beats) + 1)


@dataclass(frozen=True, slots=True)
class TempoMap:
    """Piecewise-constant tempo: `bpms[i]` holds from `starts_beats[i]` on.

    The first start is beat 0; before it the first tempo holds, so negative times are defined.
    Seconds count from beat 0.
    """

    starts_beats: tuple[float, ...]
    bpms: tuple[float, ...]
    starts_seconds: tuple[float, ...]

    @classmethod
    def constant(cls, bpm: float) -> "TempoMap":
        """One tempo throughout, in beats per minute."""
        return cls.of([(0.0, bpm)])

    @classmethod
    def of(cls, changes: list[tuple[float, float]]) -> "TempoMap":
        """From `(beat, bpm)` changes in order; the first is moved to beat 0."""
        if not changes or any(bpm <= 0 for _, bpm in changes):
            raise ValueError(f"a tempo map needs positive tempi, got {changes[:4]}")
        starts, bpms, seconds = [0.0], [changes[0][1]], [0.0]
        for beat, bpm in changes[1:]:
            if beat <= starts[-1]:
                bpms[-1] = bpm
                continue
            seconds.append(seconds[-1] + (beat - starts[-1]) * 60.0 / bpms[-1])
            starts.append(beat)
            bpms.append(bpm)
        return cls(tuple(starts), tuple(bpms), tuple(seconds))

    def seconds_at(self, beats: float) -> float:
        """The time of `beats`, in seconds from beat 0."""
        i = max(0, bisect_right(self.starts_beats, beats) - 1)
        return self.starts_seconds[i] + (beats - self.starts_beats[i]) * 60.0 / self.bpms[i]

    def bpm_at(self, beats: float) -> float:
        """The tempo that holds at `beats`."""
        return self.bpms[max(0, bisect_right(self.starts_beats, beats) - 1)]

    @property
    def median_bpm(self) -> float:
        """The tempo in force at the middle change: robust against a ritardando at the end."""
        return sorted(self.bpms)[len(self.bpms) // 2]


def ticks(beats: float) -> int:
    """`beats` in MIDI ticks of our own files."""
    return round(beats * TICKS_PER_BEAT)
