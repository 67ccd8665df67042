"""Let simulated pianists and the stage follow each other, and measure how far they drift.

    python -m lab duet                                    a steady pianist, for ten minutes
    python -m lab duet --drifts ../shared/data/jtd        and the drift of trio pianists (val)

A pianist has a beat of his own, which goes as a curve says. Each beat is moved by a share of what
the stage's beat before was off (0 to 50 %), as he hears it. He strikes a rhythm with some
milliseconds of jitter. `off` is how far the stage's beats lie from his, `drift` how far that
changes from one minute to another; `false changes` counts the bars in which the stage is more than
4 % away from his tempo; `pulled` is how far both are from the curve, over eight bars, at the worst.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jambot.music import Meter
from jambot.music.beat_model import TOGETHER_SECONDS
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.hands_clock import HandsClock

Doubles = NDArray[np.float64]
RHYTHMS = {
    "quarters": ((0.0, 1.0, 2.0, 3.0),),
    "charleston": ((0.0, 1.62),),
    "and of two and four": ((1.62, 3.62),),
    "comping": ((0.0, 1.62, 3.0), (0.62, 2.0, 3.62), (1.0, 1.62), (0.0, 2.62, 3.62)),
}
"""Bars, in beats, that go round."""
CHORD = (48, 55, 59, 64)
JITTER_S = 0.008
MOST_HEARD_BEATS = 0.25
"""What is further off nobody takes for the same beat."""
FALSE_TEMPO = 0.04
BAR = 4


@dataclass(frozen=True)
class Duet:
    """What became of it: each of the pianist's beats, the stage's beside it, and both tempi."""

    beats: Doubles
    off_s: Doubles
    stage_bpm: Doubles
    own_bpm: Doubles
    """The tempo of the curve."""

    @property
    def false_changes(self) -> int:
        """Bars in which the stage's tempo is not the pianist's."""
        played = 60.0 * BAR / (self.beats[BAR:] - self.beats[:-BAR])
        away = np.abs(self.stage_bpm[BAR:] / played - 1.0) > FALSE_TEMPO
        return int(away[::BAR].sum())

    @property
    def drift_ms(self) -> float:
        """How far the mean distance of the beats differs between two minutes, at the most."""
        minutes = ((self.beats - self.beats[0]) // 60).astype(int)
        means = [float(self.off_s[minutes == m].mean()) for m in range(minutes.max() + 1)]
        return 1000.0 * (max(means) - min(means))

    @property
    def pulled(self) -> float:
        """How far both have gone from the curve at the worst, over eight bars, as a share."""
        span = 8 * BAR
        played = 60.0 * span / (self.beats[span:] - self.beats[:-span])
        own = np.array([self.own_bpm[i : i + span].mean() for i in range(len(played))])
        return float(np.abs(played / own - 1.0).max()) if len(played) else 0.0


def play(own_bpm: Sequence[float], rhythm: str, correction: float = 0.0, seed: int = 1) -> Duet:
    """A pianist whose own tempo goes like that, beat for beat, counts in and plays."""
    random = np.random.default_rng(seed)
    line = BeatLine(own_bpm[0])
    clock = HandsClock(line, Meter(BAR), own_bpm[0])
    bars = RHYTHMS[rhythm]
    begins = 0.0
    beats, off, bpms = [], [], []
    for beat, bpm in enumerate(own_bpm):
        period = 60.0 / bpm
        places = bars[beat // BAR % len(bars)] if beat >= BAR else (0.0, 1.0, 2.0, 3.0)
        for place in places:
            if int(place) == beat % BAR:
                _strike(clock, begins + place % 1.0 * period + random.normal(0.0, JITTER_S))
        heard = _heard_off(line, begins, period) if beat >= BAR else 0.0
        beats.append(begins)
        off.append(heard)
        bpms.append(_bpm_at(line, begins))
        begins += period + correction * heard
    counted = slice(BAR, None)
    return Duet(*(np.array(x)[counted] for x in (beats, off, bpms, list(own_bpm))))


def _strike(clock: HandsClock, seconds: float) -> None:
    for pitch in CHORD:
        clock.key(max(seconds, 0.0), pitch)
    clock.mind(max(seconds, 0.0) + TOGETHER_SECONDS + 0.001)


def _heard_off(line: BeatLine, seconds: float, period: float) -> float:
    """How much later than `seconds` the stage's nearest beat is, in seconds."""
    here = line.beat_at(seconds)
    late = (round(here) - here) * 60.0 / line.bpm
    return late if abs(late) <= MOST_HEARD_BEATS * period else 0.0


def _bpm_at(line: BeatLine, seconds: float) -> float:
    """Over the two beats before."""
    span = 120.0 / line.bpm
    return 60.0 * (line.beat_at(seconds) - line.beat_at(seconds - span)) / span


def curves(folder: Path, split: str = "val", every: int = 4) -> list[list[float]]:
    """Tempi of real recordings, beat for beat, smoothed over four beats."""
    from jambot.roles.sources.trio import read_tracks

    tracks = [track for track in read_tracks(folder) if track["split"] == split]
    found = []
    for track in tracks[::every]:
        seconds = np.array([at for at, _ in track["beats"]])
        gaps = np.convolve(np.diff(seconds), np.ones(4) / 4, "valid")
        found.append([float(60.0 / gap) for gap in gaps[:600]])
    return found


def _row(name: str, duets: Sequence[Duet]) -> str:
    off = 1000.0 * np.concatenate([np.abs(duet.off_s) for duet in duets])
    return (
        f"{name:<38} off: median {np.median(off):4.0f} ms, p95 {np.percentile(off, 95):4.0f}; "
        f"drift {max(d.drift_ms for d in duets):4.0f} ms; "
        f"false changes {sum(d.false_changes for d in duets):3}; "
        f"pulled {100.0 * max(d.pulled for d in duets):4.1f} %"
    )


def main(arguments: Sequence[str]) -> int:
    """Print a row for each rhythm and each share of correction."""
    parser = argparse.ArgumentParser(prog="python -m lab duet", description=__doc__)
    parser.add_argument("--drifts", type=Path, help="the corpus `jtd`")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--bpm", type=float, default=132.0)
    given = parser.parse_args(arguments)
    steady = [given.bpm] * round(given.minutes * given.bpm)
    for rhythm in RHYTHMS:
        for correction in (0.0, 0.25, 0.5):
            name = f"steady, {rhythm}, hears {correction:.0%}"
            print(_row(name, [play(steady, rhythm, correction)]), flush=True)
    if given.drifts is not None:
        tempi = curves(given.drifts)
        for correction in (0.0, 0.25, 0.5):
            duets = [play(bpms, "comping", correction) for bpms in tempi]
            print(_row(f"{len(tempi)} trios' drift, hears {correction:.0%}", duets), flush=True)
    return 0
