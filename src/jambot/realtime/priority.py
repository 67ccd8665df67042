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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
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
    ask = {"win32": _ask_windows, "darwin": _ask_macos}.get(platform, _ask_linux)
    give_back: Callable[[], None] = _nothing
    try:
        what, give_back = ask()
        granted = Granted(what)
    except (OSError, AttributeError, ValueError) as error:
        granted = Granted("", f"{platform}: {error}")
    try:
        yield granted
    finally:
        # A nice value may be kept from being put back: the process ends soon.
        with suppress(OSError, AttributeError, ValueError):
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


Asked = tuple[str, Callable[[], None]]
"""What was given, and how to give it back."""


def _ask_linux() -> Asked:
    ours = [thread for thread in _threads() if os.sched_getscheduler(thread) == os.SCHED_OTHER]
    try:
        for thread in ours:
            policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
            os.sched_setscheduler(thread, policy, os.sched_param(ROUND_ROBIN))
    except PermissionError:
        nice = os.getpriority(os.PRIO_PROCESS, 0)
        for thread in ours:
            os.setpriority(os.PRIO_PROCESS, thread, NICE)
        return f"nice {NICE}", partial(_be_nice, ours, nice)
    if not ours:
        return "what it was started with", _nothing
    return f"SCHED_RR {ROUND_ROBIN}", partial(_be_ordinary, ours)


def _be_ordinary(threads: Sequence[int]) -> None:
    for thread in {*threads} & {*_threads()}:
        os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


def _be_nice(threads: Sequence[int], nice: int) -> None:
    for thread in {*threads} & {*_threads()}:
        os.setpriority(os.PRIO_PROCESS, thread, nice)


def _threads() -> list[int]:
    """The threads of this process, by the system's numbers."""
    return [int(number) for number in os.listdir("/proc/self/task")]


def _ask_windows() -> Asked:
    system: Any = ctypes.windll  # type: ignore[attr-defined,unused-ignore]
    process = system.kernel32.GetCurrentProcess()
    if not system.kernel32.SetPriorityClass(process, HIGH_CLASS):
        raise OSError("the high priority class was refused")
    index = ctypes.c_ulong(0)
    audio = system.avrt.AvSetMmThreadCharacteristicsW("Pro Audio", ctypes.byref(index))
    what = "high priority class" + (", Pro Audio" if audio else "")
    return what, partial(system.kernel32.SetPriorityClass, process, NORMAL_CLASS)


def _ask_macos() -> Asked:
    _set_quality(USER_INTERACTIVE)
    return "quality of service: user interactive", partial(_set_quality, DEFAULT_QUALITY)


def _set_quality(quality: int) -> None:
    system: Any = ctypes.CDLL(None)
    if system.pthread_set_qos_class_self_np(quality, 0):
        raise OSError("the quality of service was refused")


def _nothing() -> None:
    pass
