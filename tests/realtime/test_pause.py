"""A pause: no beat passes, nothing sounds, and the music goes on where it was."""

import pytest

from jambot.music.take import take_of
from jambot.realtime.beats.beat_line import NEVER_SECONDS, BeatLine
from jambot.realtime.orders import LayOut, NewTake, Pause, SetTempo, StopTake
from jambot.realtime.settings import Sync

CM7 = (48, 52, 55, 59)


def test_in_a_pause_no_beat_passes_and_the_next_one_comes_after_it():
    line = BeatLine(120.0, 10.0)
    line.stand(11.0, still=True)
    assert line.beat_at(15.0) == 2.0
    assert line.seconds_at(2.5) == NEVER_SECONDS
    assert line.seconds_at(1.0) == 10.5
    assert line.bpm == 120.0
    line.steer(14.0, 60.0)
    assert line.stands
    line.stand(15.0, still=False)
    assert line.beat_at(16.0) == 3.0
    assert line.seconds_at(2.0) == 15.0
    assert line.beat_at(13.0) == 2.0


def test_a_pause_is_silent_and_the_solo_goes_on_at_the_same_beat(make_stage):
    stage = make_stage()
    stage.strike(CM7)
    stage.go_to(9)
    before = len(stage.played)
    assert before > 3
    stage.order(Pause(True))
    stage.run_for(0.06)
    assert stage.lines[1] == []
    stage.run_for(5.0)
    assert len(stage.played) == before
    assert stage.status().paused
    assert stage.status().beat == pytest.approx(9.0)
    stage.order(Pause())
    stage.run_for(3.0)
    assert not stage.status().paused
    assert stage.status().beat == pytest.approx(15.0, abs=0.3)
    assert len(stage.played) > before
    assert stage.session.faults == 0


def test_a_key_in_a_pause_begins_nothing_and_is_heard_after_it(make_stage):
    stage = make_stage()
    stage.strike((60,))
    stage.release((60,))
    stage.go_to(1)
    stage.order(Pause(True))
    before = len(stage.played)
    stage.strike(CM7)
    stage.run_for(2.0)
    assert len(stage.played) == before
    stage.order(Pause(False), SetTempo(120.0))
    stage.run_for(2.0)
    assert len(stage.played) > before


def test_a_solo_asked_back_in_a_pause_begins_after_it(make_stage):
    stage = make_stage()
    stage.strike(CM7)
    stage.order(LayOut(True))
    stage.go_to(4)
    stage.order(Pause(True))
    before = len(stage.played)
    stage.order(LayOut(False))
    stage.run_for(2.0)
    assert len(stage.played) == before
    assert stage.lines[1] == []
    stage.order(Pause(False))
    stage.run_for(2.0)
    assert len(stage.played) > before


def test_the_take_of_a_jam_with_a_pause_has_none_in_its_music(make_stage):
    stage = make_stage()
    stage.log.write("session", bpm=120.0, beats_per_bar=4, realtime=False)
    stage.strike(CM7)
    stage.go_to(8)
    stage.order(Pause(True))
    stage.run_for(10.0)
    stage.order(Pause(False))
    stage.run_for(4.0)
    stage.session.close("stopped")
    take = take_of(stage.log.events)
    tempo = take.tempo_map()
    assert tempo.seconds_at(12.0) == pytest.approx(6.0, abs=0.1)
    assert take.seconds == pytest.approx(18.0, abs=0.5)


def test_a_pause_is_refused_before_the_first_key_and_of_a_hosts_beats(make_stage):
    stage = make_stage()
    stage.order(Pause())
    assert "nothing has been played yet" in stage.status().notice
    hosted = make_stage(clock=Sync.midi)
    hosted.strike(CM7)
    hosted.order(Pause())
    assert "a host's" in hosted.status().notice
    assert not hosted.status().paused


def test_a_take_goes_on_where_the_chart_of_the_next_one_does_not_fit_its_bars(make_stage):
    stage = make_stage(beats_per_bar=3)
    stage.strike(CM7)
    stage.order(NewTake("| Dm7 G7 C F |"))
    assert "at most 3 chords" in stage.events("refused")[0]["reason"]
    assert stage.events("end") == []
    stage.orders.append(NewTake("| Dm7 G7 C F |", beats_per_bar=4))
    assert stage.session.run(60.0) == "new_take"


@pytest.mark.parametrize(("order", "why"), [(StopTake(), "stop_take"), (NewTake(), "new_take")])
def test_an_order_ends_the_take_and_says_which(make_stage, order, why):
    stage = make_stage()
    stage.orders.append(order)
    assert stage.session.run(60.0) == why
    assert stage.events("end")[0]["reason"] == why
