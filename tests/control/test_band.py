"""The jam that an MCP server started: waited for as long as it says what it does."""

import asyncio
import io

import pytest

from jambot.control.mcp_server import band as band_module
from jambot.control.mcp_server.band import SILENT_SECONDS, WORDS_FILE, Band
from jambot.realtime.clock import ManualClock

STEPS = ("reading the log", "writing session.mid", "measuring", "writing the report")


class Jam:
    """A jam process that takes a minute for each step, and says each."""

    def __init__(self, folder, clock, steps):
        self.words, self.clock, self.steps = folder / WORDS_FILE, clock, list(steps)
        self.words.write_text("bar 12.3 | 120 bpm\n")
        self.stdin = io.BytesIO()
        self.returncode = None

    def poll(self):
        assert self.stdin.closed
        if self.returncode is None and self.steps == []:
            self.returncode = 0
        self.clock.sleep_until(self.clock.now() + 60.0)
        if self.steps and (step := self.steps.pop(0)):
            with self.words.open("a") as words:
                words.write(f"take: {step} …\n")
        return self.returncode

    def kill(self):
        self.returncode = -9

    def wait(self):
        return self.returncode


@pytest.fixture
def stopped(tmp_path, monkeypatch):
    """What became of a jam that was told to end, and what was heard of it."""
    monkeypatch.setattr(band_module, "LOOK_SECONDS", 0.0)

    def stop(steps):
        clock, heard = ManualClock(), []
        band = Band("http://127.0.0.1:9", tmp_path, clock.now)
        band.folder, band._process = tmp_path, Jam(tmp_path, clock, steps)

        async def told(step):
            heard.append(step)

        return asyncio.run(band.stop(told)), heard, clock.now()

    return stop


def test_a_report_that_takes_minutes_is_waited_for_and_each_step_is_told(stopped):
    code, heard, seconds = stopped(STEPS)
    assert code == 0
    assert heard == [f"take: {step} …" for step in STEPS]
    assert seconds > 4 * 60


def test_a_jam_that_says_nothing_any_more_is_ended(stopped):
    code, heard, seconds = stopped([STEPS[0], *[""] * 100])
    assert code == -9
    assert heard == [f"take: {STEPS[0]} …"]
    assert seconds < 60.0 * 8 < SILENT_SECONDS * 8
