"""Who is with the stage in a jam: the room, with its views and their keys, and FL Studio."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jambot.control.room.outbox import TakeState
    from jambot.realtime.clock import Clock
    from jambot.realtime.orders import Order
    from jambot.realtime.ports import InputPort
    from jambot.realtime.status import SessionStatus

Show = Callable[["SessionStatus"], None]
Hear = Callable[["InputPort", "Clock"], "InputPort"]
Orders = Callable[[], "list[Order]"]
AnswerOrder = Callable[["Order", str], None]


@dataclass(frozen=True, slots=True)
class PageAt:
    """Where the browser view is, who may see it, and whether it is `opened` by itself.

    It is only where somebody sits at the terminal.
    """

    port: int
    host: str
    token: str | None
    opened: bool


@dataclass(frozen=True, slots=True)
class Company:
    """What the stage needs of a room: how to show itself, to hear its keys and its orders, and to
    answer these; `tell` says how far a take is, `forget` drops the keys not yet heard.

    Without a room it does nothing.
    """

    show: Show = lambda status: None
    hear: Hear = lambda keyboard, clock: keyboard
    orders: Orders = list
    answer: AnswerOrder = lambda order, why: None
    tell: "Callable[[Path, TakeState, str], None]" = lambda folder, state, trouble: None
    forget: Callable[[], object] = lambda: None


@contextmanager
def room(page: PageAt | None, in_channel: int | None) -> Iterator[Company]:
    """The company of a room process; `page` None wants none.

    Keys of the page are heard on `in_channel` (1–16) where the jam hears no other.
    """
    if page is None:
        yield Company()
        return
    from jambot.control.room.outbox import TakeNews
    from jambot.control.room.room import Room
    from jambot.control.room.room_input import RoomInput

    seen = page.opened and sys.stdout is not None and sys.stdout.isatty()
    opened = Room(page.port, page.host, open_page=seen, token=page.token)
    channel = None if in_channel is None else in_channel - 1

    def hear(keyboard: "InputPort", clock: "Clock") -> "InputPort":
        return RoomInput(keyboard, opened, clock.now, channel)

    def tell(folder: Path, state: "TakeState", trouble: str) -> None:
        opened.tell(TakeNews(folder.resolve(), state, trouble))

    try:
        yield Company(opened.show, hear, opened.orders, opened.answer, tell, opened.played)
    finally:
        opened.close()


@contextmanager
def daw(cables: tuple[str, str] | None, backend: str, hear: Hear) -> Iterator[Hear]:
    """How the stage hears, and FL Studio's beat with it where its cables are named."""
    if cables is None:
        yield hear
        return
    from jambot.control.fl_studio.link import following

    with following(backend, cables, hear) as hear_both:
        yield hear_both
