"""Chord charts read bar by bar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.errors import UsageError
from jambot.music import PITCH_CLASS_NAMES, QUALITIES, Harmony, chart_text, parse_chart, parse_chord

BLUES = "| C7 | F7 | C7 | % | F7 | % | C7 | A7 | Dm7 | G7 | C7 A7 | Dm7 G7 |"

symbols = st.builds(
    lambda root, quality, bass: root + quality + (f"/{bass}" if bass else ""),
    st.sampled_from(PITCH_CLASS_NAMES),
    st.sampled_from(sorted(QUALITIES)),
    st.one_of(st.none(), st.sampled_from(PITCH_CLASS_NAMES)),
)
bars = st.lists(st.lists(symbols | st.just("N.C."), min_size=1, max_size=4), min_size=1, max_size=9)


def placed(text, beats_per_bar=4):
    chart = parse_chart(text, beats_per_bar)
    return [(w.beat, w.chord.symbol if w.chord else None) for w in chart.chords]


def test_bars_may_be_divided_by_lines_or_by_bar_lines():
    assert placed("| Dm7 | G7 | C |") == placed("Dm7\nG7\nC") == placed("Dm7 | G7\n\n| C ||\n")
    assert placed("| Dm7 | G7 | C |") == [(0, "Dm7"), (4, "G7"), (8, "C")]


def test_chords_share_their_bar_and_a_stroke_holds_one_for_longer():
    assert placed("| Dm7 G7 |") == [(0, "Dm7"), (2, "G7")]
    assert placed("| Dm7 / / G7 |") == [(0, "Dm7"), (3, "G7")]
    assert placed("| C A7 Dm7 |") == [(0, "C"), (2, "A7"), (3, "Dm7")]
    assert placed("| C A7 |", 3) == [(0, "C"), (2, "A7")]


def test_a_bar_that_is_repeated_is_the_whole_bar_before():
    assert placed("| Dm7 G7 | % | C |")[2:] == [(4, "Dm7"), (6, "G7"), (8, "C")]
    assert [change.beat for change in parse_chart("| C | % | F |").changes()] == [0, 8]
    assert parse_chart("| C7 | % | % |").bars == 3


def test_repeats_are_written_out():
    assert placed("|: C | F :| G |") == [(0, "C"), (4, "F"), (8, "C"), (12, "F"), (16, "G")]
    assert parse_chart("|: C | F :|: G | A :|").bars == 8
    assert parse_chart("C | F :|").bars == 4, "without an opening it repeats from the top"


def test_no_chord_is_silence():
    chart = parse_chart("| C7 | N.C. |")
    assert chart.chords[1].chord is None
    assert chart.changes()[1].harmony == Harmony()


def test_a_blues_knows_its_bars_by_name():
    names = parse_chart(BLUES).names()
    assert len(names) == 12
    assert names[3] == "C7"
    assert names[10:] == ("C7 A7", "Dm7 G7")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("| C7 | Hm7 |", "bar 2"),
        ("| C7 | F7 | Cfoo |", "bar 3"),
        ("| % |", "bar 1"),
        ("| / C |", "bar 1"),
        ("| C D E F G |", "bar 1"),
        ("|: :| C |", "bar 1"),
        ("", "without bars"),
        ("| C |" + " % |" * 600, "512"),
    ],
)
def test_what_is_no_chart_is_refused_with_its_bar(text, said):
    with pytest.raises(UsageError, match=said):
        parse_chart(text)


def test_a_chart_is_read_from_a_file_or_from_the_words(tmp_path):
    path = tmp_path / "blues.txt"
    path.write_text("# Blues in C\n" + BLUES, encoding="utf-8")
    assert parse_chart(chart_text(str(path))) == parse_chart(chart_text(BLUES))
    with pytest.raises(UsageError, match="no chord chart"):
        chart_text(str(tmp_path / "none.txt"))


@given(bars)
def test_every_written_chord_comes_back_on_its_beat(rows):
    chart = parse_chart("|".join(" ".join(row) for row in rows))
    assert chart.bars == len(rows)
    for bar, row in enumerate(rows):
        lengths = [4 // len(row) + (i < 4 % len(row)) for i in range(len(row))]
        for i, symbol in enumerate(row):
            beat = 4 * bar + sum(lengths[:i])
            held = [w.chord for w in chart.chords if w.beat <= beat][-1]
            assert held == (None if symbol == "N.C." else parse_chord(symbol))


@given(bars)
def test_a_form_repeated_is_twice_itself(rows):
    text = "|".join(" ".join(row) for row in rows)
    once, twice = parse_chart(text), parse_chart(f"|: {text} :|")
    assert twice.names() == once.names() * 2


@given(st.text(alphabet="|:%/ \nCDm7#bN.C", max_size=40))
def test_any_text_is_a_chart_or_refused(text):
    try:
        chart = parse_chart(text)
    except UsageError:
        return
    assert chart.bars >= 1
    assert chart.chords[0].beat == 0
    beats = [written.beat for written in chart.chords]
    assert beats == sorted(set(beats))
    assert beats[-1] < chart.beats
