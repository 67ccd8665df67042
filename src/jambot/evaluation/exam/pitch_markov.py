"""A baseline that has listened but cannot think: pitches by a Markov chain, rhythm by quotation.

What a model must beat to have learned more than which interval follows which over which chord. Its
rhythm is people's own, taken phrase by phrase from training solos, so all that can give it away
there is that rhythm and line know nothing of each other.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random

from jambot.errors import DatasetError
from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.metrics import Chords
from jambot.music import HarmonyChange, Meter, Note, one_line, strikes
from jambot.roles.sample import RoleSample

PHRASE_BARS = 4
FEWEST_SEEN = 8
"""A context seen more rarely than this is shortened by its oldest interval."""
LOWEST, MIDDLE, HIGHEST = 48, 70, 93
"""The bounds of `SamplingSettings`, so that both sides play the same instrument."""
TEMPO_RATIO = 1.25
"""Phrases come from solos no further than this from the tune's tempo, where there are any."""

Context = tuple[int, ...]
"""Degree of the last pitch in the chord that holds at the next note, then the last intervals."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Four bars of a training solo without pitches: (onset from the bar line, length, velocity)."""

    tempo_bpm: float
    beats_per_bar: int
    places: tuple[tuple[float, float, int], ...]


@dataclass
class PitchMarkov:
    """An order-`order` chain of intervals, each also given the chord degree it leaves from.

    `counts[k]` maps a context of k intervals to how often each next interval was seen. The degree
    is the last pitch above the root of the chord under the *next* note (written root, or the bass
    that is heard; 12 without a chord), so the chain knows which intervals lead to which chord
    tones. The same seed gives the same solo.
    """

    order: int = 3
    counts: list[dict[Context, Counter[int]]] = field(default_factory=list)
    rhythms: list[Rhythm] = field(default_factory=list)
    first_pitches: Counter[int] = field(default_factory=Counter)

    @classmethod
    def trained(cls, samples: Iterable[RoleSample], order: int = 3) -> "PitchMarkov":
        """From training solos. Raises DatasetError where they hold no phrase."""
        chain = cls(order, [{} for _ in range(order + 1)])
        for sample in samples:
            chain._learn(sample)
        if not chain.rhythms:
            raise DatasetError(
                "no training solo to learn from", "train samples", "run `jambot prepare`"
            )
        return chain

    def solo(self, excerpt: Excerpt, seed: int) -> list[Note]:
        """Its solo over the excerpt."""
        random = Random(f"markov {seed}")
        roots = _Roots(excerpt.chords)
        line = [_drawn(self.first_pitches, random) if self.first_pitches else MIDDLE]
        notes: list[Note] = []
        for note in self._rhythm(excerpt, random):
            if notes:
                move = self._move(line, roots.at(note.onset_beats), random)
                line.append(line[-1] + move)
            notes.append(replace(note, pitch=line[-1]))
        return notes

    def _learn(self, sample: RoleSample) -> None:
        notes = [strike[0] for strike in strikes(sample.target)]
        roots = _Roots(sample.meta.chords)
        pitches = [note.pitch for note in notes]
        moves = [after - before for before, after in pairwise(pitches)]
        for i, move in enumerate(moves):
            degree = _degree(pitches[i], roots.at(notes[i + 1].onset_beats))
            self.counts[0].setdefault((), Counter())[move] += 1
            for k in range(min(self.order, i) + 1):
                context = (degree, *moves[i - k : i])
                self.counts[k].setdefault(context, Counter())[move] += 1
        self.first_pitches.update(p for p in pitches[:1] if LOWEST <= p <= HIGHEST)
        self.rhythms += _rhythms(notes, sample.meta.tempo_bpm, Meter(sample.meta.beats_per_bar))

    def _move(self, line: Sequence[int], root: int | None, random: Random) -> int:
        """The next interval, by the longest context that was seen often enough.

        Where not even the degree was, by how often people play each interval at all.
        """

        def on_keyboard(move: int) -> bool:
            return LOWEST <= line[-1] + move <= HIGHEST

        moves = [after - before for before, after in pairwise(line[-self.order - 1 :])]
        degree = _degree(line[-1], root)
        for k in range(len(moves), -1, -1):
            seen = self.counts[k].get((degree, *moves[len(moves) - k :]), Counter())
            playable = {m: n for m, n in seen.items() if on_keyboard(m)}
            if sum(playable.values()) >= (FEWEST_SEEN if k else 1):
                return _drawn(playable, random)
        playable = {m: n for m, n in self.counts[0][()].items() if on_keyboard(m)}
        return _drawn(playable, random) if playable else 0

    def _rhythm(self, excerpt: Excerpt, random: Random) -> list[Note]:
        """Phrases of people who played in this metre at about this tempo, all on one pitch."""
        bar = excerpt.meter.beats_per_bar
        same = [r for r in self.rhythms if r.beats_per_bar == bar] or self.rhythms
        near = [
            r for r in same if 1 / TEMPO_RATIO <= r.tempo_bpm / excerpt.tempo_bpm <= TEMPO_RATIO
        ]
        drawn: list[Note] = []
        for first in range(0, excerpt.bars, PHRASE_BARS):
            start = excerpt.start_beats + first * bar
            for onset, length, velocity in random.choice(near or same).places:
                if onset < PHRASE_BARS * bar and start + onset < excerpt.end_beats:
                    drawn.append(Note(start + onset, length, MIDDLE, velocity))
        return one_line(drawn)


class _Roots:
    """Root of the written chord, or bass of the harmony heard, by beat; None without a chord."""

    def __init__(self, chords: Chords) -> None:
        self._starts: list[float] = []
        self._roots: list[int | None] = []
        for chord in chords:
            if isinstance(chord, HarmonyChange):
                self._starts.append(chord.beat)
                self._roots.append(chord.harmony.bass)
            else:
                self._starts.append(chord.onset_beats)
                self._roots.append(chord.chord.root if chord.chord else None)

    def at(self, beat: float) -> int | None:
        i = bisect_right(self._starts, beat) - 1
        return self._roots[i] if i >= 0 else None


def _degree(pitch: int, root: int | None) -> int:
    return 12 if root is None else (pitch - root) % 12


def _drawn(counts: Mapping[int, int], random: Random) -> int:
    return random.choices(list(counts), list(counts.values()))[0]


def _rhythms(notes: Sequence[Note], tempo_bpm: float, meter: Meter) -> list[Rhythm]:
    if not notes:
        return []
    by_phrase: dict[int, list[tuple[float, float, int]]] = {}
    first = meter.bar_at(notes[0].onset_beats)
    for note in notes:
        phrase = (meter.bar_at(note.onset_beats) - first) // PHRASE_BARS
        start = meter.bar_start(first + phrase * PHRASE_BARS)
        place = (note.onset_beats - start, note.duration_beats, note.velocity)
        by_phrase.setdefault(phrase, []).append(place)
    last = max(by_phrase)
    return [
        Rhythm(tempo_bpm, meter.beats_per_bar, tuple(places))
        for phrase, places in sorted(by_phrase.items())
        if phrase < last or phrase == 0
    ]
