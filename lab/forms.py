"""Measure how well forms are foreseen on real tunes, from the hands alone.

    python -m lab forms data/roles/lead --split val

A tune's own form is the shortest length in bars after which 88 % of its written beats have the same
chord (root and kind) again; tunes without one count among all changes only. What is measured hears
the hands and is shown no written chords.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from jambot.music import ChordSpan, HarmonyChange, HarmonyTracker, Meter, Note
from jambot.music.key import chord_class
from jambot.realtime.plan.anticipation import Anticipated, Anticipation
from jambot.roles.sample import find_samples, read_meta, read_sample

STEP_BEATS = 0.125
LOOKAHEAD_BARS = 6
"""The stage plans two bars and tells four more."""
LONGEST_BARS = 64
AGREES = 0.88
FEWEST_CHORDS = 3

ChordKind = tuple[int, str]


@dataclass(slots=True)
class Foreseen:
    """Counts over `tunes`: of every change, and of those from the third time round on.

    Of the latter only the `with_form` tunes have any.
    """

    tunes: int = 0
    with_form: int = 0
    third: Counter[str] = field(default_factory=Counter)
    every: Counter[str] = field(default_factory=Counter)


def verdicts(hands: Sequence[Note], meter: Meter) -> list[Anticipated]:
    """What becomes of every change in comping, heard in time.

    >>> C, F = (48, 52, 55), (53, 57, 60)
    >>> vamp = [Note(4.0 * b, 3.5, p) for b in range(8) for p in (F if b % 2 else C)]
    >>> [v.outcome.value for v in verdicts(vamp, Meter())]
    ['unforeseen', 'unforeseen', 'unforeseen', 'unforeseen', 'right', 'right', 'right']
    """
    anticipation, tracker = Anticipation(meter), HarmonyTracker()
    keys = sorted(
        [(note.onset_beats, 1, note.pitch) for note in hands]
        + [(max(note.end_beats, note.onset_beats + 0.01), 0, note.pitch) for note in hands]
    )
    held: Counter[int] = Counter()
    found: list[Anticipated] = []
    reach = float(LOOKAHEAD_BARS * meter.beats_per_bar)
    beat, active, strikes, at, last = 0.0, -1.0, 0, 0, float("-inf")

    def heard(change: HarmonyChange | None) -> bool:
        nonlocal strikes, last
        if change is None:
            return False
        strikes, last = strikes + (change.beat != last), change.beat
        anticipation.hear(change, strikes)
        return True

    while beat <= keys[-1][0] + 1.0 if keys else False:
        changed = False
        while at < len(keys) and keys[at][0] <= beat:
            moment, on, pitch = keys[at]
            at, active = at + 1, max(active, moment)
            changed |= heard(tracker.wait(moment))
            held[pitch] += 1 if on else -1
            if not on:
                if held[pitch] <= 0:
                    del held[pitch]
                    tracker.note_off(pitch)
                continue
            change = tracker.note_on(moment, pitch)
            anticipation.strike(moment, tracker.alone)
            changed |= heard(change)
        changed |= heard(tracker.wait(beat))
        active = max(active, beat) if held else active
        if changed:
            anticipation.coming(beat + reach)
        found += anticipation.mind(beat, bool(held), active)
        if beat == int(beat) and anticipation.differs(beat):
            anticipation.coming(beat + reach)
        beat += STEP_BEATS
    return found


def form_bars(chords: Sequence[ChordSpan], meter: Meter) -> int | None:
    """The length of the written form in bars; None where none is clear.

    >>> from jambot.music import parse_chart
    >>> twice = parse_chart("| C | F | C | G | " * 3).chords
    >>> ends = [w.beat for w in twice[1:]] + [48]
    >>> spans = [ChordSpan(w.beat, end, w.chord) for w, end in zip(twice, ends)]
    >>> form_bars(spans, Meter())
    4
    """
    kinds = _by_beat(chords)
    for bars in range(1, LONGEST_BARS + 1):
        length = bars * meter.beats_per_bar
        pairs = [(a, b) for a, b in zip(kinds, kinds[length:], strict=False) if a and b]
        if len(set(kinds[:length]) - {None}) < FEWEST_CHORDS or len(pairs) < 1.2 * length:
            continue
        if sum(a == b for a, b in pairs) >= AGREES * len(pairs):
            return bars
    return None


def foreseen(role_dir: Path, split: str, source: str, limit: int | None = None) -> Foreseen:
    """Counts over the tunes of a split and corpus, each in its first comping."""
    counts = Foreseen()
    for folder in find_samples(role_dir, split):
        meta = read_meta(folder)
        if meta.source != source or meta.transposition or (meta.comping_variant or 0):
            continue
        meter = Meter(meta.beats_per_bar)
        bars = form_bars(meta.chords, meter)
        if limit is not None and counts.tunes >= limit:
            break
        counts.tunes += 1
        counts.with_form += bars is not None
        first = next((span.onset_beats for span in meta.chords if span.chord), 0.0)
        third = first + 2 * bars * meter.beats_per_bar if bars else float("inf")
        for verdict in verdicts(read_sample(folder).conditioning, meter):
            counts.every[verdict.outcome.value] += 1
            counts.third[verdict.outcome.value] += verdict.beat >= third - 1.0
    return counts


def _by_beat(chords: Sequence[ChordSpan]) -> list[ChordKind | None]:
    """What is written in each beat, from the first chord on."""
    kinds: list[ChordKind | None] = []
    spans = [span for span in chords if span.end_beats > span.onset_beats]
    while spans and spans[0].chord is None:
        spans.pop(0)
    for span, after in pairwise([*spans, None]):
        assert span is not None
        kind = (span.chord.root, chord_class(span.chord)) if span.chord else None
        end = after.onset_beats if after else span.end_beats
        kinds += [kind] * (round(end) - round(span.onset_beats))
    return kinds


def main(arguments: Sequence[str]) -> None:
    """Print a row for each corpus: how many changes were foreseen rightly, wrongly, not at all."""
    parser = argparse.ArgumentParser("python -m lab forms", description=__doc__)
    parser.add_argument("role_dir", type=Path, help="role dataset")
    parser.add_argument("--split", default="val")
    parser.add_argument("--source", nargs="+", default=["wjd", "pop909"])
    parser.add_argument("--limit", type=int, help="tunes of each corpus")
    asked = parser.parse_args(arguments)
    for source in asked.source:
        counts = foreseen(asked.role_dir, asked.split, source, asked.limit)
        print(f"{source}, {asked.split}: {counts.tunes} tunes, {counts.with_form} with a form")
        for name, row in (("third time on", counts.third), ("all changes", counts.every)):
            told = ", ".join(f"{row[kind]} {kind}" for kind in ("right", "wrong", "unforeseen"))
            print(f"  {name}: {told}; {row['right'] / max(1, row.total()):.2f} foreseen")
