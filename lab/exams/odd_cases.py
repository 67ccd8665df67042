"""Situations that no training solo prepares for: it must stay musical, or rest.

Made by hand, so that they are the same everywhere: fast chords in slow and fast time, metres of
three and five, hands that do not play at all, and one note held for a minute.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.exam.soloists import Soloist
from jambot.evaluation.metrics import Chords, measure
from jambot.music import ChordSpan, Meter, Note, TempoMap, harmony_changes, parse_chord, strikes
from jambot.roles.comping import comp

BARS = 32
CHANGES = ("Cm7", "F7", "Bbmaj7", "Ebmaj7", "Am7b5", "D7b9", "Gm6", "G7alt")
"""Eight chords of seven qualities."""
HELD_PITCH = 48
MOST_A_BEAT = 11
"""Strikes: the most that a held-out person plays in a beat, of all 39 excerpts."""
MOST_A_SECOND = 10.0
"""Strikes a second over four seconds: no held-out person reaches it (the fastest plays 9.75)."""


@dataclass(frozen=True, slots=True)
class OddCase:
    """One situation, by what is odd about it."""

    name: str
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class OddSolo:
    """What was played in it, and the figures that show babble or silence."""

    case: OddCase
    solo: tuple[Note, ...]
    figures: dict[str, Any]

    @property
    def verdict(self) -> str:
        """`plays`, `rests` (no note at all) or `babbles` (more than anybody plays)."""
        if not self.solo:
            return "rests"
        crowded = self.figures["most_in_a_beat"] > MOST_A_BEAT
        fast = self.figures["most_a_second"] > MOST_A_SECOND
        return "babbles" if crowded or fast else "plays"


def odd_cases(bars: int = BARS) -> list[OddCase]:
    """Every case, from the fullest harmony to the emptiest."""
    return [
        _changing("two chords a bar at 60", 60.0, Meter(4), 2.0, bars),
        _changing("two chords a bar at 280", 280.0, Meter(4), 2.0, bars),
        _changing("four chords a bar at 120", 120.0, Meter(4), 1.0, bars),
        _changing("three in a bar", 140.0, Meter(3), 3.0, bars),
        _changing("five in a bar", 140.0, Meter(5), 5.0, bars),
        _case("no chords at all", 120.0, Meter(4), (), (), bars),
        _case(
            "one note held for a minute", 120.0, Meter(4),
            (Note(0.0, 120.0, HELD_PITCH),), (), 30,
        ),
    ]  # fmt: skip


def play_odd_cases(
    soloist: Soloist,
    seed: int = 1,
    bars: int = BARS,
    tell: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> list[OddSolo]:
    """The soloist in every case."""
    cases, found = odd_cases(bars), []
    for done, case in enumerate(cases):
        tell(f"{soloist.name}: {case.name}", done, len(cases))
        solo = soloist.solo(case.excerpt, seed).notes
        found.append(OddSolo(case, solo, figures_of(solo, case.excerpt)))
    return found


def figures_of(solo: tuple[Note, ...], excerpt: Excerpt) -> dict[str, Any]:
    """Density, rests, range and crowding of one solo; an empty one gives zeros.

    `most_in_a_beat` counts strikes between two beat lines; `most_a_second` is the fastest four
    seconds; `longest_rest_s` also counts the rest before the first note and after the last.
    """
    tempo = TempoMap.constant(excerpt.tempo_bpm)
    music = measure(solo, tempo, excerpt.chords)
    onsets = [strike[0].onset_beats for strike in strikes(solo)]
    seconds = [tempo.seconds_at(onset) for onset in onsets]
    edges = [tempo.seconds_at(excerpt.start_beats), tempo.seconds_at(excerpt.end_beats)]
    ends = [edges[0], *(tempo.seconds_at(strike[0].end_beats) for strike in strikes(solo))]
    rests = [start - end for end, start in zip(ends, [*seconds, edges[1]], strict=True)]
    most = max((sum(s <= t < s + 4.0 for t in seconds) for s in seconds), default=0)
    tones = music.chord_tone_ratio
    return {
        "notes": len(solo),
        "notes_a_beat": len(solo) / (excerpt.end_beats - excerpt.start_beats),
        "most_in_a_beat": max(Counter(map(int, onsets)).values(), default=0),
        "most_a_second": most / 4.0,
        "dead_air": music.dead_air.ratio,
        "longest_rest_s": max(0.0, *rests),
        "range": music.range,
        "chord_tones": tones.all if tones else None,
        "repeated_pitch_share": music.repeated_pitch_share,
    }


def _changing(name: str, bpm: float, meter: Meter, each: float, bars: int) -> OddCase:
    """A chord every `each` beats, comped by the generator of training data."""
    count = int(bars * meter.beats_per_bar / each)
    spans = tuple(
        ChordSpan(i * each, (i + 1) * each, parse_chord(CHANGES[i % len(CHANGES)]))
        for i in range(count)
    )
    return _case(name, bpm, meter, tuple(comp(spans, meter, bpm, name, "swing")), spans, bars)


def _case(
    name: str, bpm: float, meter: Meter, hands: tuple[Note, ...], chords: Chords, bars: int
) -> OddCase:
    heard = chords or harmony_changes(hands)
    return OddCase(name, Excerpt(name, name, hands, (), heard, meter, bpm, 0.0, bars))
