"""The built-in pianist comps a chart as left hands do: every change, in any metre, by its seed."""

from collections import Counter
from statistics import mean, median

import pytest

from jambot.music import chart_beats, parse_chart, parse_chord, strikes
from jambot.music.left_hand import HIGHEST, LOWEST, SIZES, STRIKES_A_BAR, at_tempo, voice
from jambot.music.pianist import Pianist
from jambot.music.tunes import PIANISTS_OWN, TUNES

A_STRIKE = 0.08


def bars(chart, beats=4, count=64, bpm=140.0, seed=1):
    pianist = Pianist(parse_chart(chart, beats), seed)
    return [pianist.bar(number, bpm) for number in range(count)]


def hands(chart, **asked):
    return strikes([note for bar in bars(chart, **asked) for note in bar], A_STRIKE)


def test_the_same_seed_comps_the_same_and_another_another():
    first, again, other = (bars(PIANISTS_OWN.chart, count=16, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_no_chorus_is_like_another():
    pianist = Pianist(parse_chart("| Dm7 | G7 | Cmaj7 | % |"), 1)
    choruses = [[n.shifted(-16.0 * c) for b in range(4) for n in pianist.bar(4 * c + b, 140.0)]
                for c in range(4)]  # fmt: skip
    assert all(a != b for i, a in enumerate(choruses) for b in choruses[:i])


@pytest.mark.parametrize("name", list(TUNES))
def test_every_change_is_struck_at_most_a_beat_late(name):
    text = TUNES[name].chart
    chart = parse_chart(text, chart_beats(text) or 4)
    struck = [s[-1].onset_beats for s in hands(text, beats=chart.beats_per_bar, count=chart.bars)]
    for written, before in zip(chart.chords, (None, *chart.chords), strict=False):
        if before is None or before.chord != written.chord:
            assert any(written.beat - 0.6 < at < written.beat + 1.0 for at in struck), written.beat


def test_no_chord_is_struck_where_none_is_written():
    struck = [s[-1].onset_beats % 16 for s in hands("| Dm7 | N.C. | N.C. | G7 |")]
    assert struck
    assert all(at < 4 or at >= 11 for at in struck)


@pytest.mark.parametrize("bpm", [100.0, 140.0, 220.0, 280.0])
def test_it_strikes_about_as_often_as_left_hands_do_at_that_tempo(bpm):
    played = hands("| Dm7 | % | G7 | % | Cmaj7 | % | Am7 | % |", bpm=bpm, count=256)
    assert len(played) / 256 == pytest.approx(at_tempo(STRIKES_A_BAR, bpm), abs=0.45)


def test_it_lays_chords_where_and_as_wide_as_left_hands_do():
    played = hands(PIANISTS_OWN.chart, count=256)
    assert 44 <= median(s[-1].pitch for s in played) <= 54
    assert 7 <= median(s[0].pitch - s[-1].pitch for s in played) <= 11
    assert all(LOWEST[0] <= note.pitch <= HIGHEST for s in played for note in s)
    sizes = Counter(len(s) for s in played)
    assert 2.4 < mean(len(s) for s in played) < 3.4
    assert set(sizes) == set(SIZES)


def test_off_beats_are_as_common_as_among_left_hands():
    played = hands("| Dm7 | % | % | % | G7 | % | % | % |", count=256)
    off = mean(0.4 < s[-1].onset_beats % 1 < 0.9 for s in played)
    assert 0.5 < off < 0.7  # 0.61 in the corpus


@pytest.mark.parametrize(
    "symbol", ["Dm7", "G13", "Cmaj7", "Bm7b5", "E7#9", "Abdim7", "F6", "Gsus4"]
)
def test_three_keys_and_more_tell_the_chord(symbol):
    from random import Random

    chord = parse_chord(symbol)
    thirds = {(chord.root + i) % 12 for i in (3, 4, 5)} & set(chord.pitch_classes)
    for seed in range(20):
        laid = voice(chord, 3 + seed % 3, None, Random(seed))
        assert {key % 12 for key in laid} & thirds


def test_keys_are_let_go_before_they_are_struck_again():
    notes = sorted(
        (n for bar in bars(PIANISTS_OWN.chart) for n in bar), key=lambda n: n.onset_beats
    )
    down = {}
    for note in notes:
        assert down.get(note.pitch, 0.0) <= note.onset_beats + 1e-9
        down[note.pitch] = note.end_beats


@pytest.mark.parametrize("beats", range(1, 13))
def test_any_metre_is_comped(beats):
    assert hands("| Dm7 | G7 |", beats=beats, count=16)
