"""The shipped models where music is odd: they stay musical or rest, and never babble."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import pytest

from jambot.assets import FIRST_STYLE, find_model, shipped_styles
from jambot.generation import Generator, improvise
from jambot.generation.onnx_model import OnnxModel
from jambot.generation.sampling import PHRASING
from jambot.music import Meter, Note, one_line
from jambot.tokens import VOCABULARY

BABBLE_S, BABBLE_PER_SECOND = 4.0, 12.0
"""Faster than this, for so long, nobody plays: the fastest of 351 solos has 9.8 over all of it."""
LEAPS = {"horn": 0.1, "pianist": 0.22}
"""Share of moves beyond an octave: the most in 16 bars of any of 89 trio pianists is 0.223."""
FEW_LEAPS = 2
"""So many in four bars say nothing: `modern` in three has 2 of 9 by seed 1, 8 of 159 by eight."""
LONGEST_REPEAT = 28
"""So many times one of those soloists strikes a note anew; nobody does more often."""

MINOR, DOMINANT, MAJOR = (48, 58, 63, 67), (41, 57, 60, 63), (46, 57, 62, 65)


def held(chords: Sequence[Sequence[int]], each_beats: float, until_beats: float) -> list[Note]:
    """The chords in turn, each held until the next."""
    count = int(until_beats / each_beats)
    return [
        Note(i * each_beats, each_beats * 0.95, pitch)
        for i in range(count)
        for pitch in chords[i % len(chords)]
    ]


ODD = {
    "four chords a bar": (held((MINOR, DOMINANT, MAJOR), 1.0, 16.0), 120.0, 4),
    "a chord each eighth": (held((MINOR, DOMINANT, MAJOR), 0.5, 16.0), 120.0, 4),
    "60 bpm": (held((MINOR, DOMINANT), 4.0, 16.0), 60.0, 4),
    "280 bpm": (held((MINOR, DOMINANT), 4.0, 16.0), 280.0, 4),
    "in three": (held((MINOR, DOMINANT), 3.0, 15.0), 140.0, 3),
    "in five": (held((MINOR, DOMINANT), 5.0, 15.0), 140.0, 5),
    "no chords": ([], 120.0, 4),
    "one note for a minute": ([Note(0.0, 120.0, 48)], 120.0, 4),
}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(style, marks=() if style == FIRST_STYLE else pytest.mark.slow)
        for style in shipped_styles()
    ],
)
def model(request: pytest.FixtureRequest) -> OnnxModel:
    return OnnxModel.load(find_model(request.param), VOCABULARY.fingerprint)


@pytest.mark.parametrize("case", ODD)
def test_an_odd_case_stays_musical_or_rests(model: OnnxModel, case: str) -> None:
    conditioning, tempo_bpm, beats_per_bar = ODD[case]
    long = case in ("no chords", "one note for a minute")
    until_beats = 120.0 if long else 4.0 * beats_per_bar
    solo = one_line(
        improvise(
            Generator(model, seed=1),
            conditioning,
            until_beats=until_beats,
            tempo_bpm=tempo_bpm,
            meter=Meter(beats_per_bar),
        )
    )
    onsets_s = [note.onset_beats * 60.0 / tempo_bpm for note in solo]
    busiest = max(
        (bisect_left(onsets_s, t + BABBLE_S) - i for i, t in enumerate(onsets_s)), default=0
    )
    assert busiest / BABBLE_S < BABBLE_PER_SECOND
    bounds = PHRASING[model.manner.player]
    assert all(bounds.lowest <= note.pitch <= bounds.highest for note in solo)
    moves = [abs(b.pitch - a.pitch) for a, b in pairwise(solo)]
    leaps = sum(move > 12 for move in moves)
    assert leaps <= max(FEW_LEAPS, len(moves) * LEAPS[model.manner.player])
    struck_again = "".join("=" if move == 0 else "." for move in moves)
    assert max(map(len, struck_again.split("."))) <= LONGEST_REPEAT
    if len(solo) > 8:
        assert len({note.pitch for note in solo}) > 3
