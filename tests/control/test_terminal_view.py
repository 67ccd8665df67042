import io
import re
from collections.abc import Callable

import pytest
from rich.console import Console

from jambot.control.room.terminal_view import TerminalView, gauge, hands, line, player, where
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import By
from jambot.realtime.status import SeatView, SessionStatus

Make = Callable[..., SessionStatus]
URL = "http://127.0.0.1:8765"


def console(terminal: bool, width: int = 100) -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    return Console(file=written, force_terminal=terminal, width=width), written


def test_a_line_tells_where_the_music_is_and_how_it_runs(status: Make):
    assert line(status(), "Dm9") == (
        "bar 2.2 | 120 bpm | Dm9 | 2.0 bars ahead | 3 notes, 0 late, 0 underruns | player ready"
    )


def test_why_an_order_was_refused_is_told_in_a_pipe_and_in_the_panel(status: Make):
    refused = status(refused=1, notice="style mine: it fails; jazz plays on")
    pipe, written = console(terminal=False)
    view = TerminalView("", URL, pipe, ManualClock().now)
    view.show(status(), "Dm9")
    view.show(refused, "Dm9")
    told = " ".join(written.getvalue().split())
    assert told.endswith("player ready | refused: style mine: it fails; jazz plays on")
    screen, drawn = console(terminal=True)
    view = TerminalView("", URL, screen)
    view.show(refused, "Dm9")
    view.close()
    assert "refused: style mine: it fails; jazz plays on" in drawn.getvalue()


def test_bars_and_beats_are_counted_from_one(status: Make):
    assert where(status(beat=0.0)) == "1.1"
    assert where(status(beat=-3.2)) == "in 1"
    assert where(status(beat=-0.2)) == "in 4"
    assert where(status(beat=7.99)) == "2.4"
    assert where(status(beat=6.0, beats_per_bar=3)) == "3.1"


def test_it_says_who_plays_the_chords(status: Make):
    assert hands(status()) == "nobody yet"
    assert hands(status(seat=SeatView(By.pianist, performs=True))) == "the built-in pianist"
    assert hands(status(seat=SeatView(By.page))) == "the page"
    played = status(seat=SeatView(By.keyboard), keyboard="Keystation 61")
    assert hands(played) == "your keyboard (Keystation 61)"


def test_the_gauge_is_full_at_two_bars_and_never_overflows():
    assert (gauge(0.0), gauge(1.0), gauge(5.0)) == ("▱" * 8, "▰" * 4 + "▱" * 4, "▰" * 8)


def test_the_player_is_told_in_words(status: Make):
    assert player(status(playing=False)) == "player waits for a chord"
    assert player(status(player_ready=False)) == "player starting"
    assert player(status(player_ready=False, player_restarts=1)) == "player starting again"


@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_the_panel_shows_every_figure_at_any_width(status: Make, width: int):
    screen, written = console(terminal=True, width=width)
    view = TerminalView("", URL, screen)
    view.show(status(underruns=2, faults=1), "Dm9")
    view.close()
    shown = written.getvalue()
    for part in (
        "JAM_BOT",
        URL,
        "120",
        "2.2",
        "Dm9",
        "2.0 bars",
        "3 notes",
        "2 underruns",
        "1 fault",
        "ready",
    ):
        assert part in shown
    assert max(len(row) for row in shown.splitlines()[1:2]) < 4 * width


def test_the_panel_says_where_the_solo_goes_and_which_keys_there_are(status: Make):
    for output, said in (("FL Studio", "FL Studio"), ("", "press Sound there")):
        screen, written = console(terminal=True)
        view = TerminalView("", URL, screen)
        view.show(status(output=output), "Dm9")
        view.close()
        assert f"the solo goes to {'the page: ' if not output else ''}{said}" in plain(written)
        assert "Ctrl-C ends the jam" in plain(written)
    assert line(status(output="FL Studio"), "Dm9").endswith("player ready | to FL Studio")


def plain(written: io.StringIO) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", written.getvalue())


def test_the_cursor_comes_back_when_the_panel_is_left(status: Make):
    screen, written = console(terminal=True)
    view = TerminalView("", URL, screen)
    view.show(status(), "Dm9")
    view.close()
    assert written.getvalue().rstrip().endswith("\x1b[?25h")


def test_in_a_pipe_a_plain_line_is_written_now_and_then(status: Make):
    screen, written = console(terminal=False)
    clock = ManualClock()
    view = TerminalView("port 8765 is busy", URL, screen, clock.now)
    for _ in range(3):
        view.show(status(), "Dm9")
        clock.advance(6.0)
    lines = written.getvalue().splitlines()
    assert lines[:2] == [f"live view: {URL}", "port 8765 is busy"]
    assert lines[2:] == [line(status(), "Dm9")] * 2
    assert "\x1b" not in written.getvalue()


def test_in_a_pipe_a_fault_is_written_at_once(status: Make):
    screen, written = console(terminal=False)
    view = TerminalView("", None, screen, lambda: 0.0)
    view.show(status(), "Dm9")
    view.show(status(player_ready=False), "Dm9")
    assert "player starting" in written.getvalue().splitlines()[-1]


def test_a_log_that_cannot_be_written_is_told_in_both(status: Make) -> None:
    fault = "the log cannot be written (No space left on device); nothing is lost yet"
    full = status(log_fault=fault)
    assert line(full, "Dm9").endswith(f"| {fault}")
    screen, written = console(terminal=True)
    view = TerminalView("", None, screen)
    view.show(full, "Dm9")
    view.close()
    assert fault in written.getvalue()


def test_a_lost_port_is_told_in_both(status: Make):
    lost = status(lost=("output",), first_note_ms=12.4)
    assert line(lost, "Dm9").endswith("| output port lost")
    screen, written = console(terminal=True)
    view = TerminalView("", URL, screen)
    view.show(lost, "Dm9")
    view.close()
    assert "output port lost" in written.getvalue()
    assert "first 12 ms" in written.getvalue()
