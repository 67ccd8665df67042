"""What time it is on stage, in seconds, and how to wait for a moment of it.

One clock serves a whole session: ports stamp with it, the scheduler commits by it. `SystemClock`
tells real time; `ManualClock` is moved by hand, so that tests and `--fast` runs take no time.
Seconds have no origin: only their differences mean anything. Musical time is `jambot.music`'s.
"""

import atexit
import sys
import time
from typing import Protocol

# Sleeping wakes late, by 0.1 ms on a quiet Linux and 1 ms on Windows; the rest is spun.
SPIN_SECONDS = 0.001


class Clock(Protocol):
    """Monotonic seconds, and waiting."""

    def now(self) -> float:
        """Seconds since an arbitrary origin; never runs backwards."""
        ...

    def sleep_until(self, seconds: float, spin: bool = True) -> None:
        """Return at `seconds` or just after; at once where that has passed.

        Without `spin` it may be a fraction of a millisecond later, and costs no processor time.
        """
        ...


class SystemClock:
    """Real time, from the finest monotonic counter of the machine.

    The counter is one for all processes of a machine, so that stamps taken in one process may be
    compared with those of another. On Windows the timer is set to 1 ms for as long as the process
    lives.

    Threads: stateless; any thread may call. `sleep_until` spins for its last millisecond, unless
    told not to, letting other Python threads run meanwhile.
    """

    def __init__(self) -> None:
        _raise_timer_resolution()

    def now(self) -> float:
        return time.perf_counter()

    def sleep_until(self, seconds: float, spin: bool = True) -> None:
        asleep = seconds - time.perf_counter() - (SPIN_SECONDS if spin else 0.0)
        if asleep > 0:
            time.sleep(asleep)
        while spin and time.perf_counter() < seconds:
            time.sleep(0)


class ManualClock:
    """Time that stands still until somebody moves it.

    Threads: for a single thread; waiting moves the time instead of blocking.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds

    def sleep_until(self, seconds: float, spin: bool = True) -> None:
        self._seconds = max(self._seconds, seconds)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`, 0 or more; ValueError where negative."""
        if seconds < 0:
            raise ValueError(f"time cannot run backwards by {-seconds} s")
        self._seconds += seconds


_timer_raised = False


def _raise_timer_resolution() -> None:
    """Ask Windows for a 1 ms timer, once a process, given back at its end; elsewhere nothing."""
    global _timer_raised
    if sys.platform == "win32" and not _timer_raised:
        import ctypes

        winmm = ctypes.windll.winmm
        winmm.timeBeginPeriod(1)
        atexit.register(winmm.timeEndPeriod, 1)
        _timer_raised = True
