"""Players side by side: the same chord changes, asked in turn, in one run of one machine.

A moment is a chord change in the middle of a solo. Every player has been told what led up to it,
then learns the new chord, and is timed until its next note is decided, and from note to note on.
What leads up to it, ports and the stage are not timed.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any, Protocol

import numpy as np

from jambot.assets import DEMO_COMPING
from jambot.evaluation.take.kpi import Latency
from jambot.music import HarmonyChange, Meter, Note, harmony_changes, read_midi

NOTES = 9
"""Notes a player is asked for: the first, and eight further ones."""
WARMED_UP = 2
"""Rounds before the first that counts."""
EARLIEST_BEAT = 16.0
"""A moment has at least four bars before it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The last of `changes` has just been struck, at `beat`; `hands` is all that was comped so far.

    `seed` differs from round to round, so that coming back to the same bar is another solo.
    """

    changes: tuple[HarmonyChange, ...]
    hands: tuple[Note, ...]
    beat: float
    tempo_bpm: float
    meter: Meter
    seed: int

    @property
    def before(self) -> tuple[HarmonyChange, ...]:
        """The changes without the one that is news."""
        return self.changes[:-1]


Stamp = tuple[float, float]
"""Seconds on the wall, and of this thread's own time."""


def stamp() -> Stamp:
    """Now, by both clocks."""
    return perf_counter(), thread_time()


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """Milliseconds to the first note, None where none came; then from each note to the next.

    The `cpu` ones are the answering thread's own time, which other work on the machine does not
    lengthen.
    """

    first_ms: float | None
    notes_ms: tuple[float, ...] = ()
    first_cpu_ms: float | None = None
    notes_cpu_ms: tuple[float, ...] = ()

    @classmethod
    def of(cls, started: Stamp, notes: Sequence[Stamp]) -> "AnswerTimes":
        """From the stamp taken as the chord was told, and one as each note was there."""
        if not notes:
            return cls(None)
        first, *further = (
            ((after[0] - before[0]) * 1e3, (after[1] - before[1]) * 1e3)
            for before, after in pairwise([started, *notes])
        )
        walls, spent = zip(*further, strict=True) if further else ((), ())
        return cls(first[0], tuple(walls), first[1], tuple(spent))


class Contestant(Protocol):
    """Who is asked. `can` and `cannot` say what its figures do not."""

    name: str
    what: str
    can: str
    cannot: str

    def answer(self, moment: Moment) -> AnswerTimes:
        """Be told what led up to the moment, untimed; then answer it, timed."""
        ...


def moments(rounds: int, comping: Path = DEMO_COMPING, tempo_bpm: float = 120.0) -> list[Moment]:
    """That many changes of a comped song, round and round. Raises BadMidiError for no song."""
    song = read_midi(comping)
    hands = [n for track in song.tracks if not track.is_drum for n in track.notes]
    changes = harmony_changes(hands)
    news = [
        i
        for i in range(1, len(changes))
        if changes[i].beat >= EARLIEST_BEAT and changes[i].harmony != changes[i - 1].harmony
    ]
    if not news:
        raise ValueError(f"{comping}: no chord changes after beat {EARLIEST_BEAT:g}")
    made = []
    for seed in range(rounds):
        i = news[seed * 7 % len(news)]
        beat = changes[i].beat
        heard = tuple(note for note in hands if note.onset_beats <= beat + 1e-6)
        made.append(Moment(tuple(changes[: i + 1]), heard, beat, tempo_bpm, song.meter, seed))
    return made


def compare(
    contestants: Sequence[Contestant],
    asked: Sequence[Moment],
    seed: int = 1,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> list[dict[str, AnswerTimes]]:
    """Every contestant's answer to each moment, by name; whose turn it is, is drawn each round.

    The first `WARMED_UP` moments are asked once more beforehand, and those answers left out.
    """
    turns = random.Random(seed)
    for moment in asked[:WARMED_UP]:
        for contestant in contestants:
            contestant.answer(moment)
    rounds: list[dict[str, AnswerTimes]] = []
    for done, moment in enumerate(asked):
        tell(done, len(asked))
        order = turns.sample(list(contestants), len(contestants))
        rounds.append({one.name: one.answer(moment) for one in order})
    return rounds


def told(
    contestants: Sequence[Contestant],
    rounds: Sequence[dict[str, AnswerTimes]],
    failed: Sequence[tuple[str, str, str]] = (),
) -> dict[str, Any]:
    """The comparison as JSON has it. `failed` holds who did not run: name, what it is, and why.

    `times_first` is the median over rounds of a player's own time for the first note as a multiple
    of the first player's in the same round.
    """
    own = contestants[0].name if contestants else ""
    how = (
        f"{len(rounds)} chord changes in the middle of a solo, each asked of everybody in turn, on"
        " one thread: from the new chord to the next note, and from note to note, without ports"
        " and stage. Own time is the thread's, which other work on the machine does not lengthen."
    )
    return {
        "kind": "side_by_side",
        "how": how,
        "players": [
            *(_player(one, own, rounds) for one in contestants),
            *({"name": name, "what": what, "failed": why} for name, what, why in failed),
        ],
        "rounds": [{name: asdict(answer) for name, answer in found.items()} for found in rounds],
    }


def _player(one: Contestant, own: str, rounds: Sequence[dict[str, AnswerTimes]]) -> dict[str, Any]:
    answers = [found[one.name] for found in rounds]
    pairs = [(found[one.name].first_cpu_ms, found[own].first_cpu_ms) for found in rounds]
    ratios = [theirs / ours for theirs, ours in pairs if theirs and ours]
    firsts = [a.first_ms for a in answers if a.first_ms is not None]
    firsts_cpu = [a.first_cpu_ms for a in answers if a.first_cpu_ms is not None]
    return {
        "name": one.name,
        "what": one.what,
        "can": one.can,
        "cannot": one.cannot,
        "first_note_ms": asdict(Latency.of(firsts)),
        "first_note_cpu_ms": asdict(Latency.of(firsts_cpu)),
        "note_ms": asdict(Latency.of([ms for a in answers for ms in a.notes_ms])),
        "note_cpu_ms": asdict(Latency.of([ms for a in answers for ms in a.notes_cpu_ms])),
        "unanswered": len(answers) - len(firsts),
        "times_first": round(float(np.median(ratios)), 2) if ratios else None,
    }


def markdown(found: Mapping[str, Any]) -> str:
    """The comparison as a table for a document: p50 / p95 in ms, and own time as a multiple."""
    heads = ("player", "first note", "its own time", "a further note", "its own time", "×")
    rows = [f"| {' | '.join(heads)} |", "|---" * 6 + "|"]
    for player in found["players"]:
        if "failed" in player:
            rows.append(f"| {player['name']} | did not run: {player['failed']} | – | – | – | – |")
            continue
        cells = []
        for name in ("first_note", "note"):
            wall, spent = player[f"{name}_ms"], player[f"{name}_cpu_ms"]
            cells += [f"{_ms(ms['p50'])} / {_ms(ms['p95'])}" for ms in (wall, spent)]
        rows.append(f"| {player['name']} | {' | '.join(cells)} | {player['times_first']} |")
    return "\n".join(rows)


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"
