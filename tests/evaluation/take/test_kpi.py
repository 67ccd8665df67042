"""Stage KPIs from logs whose answers can be counted by hand."""

import doctest

import pytest

from jambot.evaluation.take import kpi
from jambot.evaluation.take.kpi import session_figures, stage_figures

C_MAJOR, F_MAJOR, D_MINOR = (0, [0, 4, 7]), (5, [5, 9, 0]), (2, [2, 5, 9])


def test_the_worked_examples_hold():
    assert doctest.testmod(kpi).failed == 0


def test_time_to_first_note_runs_from_trigger_to_the_next_note(log_book):
    book = log_book().trigger(1.0).note(1.02).note(1.5).trigger(4.0).note(4.04).end(5.0)
    ttfn = stage_figures(book.take()).ttfn_ms
    assert (ttfn.n, ttfn.max) == (2, pytest.approx(40.0))
    assert ttfn.p50 == pytest.approx(30.0)


def test_a_trigger_without_an_answer_is_counted_not_forgotten(log_book):
    figures = stage_figures(log_book().trigger(1.0).trigger(2.0).note(2.01).end(3.0).take())
    assert (figures.ttfn_ms.n, figures.unanswered_triggers) == (1, 1)


def test_a_chord_is_answered_by_the_first_note_that_knew_it(log_book):
    book = log_book().harmony(1, 0.0, C_MAJOR).note(0.1).harmony(2, 1.0, F_MAJOR)
    book.note(1.03, harmony=1).note(1.08, harmony=2).end(2.0)
    response = stage_figures(book.take()).chord_response_ms
    assert (response.n, response.p50) == (1, pytest.approx(80.0))


def test_a_chord_is_heard_when_the_plan_that_knows_it_begins(log_book):
    """However long the bot rests; a plan begun before its answer is there counts from then."""
    book = log_book().harmony(1, 0.0, C_MAJOR).note(0.1)
    for chord, (harmony, begins) in enumerate([(F_MAJOR, 1.06), (C_MAJOR, 2.2)], start=2):
        book.harmony(chord, chord - 1.0, harmony)
        book.write("prompt", id=chord, seconds=chord - 0.999, reason="harmony", harmony=chord)
        book.write("answer", id=chord, seconds=1.02, begins_seconds=begins, harmony=chord)
    heard = stage_figures(book.note(9.0, harmony=3).end(10.0).take()).chord_heard_ms
    assert (heard.n, heard.max) == (2, pytest.approx(200.0))
    assert heard.p50 == pytest.approx(130.0)


def test_a_chord_that_starts_the_bot_is_no_change_heard_while_playing(log_book):
    book = log_book().harmony(1, 0.0, C_MAJOR).harmony(2, 9.0, F_MAJOR)
    book.write("prompt", id=1, seconds=9.0, reason="start", harmony=2)
    book.write("answer", id=1, seconds=9.01, begins_seconds=9.01, harmony=2)
    assert stage_figures(book.end(10.0).take()).chord_heard_ms.n == 0


def test_the_steps_of_a_first_note_add_up_to_it(log_book):
    steps = {"settle": 4.0, "prompt": 1.0, "prefill": 2.0, "note": 4.0, "answer": 1.0, "port": 2.0}
    book = log_book().trigger(1.0).note(1.014).write("first_note", seconds=1.014, steps_ms=steps)
    figures = stage_figures(book.end(2.0).take())
    assert sum(s.p50 for s in figures.first_note_steps_ms.values()) == figures.ttfn_ms.p50


def test_the_same_chord_struck_again_asks_for_no_answer(log_book):
    book = log_book().harmony(1, 0.0, C_MAJOR).harmony(2, 1.0, C_MAJOR).note(1.5, harmony=2)
    assert stage_figures(book.take()).chord_response_ms.n == 0


def test_jitter_counts_note_ons_and_note_offs_without_sign(log_book):
    book = log_book().note(1.0, late_ms=3.0).note(2.0, late_ms=-1.0).end(3.0)
    jitter = stage_figures(book.take()).jitter_ms
    assert jitter.n == 4
    assert jitter.max == pytest.approx(3.0)


def test_what_is_due_the_moment_it_is_asked_for_keeps_no_time(log_book):
    book = log_book().note(1.0, ends_after=None).write("stop", seconds=2.0, beat=4.0)
    book.write("ended", pitch=60, due_seconds=2.00002, sent_seconds=2.0014, beat=4.0)
    book.write(
        "played", onset_beats=6.0, duration_beats=1.0, pitch=62, due_seconds=3.0,
        sent_seconds=3.0013, at_once=True,
    )  # fmt: skip
    jitter = stage_figures(book.end(4.0).take()).jitter_ms
    assert (jitter.n, jitter.max) == (1, 0.0)


def test_lookahead_and_isr_are_taken_over_the_frames(log_book):
    book = log_book().frames([2.0] * 99).frames([0.5], valid=False).end(13.0)
    figures = stage_figures(book.take())
    assert figures.isr == pytest.approx(0.99)
    assert figures.lookahead_bars.min == 0.5
    assert figures.lookahead_bars.p50 == 2.0
    assert figures.lookahead_bars.p01 == pytest.approx(1.985)


def test_a_note_on_the_old_chord_is_stale_after_the_commit_horizon_only(log_book):
    book = log_book().harmony(1, 0.0, C_MAJOR).harmony(2, 1.0, F_MAJOR)
    book.note(1.1, harmony=1).note(1.3, harmony=1).note(1.4, harmony=2).end(2.0)
    assert stage_figures(book.take()).stale_notes == 1


def test_coming_back_to_a_chord_makes_its_notes_fresh_again(log_book):
    book = log_book().harmony(1, 0.0, C_MAJOR).harmony(2, 1.0, F_MAJOR).harmony(3, 1.5, C_MAJOR)
    assert stage_figures(book.note(2.0, harmony=1).end(3.0).take()).stale_notes == 0


def test_a_note_planned_for_an_expected_chord_knows_it_once_it_has_come(log_book):
    def book():
        book = log_book().harmony(1, 0.0, C_MAJOR).harmony(2, 1.0, F_MAJOR)
        return book.note(1.05, harmony=1, expected=7).note(1.3, harmony=1, expected=7)

    came = {"expected": 7, "harmony": 2, "beat": 2.0, "seconds": 1.2}
    right = book().write("anticipated", outcome="right", **came).end(2.0)
    figures = stage_figures(right.take())
    assert (figures.stale_notes, figures.chord_deaf_ms.max) == (0, 0.0)
    assert figures.chord_response_ms.p50 == pytest.approx(50)
    assert figures.anticipated_changes == {"right": 1, "wrong": 0, "unforeseen": 0}
    wrong = stage_figures(book().write("anticipated", outcome="wrong", **came).end(2.0).take())
    assert wrong.stale_notes == 1
    assert wrong.anticipated_changes["wrong"] == 1


def test_a_note_of_unknown_harmony_is_not_called_stale(log_book):
    book = log_book().harmony(1, 0.0, C_MAJOR).note(2.0, harmony=None, source="fallback").end(3.0)
    figures = stage_figures(book.take())
    assert (figures.stale_notes, figures.fallback_notes) == (0, 1)


def test_a_note_left_ringing_is_stuck(log_book):
    assert stage_figures(log_book().note(1.0, ends_after=None).end(3.0).take()).stuck_notes == 1


def test_in_a_log_that_was_cut_off_a_note_still_due_to_sound_is_not_stuck(log_book):
    overdue = log_book().note(1.0, ends_after=None).write("underrun", seconds=3.0, beat=6.0)
    assert stage_figures(overdue.take()).stuck_notes == 1
    sounding = log_book().note(1.0, ends_after=None).write("underrun", seconds=1.1, beat=2.2)
    assert stage_figures(sounding.take()).stuck_notes == 0


def test_faults_are_counted(log_book):
    book = log_book().write("underrun", seconds=1, beat=2).write("late", pitch=60, late_ms=12.0)
    book.write("dropped", pitch=60).write("player", state="died", seconds=1.0)
    figures = stage_figures(book.write("player", state="ready", seconds=1.5).take())
    assert (figures.underruns, figures.late_notes, figures.dropped_notes) == (1, 1, 1)
    assert figures.player_deaths == 1


def test_a_clock_moved_by_hand_has_no_latencies(log_book):
    book = log_book(realtime=False).trigger(1.0).note(1.02).end(2.0)
    figures = stage_figures(book.take())
    assert figures.ttfn_ms.n == figures.jitter_ms.n == 0
    assert figures.unanswered_triggers == 0


def test_a_session_in_which_nothing_happened_measures_nothing(log_book):
    figures = session_figures(log_book().take())
    assert figures["ttfn_ms"] == {"n": 0, "p50": None, "p95": None, "p99": None, "max": None}
    assert figures["isr"] is None
    assert figures["chord_tone_ratio"] is None
    assert figures["stuck_notes"] == figures["notes"] == 0


def test_a_session_carries_every_name_of_the_design(log_book):
    book = log_book().harmony(1, 0.0, D_MINOR).trigger(0.1).note(0.2).frames([1.5]).end(2.0)
    assert set(session_figures(book.take())) >= {
        "ttfn_ms", "chord_response_ms", "jitter_ms", "lookahead_bars", "isr", "dead_air",
        "underruns", "fallback_notes", "late_notes", "dropped_notes", "stuck_notes",
        "chord_tone_ratio", "note_density", "repetition_rate", "step_share", "range",
    }  # fmt: skip


def test_the_bands_notes_are_counted_by_voice_and_the_basss_stale_ones_told(log_book):
    book = log_book().harmony(1, 0.0, (0, [0, 4, 7])).harmony(2, 2.0, (5, [5, 9, 0]))
    for voice, seconds, harmony in (("bass", 0.5, 1), ("bass", 3.0, 1), ("drums", 3.0, 1)):
        book.write(
            "band", voice=voice, onset_beats=2 * seconds, duration_beats=0.9, pitch=40,
            velocity=80, due_seconds=seconds, sent_seconds=seconds, harmony=harmony,
        )  # fmt: skip
    book.write("band_late", voice="drums", pitch=40, beat=6.0, late_ms=12.0)
    figures = session_figures(book.end(4.0).take())
    assert figures["band"] == {
        "bass": {"notes": 2, "late_notes": 0, "stale_notes": 1},
        "drums": {"notes": 1, "late_notes": 1},
    }
    assert "band" not in session_figures(log_book().end(4.0).take())
