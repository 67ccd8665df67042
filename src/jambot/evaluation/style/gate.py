"""May a style of somebody's own go on stage? It must have learnt, still listen, and not copy.

Measured on the exported model, as it will play, beside the player it was made from and the person
it was made of, on the same music and by the functions of the exam.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jambot.assets import DEMO_COMPING
from jambot.evaluation.exam.copying import KnownLines
from jambot.evaluation.exam.excerpts import (
    Excerpt,
    excerpt_of,
    held_out_excerpts,
    training_solos,
)
from jambot.evaluation.exam.listening import FIRST_BAR, Followed, followed
from jambot.evaluation.exam.prediction import Surprise, bits_of, swap_gap
from jambot.evaluation.exam.results import Attempt, Result, attempt
from jambot.evaluation.exam.soloists import PEOPLE, Soloist
from jambot.evaluation.figures import Figure, Limit
from jambot.evaluation.gates import Gate, Judged
from jambot.generation import Generator
from jambot.music import Meter, Note, harmony_changes, read_midi

WHOLE_BARS = 100_000
"""More bars than any piece has."""
BARS = 16
"""Length of a solo that is compared."""
BEDS = 6
"""Pieces of the style's own music that are soloed over, besides the built-in comping."""
ASKED_BARS = 160
"""Bars of the music over which chords are swapped, at most; one in four."""
FOLLOWED_LESS = 0.05
"""Share of chord tones in swapped bars by which a style may fall behind its base: what the design
grants a player against itself."""
GAP_SHARE = 0.75
"""Of the base's `gap_bits` that a style must keep; few notes leave it uncertain by a tenth."""
QUOTED = 0.05
"""Share of runs of eight notes that may be those it learnt from, however little the person quotes
themselves. Of ten minutes by Sonny Rollins the player has 0.003, he himself elsewhere 0.02."""
SAVED = Figure(
    "bits_per_note.saved", "Bits saved", "bits by which it foretells you better",
    more_is_better=True,
)  # fmt: skip
GAP = Figure(
    "chord_swap.gap_bits", "Bits for the right chords", "surprise at wrong chords, in bits",
    more_is_better=True,
)  # fmt: skip
FOLLOWED = Figure(
    "chord_swap.followed", "Followed", "chord tones in swapped bars", more_is_better=True
)
QUOTES = Figure("copy_rate", "Quotes", "runs of eight notes that are yours")
"""What a style is asked for beside its base; the limits are drawn from the base and the person."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Music:
    """What players are compared on: `held` unheard pieces with their person's solo, `beds` to solo
    over, `asked` to swap chords in, and the lines the style has `known`.
    """

    held: Sequence[Excerpt]
    beds: Sequence[Excerpt]
    asked: Sequence[Excerpt]
    known: KnownLines


@dataclass(frozen=True)
class Contender:
    """A player's figures: bits per note by part, and what the chords add to them, on what is held
    out; solos over every bed; the swapped bars; runs of eight notes that are known.
    """

    name: str
    bits: Mapping[str, float]
    gap_bits: float
    followed: Followed
    copy_rate: float | None
    longest_copy: int
    result: Result


@dataclass(frozen=True)
class Comparison:
    """The person, the base and the style on the same music."""

    person: Contender
    base: Contender
    style: Contender
    gates: tuple[Judged, ...]

    @property
    def passed(self) -> bool:
        """Whether the style may go on stage."""
        return all(gate.verdict == "pass" for gate in self.gates)


def own_music(role_dir: Path) -> Music:
    """The music of a role dataset. Raises DatasetError where nothing is held out."""
    held = held_out_excerpts(role_dir, WHOLE_BARS)
    learned = [excerpt_of(sample, WHOLE_BARS) for sample in training_solos(role_dir)]
    beds = [_demo(), *(one.cropped(BARS) for one in [*held, *learned][:BEDS])]
    known = KnownLines([one.human for one in learned])
    return Music(held, beds, _up_to(ASKED_BARS, [*held, *learned]), known)


def play(soloist: Soloist, music: Music, seed: int, tell: Progress) -> Contender:
    """Measure a player with a model."""
    model = soloist.model
    assert model is not None
    total, gap = Surprise(), 0.0
    for done, excerpt in enumerate(music.held):
        tell("prediction", done, len(music.held))
        surprise = bits_of(model, excerpt)
        total += surprise
        gap += swap_gap(model, excerpt, surprise)[0]
    attempts = []
    for done, bed in enumerate(music.beds):
        tell("improvising", done, len(music.beds))
        attempts.append(attempt(bed, soloist.solo(bed, seed + done).notes))
    heard = Followed()
    for done, excerpt in enumerate(music.asked):
        tell("harmony", done, len(music.asked))
        heard += followed(Generator(model, soloist.sampling, seed + done), excerpt)
    gap_bits = gap / max(total.notes, 1)
    solos = [one.solo for one in attempts]
    bits = total.per_note()
    return _player(soloist.name, bits, gap_bits, heard, attempts, solos, music.known)


def person(music: Music) -> Contender:
    """The one whose style it is, as far as they can be asked: over the beds of their own music.

    Their `copy_rate` is taken on what is held out, for the rest is what is known.
    """
    attempts = [attempt(bed, bed.human) for bed in music.beds if bed.human]
    unheard = [one.human for one in music.held]
    return _player(PEOPLE, {}, 0.0, Followed(), attempts, unheard, music.known)


def compare(person: Contender, base: Contender, style: Contender) -> Comparison:
    """Judge a style beside the base it was made from and the person it was made of."""
    return Comparison(person, base, style, tuple(_gates(person, base, style)))


def _gates(person: Contender, base: Contender, style: Contender) -> list[Judged]:
    allowed = max(QUOTED, person.copy_rate or 0.0)
    theirs, own = (player.followed.as_dict()["followed"] for player in (base, style))
    return [
        _judged(SAVED, 0.0, base.bits["all"] - style.bits["all"], "than before it learnt"),
        _judged(GAP, GAP_SHARE * base.gap_bits, style.gap_bits, f"{GAP_SHARE:g} of what it was"),
        _judged(FOLLOWED, (theirs or 0.0) - FOLLOWED_LESS, own,
                f"no more than {FOLLOWED_LESS:g} fewer"),
        _judged(QUOTES, allowed, style.copy_rate, "what people quote of themselves"),
    ]  # fmt: skip


def _judged(figure: Figure, limit: float, value: float | None, note: str) -> Judged:
    gate = Gate(figure, Limit(("style",), round(limit, 3)))
    if value is None:
        return Judged(gate, None, "fail", "it played too little to tell")
    reached = value >= limit if figure.more_is_better else value <= limit
    return Judged(gate, value, "pass" if reached else "fail", note)


def _player(
    name: str,
    bits: Mapping[str, float],
    gap_bits: float,
    heard: Followed,
    attempts: Sequence[Attempt],
    solos: Sequence[Sequence[Note]],
    known: KnownLines,
) -> Contender:
    longest = max((known.longest(solo) for solo in solos), default=0)
    rate = known.rate(solos, 8)
    return Contender(name, bits, gap_bits, heard, rate, longest, Result(name, tuple(attempts)))


def _demo() -> Excerpt:
    song = read_midi(DEMO_COMPING)
    hands = tuple(note for track in song.tracks for note in track.notes)
    return Excerpt(
        sample_id="built_in",
        tune="the built-in comping",
        conditioning=hands,
        human=(),
        chords=harmony_changes(hands),
        meter=Meter(song.meter.beats_per_bar),
        tempo_bpm=song.tempo_map.median_bpm,
        start_beats=0.0,
        bars=BARS,
    )


def _up_to(bars: int, excerpts: Sequence[Excerpt]) -> list[Excerpt]:
    """The excerpts, each cropped alike so that together they have about so many bars."""
    every = sum(one.bars for one in excerpts)
    share = min(1.0, bars / max(every, 1))
    return [one.cropped(max(FIRST_BAR + 1, round(share * one.bars))) for one in excerpts]
