"""The tools that speak with FL Studio: through the fake one, its script, and the SDK's client."""

import asyncio
from contextlib import contextmanager

import pytest
from mcp import Client

from jambot.control.fl_studio.protocol import encode
from jambot.control.mcp_server import Offer, make_server


def ask(studio, tmp_path, *calls, allow_drive=True):
    """What each (tool, arguments) is answered, in turn."""

    @contextmanager
    def open_studio():
        yield studio.host
        studio.host.close()
        studio.host = studio.new_host()

    async def talk():
        offer = Offer("http://127.0.0.1:9", tmp_path, allow_drive, open_studio)
        async with Client(make_server(offer)) as client:
            return [await client.call_tool(tool, arguments) for tool, arguments in calls]

    return asyncio.run(talk())


def test_fl_studio_is_seen_as_it_is(make_studio, tmp_path):
    (seen,) = ask(make_studio(), tmp_path, ("fl_status", {}))
    found = seen.structured_content
    assert (found["playing"], found["recording"], found["mode"]) == (False, False, "song")
    assert (found["bpm"], found["channel_name"], found["script"]) == (130.0, "Kick", "1")


def test_transport_and_tempo_are_told_as_fl_studio_shows_them_afterwards(make_studio, tmp_path):
    studio = make_studio()
    played, timed, stopped = ask(
        studio,
        tmp_path,
        ("fl_transport", {"action": "play"}),
        ("fl_tempo", {"bpm": 92.5}),
        ("fl_transport", {"action": "stop"}),
    )
    assert played.structured_content["playing"] is True
    assert timed.structured_content["bpm"] == 92.5
    assert timed.structured_content["playing"] is True
    assert stopped.structured_content["playing"] is False
    assert studio.fl.song.milli_bpm == 92_500


def test_a_take_is_recorded_for_its_beats_and_fl_studio_left_at_rest(make_studio, tmp_path):
    studio = make_studio()
    before = studio.clock.now()
    (told,) = ask(studio, tmp_path, ("fl_record_take", {"beats": 8}))
    found = told.structured_content
    assert found["whole"] is True
    assert found["beats"] == 8
    assert studio.clock.now() - before > 8 * 60 / 130
    assert not studio.fl.song.playing
    assert not studio.fl.song.recording
    assert (found["fl_studio"]["playing"], found["fl_studio"]["recording"]) == (False, False)


def test_a_take_that_a_person_stops_is_not_whole(make_studio, tmp_path):
    studio = make_studio()
    ticked = studio.tick_fl

    def stops_after_a_while():
        ticked()
        if studio.clock.now() > 102.0:
            studio.fl.song.playing = False

    studio.tick_fl = stops_after_a_while
    (told,) = ask(studio, tmp_path, ("fl_record_take", {"beats": 64}))
    assert told.structured_content["whole"] is False
    assert not studio.fl.song.recording


def test_no_take_is_recorded_over_music_that_plays(make_studio, tmp_path):
    studio = make_studio()
    _, told = ask(
        studio, tmp_path, ("fl_transport", {"action": "play"}), ("fl_record_take", {"beats": 8})
    )
    assert told.is_error
    assert "stop it first" in told.content[0].text
    assert not studio.fl.song.recording


def test_a_pulled_cable_is_told_with_its_cure(make_studio, tmp_path):
    studio = make_studio()
    studio.pulled = True
    (told,) = ask(studio, tmp_path, ("fl_status", {}))
    assert told.is_error
    assert "docs/fl_studio.md" in told.content[0].text


@pytest.mark.parametrize("allow_drive", [True, False])
def test_what_moves_fl_studio_is_offered_to_drivers_alone(make_studio, tmp_path, allow_drive):
    (told,) = ask(make_studio(), tmp_path, ("fl_tempo", {"bpm": 90}), allow_drive=allow_drive)
    assert told.is_error is not allow_drive


def test_links_that_follow_each_other_say_goodbye(make_studio, tmp_path):
    studio = make_studio()
    heard = []
    hear = studio.fl.hear
    studio.fl.hear = lambda data: (heard.append(bytes(data)), hear(data))
    ask(studio, tmp_path, ("fl_status", {}), ("fl_status", {}))
    studio.carry()
    kind_of_bye = encode("bye", session=1)[5]
    assert sum(data[5] == kind_of_bye for data in heard if data[0] == 0xF0) >= 1
