from itertools import pairwise

import pytest

from jambot.evaluation.take.kpi import stage_figures
from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.music.take import take_of
from jambot.realtime.plan.scheduler import SEND_AHEAD_SECONDS
from jambot.realtime.plan.underruns import PATIENCE_SECONDS
from jambot.realtime.player.player import DirectPlayer, Request
from jambot.realtime.settings import Response

C = (48, 52, 55)
CM7, FM7, BB7, EB = (48, 58, 63, 67), (41, 57, 60, 64), (46, 56, 62, 65), (51, 58, 62, 67)


class SlowPlayer(DirectPlayer):
    """Keeps its answers back until told; `mute` loses them."""

    def __init__(self):
        settings = SamplingSettings(guidance=0.0)
        super().__init__(Generator(ChordToneModel(), settings, 1))
        self.mute = False
        self.asked = []

    def ask(self, message):
        self.asked.append(message)
        super().ask(message)

    def poll(self):
        return [] if self.mute else super().poll()

    @property
    def requests(self):
        return [message for message in self.asked if isinstance(message, Request)]


@pytest.fixture
def slow():
    return SlowPlayer()


def test_the_first_chord_is_answered_at_once(stage):
    stage.strike(CM7)
    stage.session.tick()
    assert stage.played[0][0] == 0.0
    (trigger,) = stage.events("trigger")
    assert (trigger["reason"], trigger["beat"]) == ("start", 0.0)


@pytest.mark.parametrize(("response", "first"), [("beat", 2.0), ("bar", 4.0)])
def test_the_first_note_waits_for_its_line_where_asked_to(make_stage, response, first):
    stage = make_stage(response=Response(response))
    stage.feed((0x90, 36, 0))  # a note-off is no beginning
    stage.strike([36])
    stage.release([36])
    stage.stop()
    stage.go_to(1.25)
    stage.strike(CM7)
    stage.go_to(6)
    assert min(beat for beat, _ in stage.played if beat >= 1.25) == first


def test_the_answer_to_a_chord_rolled_by_a_slow_player_still_comes_at_once(make_stage, slow):
    stage = make_stage(player=slow)
    slow.mute = True
    for i, pitch in enumerate(CM7):
        stage.go_to(i / 32)
        stage.strike([pitch])
    slow.mute = False
    stage.session.tick()
    stage.session.tick()
    assert stage.played[0][0] == pytest.approx(3 / 32, abs=0.001)
    assert len(stage.events("trigger")) == 1
    assert all(request.prompt.attack for request in slow.requests)


def test_a_chord_just_before_the_beat_is_known_to_its_first_note(make_stage, slow):
    stage = make_stage(player=slow)
    stage.strike([36])
    stage.release([36])
    stage.stop()
    stage.go_to(3.96)
    stage.strike(FM7)
    stage.session.tick()
    beat, pitch = next(note for note in stage.played if note[0] > 3.9)
    assert beat == pytest.approx(3.96, abs=0.02)
    assert pitch % 12 in {p % 12 for p in FM7}


def test_committed_notes_stay_and_tentative_ones_go(stage):
    stage.strike(CM7)
    stage.go_to(1.9)
    promised = [p.note for p in stage.session.planner.promised]
    committed = [note for note in promised if note.onset_beats >= 1.9]
    tentative = [p.note for p in stage.session.planner.plan.notes]
    stage.strike(FM7)
    stage.go_to(4)
    assert [(n.onset_beats, n.pitch) for n in committed] == [
        note for note in stage.played if 1.9 <= note[0] < 2.15
    ]
    after = [note for note in stage.played if note[0] >= 2.15]
    assert after != [(n.onset_beats, n.pitch) for n in tentative if n.onset_beats < 4]


def test_a_replaced_note_still_gets_its_note_off(stage):
    for beat, chord in enumerate((CM7, FM7, BB7, EB) * 4):
        stage.go_to(beat + 0.4)
        stage.strike(chord)
        stage.go_to(beat + 0.9)
        stage.release(chord)
    stage.session.close("test")
    assert stage.lines == (1, [])
    assert len(stage.events("ended")) == len(stage.played)


def test_after_a_new_chord_the_notes_know_it(stage):
    stage.strike(CM7)
    stage.go_to(3.3)
    stage.release(CM7)
    stage.strike(FM7)
    stage.go_to(8)
    newest = max(event["id"] for event in stage.events("harmony"))
    later = [event for event in stage.events("played") if event["due_seconds"] > 3.6 / 2]
    assert len(later) > 5
    assert {event["harmony"] for event in later} == {newest}
    assert {event["pitch"] % 12 for event in later} <= {p % 12 for p in FM7}


def test_all_notes_off_is_silence_and_an_empty_memory(stage):
    stage.strike(CM7)
    stage.go_to(2.55)
    stage.stop()
    stopped = len(stage.played)
    assert stage.lines[1] == []
    stage.go_to(12)
    assert len(stage.played) == stopped
    assert stage.session.planner.plan.notes == []
    assert not stage.session.status(stage.clock.now()).playing


def test_all_notes_off_takes_back_a_note_that_was_handed_over_and_not_yet_due(stage):
    stage.strike(CM7)
    due = next(
        p.note.onset_beats for p in stage.session.planner.plan.notes if p.note.onset_beats >= 1
    )
    stage.go_to(due - SEND_AHEAD_SECONDS)  # half of it in seconds
    before = len(stage.played)
    stage.stop()
    stage.go_to(6)
    assert len(stage.played) == before
    assert stage.lines == (1, [])


def test_a_chord_and_all_notes_off_together_are_silence(stage):
    stage.feed(*[(0x90, pitch, 80) for pitch in CM7], (0xB0, 123, 0))
    stage.go_to(4)
    assert stage.played == []


def test_all_notes_off_and_a_chord_together_begin_anew(stage):
    stage.strike(CM7)
    stage.go_to(3)
    stage.feed((0xB0, 123, 0), *[(0x90, pitch, 80) for pitch in FM7])
    stage.go_to(6)
    assert len(stage.events("trigger")) == 2
    assert {pitch % 12 for beat, pitch in stage.played if beat > 3} <= {p % 12 for p in FM7}


def test_nothing_sounds_after_the_end(stage):
    stage.strike(CM7)
    stage.go_to(3.1)
    stage.session.close("test")
    assert stage.lines[1] == []
    (end,) = stage.events("end")
    assert (end["reason"], end["stuck_notes"]) == ("test", 0)
    assert len(stage.events("ended")) == len(stage.events("played"))


def test_with_nothing_held_for_four_bars_it_ends_its_phrase_and_waits(stage):
    stage.strike(CM7)
    stage.go_to(1)
    stage.release(CM7)
    stage.go_to(30)
    (rest,) = stage.events("rest")
    assert rest["beat"] == pytest.approx(17, abs=0.1)
    assert 17 <= max(beat for beat, _ in stage.played) < 20
    assert stage.lines[1] == []


def test_a_held_chord_is_not_idle(stage):
    stage.strike(CM7)
    stage.go_to(30)
    assert stage.events("rest") == []


@pytest.mark.parametrize("chord", [C, FM7])
def test_after_a_rest_any_chord_is_answered_the_same_one_too(stage, chord):
    stage.strike(C)
    stage.release(C)
    stage.go_to(30.3)
    stage.strike(chord)
    stage.go_to(32)
    assert len(stage.events("trigger")) == 2
    first = min(beat for beat, _ in stage.played if beat > 25)
    assert first == pytest.approx(30.3, abs=0.02)


def test_a_chord_that_changes_leaves_no_note_behind_that_did_not_know_it(make_stage, slow):
    """Though the player takes 40 ms for every answer."""
    stage = make_stage(player=slow)
    stage.strike(CM7)
    for bar in range(1, 12):
        stage.go_to(bar * 2 + 0.1)
        stage.release(CM7 if bar % 2 else FM7)
        slow.mute = True
        stage.strike(FM7 if bar % 2 else CM7)
        stage.run_for(0.04)
        slow.mute = False
        stage.session.tick()
    figures = stage_figures(take_of([{"event": "session", "commit_ms": 60}, *stage.log.events]))
    assert figures.stale_notes == 0
    assert max(figures.samples_ms["chord_deaf_ms"]) <= 85  # the horizon, and a place in the beat


def test_a_chord_that_the_player_never_answers_still_has_the_notes_planned_before(make_stage, slow):
    stage = make_stage(player=slow)
    stage.strike(CM7)
    stage.go_to(4.1)
    slow.mute = True
    stage.strike(FM7)
    intended = [p.note.onset_beats for p in stage.session.planner.plan.notes if p.source == "model"]
    stage.go_to(7)
    sounded = [beat for beat, _ in stage.played]
    assert [beat for beat in intended if beat < 6.5 and round(beat, 4) not in sounded] == []


def test_with_a_latency_told_every_note_leaves_so_much_before_its_beat(make_stage):
    stage = make_stage(latency_seconds=0.08)
    stage.strike(CM7)
    stage.go_to(9)
    early = [(e["onset_beats"] / 2 - e["sent_seconds"]) for e in stage.events("played")]
    assert early[0] == 0.0  # the trigger's answer: at once, and never before
    assert early[2:] == [pytest.approx(0.08, abs=0.001)] * len(early[2:])
    assert not stage.events("late")


def test_in_silence_the_coming_trigger_is_prepared_once_a_beat_and_before_it(make_stage, slow):
    stage = make_stage(player=slow)
    stage.session.tick()
    stage.strike(CM7)
    stage.release(CM7)
    stage.go_to(22)
    assert not stage.session.planner.playing
    slow.asked.clear()
    stage.go_to(22.85)
    assert [m.prompt.resume_beats for m in slow.requests] == [23]
    stage.go_to(25.25)
    assert [m.prompt.resume_beats for m in slow.requests] == [23, 24, 25]
    assert all(m.until_beats == m.prompt.resume_beats and m.prompt.notes for m in slow.requests)


def test_the_middle_pedal_asks_out_of_silence(stage):
    stage.feed((0xB0, 66, 127))
    assert stage.events("trigger") == []  # nothing has been played yet
    stage.strike(CM7)
    stage.release(CM7)
    stage.go_to(25.1)
    stage.feed((0xB0, 66, 127))
    stage.go_to(26)
    assert [event["reason"] for event in stage.events("trigger")] == ["start", "pedal"]
    assert min(beat for beat, _ in stage.played if beat > 22) == pytest.approx(25.1, abs=0.02)


def test_the_wheel_changes_what_is_asked_for_and_only_when_it_says_something_new(make_stage, slow):
    stage = make_stage(player=slow)
    stage.strike(CM7)
    stage.go_to(1)
    for value in (100, 101, 102, 127):
        stage.feed((0xB0, 1, value))
    turned = [e["order"]["set_knob"]["value"] for e in stage.events("order")]
    assert turned == pytest.approx([value / 127 for value in (100, 101, 102, 127)])
    asked = [request.prompt.controls.density for request in slow.requests[1:]]
    assert asked == pytest.approx([value / 127 for value in (100, 102, 127)])
    assert [event["reason"] for event in stage.events("prompt")] == ["start", *["knob"] * 3]


def test_intensity_is_heard_at_once_and_nothing_is_planned_anew(make_stage):
    def velocities(turned):
        stage = make_stage()
        stage.strike(CM7)
        stage.go_to(8)
        if turned:
            stage.feed((0xB0, 72, 127))
        stage.go_to(16)
        assert [event["reason"] for event in stage.events("prompt")] == ["start"]
        played = stage.events("played")
        return [event["velocity"] for event in played if event["onset_beats"] > 8.5]

    plain, loud = velocities(turned=False), velocities(turned=True)
    assert loud == [velocity + 30 for velocity in plain]
    assert len(plain) > 8


def test_when_the_player_is_silent_the_music_goes_on_by_rule(make_stage, slow):
    stage = make_stage(player=slow)
    stage.strike(CM7)
    stage.go_to(2)
    slow.mute = True
    stage.go_to(24)
    fallback = [event for event in stage.events("played") if event["source"] == "fallback"]
    assert fallback
    beats = [beat for beat, _ in stage.played]
    assert max(b - a for a, b in pairwise(beats)) <= 2.0
    assert len(stage.events("underrun")) == stage.session.planner.underruns == 1
    dry = [e for e in stage.events("frame") if e["beat"] > 14]
    assert not any(event["valid"] for event in dry)
    slow.mute = False
    stage.go_to(32)
    assert stage.events("frame")[-1]["valid"]
    assert stage.events("played")[-1]["source"] == "model"
    assert stage.session.planner.underruns == 1
    stage.session.close("test")
    assert stage.lines == (1, [])


def test_a_trigger_that_the_player_does_not_answer_is_answered_by_rule(make_stage, slow):
    stage = make_stage(player=slow)
    slow.mute = True
    stage.strike(CM7)
    stage.go_to(4)
    first = stage.events("played")[0]
    assert first["source"] == "fallback"
    assert first["sent_seconds"] == pytest.approx(PATIENCE_SECONDS, abs=0.02)
    slow.mute = False
    stage.go_to(8)
    assert stage.lines[0] == 1
    beats = [beat for beat, _ in stage.played]
    assert len(beats) == len(set(beats))


def test_an_answer_that_comes_late_is_never_crammed_in(make_stage, slow):
    stage = make_stage(player=slow)
    stage.strike(CM7)
    stage.go_to(3)
    slow.mute = True
    stage.strike(FM7)
    stage.go_to(5)
    slow.mute = False
    stage.go_to(8)
    beats = [beat for beat, _ in stage.played]
    assert min(b - a for a, b in pairwise(beats)) >= 1 / 24 - 0.001
    assert stage.session.status(stage.clock.now()).late_notes == 0


def test_a_lost_port_is_written_down_and_its_return_too(stage):
    stage.strike(CM7)
    stage.port.alive = False
    stage.go_to(2)
    stage.port.alive = True
    stage.go_to(3)
    assert [(e["which"], e["state"]) for e in stage.events("port")] == [
        ("output", "lost"), ("output", "back")
    ]  # fmt: skip


def test_the_plan_reaches_two_bars_ahead(stage):
    stage.strike(CM7)
    stage.go_to(24)
    frames = stage.events("frame")
    assert min(frame["lookahead_bars"] for frame in frames) >= 2.0
    assert all(frame["valid"] for frame in frames)
    assert [frame["beat"] for frame in frames] == [n / 4 for n in range(2, 97)]


def test_the_same_seed_plays_the_same_notes_and_another_does_not(make_stage):
    def take(seed):
        stage = make_stage(seed=seed)
        for beat, chord in enumerate((CM7, FM7, BB7, EB) * 2):
            stage.go_to(beat * 2 + 0.3)
            stage.strike(chord)
            stage.go_to(beat * 2 + 2)
            stage.release(chord)
        return stage.played

    assert take(1) == take(1)
    assert take(1) != take(2)


@pytest.mark.parametrize("schedules_ahead", [True, False])
def test_one_note_at_a_time_whatever_the_port(make_stage, schedules_ahead, demo_song):
    stage = make_stage(schedules_ahead=schedules_ahead)
    for note in demo_song.tracks[0].notes:
        stage.keys.feed(bytes((0x90, note.pitch, 80)), stage.start + note.onset_beats / 2)
    stage.session.tick()
    stage.go_to(16)
    stage.session.close("test")
    assert stage.lines == (1, [])


def test_a_key_before_the_first_bar_is_answered_too(make_stage):
    stage = make_stage()
    stage.session.line.begin(102.0)
    stage.go_to(1)
    stage.strike(CM7)
    stage.go_to(6)
    assert stage.played[0][0] == pytest.approx(1.0, abs=0.02)


def test_running_ends_when_the_time_is_over_or_when_told(make_stage):
    stage = make_stage()
    stage.strike(CM7)
    assert stage.session.run(2.0) == "seconds"
    assert stage.clock.now() == pytest.approx(102.0, abs=0.01)
    stage = make_stage()
    told = iter([False] * 100 + [True])
    assert stage.session.run(None, lambda: next(told)) == "stopped"
    assert stage.events("end")[0]["reason"] == "stopped"


def test_the_view_is_shown_what_is_played(make_stage):
    seen = []
    stage = make_stage(show=seen.append)
    stage.strike(CM7)
    stage.go_to(4)
    assert seen[-1].held == CM7
    assert seen[-1].playing
    assert len(stage.played) - 1 <= seen[-1].played_notes <= len(stage.played)
    assert seen[-1].lookahead_bars > 1


def test_a_view_is_told_the_last_keys_chords_and_promises_with_their_source(stage):
    stage.strike(C)
    stage.go_to(2)
    stage.release(C)
    stage.go_to(3)
    status = stage.session.status(stage.clock.now())
    assert [(s.onset_beats, s.pitch, s.end_beats) for s in status.hands] == [
        (0.0, pitch, 2.0) for pitch in C
    ]
    assert [change.beat for change in status.harmonies] == [0.0]
    assert [(p.note.onset_beats, p.source) for p in status.promised[: len(stage.played)]] == [
        (pytest.approx(beat, abs=1e-3), "model") for beat, _ in stage.played
    ]
    assert status.isr == 1.0
    assert status.jitter_ms == pytest.approx(0.0, abs=1e-6)
