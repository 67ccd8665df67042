"""The built-in pianist plays where nobody else does, and gives up its seat at once."""

from dataclasses import replace

import pytest

from jambot.music import parse_chart
from jambot.music.pianist import Pianist
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.hands.performer import Performer
from jambot.realtime.hands.seat import Seat
from jambot.realtime.orders import Panic, SetForm, SetPerformer, Trigger
from jambot.realtime.ports import By
from jambot.realtime.settings import Performing, SessionSettings

DM9, G13 = (38, 53, 57, 60, 64), (43, 53, 57, 59, 64)
TUNE = "| Am7 | Dm7 | G7 | Cmaj7 |"


@pytest.fixture
def band(make_stage):
    """A stage with a pianist who plays `TUNE`, or its own chart, at 120; not asked yet."""

    def make(count_in=0, own=TUNE, **settings):
        def seat(stage_settings, clock, line):
            def part(chart):
                return Pianist(chart or parse_chart(own, stage_settings.beats_per_bar), 1)

            form = stage_settings.form
            chart = None if form is None else parse_chart(form, stage_settings.beats_per_bar)
            performer = Performer(part(chart), clock, line)
            return Seat(stage_settings, line, performer, part, count_in, own)

        return make_stage(seat=seat, **settings)

    return make


def begin(stage, mode="auto"):
    stage.order(SetPerformer(mode))
    stage.start = stage.session.line.seconds_at(0.0)


def pianist_keys(stage):
    return stage.session.hearing._pianist.held


def seats(stage):
    return [event["by"] for event in stage.events("seat")]


def struck(stage, from_beat=0.0):
    """(beat, pitch) of every key heard going down from there on."""
    return [
        (e["beat"], e["pitch"]) for e in stage.events("heard") if e["on"] and e["beat"] >= from_beat
    ]


def test_a_key_of_a_persons_silences_the_pianist_at_once(band):
    stage = band()
    begin(stage)
    stage.go_to(9.0)
    assert seats(stage) == ["pianist"]
    while not pianist_keys(stage):
        stage.go_to(stage.beat + 0.02)
    stage.strike(DM9)
    struck_at = stage.status().beat
    assert stage.status().held == DM9
    stage.go_to(14.0)
    assert stage.status().held == DM9
    assert sorted(pitch for _, pitch in struck(stage, struck_at - 1e-3)) == sorted(DM9)
    assert seats(stage) == ["pianist", "keyboard"]
    assert not stage.status().seat.performs


def test_what_a_person_holds_is_the_harmony_whatever_the_pianist_had_down(band):
    stage = band()
    begin(stage)
    stage.go_to(6.3)
    stage.strike(DM9)
    stage.go_to(7.0)
    assert (stage.status().harmony.bass, stage.events("harmony")[-1]["bass"]) == (2, 2)
    assert stage.session.planner.playing


def test_keys_of_the_page_are_told_from_the_keyboards(band):
    stage = band()
    for pitch in DM9:
        stage.keys.feed(bytes((0x90, pitch, 80)))
    fed = stage.keys.poll
    stage.keys.poll = lambda: [replace(m, by=By.page) for m in fed()]
    stage.session.tick()
    assert stage.status().seat.by is By.page


def test_after_two_silent_bars_the_pianist_is_offered_and_waits(band):
    stage = band()
    begin(stage)
    stage.go_to(5.0)
    stage.strike(DM9)
    stage.go_to(8.0)
    stage.release(DM9)
    stage.go_to(15.9)
    assert not stage.status().seat.offered
    stage.go_to(16.1)
    assert stage.status().seat.offered
    stage.go_to(24.0)
    assert struck(stage, 8.5) == []
    stage.order(SetPerformer("auto"))
    stage.go_to(30.0)
    assert struck(stage, 24.0)
    assert not stage.status().seat.offered


def test_a_pianist_that_is_on_comes_back_by_itself_on_a_bar_line(band):
    stage = band(performer=Performing.on, yield_bars=1.0)
    begin(stage, "on")
    stage.go_to(5.0)
    stage.strike(DM9)
    stage.release(DM9)
    stage.go_to(20.0)
    first = struck(stage, 5.5)[0][0]
    assert 12.0 <= first < 12.2
    assert seats(stage) == ["pianist", "keyboard", "pianist"]


def test_a_pianist_that_is_off_is_neither_heard_nor_offered(band):
    stage = band()
    begin(stage)
    stage.go_to(5.0)
    stage.order(SetPerformer("off"))
    stage.go_to(20.0)
    assert struck(stage, 5.1) == []
    assert stage.status().held == ()
    assert not stage.status().seat.offered


def test_panic_silences_the_pianist_too(band):
    stage = band()
    begin(stage)
    stage.go_to(6.2)
    stage.order(Panic())
    stage.go_to(14.0)
    assert struck(stage, 6.3) == []
    assert stage.status().held == ()


def test_a_stage_without_a_pianist_says_so(stage):
    assert stage.session.cues.obey(SetPerformer("on"), 100.0, 100.0) == (
        "this jam has no built-in pianist"
    )
    assert stage.status().seat.by is None


def test_what_the_pianist_plays_of_its_own_is_expected_until_a_person_plays(band):
    stage = band(own="| Am7 | Dm7 |")
    begin(stage)
    stage.go_to(9.0)
    assert stage.status().chart.text == "| Am7 | Dm7 |"
    assert (stage.status().form.source, stage.status().form.bar) == ("chart", 0)
    stage.strike(G13)
    stage.go_to(10.0)
    assert stage.status().chart is None
    assert stage.status().form is None


def test_a_chart_that_is_taken_away_leaves_the_pianist_its_own_tune(band):
    stage = band(form="| Ebm7 | Ab7 |")
    begin(stage)
    stage.go_to(6.0)
    stage.order(SetForm(None))
    assert stage.status().chart.text == TUNE
    stage.order(SetPerformer("off"))
    assert stage.status().chart is None


def test_the_heard_form_is_forgotten_where_the_hands_change(band):
    stage = band(own="| Am7 | Dm7 |")
    for bar in range(6):
        stage.go_to(4 * bar)
        stage.strike((DM9, G13)[bar % 2])
        stage.go_to(4 * bar + 3)
        stage.release((DM9, G13)[bar % 2])
    assert stage.status().form.source == "heard"
    stage.order(SetPerformer("auto"))
    stage.go_to(26.0)
    assert stage.status().form.source == "chart"
    stage.strike(G13)
    stage.go_to(27.0)
    assert stage.status().form is None


@pytest.mark.parametrize(("beats", "chart"), [(3, "| Dm7 | G7 | Cmaj7 | % |"), (4, TUNE)])
def test_a_chart_is_played_chorus_after_chorus_and_never_unlearnt(band, beats, chart):
    stage = band(form=chart, beats_per_bar=beats)
    begin(stage)
    length = 4 * beats
    for chorus in range(1, 7):
        stage.go_to(chorus * length - 0.1)
        form = stage.status().form
        assert form is not None
        assert (form.source, form.bar, form.bars) == ("chart", 3, 4)
    assert {e["source"] for e in stage.events("form")} == {"chart"}
    first, second = ([round(b % length, 1) for b, _ in struck(stage, at) if b < at + length]
                     for at in (length, 2 * length))  # fmt: skip
    assert first != second


def test_another_chart_is_played_from_the_next_bar_line_on(band):
    stage = band()
    begin(stage)
    stage.go_to(6.0)
    stage.order(SetForm("| Ebm7 | Ab7 |"))
    stage.go_to(12.0)
    classes = {pitch % 12 for beat, pitch in struck(stage, 7.9) if beat < 12}
    assert classes <= {3, 6, 10, 1, 5, 8, 0}
    assert stage.status().form.bar == 1


def test_the_first_bar_is_counted_in_and_the_solo_begins_with_the_chord_on_one(band):
    stage = band(count_in=1)
    begin(stage)
    assert stage.start == pytest.approx(102.0)
    assert stage.status().beat == pytest.approx(-4.0)
    stage.go_to(2.0)
    assert 0.0 <= struck(stage)[0][0] < 0.1
    assert 0.0 <= stage.played[0][0] < 0.2


def test_who_plays_during_the_count_in_does_not_wait_for_its_end(band):
    stage = band(count_in=1)
    begin(stage)
    stage.run_for(0.5)
    stage.strike(DM9)
    assert stage.status().beat == pytest.approx(0.0)
    assert not stage.status().seat.performs
    stage.run_for(0.5)
    assert stage.played


def test_start_leads_a_tune_from_its_chart_alone(band):
    stage = band(count_in=1, form="| Dm7 | G7 |")
    stage.order(Trigger())
    stage.start = stage.session.line.seconds_at(0.0)
    stage.go_to(31.0)
    assert stage.played[0][0] >= 0.0
    assert stage.played[-1][0] > 28.0
    assert struck(stage) == []
    first_bar = {pitch % 12 for beat, pitch in stage.played if beat < 4}
    assert first_bar <= {2, 5, 9, 0}


def test_without_a_chart_start_still_needs_a_key(band):
    stage = band()
    stage.order(Trigger())
    assert "the first key begins it" in stage.status().notice


def test_the_chart_is_told_before_anybody_plays_and_the_chorus_is_counted(band):
    stage = band(form="[A] | Dm7 | G7 | [B] | Cmaj7 | % |", count_in=1)
    stage.session.tick()
    chart = stage.status().chart
    assert (chart.chords, chart.sections) == (
        ("Dm7", "G7", "Cmaj7", "Cmaj7"), ((0, "A"), (2, "B"))
    )  # fmt: skip
    assert [change.beat for change in stage.status().expected][:2] == [0.0, 4.0]
    begin(stage)
    stage.go_to(25.0)
    chart = stage.status().chart
    assert (chart.followed, chart.bar, chart.chorus) == (True, 2, 2)


def test_a_chart_that_other_chords_have_shaken_off_is_still_told(band):
    stage = band(form="| C7 | F7 |")
    for bar, chord in enumerate([(38, 54, 57, 61), (42, 54, 58, 61)] * 5):
        stage.go_to(4 * bar)
        stage.strike(chord)
        stage.go_to(4 * bar + 3.5)
        stage.release(chord)
    chart = stage.status().chart
    assert (chart.text, chart.followed) == ("| C7 | F7 |", False)
    stage.order(SetForm(None))
    assert stage.status().chart is None


def test_choruses_of_a_chart_are_counted_from_where_it_was_given(band):
    stage = band()
    begin(stage)
    stage.go_to(17.0)
    stage.order(SetForm("| Ebm7 | Ab7 | Dbmaj7 |"))
    stage.go_to(20.5)
    assert (stage.status().chart.bar, stage.status().chart.chorus) == (0, 1)
    stage.go_to(33.0)
    assert (stage.status().chart.bar, stage.status().chart.chorus) == (0, 2)


def test_the_seat_is_a_persons_where_there_is_no_performer():
    seat = Seat(SessionSettings(), BeatLine(120.0))
    assert not seat.performs
    assert not seat.waits(100.0, False)
    assert seat.poll() == []
