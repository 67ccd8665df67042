"""Measure how well the stage follows the beat of trio pianists' hands; fit the model of it.

    python -m lab beats ../shared/data/jtd            the table, on all minutes of the split val
    python -m lab beats ../shared/data/jtd --fit      count anew what pianists do, into the package

A minute begins on a bar line; the four beats before it are struck as a count-in. A beat is followed
where one of the stage's lies within 17.5 % of it. Without a count-in the tempo is right that is
within 8 % of the true one after four bars; half and double are wrong.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jambot.assets import BEATS
from jambot.errors import JamBotError
from jambot.music import Meter
from jambot.music.beat_model import (
    GAP_EDGES_BEATS,
    GAPS,
    KINDS,
    PLACES,
    TEMPO_EDGES_BPM,
    TOGETHER_SECONDS,
    BeatModel,
    strikes_of,
)
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.hands_clock import HandsClock
from jambot.roles.sources.hands import right_hand
from jambot.roles.sources.trio import _on_the_beats, _runs, _transcribed, read_tracks

MINUTE_S = 60.0
NEAR = 0.175
TEMPO_NEAR = 0.08
INDUCTION_BARS = 4
COUNT_PITCH = 60
Key = tuple[float, int]
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """A stretch of a recording in which every note is known: keys in seconds, true beats."""

    name: str
    beats_per_bar: int
    beats: Doubles
    counts: NDArray[np.int64]
    first_s: float
    last_s: float
    both: list[Key]
    left: list[Key]

    @property
    def bpm(self) -> float:
        """The tempo of the whole recording."""
        return 60.0 / float(np.median(np.diff(self.beats)))

    def minutes(self) -> Iterator[tuple[int, float]]:
        """The first bar line of each whole minute, as the number of its beat, and its end."""
        start = self.first_s
        while start + MINUTE_S <= self.last_s + 0.01:
            first = int(np.searchsorted(self.beats, start))
            while first < len(self.beats) - 8 and self.counts[first] != 1:
                first += 1
            yield first, start + MINUTE_S
            start += MINUTE_S


def runs(folder: Path, split: str, every: int = 1) -> Iterator[Run]:
    """The runs of one split; with `every` only each so manieth track."""
    tracks = (track for track in read_tracks(folder) if track["split"] == split)
    for number, track in enumerate(tracks):
        if number % every == 0:
            yield from _runs_of(track)


def _runs_of(track: dict[str, Any]) -> Iterator[Run]:
    beats = np.array([seconds for seconds, _ in track["beats"]])
    counts = np.array([count for _, count in track["beats"]])
    for first_s, last_s in _runs(track["windows"]):
        notes = _on_the_beats(track["beats"], _transcribed(track, first_s, last_s))
        onsets = np.interp([n.onset_beats for n in notes], np.arange(len(beats)), beats)
        keys = [(float(at), note.pitch) for at, note in zip(onsets, notes, strict=True)]
        left = [key for key, right in zip(keys, right_hand(notes), strict=True) if not right]
        yield Run(
            track["id"], int(track["time_signature"]), beats, counts, first_s, last_s, keys, left
        )


def fit(folder: Path) -> BeatModel:
    """Count what the pianists of the training part do: both hands, and the left ones alone."""
    gaps = np.zeros((len(TEMPO_EDGES_BPM) + 1, len(GAP_EDGES_BEATS) + 1, PLACES, GAPS + 1))
    kinds = np.zeros((len(TEMPO_EDGES_BPM) + 1, KINDS, PLACES))
    for run in runs(folder, "train"):
        tempo = int(np.searchsorted(TEMPO_EDGES_BPM, run.bpm))
        for keys in (run.both, run.left):
            strikes = strikes_of(keys)
            if len(strikes) < 10:
                continue
            beats = np.interp(
                [s.seconds for s in strikes], run.beats, np.arange(len(run.beats), dtype=float)
            )
            places = np.rint(beats % 1.0 * PLACES).astype(int) % PLACES
            lengths = np.diff(beats)
            before = np.searchsorted(GAP_EDGES_BEATS, lengths)
            counted = np.clip(np.rint(lengths * PLACES), 0, GAPS).astype(int)
            np.add.at(gaps[tempo], (before[:-1], places[1:-1], counted[1:]), 1.0)
            np.add.at(kinds[tempo], ([s.kind for s in strikes], places), 1.0)
    return BeatModel(_densities(gaps[..., :GAPS]), _shares(kinds))


def save(model: BeatModel) -> None:
    """Write the model that ships, in half precision."""
    half = {name: getattr(model, name).astype(np.float16) for name in ("next_strike", "kind")}
    np.savez_compressed(BEATS, **half)


def _densities(counts: Doubles) -> NDArray[np.float32]:
    """Counts as log densities per beat, smoothed; what is rare leans on what is common."""
    smooth = _smoothed(_smoothed(counts, 3, wraps=False), 2, wraps=True)
    over_tempi = smooth.sum(axis=(0, 1), keepdims=True)
    by_tempo = smooth.sum(axis=1, keepdims=True)
    by_tempo = by_tempo + 20.0 * over_tempi / over_tempi.sum(axis=3, keepdims=True)
    full = smooth + 30.0 * by_tempo / by_tempo.sum(axis=3, keepdims=True)
    shares = full / full.sum(axis=3, keepdims=True)
    return np.asarray(np.log((0.98 * shares + 0.02 / GAPS) * PLACES), dtype=np.float32)


def _shares(counts: Doubles) -> NDArray[np.float32]:
    smooth = _smoothed(counts, 2, wraps=True) + 20.0
    return np.asarray(np.log(smooth / smooth.sum(axis=1, keepdims=True)), dtype=np.float32)


def _smoothed(counts: Doubles, axis: int, wraps: bool) -> Doubles:
    """With a bell of one place's deviation along an axis."""
    kept = np.zeros_like(counts)
    bell = np.exp(-0.5 * np.arange(-3, 4) ** 2)
    for shift, weight in zip(range(-3, 4), bell / bell.sum(), strict=True):
        if wraps:
            kept += weight * np.roll(counts, shift, axis)
        else:
            index = np.clip(np.arange(counts.shape[axis]) - shift, 0, counts.shape[axis] - 1)
            kept += weight * np.take(counts, index, axis)
    return kept


def followed_beats(
    clock: HandsClock, line: BeatLine, keys: Sequence[Key], until: float
) -> list[float]:
    """When the stage's beats were, while it followed these keys."""
    found: list[float] = []
    place, beat = -np.inf, 0

    def go_on(to: float) -> None:
        nonlocal place, beat
        if not line.begun:
            return
        if place == -np.inf:
            beat = ceil(line.beat_at(to) - 1e-9)
        last = floor(line.beat_at(to))
        found.extend(max(line.seconds_at(float(n)), place) for n in range(beat, last + 1))
        beat, place = max(beat, last + 1), to

    for i, (seconds, pitch) in enumerate(keys):
        go_on(seconds)
        clock.key(seconds, pitch)
        settled = seconds + TOGETHER_SECONDS + 0.001
        if i + 1 == len(keys) or keys[i + 1][0] > settled:
            go_on(settled)
            clock.mind(settled)
    go_on(until)
    return found


def share_followed(true: Doubles, found: Sequence[float]) -> float:
    """How many of the true beats have one of `found` within 17.5 % of a beat."""
    if not len(found) or len(true) < 2:
        return 0.0
    at = np.asarray(sorted(found))
    after = np.clip(np.searchsorted(at, true[:-1]), 1, max(1, len(at) - 1))
    off = np.minimum(np.abs(at[np.minimum(after, len(at) - 1)] - true[:-1]),
                     np.abs(at[after - 1] - true[:-1]))  # fmt: skip
    return float((off <= NEAR * np.diff(true)).mean())


def follow_minute(run: Run, keys: Sequence[Key], first: int, end: float) -> float:
    """The share of a minute's beats that is followed after a count-in."""
    counted = [(float(at), COUNT_PITCH) for at in run.beats[max(0, first - 4) : first]]
    if len(counted) < 4:
        counted = [(float(at), COUNT_PITCH) for at in run.beats[first : first + 4]]
    start = counted[-1][0]
    line = BeatLine(run.bpm)
    clock = HandsClock(line, Meter(run.beats_per_bar), run.bpm)
    music = [key for key in keys if start + 0.1 < key[0] < end]
    found = followed_beats(clock, line, [*counted, *music], end)
    true = run.beats[(run.beats > start + 0.05) & (run.beats < end)]
    return share_followed(true, found)


def tempo_found(run: Run, keys: Sequence[Key], first: int) -> bool:
    """Whether the right tempo is found within four bars of the first strike, without any hint."""
    last = first + INDUCTION_BARS * run.beats_per_bar
    if last >= len(run.beats):
        return False
    start, end = run.beats[first], run.beats[last]
    heard = [key for key in keys if start - 0.1 <= key[0] <= end]
    line = BeatLine(120.0)
    clock = HandsClock(line, Meter(run.beats_per_bar))
    followed_beats(clock, line, heard, float(end))
    true = 60.0 * (last - first) / float(end - start)
    return line.begun and abs(float(np.log(line.bpm / true))) <= TEMPO_NEAR


def table(folder: Path, split: str, every: int) -> None:
    """Print the figures."""
    both, left, found, found_left = [], [], [], []
    started, strikes = time.process_time(), 0
    for run in runs(folder, split, every):
        for first, end in run.minutes():
            both.append(follow_minute(run, run.both, first, end))
            left.append(follow_minute(run, run.left, first, end))
            found.append(tempo_found(run, run.both, first))
            found_left.append(tempo_found(run, run.left, first))
            strikes += len(strikes_of(run.both)) + len(strikes_of(run.left))
    print(
        f"{len(both)} minutes of {split}; {time.process_time() - started:.0f} s of processor time"
    )
    for name, shares in (("both hands", both), ("left hand", left)):
        low = np.percentile(shares, 25)
        print(
            f"{name:<11} beats within 17.5 %: mean {np.mean(shares):.3f}, lower quartile {low:.3f}"
        )
    print(f"without count-in, tempo right within {INDUCTION_BARS} bars: "
          f"both hands {np.mean(found):.3f}, left hand {np.mean(found_left):.3f}")  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Print the table, or fit the model."""
    parser = argparse.ArgumentParser(prog="python -m lab beats", description=__doc__)
    parser.add_argument("folder", type=Path, help="the corpus `jtd`")
    parser.add_argument("--split", default="val", choices=("train", "val"))
    parser.add_argument("--every", type=int, default=1, help="use every Nth track")
    parser.add_argument(
        "--fit", action="store_true", help="count again, and replace the package's model"
    )
    given = parser.parse_args(arguments)
    try:
        if given.fit:
            save(fit(given.folder))
            print(f"{BEATS.name}: {BEATS.stat().st_size / 1e3:.0f} kB")
        else:
            table(given.folder, given.split, given.every)
    except JamBotError as error:
        print(error)
        return 1
    return 0
