"""Time on stage before other programs' time: asked of the system while a jam runs, never required.

| system | asked for | needs |
|---|---|---|
| Linux | `SCHED_RR`, else a nice value | an `rtprio` or `nice` limit (the group `audio` on most systems), or root |
| Windows | a high priority class, and "Pro Audio" of the multimedia scheduler for the stage's thread | nothing |
| macOS | the quality of service of what a user touches, or waits for | nothing |

The player is asked for less than the stage: a trigger waits for it, a promised note does not.
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

NORMAL_CLASS, DEFAULT_QUALITY = 0x20, 0x15
"""What Windows and macOS give to anybody."""


@dataclass(frozen=True, slots=True)
class Rank:
    """How much is asked for, in each system's own numbers."""

    round_robin: int
    nice: int
    priority_class: int
    quality: int
    pro_audio: bool


STAGE = Rank(round_robin=5, nice=-10, priority_class=0x80, quality=0x21, pro_audio=True)
"""Below JACK's own threads (10 and more): a port that keeps the time comes first."""
PLAYER = Rank(round_robin=1, nice=-5, priority_class=0x8000, quality=0x19, pro_audio=False)


@dataclass(frozen=True, slots=True)
class Granted:
    """What the system gave: in words, or empty with the reason why there is nothing."""

    what: str
    refused: str = ""


@contextmanager
def priority_for(rank: Rank, platform: str = sys.platform) -> Iterator[Granted]:
    """Ask for it for as long as the context lasts. Nothing raises: without it all plays the same.

    Threads: called on the one that keeps the time. On Linux the other threads of the process get it
    too, those of JACK aside: whoever holds Python's lock must not be kept waiting. Threads and
    processes begun later do not.
    """
    ask = {"win32": _ask_windows, "darwin": _ask_macos}.get(platform, _ask_linux)
    give_back: Callable[[], None] = _nothing
    try:
        what, give_back = ask(rank)
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


Given = tuple[str, Callable[[], None]]
"""What was given, and how to give it back."""


def _ask_linux(rank: Rank) -> Given:
    ours = [thread for thread in _threads() if os.sched_getscheduler(thread) == os.SCHED_OTHER]
    try:
        for thread in ours:
            policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
            os.sched_setscheduler(thread, policy, os.sched_param(rank.round_robin))
    except PermissionError:
        nice = os.getpriority(os.PRIO_PROCESS, 0)
        for thread in ours:
            os.setpriority(os.PRIO_PROCESS, thread, rank.nice)
        return f"nice {rank.nice}", partial(_be_nice, ours, nice)
    if not ours:
        return "what it was started with", _nothing
    return f"SCHED_RR {rank.round_robin}", partial(_be_ordinary, ours)


def _be_ordinary(threads: Sequence[int]) -> None:
    for thread in {*threads} & {*_threads()}:
        os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))


def _be_nice(threads: Sequence[int], nice: int) -> None:
    for thread in {*threads} & {*_threads()}:
        os.setpriority(os.PRIO_PROCESS, thread, nice)


def _threads() -> list[int]:
    """The threads of this process, by the system's numbers."""
    return [int(number) for number in os.listdir("/proc/self/task")]


def _ask_windows(rank: Rank) -> Given:
    system: Any = ctypes.windll  # type: ignore[attr-defined,unused-ignore]
    # As wide as a handle is: as an int, half of it would be lost, and the process not be known.
    process = ctypes.c_void_p(system.kernel32.GetCurrentProcess())
    if not system.kernel32.SetPriorityClass(process, rank.priority_class):
        raise OSError(f"priority class {rank.priority_class:#x} was refused")
    what = f"priority class {rank.priority_class:#x}"
    if rank.pro_audio:
        index = ctypes.c_ulong(0)
        if system.avrt.AvSetMmThreadCharacteristicsW("Pro Audio", ctypes.byref(index)):
            what += ", Pro Audio"
    return what, partial(system.kernel32.SetPriorityClass, process, NORMAL_CLASS)


def _ask_macos(rank: Rank) -> Given:
    _set_quality(rank.quality)
    return f"quality of service {rank.quality:#x}", partial(_set_quality, DEFAULT_QUALITY)


def _set_quality(quality: int) -> None:
    system: Any = ctypes.CDLL(None)
    if system.pthread_set_qos_class_self_np(quality, 0):
        raise OSError("the quality of service was refused")


def _nothing() -> None:
    pass
