"""The jam in the terminal: one small panel that stays in its place, or plain lines in a pipe."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from jambot.console import counted, make_console
from jambot.realtime.ports import By
from jambot.realtime.status import SessionStatus

LINE_SECONDS = 10.0
"""How often a plain line is written where stdout is no terminal."""
AHEAD_BARS = 2.0
"""The plan's reach that fills its gauge."""
GAUGE = 8
KEYS = "P pianist  V start  N lay out  B end  C tap  Q keep  Esc panic  Ctrl-C ends the jam"
SHORT_KEYS = "P pianist  Ctrl-C ends the jam"
TITLE = 16
"""Columns that the panel's title takes beside the address."""


class TerminalView:
    """Shows the newest status it was given.

    Threads: for a single thread, which a terminal that is held (Ctrl-S) may block; nothing else
    waits for it.
    """

    def __init__(
        self,
        notice: str,
        url: str | None,
        console: Console | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console or make_console()
        self._url, self._now = url, now
        self._next_line = 0.0
        self._faults: tuple[object, ...] | None = None
        self._live: Live | None = None
        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False, transient=False)
        if url is not None and not self._fits(url):
            self._console.print(f"live view: {url}")
            self._url = None
        if notice:
            self._console.print(notice)

    def _fits(self, url: str) -> bool:
        """Whether the panel's title can hold it: half an address leads nowhere."""
        return self._live is not None and len(url) <= self._console.width - TITLE

    def show(self, status: SessionStatus, chord: str) -> None:
        """Draw the panel anew, or write a line where it is time or something went wrong."""
        if self._live is not None:
            if not self._live.is_started:
                self._live.start()
            self._live.update(panel(status, chord, self._url, self._console.width), refresh=True)
            return
        faults = (
            status.underruns, status.player_restarts, status.player_ready, status.lost,
            status.refused, bool(status.log_fault), status.faults,
        )  # fmt: skip
        now = self._now()
        if now >= self._next_line or faults != self._faults:
            self._next_line, self._faults = now + LINE_SECONDS, faults
            self._console.print(line(status, chord))

    def close(self) -> None:
        """Leave the panel as it is, and the cursor below it."""
        if self._live is not None and self._live.is_started:
            self._live.stop()


def line(status: SessionStatus, chord: str) -> str:
    """The status as one line of plain text."""
    return (
        f"bar {where(status)} | {status.bpm:g} bpm | {chord or 'no chord yet'}"
        f" | {status.lookahead_bars:.1f} bars ahead | {counted(status.played_notes, 'note')},"
        f" {status.late_notes} late, {counted(status.underruns, 'underrun')} | {player(status)}"
        + (f" | to {status.output}" if status.output else "")
        + "".join(f" | {port} port lost" for port in status.lost)
        + (f" | refused: {status.notice}" if status.notice else "")
        + (f" | {status.log_fault}" if status.log_fault else "")
        + (f" | {counted(status.faults, 'fault')} within" if status.faults else "")
    )


def panel(status: SessionStatus, chord: str, url: str | None, width: int) -> Panel:
    """The status as a panel for a terminal of `width` columns."""
    grid = Table.grid(padding=(0, 3))
    music = Text.assemble(
        (f"♩ {status.bpm:g}", "bold"),
        ("   bar ", "dim"),
        (f"{where(status):<7}", "bold"),
        " ",
        beat_dots(status),
        ("   hears ", "dim"),
        (f"{chord or '–':<10}", "bold bright_yellow"),
    )
    plan = Text.assemble(
        ("plan ", "dim"),
        (gauge(status.lookahead_bars), "bright_blue"),
        f" {status.lookahead_bars:.1f} bars",
    )
    counts = Text.assemble(
        (counted(status.played_notes, "note"), "bold"),
        _fault(f"   {status.late_notes} late", status.late_notes),
        _fault(f"   {counted(status.underruns, 'underrun')}", status.underruns),
        ("" if status.first_note_ms is None else f"   first {status.first_note_ms:.0f} ms", "dim"),
    )
    state = Text.assemble(
        ("player ", "dim"),
        (player(status).removeprefix("player "), _tone(status)),
        (f"   {counted(status.faults, 'fault')}" if status.faults else "", "bold red"),
    )
    seat = Text.assemble(("chords by ", "dim"), hands(status))
    sound = Text.assemble(("the solo goes to ", "dim"), goes_to(status))
    foot = Text(f" {KEYS if width >= 84 else SHORT_KEYS} ", "dim")
    if status.notice:
        foot = Text(f" refused: {status.notice} ", "bold red")
    if status.lost:
        foot = Text(f" {' and '.join(status.lost)} port lost, waiting for it ", "bold red")
    elif status.log_fault:
        foot = Text(f" {status.log_fault} ", "bold red")
    if width >= 84:
        grid.add_row(music, plan)
        grid.add_row(counts, state)
        grid.add_row(seat, sound)
    else:
        for part in (music, plan, counts, state, seat, sound):
            grid.add_row(part)
    title = Text.assemble((" JAM_BOT ", "bold"), (f"{url} " if url else "", "bright_cyan"))
    return Panel(
        grid,
        title=title,
        title_align="left",
        subtitle=foot,
        subtitle_align="right",
        border_style="dim",
        width=min(width, 96),
    )


def hands(status: SessionStatus) -> str:
    """Who plays the chords."""
    if status.seat.performs:
        return "the built-in pianist"
    match status.seat.by:
        case By.keyboard:
            return f"your keyboard ({status.keyboard})" if status.keyboard else "your keyboard"
        case By.page:
            return "the page"
        case _:
            return "nobody yet"


def goes_to(status: SessionStatus) -> str:
    """Where the solo is to be heard."""
    return status.output or "the page: press Sound there"


def where(status: SessionStatus) -> str:
    """Bar and beat as musicians count them, from 1: `12.3`; before the first beat `1.1`.

    What is counted in is `in 1`, `in 2` …
    """
    if status.beat < 0:
        return f"in {int(status.beat // 1) % status.beats_per_bar + 1}"
    bar, beat = divmod(max(0, int(status.beat)), status.beats_per_bar)
    return f"{bar + 1}.{beat + 1}"


def beat_dots(status: SessionStatus) -> str:
    """One dot a beat of the bar, the present one filled."""
    now = max(0, int(status.beat)) % status.beats_per_bar
    return " ".join("●" if beat == now else "○" for beat in range(status.beats_per_bar))


def gauge(bars: float) -> str:
    """How far the plan reaches, as a bar that is full at `AHEAD_BARS`."""
    full = min(GAUGE, max(0, round(bars / AHEAD_BARS * GAUGE)))
    return "▰" * full + "▱" * (GAUGE - full)


def player(status: SessionStatus) -> str:
    """The player process in words."""
    if not status.player_ready:
        return "player starting" if status.player_restarts == 0 else "player starting again"
    return "player ready" if status.playing else "player waits for a chord"


def _tone(status: SessionStatus) -> str:
    return "green" if status.player_ready else "bold red"


def _fault(text: str, count: int) -> tuple[str, str]:
    return text, "bold red" if count else "dim"
