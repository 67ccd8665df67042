"""Being asked to stop: Ctrl-C, a termination request, a closed terminal."""

import ctypes
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any

CLOSED, LOGGED_OFF, SHUT_DOWN = 2, 5, 6
"""What Windows tells a console's programs before it ends them: by no signal, and in a thread."""
LAST_SECONDS = 4.5
"""Windows waits five seconds for the answer, then ends the process whatever it does."""


class Stopping:
    """Whether this process has been asked to stop; a context that catches the asking.

    Until `play` the first request ends what is under way at once (KeyboardInterrupt). Then it is
    noted in `asked`, and however often it is repeated, nothing disturbs the ending: the last
    note-offs, the take, the report. Leaving the context gives the signals back.

    Threads: in another thread than the first, signals are somebody else's and nothing is caught. On
    Windows a closed console is told in a thread of the system's, which is held until all is over.
    """

    def __init__(self) -> None:
        self.asked = False
        self._playing = False
        self._before: dict[int, Any] = {}
        self._over = threading.Event()
        self._told: Any = None

    def play(self) -> None:
        """From here on there is something to end well."""
        self._playing = True

    def __enter__(self) -> "Stopping":
        if threading.current_thread() is threading.main_thread():
            names = ("SIGINT", "SIGTERM", "SIGHUP" if sys.platform != "win32" else "SIGBREAK")
            numbers = [getattr(signal, name) for name in names]
            self._before = {number: signal.signal(number, self._stop) for number in numbers}
            if sys.platform == "win32":
                self._told = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(self.console_says)
                ctypes.windll.kernel32.SetConsoleCtrlHandler(self._told, 1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if sys.platform == "win32" and self._told is not None:
            ctypes.windll.kernel32.SetConsoleCtrlHandler(self._told, 0)

    def console_says(self, event: int) -> bool:
        """Windows' console is going: stop, and hold it up until everything is written."""
        if event not in (CLOSED, LOGGED_OFF, SHUT_DOWN):
            return False
        self.asked = True
        self._over.wait(LAST_SECONDS)
        return True

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if not (self._playing or self.asked):
            self.asked = True
            raise KeyboardInterrupt
        self.asked = True
