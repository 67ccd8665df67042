"""Being asked to stop: Ctrl-C, a termination request, a closed terminal."""

import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any


class Stopping:
    """Whether this process has been asked to stop; a context that catches the asking.

    Until `play` the first request ends what is under way at once (KeyboardInterrupt). Then it is
    noted in `asked`, and however often it is repeated, nothing disturbs the ending: the last
    note-offs, the take, the report. Leaving the context gives the signals back.

    Threads: in another thread than the first, signals are somebody else's and nothing is caught.
    """

    def __init__(self) -> None:
        self.asked = False
        self._playing = False
        self._before: dict[int, Any] = {}

    def play(self) -> None:
        """From here on there is something to end well."""
        self._playing = True

    def __enter__(self) -> "Stopping":
        if threading.current_thread() is threading.main_thread():
            names = ("SIGINT", "SIGTERM", "SIGHUP" if sys.platform != "win32" else "SIGBREAK")
            numbers = [getattr(signal, name) for name in names]
            self._before = {number: signal.signal(number, self._stop) for number in numbers}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if not (self._playing or self.asked):
            self.asked = True
            raise KeyboardInterrupt
        self.asked = True
