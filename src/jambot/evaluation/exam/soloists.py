"""Who solos in an exam: the person, the model, the rule, the Markov chain; all asked alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from time import perf_counter, thread_time
from typing import Literal

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.pitch_markov import PitchMarkov
from jambot.generation import (
    ChordToneModel,
    Generator,
    LanguageModel,
    SamplingSettings,
    improvise,
)
from jambot.music import Note, one_hand
from jambot.tokens import UNSTEERED, Controls

PEOPLE, RULE, MARKOV = "people", "rule", "markov"


@dataclass(frozen=True, slots=True)
class Solo:
    """A solo over one excerpt; `note_ms` holds how long each strike but the first took to make.

    It is taken from top note to top note, what is struck with it included. `cpu_ms` is what those
    took of this thread's own time, in all: it does not grow where the machine is busy with
    something else.
    """

    notes: tuple[Note, ...]
    note_ms: tuple[float, ...] = ()
    cpu_ms: float = 0.0


@dataclass(frozen=True)
class Soloist:
    """One who solos: a `model` by its `sampling`, or whoever `quotes` an excerpt by a seed.

    Everybody's notes are measured; a model may also be asked whether it follows the chords
    ("listening"), and how well it foretells people ("all"). `identity` names what else its solo
    depends on, for exams that are resumed.
    """

    name: str
    model: LanguageModel | None = None
    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    quotes: Callable[[Excerpt, int], Sequence[Note]] = lambda excerpt, seed: ()
    asked: Literal["notes", "listening", "all"] = "notes"
    identity: str = ""

    def solo(self, excerpt: Excerpt, seed: int, controls: Controls = UNSTEERED) -> Solo:
        """Its solo over the excerpt; a model goes on from its primer, hearing what has sounded."""
        if self.model is None:
            return Solo(tuple(self.quotes(excerpt, seed)))
        solo = improvise(
            Generator(self.model, self.sampling, seed),
            excerpt.conditioning,
            until_beats=excerpt.end_beats,
            tempo_bpm=excerpt.tempo_bpm,
            meter=excerpt.meter,
            primer=excerpt.primer,
            start_beats=excerpt.start_beats,
            controls=controls,
        )
        notes: list[Note] = []
        moments: list[float] = []
        spent: list[float] = []
        for note in solo:
            notes.append(note)
            if len(notes) > 1 and note.onset_beats == notes[-2].onset_beats:
                continue
            moments.append(perf_counter())
            spent.append(thread_time())
        cpu_ms = (spent[-1] - spent[0]) * 1000.0 if spent else 0.0
        apart = tuple((after - before) * 1000.0 for before, after in pairwise(moments))
        return Solo(tuple(one_hand(excerpt.within(notes))), apart, cpu_ms)


def people() -> Soloist:
    """The person of each excerpt."""
    return Soloist(PEOPLE, quotes=lambda excerpt, seed: excerpt.human)


def rule() -> Soloist:
    """Even eighths on chord tones."""
    return Soloist(RULE, ChordToneModel())


def markov(chain: PitchMarkov) -> Soloist:
    """The pitch chain with people's rhythms."""
    identity = f"order {chain.order}, {len(chain.rhythms)} phrases"
    return Soloist(MARKOV, quotes=chain.solo, identity=identity)


def trained(
    name: str, model: LanguageModel, sampling: SamplingSettings, identity: str = ""
) -> Soloist:
    """A model that is asked everything."""
    return Soloist(name, model, sampling, asked="all", identity=identity)


def unguided(soloist: Soloist) -> Soloist:
    """The same model without guidance; what it foretells is the same and not asked again."""
    plain = replace(soloist.sampling, guidance=0.0)
    return replace(soloist, name=f"{soloist.name}, unguided", sampling=plain, asked="listening")
