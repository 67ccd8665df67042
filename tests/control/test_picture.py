import json
from collections.abc import Callable
from typing import Any

import pytest

from jambot.control.picture import PAST_BEATS, Picture, likely_beat, voiced
from jambot.music import SILENCE, Harmony, Note
from jambot.realtime.plan import PlannedNote
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
    assert message["hands"] == [[5.0, None, pitch] for pitch in (38, 53, 57, 60, 64)]
    assert message["chords"] == [[5.0, "Dm9", [2, 4, 5, 9, 0]]]


def test_before_the_first_status_there_is_nothing_to_draw():
    assert Picture().message() == {}
    assert Picture().chord == ""


def test_a_note_that_sounded_stays_when_the_stage_has_forgotten_it(status: Make):
    message = drawn(status(), status(beat=5.4, promised=(), planned=()))
    assert [row[0] for row in message["solo"]] == [4.0, 5.0]


def test_a_promise_that_a_stop_took_back_is_not_drawn(status: Make):
    soon = (Note(5.2, 0.5, 71),)
    message = drawn(status(promised=soon), status(beat=5.1, promised=(), planned=()))
    assert message["solo"] == []


def test_a_fallback_note_stays_marked_once_it_is_promised(status: Make):
    note = Note(5.5, 0.5, 72)
    message = drawn(
        status(planned=(PlannedNote(note, source="fallback"),)),
        status(beat=5.4, planned=(), promised=(note,)),
    )
    assert [5.5, 0.5, 72, 80, 0, 1] in message["solo"]


def test_a_model_note_in_the_place_of_a_fallback_note_is_not_marked(status: Make):
    note = Note(5.5, 0.5, 72)
    message = drawn(
        status(planned=(PlannedNote(note, source="fallback"),)),
        status(beat=5.1, planned=(PlannedNote(note),)),
    )
    assert [5.5, 0.5, 72, 80, 1, 0] in message["solo"]


def test_hands_are_drawn_from_the_strike_to_the_release(status: Make):
    message = drawn(
        status(beat=7.9, held=()),
        status(beat=8.1, held=(60,)),
        status(beat=8.9, held=(60, 64)),
        status(beat=9.3, held=(64,)),
    )
    assert message["hands"] == [[8.0, 9.1, 60], [8.5, None, 64]]


def test_the_chord_changes_with_what_is_heard_and_stays_when_hands_lift(status: Make):
    message = drawn(
        status(),
        status(beat=7.9, held=()),
        status(beat=8.1, held=G13, harmony=Harmony.of(G13)),
        status(beat=8.3, held=(), harmony=Harmony.of(G13)),
    )
    assert [(beat, name) for beat, name, _ in message["chords"]] == [(5.0, "Dm9"), (8.0, "G13")]


def test_a_rolled_chord_is_one_chord(status: Make):
    picture = Picture()
    picture.take(status(beat=7.95, harmony=SILENCE, held=()))
    for beat, keys in ((8.05, G13[:3]), (8.15, G13)):
        picture.take(status(beat=beat, held=keys, harmony=Harmony.of(keys)))
    assert [chord[0] for chord in picture.message()["chords"]] == [8.0]
    assert picture.chord == "G13"


def test_after_a_stop_no_chord_is_named(status: Make):
    assert drawn(status(), status(beat=6.0, harmony=SILENCE))["chord"] == ""


def test_the_past_is_forgotten_once_it_has_scrolled_away(status: Make):
    late = status(beat=6.0 + PAST_BEATS, held=(), promised=(), planned=())
    message = drawn(status(), status(beat=5.2, held=()), late)
    assert message["solo"] == []
    assert message["hands"] == []
    assert message["chord"] == "Dm9"


def test_a_beat_that_runs_backwards_is_a_new_session(status: Make):
    message = drawn(status(), status(beat=0.0, held=(), promised=(), planned=(), harmony=SILENCE))
    assert (message["solo"], message["hands"], message["chords"]) == ([], [], [])


@pytest.mark.parametrize(
    ("after", "until", "likely"),
    [
        (3.9, 4.1, 4.0),
        (3.9, 4.0, 4.0),
        (4.4, 4.6, 4.5),
        (4.0, 4.2, 4.1),
        (5.0, 5.0, 5.0),
        (0.0, 0.18, 0.0),
        (-0.1, 0.1, 0.0),
    ],
)
def test_hands_most_likely_struck_on_a_line(after: float, until: float, likely: float):
    assert likely_beat(after, until) == pytest.approx(likely)


def test_a_voiced_harmony_is_heard_as_itself():
    harmony = Harmony.of(G13)
    assert Harmony.of(voiced(harmony)) == harmony
    assert voiced(SILENCE) == []
