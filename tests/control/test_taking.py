"""A whole jam led from its page: paused, stopped, its take offered, another begun, and left."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

OpenBrowser = Callable[[], AbstractContextManager[Any]]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

OFFERED = "[...document.querySelectorAll('#over-files a')].map((a) => a.textContent).join(' ')"
NOTES = "Number(document.getElementById('notes').textContent)"


def a_jam(folder: Path) -> tuple["subprocess.Popen[str]", str]:
    """A jam of the built-in pianist, and the address of its page."""
    command = [
        sys.executable, "-m", "jambot", "jam", "--adapter", "chord-tones", "--port", "0",
        "--no-open", "--no-sound", "--report", str(folder),
    ]  # fmt: skip
    jam = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ
    )
    assert jam.stdout is not None
    for line in jam.stdout:
        if found := re.search(r"live view: (http://\S+)", line):
            return jam, found[1]
    raise AssertionError("the jam has no page")


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process by signal")
def test_a_jam_is_paused_stopped_begun_anew_and_left_and_the_page_has_its_take(
    chromium_page: OpenBrowser, tmp_path: Path, screenshots: Path
):
    jam, url = a_jam(tmp_path / "takes" / "evening")
    try:
        with chromium_page() as page:
            page.open(url)
            page.wait_for(f"{NOTES} >= 4")
            page.click("#pause")
            page.wait_for("document.getElementById('hint').textContent.startsWith('Paused')")
            place = page.value("document.getElementById('place').textContent")
            assert page.value("document.getElementById('place').textContent") == place
            page.click("#pause")
            page.wait_for("document.getElementById('hint').textContent === ''")
            page.click("#stop_take")
            page.wait_for(f"{OFFERED} === 'MIDI Report'")
            page.screenshot(screenshots / "live_view_over.png")
            assert page.value("document.getElementById('over').open")
            page.click("#over-listen")
            page.wait_for("import('/page.js').then(page => page.sound.level() > 0.005)")
            page.click("#over-new")
            page.wait_for("document.body.dataset.take === 'playing'")
            page.wait_for(f"{NOTES} >= 4")
            assert not page.value("document.getElementById('over').open")
            jam.send_signal(signal.SIGINT)
            page.wait_for("document.body.dataset.link === 'lost'")
            assert page.value(OFFERED) == "MIDI Report"
            assert page.value("document.getElementById('away').textContent") == ""
            saved = "document.querySelector('#over-files a')"
            assert page.value(f"{saved}.href.startsWith('blob:') && {saved}.download") == (
                "jambot_evening_2.mid"
            )
        assert jam.wait(100) == 0
    finally:
        jam.kill()
        jam.communicate()
    for name in ("evening", "evening_2"):
        assert (tmp_path / "takes" / name / "report.html").is_file()
