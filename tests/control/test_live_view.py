"""The live view from outside: a real room process, plain HTTP and websockets."""

import json
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from jambot.control import MidiPlayed, Room
from jambot.realtime.orders import Order, Panic, Trade
from jambot.realtime.ports import By
from jambot.realtime.session import Session
from jambot.realtime.status import SeatView, SessionStatus

Make = Callable[..., SessionStatus]
Wait = Callable[[Callable[[], object]], None]

PATIENCE_SECONDS = 100
"""For a room that starts while every core is busy; a quick one is not slowed."""


@pytest.fixture(scope="module")
def open_room() -> Iterator[Room]:
    """A room for the tests that only knock at its door."""
    room = Room(port=0, terminal=False)
    yield room
    room.close()


def get(room: Room, path: str = "/", **headers: str) -> HTTPResponse:
    assert room.url is not None
    return urlopen(Request(room.url + path, headers=headers), timeout=PATIENCE_SECONDS)


def told(page: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of one kind; others are passed over."""
    while True:
        message: dict[str, Any] = json.loads(page.recv(timeout=PATIENCE_SECONDS))
        if message["type"] == kind:
            return message


def viewer(room: Room, **options: Any) -> ClientConnection:
    assert room.url is not None
    return connect(room.url.replace("http", "ws") + "/ws", open_timeout=PATIENCE_SECONDS, **options)


def test_the_page_and_its_modules_are_served_with_a_strict_policy(open_room: Room):
    with get(open_room) as answer:
        page = answer.read().decode()
        policy = answer.headers["content-security-policy"]
    assert "<title>JAM_BOT</title>" in page
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in policy
    with get(open_room, "/page.js") as answer:
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_viewer_is_shown_the_session(room: Room, status: Make):
    with viewer(room) as first, viewer(room) as second:
        room.show(status())
        for page in (first, second):
            assert told(page, "jam")["chord"] == "Dm9"
        room.show(status(beat=5.5))
        for page in (first, second):
            assert told(page, "jam")["beat"] == 5.5


def test_who_comes_late_sees_the_last_picture(room: Room, status: Make):
    with viewer(room) as first:
        room.show(status())
        told(first, "jam")
    with viewer(room) as late:
        assert told(late, "jam")["beat"] == 5.0


def test_our_own_page_is_let_in(room: Room, status: Make):
    room.show(status())
    with viewer(room, origin=room.url) as page:
        assert told(page, "jam")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_a_page_of_another_origin_is_refused(open_room: Room, origin: str):
    with pytest.raises(InvalidStatus) as refused, viewer(open_room, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_a_rebound_host_name_is_refused(open_room: Room):
    with pytest.raises(HTTPError) as refused:
        get(open_room, Host="evil.example")
    refused.value.close()
    assert refused.value.code == 400


def test_nothing_outside_the_pages_folder_is_served(open_room: Room):
    with pytest.raises(HTTPError) as refused:
        get(open_room, "/%2e%2e/live_view.py")
    refused.value.close()
    assert refused.value.code == 404


def gathered(room: Room, count: int, wait_until: Wait) -> list[MidiPlayed | Order]:
    heard: list[MidiPlayed | Order] = []

    def enough() -> bool:
        heard.extend([*room.played(), *room.orders()])
        return len(heard) >= count

    wait_until(enough)
    return heard


def test_keys_and_orders_reach_the_stage_and_nonsense_does_not(room: Room, wait_until: Wait):
    with viewer(room) as page:
        page.send('{"midi":[[144,60,90]]}')
        page.send("nonsense")
        page.send('{"midi":[[128,60,0]]}')
        page.send('{"order":{"dance":{}}}')
        page.send('{"order":{"trade":{"bars":4}}}')
        heard = gathered(room, 3, wait_until)
    assert heard == [MidiPlayed(b"\x90\x3c\x5a"), MidiPlayed(b"\x80\x3c\x00"), Trade(4)]


def test_a_page_that_closes_with_a_key_down_lifts_it(room: Room, wait_until: Wait):
    with viewer(room) as page:
        page.send('{"midi":[[144,60,90]]}')
        gathered(room, 1, wait_until)
    assert MidiPlayed(b"\x80\x3c\x00") in gathered(room, 1, wait_until)


def test_a_built_in_performer_is_told_to_the_page(room: Room, status: Make):
    with viewer(room) as page:
        room.show(status())
        assert told(page, "jam")["performer"] is False
        room.show(status(seat=SeatView(By.pianist, performs=True)))
        assert told(page, "jam")["performer"] is True


def test_the_first_page_drives_and_who_comes_later_watches(room: Room, wait_until: Wait):
    with viewer(room, origin=room.url) as first, viewer(room, origin=room.url) as second:
        assert told(first, "driver")["driving"]
        standing = told(second, "driver")
        assert (standing["driving"], standing["driven"], standing["viewers"]) == (False, True, 2)
        second.send('{"midi":[[144,60,90]]}')
        second.send('{"order":{"trade":{"bars":4}}}')
        assert "take over" in told(second, "refused")["why"]
        first.send('{"order":{"trade":{"bars":8}}}')
        assert gathered(room, 1, wait_until) == [Trade(8)]


def test_taking_over_is_shown_to_both_and_lifts_the_others_keys(room: Room, wait_until: Wait):
    with viewer(room, origin=room.url) as first, viewer(room) as second:
        first.send('{"midi":[[144,60,90]]}')
        assert gathered(room, 1, wait_until) == [MidiPlayed(b"\x90\x3c\x5a")]
        second.send('{"drive":true}')
        while told(first, "driver")["driving"]:
            pass
        while not told(second, "driver")["driving"]:
            pass
        assert MidiPlayed(b"\x80\x3c\x00") in gathered(room, 2, wait_until)
        second.send('{"order":{"trade":{"bars":2}}}')
        assert gathered(room, 1, wait_until) == [Trade(2)]


def test_everybody_may_panic(room: Room, wait_until: Wait):
    with viewer(room, origin=room.url), viewer(room) as second:
        second.send('{"order":{"panic":{}}}')
        assert gathered(room, 1, wait_until) == [Panic()]


def test_where_nobody_drives_a_program_does_by_asking(room: Room, wait_until: Wait):
    with viewer(room) as program:
        assert not told(program, "driver")["driven"]
        program.send('{"order":{"trade":{"bars":4}}}')
        assert gathered(room, 1, wait_until) == [Trade(4)]
        assert told(program, "driver")["driving"]


def test_when_the_driver_leaves_the_next_page_drives(room: Room):
    with viewer(room, origin=room.url) as first:
        assert told(first, "driver")["driving"]
    with viewer(room, origin=room.url) as second:
        while not told(second, "driver")["driving"]:
            pass


def test_an_order_that_makes_no_sense_is_answered_with_what_would(room: Room):
    with viewer(room) as page:
        page.send('{"order":{"set_knob":{"name":"density","value":7}}}')
        assert "a number from 0 to 1" in told(page, "refused")["why"]


def test_an_order_is_answered_to_whoever_gave_it_and_to_nobody_else(room: Room, wait_until: Wait):
    with viewer(room, origin=room.url) as first, viewer(room) as second:
        assert told(first, "driver")["driving"]
        first.send('{"order":{"trade":{"bars":4}},"id":7}')
        trade, *_ = gathered(room, 1, wait_until)
        second.send('{"order":{"panic":{}},"id":7}')
        panic, *_ = gathered(room, 1, wait_until)
        room.answer(trade, "not now")
        room.answer(panic, "")
        assert told(first, "answer") == {"type": "answer", "id": 7, "why": "not now"}
        assert told(second, "answer") == {"type": "answer", "id": 7, "why": ""}


def test_what_the_room_itself_refuses_is_answered_under_its_id_too(room: Room):
    with viewer(room, origin=room.url) as first, viewer(room) as second:
        assert told(first, "driver")["driving"]
        first.send('{"order":{"dance":{}},"id":1}')
        assert "no order 'dance'" in told(first, "answer")["why"]
        second.send('{"order":{"trade":{"bars":4}},"id":2}')
        refused = told(second, "answer")
        assert refused["id"] == 2
        assert "take over" in refused["why"]


def test_the_stage_says_of_each_order_whether_it_obeyed(room: Room, jam: Session):
    with viewer(room) as page:
        page.send('{"order":{"trigger":{}},"id":1}')
        page.send('{"order":{"set_knob":{"name":"density","value":0.5}},"id":2}')
        first, second = told(page, "answer"), told(page, "answer")
    assert first["id"] == 1
    assert "nothing has been played yet" in first["why"]
    assert (second["id"], second["why"]) == (2, "")
    assert jam.planner.controls.density == 0.5
