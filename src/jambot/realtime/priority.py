"""Time on stage before other programs' time: asked of the system while a jam runs, never required.

| system | asked for | needs |
|---|---|---|
| Linux | `SCHED_RR`, else a nice value of -10 | an `rtprio` or `nice` limit (the group `audio` on most systems), or root |
| Windows | the high priority class, and "Pro Audio" of the multimedia scheduler for the stage's thread | nothing |
| macOS | the quality of service of what a user touches, for the stage's thread | nothing |

The player asks for none of this: it has a plan of bars to work at, and must not be in the way.
"""  # noqa: E501

import ctypes
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

ROUND_ROBIN = 5
"""Below JACK's own threads (10 and more): a port that keeps the time comes first."""
NICE = -10
HIGH_CLASS, NORMAL_CLASS = 0x80, 0x20
USER_INTERACTIVE, DEFAULT_QUALITY = 0x21, 0x15


@dataclass(frozen=True, slots=True)
class Granted:
    """What the system gave: in words, or empty with the reason why there is nothing."""

    what: str
    refused: str = ""


@contextmanager
def stage_priority(platform: str = sys.platform) -> Iterator[Granted]:
    """Ask for it for as long as the context lasts. Nothing raises: without it all plays the same.

    Threads: called on the stage's. On Linux the other threads of the process get it too, those of
    JACK aside: whoever holds Python's lock must not be kept waiting. Processes begun later do not.
    """
    ask, give_back = _ways(platform)
    try:
        granted = Granted(ask())
    except (OSError, AttributeError, ValueError) as error:
        granted = Granted("", f"{platform}: {error}")
    try:
        yield granted
    finally:
        # A nice value may be kept from being put back: the process ends soon.
        with suppress(OSError, AttributeError, ValueError):
            if granted.what:
                give_back()


@contextmanager
def no_long_collections() -> Iterator[None]:
    """What has been loaded by now is not looked through for garbage again: 28 ms each time."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _ways(platform: str) -> tuple[Callable[[], str], Callable[[], None]]:
    if platform == "win32":
        return _ask_windows, _tell_windows
    if platform == "darwin":
        return _ask_macos, _tell_macos
    return _ask_linux, _tell_linux


def _ask_linux() -> str:
    ours = [thread for thread in _threads() if os.sched_getscheduler(thread) == os.SCHED_OTHER]
    try:
        for thread in ours:
            policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
            os.sched_setscheduler(thread, policy, os.sched_param(ROUND_ROBIN))
    except PermissionError:
        for thread in ours:
            os.setpriority(os.PRIO_PROCESS, thread, NICE)
        return f"nice {NICE}"
    return f"SCHED_RR {ROUND_ROBIN}"


def _tell_linux() -> None:
    for thread in _threads():
        if os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK == os.SCHED_RR:
            if os.sched_getparam(thread).sched_priority == ROUND_ROBIN:
                os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))
        elif os.getpriority(os.PRIO_PROCESS, thread) == NICE:
            os.setpriority(os.PRIO_PROCESS, thread, 0)


def _threads() -> list[int]:
    """The threads of this process, by the system's numbers."""
    return [int(number) for number in os.listdir("/proc/self/task")]


def _ask_windows() -> str:
    system: Any = ctypes.windll  # type: ignore[attr-defined,unused-ignore]
    if not system.kernel32.SetPriorityClass(system.kernel32.GetCurrentProcess(), HIGH_CLASS):
        raise OSError("the high priority class was refused")
    index = ctypes.c_ulong(0)
    audio = system.avrt.AvSetMmThreadCharacteristicsW("Pro Audio", ctypes.byref(index))
    return "high priority class" + (", Pro Audio" if audio else "")


def _tell_windows() -> None:
    kernel: Any = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    kernel.SetPriorityClass(kernel.GetCurrentProcess(), NORMAL_CLASS)


def _ask_macos() -> str:
    _set_quality(USER_INTERACTIVE)
    return "quality of service: user interactive"


def _tell_macos() -> None:
    _set_quality(DEFAULT_QUALITY)


def _set_quality(quality: int) -> None:
    system: Any = ctypes.CDLL(None)
    if system.pthread_set_qos_class_self_np(quality, 0):
        raise OSError("the quality of service was refused")
