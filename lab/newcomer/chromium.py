"""A headless Chromium driven over its own debugging protocol, with nothing between."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--mute-audio",
    "--hide-scrollbars", "--remote-debugging-port=0",
)  # fmt: skip
PATIENCE_SECONDS = 100.0


class Page:
    """One page of the browser. `faults` collects what it complained about."""

    def __init__(self, socket: ClientConnection) -> None:
        self.faults: list[str] = []
        self._socket = socket
        self._numbers = itertools.count(1)
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command and wait for its answer."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE_SECONDS))
            if message.get("id") == number:
                assert "error" not in message, message
                return dict(message["result"])
            self._listen(message)

    def _listen(self, event: dict[str, Any]) -> None:
        match event.get("method"):
            case "Runtime.exceptionThrown":
                self.faults.append(str(event["params"]["exceptionDetails"]))
            case "Log.entryAdded" if event["params"]["entry"]["level"] == "error":
                self.faults.append(str(event["params"]["entry"]))

    def open(self, url: str, width: int = 1280, height: int = 760) -> None:
        self.resize(width, height)
        self.ask("Page.navigate", url=url)
        self.wait_for(f"location.href.startsWith({url!r}) && document.readyState === 'complete'")

    def resize(self, width: int, height: int) -> None:
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def value(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited where it is a promise."""
        result = self.ask(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        """Wait until the expression is truthy, and give its value."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            value = self.value(expression)
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"{expression} stayed {value!r}")

    def key(self, code: str, down: bool) -> None:
        kind = "keyDown" if down else "keyUp"
        self.ask("Input.dispatchKeyEvent", type=kind, code=code, key=code[-1].lower())

    def press(self, key: str) -> None:
        """A key by its name (`End`, `Enter`), down and up."""
        number = {"Enter": 13, "End": 35, "Home": 36, "Delete": 46}[key]
        for kind in ("rawKeyDown", "keyUp"):
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=number
            )

    def download_into(self, folder: Path) -> None:
        """What is downloaded from here on lies in `folder` under its own name."""
        folder.mkdir(parents=True, exist_ok=True)
        self.ask("Page.setDownloadBehavior", behavior="allow", downloadPath=str(folder.resolve()))

    def heap_bytes(self) -> int:
        """What its scripts hold, once rubbish has been collected."""
        self.ask("HeapProfiler.collectGarbage")
        return int(self.ask("Runtime.getHeapUsage")["usedSize"])

    def middle(self, selector: str) -> tuple[float, float]:
        """Where the middle of an element is, scrolled into view as whoever looks for it does."""
        find = f"document.querySelector({selector!r})"
        self.value(f"{find}.scrollIntoView({{block: 'center'}})")
        x, y = self.value(
            f"(r => [r.x + r.width / 2, r.y + r.height / 2])({find}.getBoundingClientRect())"
        )
        return x, y

    def click(self, selector: str) -> None:
        x, y = self.middle(selector)
        for kind in ("mousePressed", "mouseReleased"):
            self.ask(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1
            )  # fmt: skip

    def touch(self, kind: str, selector: str = "", finger: int = 0) -> None:
        """A finger comes down amid an element (`Start`), moves there, or (`End`) all are lifted."""
        points = []
        if selector:
            x, y = self.middle(selector)
            points = [{"x": x, "y": y, "id": finger}]
        self.ask("Input.dispatchTouchEvent", type=f"touch{kind}", touchPoints=points)

    def screenshot(self, path: Path) -> Path:
        picture = self.ask("Page.captureScreenshot", format="png")["data"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(picture))
        return path


@contextmanager
def chromium_page(program: str) -> Iterator[Page]:
    """A page of a browser that lives as long as the block."""
    profile = Path(tempfile.mkdtemp(prefix="jambot-chromium-"))
    process = subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": "disabled:"},
    )
    try:
        port = _debugging_port(process, profile / "DevToolsActivePort")
        with connect(_page_address(port), max_size=None, open_timeout=PATIENCE_SECONDS) as socket:
            yield Page(socket)
    finally:
        process.kill()
        process.wait(timeout=10)
        shutil.rmtree(profile, ignore_errors=True)


def _debugging_port(process: "subprocess.Popen[bytes]", file: Path) -> int:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if file.exists() and file.read_text().strip():
            return int(file.read_text().split()[0])
        time.sleep(0.05)
    raise AssertionError(f"Chromium did not start (exit status {process.poll()})")


def _page_address(port: int) -> str:
    from urllib.request import urlopen

    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with (
            suppress(TimeoutError),
            urlopen(f"http://127.0.0.1:{port}/json", timeout=PATIENCE_SECONDS) as answer,
        ):
            for target in json.load(answer):
                if target["type"] == "page":
                    return str(target["webSocketDebuggerUrl"])
        time.sleep(0.05)
    raise AssertionError("Chromium has no page")
