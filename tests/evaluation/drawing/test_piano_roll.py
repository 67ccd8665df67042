"""What the piano roll draws, read back from its SVG."""

import xml.etree.ElementTree as ElementTree

from jambot.evaluation.drawing.charts import human_range, latency_strip
from jambot.evaluation.drawing.page import legend
from jambot.evaluation.drawing.piano_roll import Roll, chord_names, draw, roll_of
from jambot.evaluation.figures import People
from jambot.music import ChordSpan, Meter, Note, harmony_changes, parse_chord

CHORDS = [ChordSpan(0.0, 4.0, parse_chord("Bbmaj7")), ChordSpan(4.0, 8.0, parse_chord("Eb7"))]
SOLO = [Note(0.0, 1.0, 70), Note(1.0, 1.0, 71), Note(9.0, 1.0, 70)]
HANDS = [Note(0.0, 4.0, 46), Note(0.0, 4.0, 53)]


def rects(drawing, kind):
    root = ElementTree.fromstring(drawing)
    return [rect for rect in root.iter("rect") if kind in rect.get("class").split()]


def test_each_solo_note_carries_how_it_stands_to_its_chord():
    (first, *_) = draw(roll_of(SOLO, CHORDS, HANDS), bars_per_line=4)
    assert [len(rects(first, kind)) for kind in ("inside", "outside", "free", "hands")] == [
        1,
        1,
        1,
        2,
    ]


def test_a_fallback_note_is_marked_and_keeps_its_colour():
    (first,) = draw(roll_of(SOLO, CHORDS, fallback=[False, True, False]))
    (marked,) = rects(first, "fallback")
    assert "outside" in marked.get("class")
    assert "fallback phrase" in marked.find("title").text


def test_the_drums_have_a_lane_below_the_pitches_the_bass_drum_lowest_the_louder_the_higher():
    strokes = [
        Note(0.0, 0.1, 51, 90),
        Note(1.0, 0.1, 38, 30),
        Note(1.5, 0.1, 38, 110),
        Note(2.0, 0.1, 36, 90),
    ]
    without, roll = roll_of(SOLO, CHORDS, HANDS), roll_of(SOLO, CHORDS, HANDS, drums=strokes)
    assert roll.pitches == without.pitches
    (line, *_) = draw(roll)
    ride, soft, loud, kick = rects(line, "drums")
    feet = [float(r.get("y")) + float(r.get("height")) for r in (ride, soft, loud, kick)]
    assert without.drums_top < feet[0] < feet[1] == feet[2] < feet[3] < roll.line_height
    assert float(soft.get("height")) < float(loud.get("height"))
    assert "drums" in dict(legend(roll))
    assert "drums" not in dict(legend(without))


def test_accidentals_are_written_with_their_signs():
    chords = [ChordSpan(0.0, 4.0, parse_chord("Am7b5")), ChordSpan(4.0, 8.0, parse_chord("G7#11"))]
    (line,) = draw(roll_of(SOLO, chords))
    assert "Am7♭5" in line
    assert "G7♯11" in line


def test_music_is_broken_into_lines_of_whole_bars():
    long_line = [Note(float(beat), 1.0, 60) for beat in range(36)]
    assert len(draw(roll_of(long_line), bars_per_line=4)) == 3
    assert len(draw(roll_of(long_line, meter=Meter(3)), bars_per_line=4)) == 3


def test_a_note_over_a_line_break_is_drawn_on_both_lines():
    across = [Note(0.0, 1.0, 60), Note(15.0, 2.0, 62)]
    first, second = draw(roll_of(across), bars_per_line=4)
    assert len(rects(first, "solo")) == 2
    assert len(rects(second, "solo")) == 1


def test_bars_before_the_first_note_are_not_drawn():
    (only,) = draw(roll_of([Note(40.0, 1.0, 60)]), bars_per_line=4)
    assert 'aria-label="Piano roll, bars 11 to 11"' in only


def test_lines_in_which_no_note_begins_or_ends_are_left_out():
    notes = [Note(0.0, 1.0, 60), Note(400.0, 1.0, 62)]
    held = [Note(100.0, 120.0, 36)]
    lines = draw(roll_of(notes, (), held), bars_per_line=4)
    bars = [line.split('aria-label="Piano roll, ')[1].split('"')[0] for line in lines]
    assert bars == ["bars 1 to 4", "bars 25 to 28", "bars 53 to 56", "bars 101 to 101"]
    assert [len(rects(line, "hands")) for line in lines] == [0, 1, 1, 0]


def test_an_hour_is_gone_through_as_often_as_a_minute():
    """An hour's roll took 40 seconds: its pitch axis was found anew for every note."""

    class Counted(tuple):
        times = 0

        def __iter__(self):
            Counted.times += 1
            return super().__iter__()

    def times(beats):
        Counted.times = 0
        notes = [Note(float(beat), 1.0, 60 + beat % 7) for beat in range(beats)]
        whole = roll_of(notes, (), notes)
        draw(Roll(Counted(whole.solo), Counted(whole.conditioning)))
        return Counted.times

    assert times(2000) == times(20)


def test_an_empty_roll_is_one_empty_line():
    (only,) = draw(roll_of([]))
    assert rects(only, "solo") == []


def test_written_chords_are_named_as_written_and_repeats_once():
    again = [*CHORDS, ChordSpan(8.0, 12.0, parse_chord("Eb7")), ChordSpan(12.0, 16.0, None)]
    assert chord_names(again) == [(0.0, "Bbmaj7"), (4.0, "Eb7"), (12.0, "N.C.")]
    assert "B♭maj7" in draw(roll_of(SOLO, CHORDS))[0]


def test_played_chords_are_named_on_the_beat_they_lean_on():
    dm7 = [Note(3.95, 2.0, pitch) for pitch in (50, 53, 57, 60)]
    assert chord_names(harmony_changes(dm7)) == [(4.0, "Dm7")]


def test_a_latency_strip_counts_every_sample_and_shows_its_gate():
    drawing = latency_strip([10.0, 20.0, 100.0], 120.0, "First note")
    assert "3 samples, the slowest 100 ms" in drawing
    assert "gate 120" in drawing
    ElementTree.fromstring(drawing)


def test_a_far_off_gate_is_told_and_does_not_squeeze_the_samples():
    drawing = latency_strip([0.1, 0.2, 0.3], 10.0, "Jitter")
    assert "gate 10 ms →" in drawing
    assert "0.3 ms" in drawing


def test_no_samples_are_no_drawing_and_all_zero_ones_are():
    assert latency_strip([], 120.0, "First note") == ""
    ElementTree.fromstring(latency_strip([0.0, 0.0], 10.0, "Jitter"))


def test_a_figure_among_peoples_is_said_to_be_within_or_beyond():
    assert "dot within" in human_range(0.5, People(0.5, 0.46, 0.56, 1.0), "Chord tones", "50 %")
    assert "dot beyond" in human_range(2.5, People(1.6, 1.1, 1.9, 1.5), "Density", "2.5")


def test_the_bass_has_a_colour_of_its_own_and_the_axis_reaches_down_to_it():
    roll = roll_of([Note(0, 1, 72)], bass=[Note(0, 1, 30)])
    assert roll.pitches.start < 30
    assert 'class="bass"' in draw(roll)[0]
    assert "bass" in dict(legend(roll))
    assert "bass" not in dict(legend(roll_of([Note(0, 1, 72)])))
