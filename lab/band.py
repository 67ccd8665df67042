"""Measure the bass lines: roots on the change, chord tones, steps, approaches, range, repeats.

    python -m lab band [--wjd ../shared/data/wjd] [--seeds 4] [--choruses 4]

One row for each of the progressions below, one for all of them, and with `--wjd` one for the basses
that were estimated in the recordings of the Weimar Jazz Database, one a beat: noisy, and the only
people's lines at hand. Shares are of notes, skips and turns left out. An approach is a step or a
fifth into the note on a change; `copied` is what stood at the same place in the chorus before.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from jambot.band import Feel, Ground, bass_line, feel_of
from jambot.band.feel import strong_beats
from jambot.errors import JamBotError
from jambot.music import Chord, HarmonyChange, Meter, parse_chart
from jambot.roles.sources.json_lines import read_json_lines
from jambot.roles.sources.weimar import SOLOS_FILE, longest_stretch, solo_piece

CHARTS: dict[str, tuple[str, int, float, Feel]] = {
    "blues in F": ("| F7 | Bb7 | F7 | Cm7 F7 | Bb7 | Bdim7 | F7 | D7b9 |"
                   " Gm7 | C7 | F7 D7 | Gm7 C7 |", 4, 150.0, Feel.auto),
    "two five one": ("| Dm7 | G7 | Cmaj7 | A7b9 |", 4, 120.0, Feel.auto),
    "rhythm changes": ("| Bb6 G7 | Cm7 F7 | Dm7 G7 | Cm7 F7 | Bb7 | Eb7 Edim7 | Bb6 F7 | Bb6 |"
                       " D7 | % | G7 | % | C7 | % | F7 | % |", 4, 220.0, Feel.auto),
    "minor": ("| Am7 | D7 | Gmaj7 | Cmaj7 | F#m7b5 | B7b9 | Em7 | % |", 4, 130.0, Feel.auto),
    "one chord": ("| Dm7 | % | % | % | % | % | % | % |", 4, 160.0, Feel.auto),
    "in two": ("| Ebmaj7 | Cm7 | Fm7 | Bb7 |", 4, 100.0, Feel.two),
    "three four": ("| Fmaj7 | Dm7 | Gm7 | C7 | Am7 | D7 | Gm7 | C7 |", 3, 150.0, Feel.auto),
    "five four": ("| Ebm7 | Bbm7 | Ebm7 | Bbm7 |", 5, 160.0, Feel.auto),
}  # fmt: skip
FIGURES = ("root", "tones", "steps", "repeats", "approach", "copied")


class Tally:
    """Counts over lines, each a note a beat or less."""

    def __init__(self) -> None:
        self.hits: Counter[str] = Counter()
        self.of: Counter[str] = Counter()
        self.low, self.high = 127, 0

    def see(self, figure: str, hit: bool) -> None:
        """One case of a figure, and whether it is so."""
        self.of[figure] += 1
        self.hits[figure] += hit

    def line(self, line: Sequence[tuple[float, int, Chord | None]], beats: int, form: int) -> None:
        """A line as (beat, pitch, chord); `form` is the length of a chorus in beats, 0: none."""
        at = {beat: pitch for beat, pitch, _ in line}
        strong, before = strong_beats(beats), None
        for beat, pitch, chord in line:
            self.low, self.high = min(self.low, pitch), max(self.high, pitch)
            if chord is not None and before is not None and chord != before:
                self.see("root", pitch % 12 == chord.bass)
            if chord is not None and beat % beats in strong:
                self.see("tones", pitch % 12 in {*chord.pitch_classes, chord.bass})
            if form and beat >= form and beat - form in at:
                self.see("copied", at[beat - form] == pitch)
            before = chord
        for (_, one, over), (_, two, under) in pairwise(line):
            self.see("steps", 1 <= abs(two - one) <= 2)
            self.see("repeats", one == two)
            if None not in (over, under) and over != under:
                self.see("approach", abs(two - one) in (1, 2, 5, 7))

    def add(self, other: "Tally") -> None:
        """Count what another has counted."""
        self.hits += other.hits
        self.of += other.of
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)

    def row(self, name: str) -> str:
        """The figures as a line of the table."""
        shares = (
            f"{self.hits[f] / self.of[f]:9.2f}" if self.of[f] else f"{'–':>9}" for f in FIGURES
        )
        return f"{name:16}{''.join(shares)}{self.low:6}–{self.high}"


def walked(name: str, seeds: Iterable[int], choruses: int) -> Tally:
    """The figures of a progression's lines."""
    text, beats, bpm, asked = CHARTS[name]
    chart, tally = parse_chart(text, beats), Tally()
    changes = [
        HarmonyChange(change.beat + chorus * chart.beats, change.harmony)
        for chorus in range(choruses)
        for change in chart.changes()
    ]
    ground = Ground.of(changes)
    for seed in seeds:
        feel = feel_of(asked, beats, bpm)
        bars = chart.bars * choruses
        line = bass_line(ground, bars, Meter(beats), bpm, feel, seed, chart.beats)
        notes = [(n.beat, n.note.pitch, n.chord) for n in line if not n.extra]
        tally.line(notes, beats, chart.beats)
    return tally


def estimated(solo: dict[str, Any], tally: Tally) -> None:
    """Count the bass that was estimated under one solo."""
    stretch = longest_stretch(solo["beats"]["beat"], solo["beats"]["period"])
    spans = [s for s in solo_piece(solo).chords if s.chord is not None]
    line: list[tuple[float, int, Chord | None]] = []
    for i in range(stretch.first, stretch.last):
        pitch, beat = solo["beats"]["bass_est"][i], stretch.placed(float(i))
        chord = next((s.chord for s in spans if s.onset_beats <= beat < s.end_beats), None)
        if pitch is not None and pitch > 0:
            line.append((beat, int(pitch), chord))
    tally.line(line, stretch.beats_per_bar, 0)


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser("python -m lab band", description=__doc__)
    parser.add_argument("--wjd", type=Path, help="folder with solos.jsonl.gz")
    parser.add_argument("--seeds", type=int, default=4, help="lines for each progression")
    parser.add_argument("--choruses", type=int, default=4, help="choruses in a line")
    args = parser.parse_args(arguments)
    print(f"{'':16}{''.join(f'{figure:>9}' for figure in FIGURES)}{'range':>9}")
    every = Tally()
    for name in CHARTS:
        tally = walked(name, range(1, args.seeds + 1), args.choruses)
        every.add(tally)
        print(tally.row(name))
    print(every.row("all"))
    if args.wjd is not None:
        people = Tally()
        for solo in read_json_lines(args.wjd / SOLOS_FILE):
            try:
                estimated(solo, people)
            except JamBotError:
                continue
        print(people.row("wjd, estimated"))
