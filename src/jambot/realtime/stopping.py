"""Being asked to stop: Ctrl-C, a termination request, a closed terminal, an input that ends."""

import _thread
import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

CLOSED, LOGGED_OFF, SHUT_DOWN = 2, 5, 6
"""What Windows tells a console's programs before it ends them: by no signal, and in a thread."""
LOOK_SECONDS = 0.2
"""How often Windows is asked whether the input is still open."""
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

    def when_input_ends(self) -> None:
        """Be asked, as by Ctrl-C, also when standard input ends: whoever holds its other end is
        done, or dead. Where a program has started this one no signal is as sure on every system.
        """
        threading.Thread(target=self._read_input, daemon=True).start()

    def _read_input(self) -> None:
        _wait_for_end_of_input()
        if not self._over.is_set():
            _thread.interrupt_main()

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


if sys.platform == "win32":
    import msvcrt

    def _wait_for_end_of_input() -> None:
        """Look first, and read no more than lies there: while one thread waits for a pipe, whoever
        inherits it cannot start."""
        with suppress(OSError):
            pipe, there = ctypes.c_void_p(msvcrt.get_osfhandle(0)), ctypes.c_ulong()
            look = ctypes.windll.kernel32.PeekNamedPipe
            while look(pipe, None, 0, None, ctypes.byref(there), None):
                if there.value:
                    os.read(0, there.value)
                time.sleep(LOOK_SECONDS)

else:

    def _wait_for_end_of_input() -> None:
        with suppress(OSError):
            while os.read(0, 4096):
                pass
