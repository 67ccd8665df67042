"""What the room says of a take, and how it leaves: its pages take what was played with them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from jambot.control import Room
from jambot.control.room.address import Address
from jambot.control.room.outbox import Outbox, TakeNews, TakeState
from jambot.control.room.room_process import CUT_OFF, RoomWishes, _pass_on, _Terminal
from jambot.realtime.status import SessionStatus

Make = Callable[..., SessionStatus]


@contextmanager
def page_of(room: Room) -> Iterator[ClientConnection]:
    """A connection such as a page has."""
    assert room.url is not None
    address = room.url.replace("http", "ws") + "/ws"
    with connect(address, open_timeout=100, origin=room.url) as page:  # type: ignore[arg-type]
        yield page


def told(page: ClientConnection, state: str) -> dict[str, Any]:
    """The news of the take that says this state."""
    while True:
        message = json.loads(page.recv(timeout=100))
        if message["type"] == "take" and message["state"] == state:
            return dict(message)


def test_a_page_is_told_how_far_the_take_is_also_one_that_comes_later(room: Room, tmp_path: Path):
    room.tell(TakeNews(tmp_path / "one", TakeState.playing))
    with page_of(room) as early:
        assert told(early, "playing")["name"] == "one"
        room.tell(TakeNews(tmp_path / "one", TakeState.ending))
        room.tell(TakeNews(tmp_path / "one", TakeState.ended, "no room for the sound"))
        assert told(early, "ended")["trouble"] == "no room for the sound"
        with page_of(room) as late:
            assert told(late, "ended")["name"] == "one"


def test_a_room_that_leaves_waits_until_its_pages_have_the_take(room: Room, tmp_path: Path):
    with page_of(room) as page:
        room.tell(TakeNews(tmp_path / "one", TakeState.leaving))
        told(page, "leaving")
        closing = threading.Thread(target=room.close)
        closing.start()
        closing.join(0.5)
        assert closing.is_alive()
        page.send('{"has": "another"}')
        closing.join(0.3)
        assert closing.is_alive()
        page.send('{"has": "one"}')
        closing.join(100)
        assert not closing.is_alive()


def test_a_stage_that_dies_leaves_a_room_that_says_so(status: Make, tmp_path: Path):
    stage, far = Pipe()
    terminal = _Terminal(RoomWishes(Address(None, "", None), terminal=False, open_page=False))
    stage.send(TakeNews(tmp_path / "one", TakeState.playing))
    stage.send(status())
    stage.close()
    news = _pass_on(far, None, terminal)
    assert news == TakeNews(tmp_path / "one", TakeState.leaving, CUT_OFF)


def test_a_room_that_is_closed_after_the_last_word_has_nothing_of_its_own_to_say(tmp_path: Path):
    stage, far = Pipe()
    terminal = _Terminal(RoomWishes(Address(None, "", None), terminal=False, open_page=False))
    for word in (TakeNews(tmp_path, TakeState.playing), None):
        stage.send(word)
    assert _pass_on(far, None, terminal) is None


def test_what_waits_when_an_outbox_is_closed_is_still_taken(tmp_path: Path):
    outbox, news = Outbox(), TakeNews(tmp_path, TakeState.leaving)
    outbox.tell(news)
    outbox.close()
    assert outbox.take() == [news]
    assert outbox.take() is None
