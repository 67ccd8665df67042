"""Do the knobs do what they say? Each control at several settings, its own measure and the others.

A control steers when its measure rises over at least three settings in a row while the other
measures stay where they were. How far measures go by chance alone is shown beside: few bars stray
further than any knob.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.soloists import Soloist
from jambot.evaluation.metrics import ChordLine
from jambot.music import Note, harmony_changes, strikes
from jambot.tokens import UNSTEERED, Controls
from jambot.tokens.controls import LINE_EDGES, measured

SETTINGS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""A knob's five levels, each by its middle."""
WEIGHTS = (2.0, 1.5, 1.0, 0.5, 0.0)
"""Guidance turned as a knob for playing further outside: less of it is further out."""
GUIDANCE, OUTSIDE = "guidance", "inside_outside"
CHANCE = "chance"
"""Nothing is turned but the seed."""
FREE_SEEDS = (0.0, 1000.0, 2000.0, 3000.0)
"""What is added to the seed: unsteered playing is measured so many times, and its mean taken."""
FEWEST_SETTINGS = 3
STAYS = 0.15
"""How far, relative to unsteered playing, the other measures may move."""

Measures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Steered:
    """One control: `measures[i]` were found at `settings[i]`, `unsteered` with every knob free."""

    control: str
    settings: tuple[float, ...]
    measures: tuple[Measures, ...]
    unsteered: Measures

    @property
    def own(self) -> str:
        """The measure that this control is to move."""
        return OUTSIDE if self.control == GUIDANCE else self.control

    @property
    def rises(self) -> int:
        """The most settings in a row, less one, over which its own measure rises."""
        values = [found.get(self.own) for found in self.measures]
        longest = here = 0
        for before, after in pairwise(values):
            here = here + 1 if before is not None and after is not None and after > before else 0
            longest = max(longest, here)
        return longest

    @property
    def strays(self) -> dict[str, float]:
        """For each other measure, how far it went at most from unsteered, relative to that."""
        found: dict[str, float] = {}
        for name, free in self.unsteered.items():
            values = [m[name] for m in self.measures]
            if name != self.own and free:
                found[name] = max((abs(v / free - 1) for v in values if v is not None), default=0.0)
        return found

    @property
    def steers(self) -> bool:
        """Whether it moves its own measure over three settings, and leaves the others."""
        ends = self.measures[0].get(self.own), self.measures[-1].get(self.own)
        grown = ends[0] is not None and ends[1] is not None and ends[1] > ends[0]
        stays = all(strayed <= STAYS for strayed in self.strays.values())
        return grown and self.rises + 1 >= FEWEST_SETTINGS and stays

    def as_dict(self) -> dict[str, Any]:
        """Plain, for JSON."""
        return {
            "settings": list(self.settings),
            "measures": list(self.measures),
            "unsteered": self.unsteered,
            "rises": self.rises,
            "strays": self.strays,
            "steers": self.steers,
        }


def measure_steering(
    soloist: Soloist,
    excerpts: Sequence[Excerpt],
    seed: int = 1,
    tell: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> list[Steered]:
    """Turn every knob of a soloist with a model, one at a time, after the seed alone (`CHANCE`).

    Measures are taken over all excerpts' notes together, as `tokens.controls` takes them of a
    training window; only `swing`, which needs notes off the beat, may be missing.
    """
    turns: list[tuple[str, tuple[float, ...]]] = [(name, SETTINGS) for name in LINE_EDGES]
    turns.append((GUIDANCE, WEIGHTS))
    total = len(FREE_SEEDS) + sum(len(settings) for _, settings in turns)
    chance = []
    for done, more in enumerate(FREE_SEEDS):
        tell(f"{soloist.name}: unsteered", done, total)
        chance.append(_measures(soloist, excerpts, UNSTEERED, seed + int(more)))
    free = {name: _mean([found[name] for found in chance]) for name in LINE_EDGES}
    found = [Steered(CHANCE, FREE_SEEDS, tuple(chance), free)]
    done = len(FREE_SEEDS)
    for name, settings in turns:
        measures = []
        for setting in settings:
            tell(f"{soloist.name}: {name} {setting:g}", done, total)
            done += 1
            if name == GUIDANCE:
                sampling = replace(soloist.sampling, guidance=setting)
                tried, controls = replace(soloist, sampling=sampling), UNSTEERED
            else:
                tried, controls = soloist, Controls(**{name: setting})
            measures.append(_measures(tried, excerpts, controls, seed))
        found.append(Steered(name, settings, tuple(measures), free))
    return found


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _measures(
    soloist: Soloist, excerpts: Sequence[Excerpt], controls: Controls, seed: int
) -> Measures:
    tops: list[Note] = []
    outside: list[bool] = []
    beats, colours = 0.0, 0
    for i, excerpt in enumerate(excerpts):
        solo = soloist.solo(excerpt, seed + i, controls).notes
        line = [strike[0] for strike in strikes(solo)]
        heard = ChordLine.of(harmony_changes(excerpt.conditioning))
        outside += [n.pitch % 12 not in (heard.at(n.onset_beats) or ()) for n in line]
        tops += line
        colours += len(solo) - len(line)
        beats += excerpt.end_beats - excerpt.start_beats
    return measured(
        beats,
        np.array([n.onset_beats % 1.0 for n in tops]),
        np.array([float(n.pitch) for n in tops]),
        np.array([float(n.velocity) for n in tops]),
        np.array(outside, np.bool_),
        colours,
    )
