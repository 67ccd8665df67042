"""Windows of a shard as training batches, augmented on the way.

Each window opens at a bar line under a fresh header. Drawn per window, by seed: transposition,
whether the conditioning is hidden (for guidance), which controls are named (the rest stay free),
a neighbouring tempo bin, and which of its own notes it remembers wrongly (so that the chords must
be listened to). Validation windows are drawn without any of it. Where a source knows no velocities,
any stand there by chance, so that none is believed, and no loss is taken on them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jambot.music import Meter
from jambot.tokens import VOCABULARY, hide_harmony
from jambot.tokens.codec import HEADER_LENGTH, header_ids
from jambot.tokens.controls import measured_levels
from jambot.tokens.vocabulary import (
    ANSWERED,
    CONTROLS,
    FREE,
    HIGHEST_PITCH,
    LOWEST_PITCH,
    TEMPO_BPMS,
    TICKS_PER_BEAT,
    nearest,
)
from jambot.training.material import Material, weight_of
from jambot.training.shard import Shard, Stream

IGNORED = -100
"""Label of a position that no loss is taken at (the convention of torch's cross entropy)."""

_ANSWERED = np.array([VOCABULARY.field(i) in ANSWERED for i in range(VOCABULARY.size)])
_HIDDEN = np.array(hide_harmony(range(VOCABULARY.size)))
_VALUES = np.array([VOCABULARY.value(i) for i in range(VOCABULARY.size)])


@dataclass(frozen=True, slots=True)
class Augmentation:
    """What is varied. `semitones` is the largest transposition either way; the rest are chances.

    `misremember` is that of a note behind the one to be answered: its pitch is then another, up to
    a fifth away, while what is to be answered stays as played. `rough_durations` is that of
    learning a length whose source knows lengths only roughly.
    """

    semitones: int = 6
    hide_conditioning: float = 0.12
    name_control: float = 0.4
    tempo_jitter: float = 0.3
    misremember: float = 0.0
    rough_durations: float = 0.25


PLAIN = Augmentation(0, 0.0, 0.0, 0.0, 0.0, 0.0)
MISREMEMBERED_SEMITONES = 7
"""How far off a pitch is remembered at most."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`ids` and `labels`, both (rows, context) int64; a label is the *next* id, or `IGNORED`."""

    ids: NDArray[np.int64]
    labels: NDArray[np.int64]


class Windows:
    """Draws windows of `context` tokens from a shard.

    `weights` gives a source's share of the draws relative to its size (1 unless named), and `only`
    weighs the music that its tables name among the rest.
    """

    def __init__(
        self,
        shard: Shard,
        context: int,
        augmentation: Augmentation = PLAIN,
        weights: dict[str, float] | None = None,
        only: Sequence[Material] = (),
    ) -> None:
        self.shard, self.context, self.augmentation = shard, context, augmentation
        share = weights or {}
        mass = np.array(
            [s.length * share.get(s.source, 1.0) * weight_of(s, only) for s in shard.streams]
        )
        self._chances = mass / mass.sum()

    def batches(self, rows: int, seed: int, first_step: int = 0) -> Iterator[Batch]:
        """Endless random batches; batch number n is the same whatever step one starts from."""
        step = first_step
        while True:
            random = np.random.default_rng((seed, step))
            drawn = random.choice(len(self.shard.streams), rows, p=self._chances)
            yield self._stack([self._random_window(int(i), random) for i in drawn])
            step += 1

    def every_window(self, rows: int, semitones: int = 0) -> Iterator[Batch]:
        """Each answer of each stream once, behind at least a third of a window where there is one.

        `semitones` moves the harmony alone.
        """
        pending: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        random = np.random.default_rng(0)
        for stream in self.shard.streams:
            at = 0
            while at < stream.length - 1:
                behind = max(at - self.context // 3, 0)
                opening = max(bar for bar in stream.bars if bar <= behind)
                ids, labels = self._window(stream, opening, random)
                labels[: HEADER_LENGTH + at - opening - 1] = IGNORED
                pending.append((_move_harmony(ids, semitones), labels))
                at = max(at + 1, opening + self.context - HEADER_LENGTH)
                if len(pending) == rows:
                    yield self._stack(pending)
                    pending = []
        if pending:
            yield self._stack(pending)

    def _random_window(
        self, index: int, random: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        stream = self.shard.streams[index]
        room = stream.length - self.context // 2
        openings = [bar for bar in stream.bars if bar <= max(room, 0)]
        return self._window(stream, int(random.choice(openings)), random)

    def _window(
        self, stream: Stream, opening: int, random: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        start = stream.first + opening
        end = min(start + self.context - HEADER_LENGTH, stream.first + stream.length)
        body = self.shard.tokens[start:end].astype(np.int64)
        body = _transposed(body, _drawn_transposition(body, self.augmentation.semitones, random))
        levels = self._levels(stream, body, self.shard.outside[start:end], random)
        tempo = self._tempo(stream.tempo_bpm, random)
        meter = Meter(stream.beats_per_bar)
        header = header_ids(stream.role, stream.player, tempo, meter, levels)
        if "velocity" in stream.unknown:
            _draw_velocities(body, random)
        if random.random() < self.augmentation.hide_conditioning:
            body = _hidden(body)
        ids = np.concatenate([np.array(header, np.int64), body])
        labels = np.where(_ANSWERED[ids], ids, IGNORED)
        labels[: len(header) + 1] = IGNORED
        self._leave_out_unknown(stream, labels, random)
        remembered = _misremembered(ids, self.augmentation.misremember, random)
        return remembered, np.append(labels[1:], IGNORED)

    def _leave_out_unknown(
        self, stream: Stream, labels: NDArray[np.int64], random: np.random.Generator
    ) -> None:
        if "velocity" in stream.unknown:
            labels[_is("VEL", labels)] = IGNORED
        if "duration" in stream.unknown:
            durations = np.flatnonzero(_is("DUR", labels))
            left_out = random.random(len(durations)) >= self.augmentation.rough_durations
            labels[durations[left_out]] = IGNORED

    def _levels(
        self,
        stream: Stream,
        body: NDArray[np.int64],
        outside: NDArray[np.uint8],
        random: np.random.Generator,
    ) -> list[int]:
        named = random.random(len(CONTROLS)) < self.augmentation.name_control
        if not named.any():
            return [FREE] * len(CONTROLS)
        pitch = _is("PITCH", body)
        levels = measured_levels(
            stream.player,
            float(_is("BAR", body).sum() + _is("BEAT", body).sum()),
            _VALUES[body[_is("POS", body)]] / TICKS_PER_BEAT,
            _VALUES[body[pitch]].astype(np.float64),
            _VALUES[body[_is("VEL", body)]].astype(np.float64),
            outside[pitch].astype(bool),
            int(_is("COLOUR", body).sum()),
        )
        if "velocity" in stream.unknown:
            levels[CONTROLS.index("INTENSITY")] = FREE
        return [level if name else FREE for level, name in zip(levels, named, strict=True)]

    def _tempo(self, bpm: float, random: np.random.Generator) -> float:
        if random.random() >= self.augmentation.tempo_jitter:
            return bpm
        place = TEMPO_BPMS.index(nearest(TEMPO_BPMS, bpm)) + int(random.choice((-1, 1)))
        return float(TEMPO_BPMS[min(max(place, 0), len(TEMPO_BPMS) - 1)])

    def _stack(self, windows: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> Batch:
        ids = np.full((len(windows), self.context), VOCABULARY.id("PAD"), np.int64)
        labels = np.full((len(windows), self.context), IGNORED, np.int64)
        for row, (window, answers) in enumerate(windows):
            ids[row, : len(window)] = window
            labels[row, : len(answers)] = answers
        return Batch(ids, labels)


def _is(field: str, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    span = VOCABULARY.ids(field)
    inside: NDArray[np.bool_] = (ids >= span.start) & (ids < span.stop)
    return inside


def _drawn_transposition(
    ids: NDArray[np.int64], semitones: int, random: np.random.Generator
) -> int:
    pitches = _VALUES[ids[_is("PITCH", ids) | _is("COLOUR", ids)]]
    if semitones == 0 or not len(pitches):
        return 0
    low = max(-semitones, LOWEST_PITCH - int(pitches.min()))
    high = min(semitones, HIGHEST_PITCH - int(pitches.max()))
    return int(random.integers(low, high + 1))


def _transposed(ids: NDArray[np.int64], semitones: int) -> NDArray[np.int64]:
    """Notes and harmony `semitones` higher; the pitches must stay on the piano."""
    moved = _move_harmony(ids, semitones)
    moved[_is("PITCH", moved) | _is("COLOUR", moved)] += semitones
    return moved


def _move_harmony(ids: NDArray[np.int64], semitones: int) -> NDArray[np.int64]:
    """The harmony alone, `semitones` higher (a tritone gives `chord_swap`)."""
    moved = ids.copy()
    for field in ("BASS", "HARM"):
        here, first = _is(field, moved), VOCABULARY.ids(field).start
        moved[here] = first + (moved[here] - first + semitones) % 12
    return moved


def other_harmony(
    ids: NDArray[np.int64], semitones: Sequence[int], seed: Sequence[int]
) -> NDArray[np.int64]:
    """Rows (rows, n) whose harmony alone is moved, each by one of `semitones` that `seed` draws."""
    random = np.random.default_rng(seed)
    return np.stack([_move_harmony(row, int(random.choice(semitones))) for row in ids])


def _draw_velocities(body: NDArray[np.int64], random: np.random.Generator) -> None:
    """Any loudness a note, around one that the window has: what its source does not know."""
    here, span = _is("VEL", body), VOCABULARY.ids("VEL")
    count = span.stop - span.start
    around = random.integers(1, count - 1)
    drawn = np.rint(random.normal(around, 1.5, int(here.sum()))).astype(np.int64)
    body[here] = span.start + np.clip(drawn, 0, count - 1)


def _misremembered(
    ids: NDArray[np.int64], chance: float, random: np.random.Generator
) -> NDArray[np.int64]:
    """The same window with each pitch, by `chance`, another one near it that is on the piano."""
    if not chance:
        return ids
    wrong = _is("PITCH", ids)
    wrong[wrong] = random.random(int(wrong.sum())) < chance
    off = random.integers(1, MISREMEMBERED_SEMITONES + 1, int(wrong.sum()))
    off *= random.choice((-1, 1), len(off))
    pitches = _VALUES[ids[wrong]]
    off[(pitches + off < LOWEST_PITCH) | (pitches + off > HIGHEST_PITCH)] *= -1
    other = ids.copy()
    other[wrong] += off
    return other


def _hidden(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same length with every harmony unknown."""
    return _HIDDEN[ids]
