"""The place of the evening: a jam over JACK with its synthesiser and its page, and who watches."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jambot.errors import JamBotError
from jambot.evaluation.bench.bench import jack_server
from jambot.evaluation.bench.jam_process import LOAD_SECONDS, JamProcess
from lab.newcomer.checks import must
from lab.newcomer.chromium import Page, chromium_page
from lab.newcomer.synth import NAME, Synth

BPM = 120.0
OPTIONS = ("--backend", "auto", "--out", NAME, "--band", "bass,drums", "--sound")
WIDE, TALL = (1280, 800), (390, 844)
LOOK_SECONDS = 0.2
LOOK = """
(async () => {
  const { sound } = await import("/page.js");
  const said = (id) => document.getElementById(id).textContent;
  return {
    place: said("place"), chord: said("chord"), who: said("who"), turn: said("turn"),
    notes: Number(said("notes")), late: Number(said("late")), dry: Number(said("underruns")),
    chart: said("chart-place"), next: said("chart-next"), hint: said("hint"), away: said("away"),
    lit: [...document.querySelectorAll("i:is(.held, .solo)")].map((key) => +key.dataset.pitch),
    beats: document.querySelectorAll("#dots i").length, level: sound.level(),
  };
})()
"""
"""What the page shows at one moment."""

Look = dict[str, Any]


@dataclass(slots=True)
class Evening:
    """A newcomer before the page. `pace` 1 is ten minutes; `said` hears each step as it is done.

    Pictures lie in `folder`, and `steps.json`, one row a step.
    """

    page: Page
    synth: Synth
    jam: JamProcess
    url: str
    folder: Path
    take: Path
    pace: float
    said: Callable[[str], None]
    steps: list[dict[str, Any]] = field(default_factory=list)
    _pictures: int = 0

    def done(self, step: str, **figures: Any) -> None:
        """A step is over, and what it showed is written down."""
        self.steps.append({"step": step, **figures})
        text = json.dumps(self.steps, indent=1, ensure_ascii=False)
        (self.folder / "steps.json").write_text(text, encoding="utf-8")
        told = ", ".join(f"{name} {value}" for name, value in figures.items())
        self.said(f"{step}: {told}" if told else step)

    def picture(self, name: str, size: tuple[int, int] = WIDE) -> None:
        """A photograph of the page, in the order of the evening."""
        self._pictures += 1
        if size != WIDE:
            self.page.resize(*size)
            self.page.value("new Promise((seen) => setTimeout(() => seen(true), 300))")
        self.page.screenshot(self.folder / f"{self._pictures:02d}_{name}.png")
        if size != WIDE:
            self.page.resize(*WIDE)

    def look(self) -> Look:
        """What the page shows now."""
        return dict(self.page.value(LOOK))

    def listen(self, bars: float) -> list[Look]:
        """What the page shows while so many bars pass (of the full evening), all of it."""
        looks = [self.look()]
        end, bar = bar_of(looks[0]) + max(2, round(bars * self.pace)), bar_of(looks[0])
        moved = time.monotonic()
        while bar < end:
            time.sleep(LOOK_SECONDS)
            looks.append(self.look())
            if bar_of(looks[-1]) != bar:
                moved, bar = time.monotonic(), bar_of(looks[-1])
            must(time.monotonic() - moved < LOAD_SECONDS, f"the music stands still in bar {bar}")
        return looks

    def said_by(self, identity: str, text: str) -> None:
        """Wait until an element of the page holds these words."""
        words = json.dumps(text)
        self.page.wait_for(f"document.getElementById({identity!r}).textContent.includes({words})")

    def fill(self, identity: str, text: str, event: str = "input") -> None:
        """Type into a field."""
        self.page.value(
            f"(() => {{ const field = document.getElementById({identity!r});"
            f" field.value = {json.dumps(text)};"
            f" field.dispatchEvent(new Event({event!r}, {{ bubbles: true }})); }})()"
        )


def bar_of(look: Look) -> int:
    """The bar of a look, from 1; 0 while a bar is counted in."""
    found = re.match(r"(\d+)\.", look["place"])
    return int(found[1]) if found else 0


@contextmanager
def evening(
    folder: Path, adapter: str, pace: float, browser: str, said: Callable[[str], None]
) -> Iterator[Evening]:
    """A jam with a page open on it, all of it closed at the end. Raises JamBotError."""
    take = folder / "takes" / "evening"
    take.mkdir(parents=True)
    with (
        jack_server(),
        Synth() as synth,
        JamProcess(take, adapter, BPM, 3600.0, OPTIONS) as jam,
        chromium_page(browser) as page,
    ):
        url = _address(jam, take / "jam.txt")
        page.open(url, *WIDE)
        yield Evening(page, synth, jam, url, folder, take, pace, said)


def _address(jam: JamProcess, words: Path) -> str:
    deadline = time.monotonic() + LOAD_SECONDS
    while time.monotonic() < deadline and jam.runs:
        found = re.search(r"live view: (http://\S+)", words.read_text(encoding="utf-8"))
        if found:
            return found[1]
        time.sleep(0.05)
    raise JamBotError(f"the jam has no page ({words.read_text(encoding='utf-8')[-200:]})")
