"""The bass line: what it stands on, what it turns to, and that it is the same for the same seed."""

from itertools import pairwise

import pytest

from jambot.band import Bassist, Feel, Ground, bass_line
from jambot.band.bass_search import HIGHEST, LOWEST
from jambot.band.ground import scale_of
from jambot.music import Harmony, HarmonyChange, Meter, parse_chart, parse_chord

BLUES = "| F7 | Bb7 | F7 | Cm7 F7 | Bb7 | Bdim7 | F7 | D7b9 | Gm7 | C7 | F7 D7 | Gm7 C7 |"


def ground(text, beats=4, choruses=1):
    chart = parse_chart(text, beats)
    return Ground.of(
        HarmonyChange(change.beat + chorus * chart.beats, change.harmony)
        for chorus in range(choruses)
        for change in chart.changes()
    )


def walked(text, beats=4, feel=Feel.swing, seed=1, choruses=4, bpm=140.0):
    chart = parse_chart(text, beats)
    bars = chart.bars * choruses
    line = bass_line(
        ground(text, beats, choruses), bars, Meter(beats), bpm, feel, seed, chart.beats
    )
    return [note for note in line if not note.extra]


def test_it_walks_a_note_a_beat_with_roots_where_the_chords_change():
    line = walked(BLUES)
    assert [note.beat for note in line] == [float(beat) for beat in range(4 * 48)]
    arrivals = [b for a, b in pairwise(line) if a.chord != b.chord]
    roots = [note for note in arrivals if note.note.pitch % 12 == note.chord.bass]
    assert len(roots) / len(arrivals) > 0.9


def test_strong_beats_have_chord_tones_and_changes_are_approached_by_step_or_fifth():
    line = walked(BLUES)
    strong = [n for n in line if n.beat % 2 == 0]
    inside = [n for n in strong if n.note.pitch % 12 in n.chord.pitch_classes]
    assert len(inside) / len(strong) > 0.9
    into = [abs(a.note.pitch - b.note.pitch) for a, b in pairwise(line) if a.chord != b.chord]
    assert sum(leap in (1, 2, 5, 7) for leap in into) / len(into) > 0.9


@pytest.mark.parametrize("feel", [feel for feel in Feel if feel is not Feel.auto])
@pytest.mark.parametrize("beats", [1, 2, 3, 4, 5, 7, 12])
def test_in_every_metre_and_feel_it_plays_every_bar_within_a_double_bass(beats, feel):
    line = walked("| Am7 | D7 | Gmaj7 | % |", beats, feel, choruses=2)
    assert {note.beat // beats for note in line} == set(range(8))
    assert all(LOWEST <= note.note.pitch <= HIGHEST for note in line)
    assert all(0 < note.note.duration_beats <= beats for note in line)
    onsets = [note.note.onset_beats for note in line]
    assert onsets == sorted(onsets)


def test_the_same_seed_plays_the_same_and_another_does_not():
    pitches = [[n.note.pitch for n in walked(BLUES, seed=seed)] for seed in (1, 1, 2)]
    assert pitches[0] == pitches[1] != pitches[2]


def test_a_chorus_is_not_the_chorus_before():
    line = walked(BLUES, choruses=6)
    at = {note.beat: note.note.pitch for note in line}
    copied = [at[beat] == at[beat - 48] for beat in at if beat >= 48]
    assert sum(copied) / len(copied) < 0.35


def test_over_one_bass_it_pedals():
    line = walked("| C | Dm7/C | G7/C | C |", choruses=2)
    assert {note.note.pitch % 12 for note in line} == {0}
    assert len(line) > 8


def test_in_two_it_plays_on_one_and_three():
    line = walked("| Ebmaj7 | Cm7 | Fm7 | Bb7 |", feel=Feel.two)
    assert {note.beat % 4 for note in line} <= {0.0, 2.0, 3.0}
    assert {0.0, 2.0} <= {note.beat % 4 for note in line}


def test_no_chord_no_bass():
    assert bass_line(Ground(), 4, Meter(), 120.0, Feel.swing) == []
    rested = walked("| C7 | N.C. | C7 | C7 |", choruses=1)
    assert {int(note.beat) // 4 for note in rested} == {0, 2, 3}


def test_a_surprise_is_turned_to_within_a_beat_and_nothing_of_the_old_chord_follows():
    """At beat 8.1 the hands strike Eb7 where C7 was to go on; beat 8 has sounded already."""
    for seed in range(1, 9):
        bassist = Bassist(Meter(), seed)
        known = Ground.of([HarmonyChange(0.0, Harmony.of([36, 52, 58, 62]))])
        for note in bassist.intend(0.0, known, Feel.swing, 140.0):
            if note.beat <= 8:
                bassist.take(note)
        changes = [(0.0, [36, 52, 58, 62]), (8.1, [39, 55, 61, 65])]
        turned = Ground.of(HarmonyChange(at, Harmony.of(keys)) for at, keys in changes)
        after = bassist.intend(8.2, turned, Feel.swing, 140.0)
        assert after[0].beat in (8.5, 9.0)
        assert after[0].note.pitch % 12 == 3
        assert {note.chord.root for note in after} == {3}
        strong = [note.note.pitch % 12 for note in after if note.beat in (10.0, 12.0)]
        assert set(strong) <= scale_of(parse_chord("Eb9"))


def test_in_two_a_surprise_does_not_wait_for_the_half_bar():
    bassist = Bassist(Meter(), 1)
    known = Ground.of([HarmonyChange(0.0, Harmony.of([36, 52, 58, 62]))])
    bassist.take(bassist.intend(0.0, known, Feel.two, 90.0)[0])
    turned = Ground.of(
        [
            HarmonyChange(0.0, Harmony.of([36, 52, 58, 62])),
            HarmonyChange(0.2, Harmony.of([36, 51, 56, 60])),
        ]
    )
    assert bassist.intend(0.3, turned, Feel.two, 90.0)[0].beat <= 1.0


def test_a_plan_made_anew_without_news_says_the_same():
    stands = ground(BLUES)
    bassist = Bassist(Meter(), 3)
    first = bassist.intend(0.0, stands, Feel.swing, 140.0)
    for note in first[:2]:
        bassist.take(note)
    again = bassist.intend(first[2].beat, stands, Feel.swing, 140.0)
    assert [n.note for n in again] == [n.note for n in first[2:]]


def test_chords_struck_early_belong_to_the_beat_they_lead_to():
    early = Ground.of(
        [HarmonyChange(0.0, Harmony.of([36, 52, 58])), HarmonyChange(3.5, Harmony.of([41, 57, 63]))]
    )
    assert early.at(3.0).root == 0
    assert early.at(4.0).root == 5


def test_a_key_alone_is_a_root():
    assert Ground.of([HarmonyChange(0.0, Harmony.of([38]))]).at(0.0).root == 2
