import json
from collections.abc import Callable
from typing import Any

from jambot.control.room.picture import PAST_BEATS, Picture, voiced
from jambot.music import SILENCE, Harmony, HarmonyChange, Note
from jambot.realtime.hands.strokes import Stroke
from jambot.realtime.lead.voices import VoiceView
from jambot.realtime.plan.foresight import ChartView, FormView
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.status import SessionStatus

Make = Callable[..., SessionStatus]
G13 = (43, 53, 57, 59, 64)


def drawn(*statuses: SessionStatus) -> dict[str, Any]:
    picture = Picture()
    for status in statuses:
        picture.take(status)
    message = picture.message()
    assert json.loads(json.dumps(message)) == message
    return message


def test_a_status_becomes_plain_json(status: Make):
    message = drawn(status())
    assert {key: message[key] for key in ("type", "bpm", "meter", "beat", "chord", "ahead")} == {
        "type": "jam", "bpm": 120.0, "meter": 4, "beat": 5.0, "chord": "Dm9", "ahead": 2.0,
    }  # fmt: skip
    assert message["solo"] == [
        [4.0, 0.5, 69, 88, 0, 0],
        [5.0, 0.5, 71, 88, 0, 0],
        [5.5, 0.5, 72, 90, 1, 0],
        [6.0, 0.5, 74, 90, 1, 0],
    ]
    assert message["hands"] == [[4.9, None, pitch, 80] for pitch in (38, 53, 57, 60, 64)]
    assert message["chords"] == [[4.9, "Dm9", [2, 4, 5, 9, 0]]]


def test_before_the_first_status_there_is_nothing_to_draw():
    assert Picture().message() == {}
    assert Picture().chord == ""


def test_a_note_that_sounded_stays_when_the_stage_has_forgotten_it(status: Make):
    message = drawn(status(), status(beat=5.4, promised=(), planned=()))
    assert [row[0] for row in message["solo"]] == [4.0, 5.0]


def test_a_promise_that_a_stop_took_back_is_not_drawn(status: Make):
    soon = (PlannedNote(Note(5.2, 0.5, 71)),)
    message = drawn(status(promised=soon), status(beat=5.1, promised=(), planned=()))
    assert message["solo"] == []


def test_a_fallback_note_is_marked_while_planned_and_when_promised(status: Make):
    by_rule = (PlannedNote(Note(5.5, 0.5, 72), source="fallback"),)
    assert [5.5, 0.5, 72, 80, 1, 1] in drawn(status(planned=by_rule))["solo"]
    assert [5.5, 0.5, 72, 80, 0, 1] in drawn(status(promised=by_rule, planned=()))["solo"]


def test_hands_are_drawn_from_the_strike_to_the_release(status: Make):
    message = drawn(
        status(beat=8.1, held=(60,), hands=(Stroke(8.0, 60, 70),)),
        status(beat=8.9, held=(64,), hands=(Stroke(8.0, 60, 70, 8.6), Stroke(8.5, 64, 90))),
    )
    assert message["hands"] == [[8.0, 8.6, 60, 70], [8.5, None, 64, 90]]


def test_a_key_whose_release_was_missed_ends_when_it_is_seen_to_be_up(status: Make):
    message = drawn(
        status(beat=8.1, held=(60,), hands=(Stroke(8.0, 60, 70),)),
        status(beat=9.0, held=(), hands=()),
    )
    assert message["hands"] == [[8.0, 9.0, 60, 70]]


def test_the_chord_changes_with_what_is_heard_and_stays_when_hands_lift(status: Make):
    g13 = HarmonyChange(8.0, Harmony.of(G13))
    message = drawn(
        status(),
        status(beat=8.1, held=G13, harmony=g13.harmony, harmonies=(g13,)),
        status(beat=8.3, held=(), harmony=g13.harmony, harmonies=(g13,)),
    )
    assert [(beat, name) for beat, name, _ in message["chords"]] == [(4.9, "Dm9"), (8.0, "G13")]


def test_a_rolled_chord_is_one_chord(status: Make):
    picture = Picture()
    for beat, keys in ((8.05, G13[:3]), (8.15, G13)):
        harmony = Harmony.of(keys)
        heard = (HarmonyChange(8.0, harmony),)
        picture.take(status(beat=beat, held=keys, harmony=harmony, harmonies=heard))
    assert [chord[0] for chord in picture.message()["chords"]] == [8.0]
    assert picture.chord == "G13"


def test_a_harmony_that_was_a_melody_after_all_is_taken_back(status: Make):
    dm9 = HarmonyChange(4.9, Harmony.of(status().held))
    sung = HarmonyChange(5.0, Harmony.of((72,)))
    message = drawn(status(harmonies=(dm9, sung)), status(beat=5.3, harmonies=(dm9,)))
    assert [name for _, name, _ in message["chords"]] == ["Dm9"]


def test_after_a_stop_no_chord_is_named(status: Make):
    message = drawn(status(), status(beat=6.0, harmony=SILENCE, harmonies=()))
    assert message["chord"] == ""
    assert [beat for beat, *_ in message["chords"]] == [4.9, 6.0]


def test_the_past_is_forgotten_once_it_has_scrolled_away(status: Make):
    late = status(beat=6.0 + PAST_BEATS, held=(), hands=(), promised=(), planned=())
    message = drawn(status(), status(beat=5.2, held=(), hands=()), late)
    assert message["solo"] == []
    assert message["hands"] == []
    assert message["chord"] == "Dm9"


def test_a_beat_that_runs_backwards_is_a_new_session(status: Make):
    silent = status(
        beat=0.0, held=(), hands=(), promised=(), planned=(), harmony=SILENCE, harmonies=()
    )
    message = drawn(status(), silent)
    assert (message["solo"], message["hands"], message["chords"]) == ([], [], [])


def test_a_voiced_harmony_is_heard_as_itself():
    harmony = Harmony.of(G13)
    assert Harmony.of(voiced(harmony)) == harmony
    assert voiced(SILENCE) == []


def test_what_a_form_makes_expect_is_named_from_now_on(status: Make):
    expected = tuple(HarmonyChange(beat, Harmony.of(G13)) for beat in (4.0, 8.0))
    view = FormView(2, 1, ("Dm9", "G13"), "heard", 0.9)
    message = drawn(status(expected=expected, form=view))
    assert message["coming"] == [[8.0, "G13", [7, 9, 11, 4, 5]]]
    assert message["form"]["bar"] == 1
    assert drawn(status())["coming"] == []


def test_a_note_that_the_next_cuts_short_is_drawn_as_it_sounds(status: Make):
    held, following = PlannedNote(Note(4.0, 6.0, 69, 88)), PlannedNote(Note(5.5, 0.5, 72, 90))
    message = drawn(status(promised=(held,), planned=(following,)))
    assert [row[:2] for row in message["solo"]] == [[4.0, 1.5], [5.5, 0.5]]


def test_the_band_is_drawn_voice_by_voice_and_its_past_is_kept(status: Make):
    walked, coming = Note(4.0, 0.9, 38, 84), Note(6.0, 0.9, 41, 80)
    bass = VoiceView("bass", True, 0.8, (coming,), (walked,))
    message = drawn(status(band=(bass, VoiceView("drums", False, 1.0))))
    assert message["band"] == {
        "bass": [[4.0, 0.9, 38, 84, 0], [6.0, 0.9, 41, 80, 1]], "drums": [],
    }  # fmt: skip
    assert message["settings"]["band"]["bass"] == {"on": True, "volume": 0.8}
    assert (message["settings"]["feel"], message["settings"]["playing_feel"]) == ("auto", "swing")
    later = drawn(status(band=(bass,)), status(beat=8.0, band=(VoiceView("bass", True, 0.8),)))
    assert later["band"]["bass"] == [[4.0, 0.9, 38, 84, 0]]


def charted(status: Make, followed: bool = True, **changes: Any) -> SessionStatus:
    return status(chart=ChartView("| Dm7 | G13 |", ("Dm7", "G13"), (), followed), **changes)


def test_a_voicing_of_the_charts_chord_has_its_name_and_its_tones(status: Make):
    coming = (HarmonyChange(8.0, Harmony.of(G13)),)
    rootless = HarmonyChange(7.5, Harmony.of((53, 57, 59, 64)))
    before = charted(status, beat=7.0, expected=coming)
    for beat, still_expected in ((7.6, ()), (8.1, ())):
        after = charted(status, beat=beat, expected=still_expected, harmonies=(rootless,))
        assert drawn(before, after)["chords"][-1] == [7.5, "G13", [5, 9, 11, 4, 7]]
    after = charted(status, followed=False, beat=8.1, harmonies=(rootless,))
    assert drawn(before, after)["chords"][-1][1] == "Fmaj7#11"


def test_hands_that_play_another_chord_than_the_charts_keep_its_own_name(status: Make):
    coming = (HarmonyChange(8.0, Harmony.of(G13)),)
    other = HarmonyChange(8.0, Harmony.of((44, 48, 51, 54)))
    after = charted(status, beat=8.1, harmonies=(other,))
    message = drawn(charted(status, beat=7.0, expected=coming), after)
    assert message["chords"][-1][1] == "Ab7"
