"""Chord charts read bar by bar."""

from contextlib import suppress
from os.path import isfile

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from jambot.errors import ChartError, UsageError
from jambot.music import (
    PITCH_CLASS_NAMES,
    QUALITIES,
    Chart,
    Harmony,
    chart_beats,
    chart_text,
    parse_chart,
    parse_chord,
)
from jambot.music.tunes import TUNES

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
    chart = parse_chart("|" + "|".join(" ".join(row) for row in rows))
    assert chart.bars == len(rows)
    for bar, row in enumerate(rows):
        lengths = [4 // len(row) + (i < 4 % len(row)) for i in range(len(row))]
        for i, symbol in enumerate(row):
            beat = 4 * bar + sum(lengths[:i])
            held = [w.chord for w in chart.chords if w.beat <= beat][-1]
            assert held == (None if symbol == "N.C." else parse_chord(symbol))


@given(bars)
def test_a_form_repeated_is_twice_itself(rows):
    text = "|" + "|".join(" ".join(row) for row in rows)
    once, twice = parse_chart(text), parse_chart(f"|:{text[1:]} :|")
    assert twice.names() == once.names() * 2


CHARTS = [
    # (text, bars as played)
    ("Dm7 G7 Cmaj7", "Dm7 | G7 | Cmaj7"),
    ("dm7 g7 cmaj7 bb7", "Dm7 | G7 | Cmaj7 | Bb7"),
    ("Am - F - C - G", "Am | F | C | G"),
    ("Am, F, C, G", "Am | F | C | G"),
    ("D C G", "D | C | G"),
    ("| D C | G D.C. |", "D C | G"),
    ("[A] Am F C G", "Am | F | C | G"),
    ("C / / / F / G /", "C | F G"),
    ("| Dm7 | | G7 |", "Dm7 | Dm7 | G7"),
    ("| Dm7 G7 | | C |", "Dm7 G7 | G7 | C"),
    ("| Dm7 | x | G7 | % |", "Dm7 | Dm7 | G7 | G7"),
    ("| Dm7 | G7 | %% | C |", "Dm7 | G7 | Dm7 | G7 | C"),
    ("| C / G7 / |", "C G7"),
    ("| C . . G7 | F - G - |", "C / / G7 | F G"),
    ("| C - G |", "C G"),
    ("| C /// | C / / G7 |", "C | C / / G7"),
    ("| C | / / G7 / |", "C | C G7"),
    ("| C6 (A7) | Dm7 (G7) |", "C6 A7 | Dm7 G7"),
    ("| C7 (b9) | C7(b9, b13) |", "C7b9 | C7b9b13"),
    ("[A] | C | F | [B] | G | C |]", "C | F | G | C"),
    ("A:\n| C | F |\nBridge:\n| G | C ||", "C | F | G | C"),
    ("[ C | F ] G | C |]", "C | F | G | C"),
    ("*A | C | F |", "C | F"),
    ("4/4 | C | F |", "C | F"),
    ("{ C | F }", "C | F | C | F"),
    ("𝄆 C | F 𝄇", "C | F | C | F"),
    ("||: C | F :|| G |", "C | F | C | F | G"),
    ("|: C | F :| x3", "C | F | C | F | C | F"),
    ("|: C :| (3x) | G |", "C | C | C | G"),
    ("|: C | F |1. G | C :|2. Am | D |", "C | F | G | C | C | F | Am | D"),
    ("|: C |1 G7 :|2 F :|3 C |", "C | G7 | C | F | C | C"),
    ("|: C |[1. G7 :|[2. % | F |", "C | G7 | C | C | F"),
    ("|: C |1,2. A :|3. B |", "C | A | C | A | C | B"),
    ("| C | F | G | D.C.", "C | F | G"),
    ("| C | F Fine | G | D.C. al Fine |", "C | F | G | C | F"),
    ("| C | F | Fine | G | DC al fine |", "C | F | G | C | F"),
    ("|: C :| F Fine | G D.C. al Fine |", "C | C | F | G | C | F"),
    (
        "| C | Segno F | To Coda | G | A D.S. al Coda | Coda | Bm | E |",
        "C | F | G | A | F | Bm | E",
    ),
    ("| C | 𝄋 F 𝄌 | G D.S. al Coda || 𝄌 Bm |", "C | F | G | F | Bm"),
    ("| C | F | <D.C. al Coda> | Coda Bm |", "C | F | C | F | Bm"),
    ("|: C |1. F :|2. G | Am <D.C.> | D |", "C | F | C | G | Am | C | G | Am | D"),
    ("| Cm7 F7 | B♭△7 | Aø7 D7♭9 | G−7 |", "Cm7 F7 | Bbmaj7 | Am7b5 D7b9 | Gm7"),
    ("irealbook://Song=Some One=Swing=C=n=T44*A{C^7 |A-7 |N1D-9 |G7#5 }|N2Ah7 |x Z",
     "Cmaj7 | Am7 | Dm9 | G7#5 | Cmaj7 | Am7 | Am7b5 | Am7b5"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "bars"), CHARTS, ids=[text for text, _ in CHARTS])
def test_a_chart_is_read_as_musicians_write_it(text, bars):
    chart = parse_chart(text)
    assert list(chart.names()) == bars.split(" | ")
    assert parse_chart(chart.text) == Chart(chart.bars, chart.beats_per_bar, chart.chords)


def test_a_chart_without_bar_lines_is_the_same_on_the_page_and_on_the_command_line(tmp_path):
    assert parse_chart(chart_text("Dm7 G7 Cmaj7")) == parse_chart("Dm7 G7 Cmaj7")
    assert chart_text("irealbook://a=b=c=d=n=C") == "irealbook://a=b=c=d=n=C"
    for name in ("blues.txt", "A Train.txt", "my changes", "a\0b", str(tmp_path)):
        with pytest.raises(UsageError, match="no chord chart found"):
            chart_text(name)


@given(st.text(max_size=60))
@example("a\0b")
@example("\ud800")
@example("x" * 5000)
@example("RHYTHM CHANGES")
def test_what_is_no_chart_and_no_file_is_refused(source):
    # Random texts are made of this house's own words too: the name of a tune, or of a file.
    assume(not isfile(source))
    tune = TUNES.get(source.strip().lower())
    with suppress(UsageError):
        assert chart_text(source) == (tune.chart if tune else source)


def test_what_is_not_understood_is_marked_where_it_stands_with_the_nearest_reading():
    text = "| C7 | Hm7 | F7 | G7b13x |"
    with pytest.raises(ChartError, match="bar 2") as refused:
        parse_chart(text)
    assert "| C7 | »Hm7« | F7 | »G7b13x« |" in str(refused.value)
    assert "Bm7 for Hm7, G7b13 for G7b13x" in str(refused.value)
    assert [(text[at : at + n], near) for at, n, near in refused.value.marks] == [
        ("Hm7", "Bm7"),
        ("G7b13x", "G7b13"),
    ]


def test_a_flat_nine_alone_is_no_chord_in_small_letters():
    with pytest.raises(ChartError, match="write B9 for b9"):
        parse_chart("| C7 b9 |")
    assert parse_chart("| b7 b |").names() == ("B7 B",)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("| C | b9 |", "»b9«"),
        ("| C | F | D.S. al Coda |", "»D.S. al Coda«"),
        ("| C | F | D.C. al Fine |", "»D.C. al Fine«"),
        ("| C | 3/4 F |", "»3/4«"),
        ("| C | 4/4 F | 3/4 G |", "»3/4«"),
        ("7/8 | C |", "»7/8«"),
        ("| C |: :| F |", "»:|«"),
        ("| C | F :| x99 |", "»x99«"),
        ("| C | F | x3", "»x3«"),
        ("| C | .. |", "»..«"),
        ("| C | ? | F |", "»?«"),
    ],
)
def test_a_sign_that_cannot_be_followed_is_marked(text, marked):
    with pytest.raises(ChartError) as refused:
        parse_chart(text)
    assert marked in str(refused.value)


def test_a_long_chart_is_shown_around_the_first_mark_only():
    with pytest.raises(ChartError) as refused:
        parse_chart("| C | Hm " + "| C " * 300 + "| Xx |")
    assert "»Hm«" in str(refused.value)
    assert len(str(refused.value)) < 600


def test_the_metre_of_a_chart_is_in_quarter_notes():
    assert chart_beats("3/4 | C |") == chart_beats("6/8 | C |") == 3
    assert chart_beats("2/2 | C |") == 4
    assert chart_beats("| C |") is None
    assert parse_chart("3/4 | C | F G |", 3).beats == 6


def test_sections_are_known_by_the_bar_they_are_played_in():
    chart = parse_chart("[A] |: C | F :| [B] | G |")
    assert chart.sections == ((0, "A"), (2, "A"), (4, "B"))


def test_a_link_without_music_is_no_chart():
    with pytest.raises(ChartError, match="a link without a chart"):
        parse_chart("irealb://nothing")


signs = "| || |: :| { } [ ] [A] A: 1. |2. 1,3. x3 % %% x / - . 3/4 4/4 D.C. D.S. al Coda Fine Segno"
signs += " D.C.alFine To <D.C.> Dm7 g7 B♭ C( (b9) # irealb:// ♯ \u2028 \n"


@given(
    st.text(alphabet="|:%/ \nCDm7#bN.C", max_size=40)
    | st.text(max_size=40)
    | st.lists(st.sampled_from([*signs.split(" "), " "]), max_size=20).map(" ".join)
)
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
    assert parse_chart(chart.text).chords == chart.chords
