"""A sitting: takes in a row, on the same ports and before the same pages."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jambot.cli.company import Company
from jambot.cli.finishing import Finishing
from jambot.cli.screen import complain, out
from jambot.cli.take_folder import another_folder, finish, take_folder
from jambot.errors import JamBotError, UsageError

if TYPE_CHECKING:
    from jambot.realtime.main import JamSettings, OpenPorts
    from jambot.realtime.orders import NewTake, Order
    from jambot.realtime.status import SessionStatus
    from jambot.realtime.stopping import Stopping

STOP_TAKE, NEW_TAKE = "stop_take", "new_take"
LOOK_SECONDS = 0.05
OVER = "the take has ended: New take begins another"


def sit(
    settings: "JamSettings",
    report: Path | None,
    sound: bool | None,
    company: Company,
    stopping: "Stopping",
) -> None:
    """Play a take, and another one whenever the page asks for it.

    A take that the page stopped is kept, and the ports stay open until it asks for another one or
    the process is told to stop. Another one begins as the one before stood, over the tune that it
    is asked for with. What makes way for another one has its files made while that is played, so
    that nobody waits for them. The first take goes into `report`, further ones beside it. Raises
    what `jam` and `take_folder` raise, and JamBotError at the end for files that were not made.
    """
    finishing = Finishing()
    try:
        _sit(settings, report, sound, company, stopping, finishing)
    except BaseException:
        try:
            finishing.wait()
        except JamBotError as error:
            complain(error.found, error.expected, error.cure)
        raise
    finishing.wait()


def _sit(
    settings: "JamSettings",
    report: Path | None,
    sound: bool | None,
    company: Company,
    stopping: "Stopping",
    finishing: Finishing,
) -> None:
    from jambot.realtime.main import open_for
    from jambot.realtime.next_take import next_take

    with open_for(settings) as opened:
        folder = report
        while True:
            seen = _Seen(company)
            why = _play(settings, folder, sound, seen.company, stopping, opened, finishing)
            if why not in (STOP_TAKE, NEW_TAKE):
                return
            begin = partial(next_take, settings, seen.last)
            another = _another(company, stopping, begin) if why == STOP_TAKE else begin(seen.asked)
            if another is None:
                return
            settings = another
            opened.watch.ports.input.poll()  # what was played between takes belongs to none
            company.forget()
            folder = None if report is None else another_folder(report)


class _Seen:
    """What passes between a take and its company: how it stood last, and what ended it."""

    def __init__(self, company: Company) -> None:
        from jambot.realtime.orders import NewTake

        self.last: SessionStatus | None = None
        self.asked = NewTake()
        self.company = replace(company, show=self._show, answer=self._answer)
        self._theirs = company

    def _show(self, status: "SessionStatus") -> None:
        self.last = status
        self._theirs.show(status)

    def _answer(self, order: "Order", why: str) -> None:
        if isinstance(order, type(self.asked)) and not why:
            self.asked = order
        self._theirs.answer(order, why)


def _play(
    settings: "JamSettings",
    asked: Path | None,
    sound: bool | None,
    company: Company,
    stopping: "Stopping",
    opened: "OpenPorts",
    finishing: Finishing,
) -> str:
    """One take, from its folder to its report; why it ended.

    Of one that makes way for another its company hears no end: its files are not there yet.
    """
    from jambot.control.room.outbox import TakeState
    from jambot.music.take_files import LOG_FILE
    from jambot.realtime.main import jam

    why = ""

    def make(folder: Path, sound: bool | None) -> None:
        (finishing.begin if why == NEW_TAKE else finish)(folder, sound)

    folder: Path | None = None
    try:
        with take_folder(asked, sound, make) as folder:
            company.tell(folder, TakeState.playing, "")
            try:
                why = jam(
                    settings, folder / LOG_FILE, company.show, company.hear, stopping,
                    company.orders, company.answer, opened,
                )  # fmt: skip
            finally:
                company.tell(folder, TakeState.ending, "")
    except BaseException as error:
        if folder is not None:
            trouble = error.found if isinstance(error, JamBotError) else ""
            company.tell(folder, TakeState.leaving, trouble)
        raise
    if why != NEW_TAKE:
        company.tell(folder, TakeState.ended if why == STOP_TAKE else TakeState.leaving, "")
    return why


def _another(
    company: Company, stopping: "Stopping", begin: "Callable[[NewTake], JamSettings]"
) -> "JamSettings | None":
    """Wait until another take is asked for that can be; None where the process is told to stop."""
    from jambot.realtime.orders import NewTake

    out.print("stopped: New take on the page begins another; Ctrl-C leaves")
    while not stopping.asked:
        for order in company.orders():
            if not isinstance(order, NewTake):
                company.answer(order, OVER)
                continue
            try:
                settings = begin(order)
            except UsageError as error:
                company.answer(order, str(error))
                continue
            company.answer(order, "")
            return settings
        time.sleep(LOOK_SECONDS)
    return None
