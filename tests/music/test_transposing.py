import pytest

from jambot.errors import ChartError
from jambot.music import chart_beats, parse_chart
from jambot.music.transposing import transposed
from jambot.music.tunes import TUNES


@pytest.mark.parametrize(
    ("written", "by", "higher"),
    [
        ("| Dm7 | G7 | Cmaj7 | % |", 2, "| Em7 | A7 | Dmaj7 | % |"),
        ("[A] 3/4 |: F#ø | B7(b9) :|", 1, "[A] 3/4 |: Gø | C7(b9) :|"),
        ("| C/E / / G7 | N.C. |", -2, "| Bb/D / / F7 | N.C. |"),
        ("| C6/9 | B♭9 | E♭maj7♯11 |", 2, "| D6/9 | C9 | Fmaj7♯11 |"),
        ("Dm7 G7 C^7", 12, "Dm7 G7 C^7"),
        ("| bbmaj7/d |", 2, "| Cmaj7/E |"),
    ],
)
def test_only_the_letters_change(written, by, higher):
    assert transposed(written, by) == higher


@pytest.mark.parametrize("name", list(TUNES))
@pytest.mark.parametrize("by", [-5, 1, 6])
def test_a_transposed_tune_is_the_same_tune_higher(name, by):
    text = TUNES[name].chart
    beats = chart_beats(text) or 4
    here, there = parse_chart(text, beats), parse_chart(transposed(text, by), beats)
    assert here.sections == there.sections
    for low, high in zip(here.chords, there.chords, strict=True):
        assert (low.beat, low.chord and low.chord.transposed(by).pitch_classes) == (
            high.beat, high.chord and high.chord.pitch_classes
        )  # fmt: skip


def test_what_is_not_understood_is_refused_where_it_stands():
    with pytest.raises(ChartError) as refused:
        transposed("| Dm7 | Hm7 |", 1)
    assert refused.value.marks == ((8, 3, "Bm7"),)
