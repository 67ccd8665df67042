"""Asking for time before others: never an error, and given back."""

import ctypes
import gc
import os
import sys
import time

import pytest

from jambot.realtime.priority import (
    DEFAULT_QUALITY,
    NORMAL_CLASS,
    PLAYER,
    STAGE,
    no_long_collections,
    priority_for,
)


def test_what_is_granted_is_told_and_given_back_or_the_refusal_is():
    with priority_for(STAGE) as granted:
        assert bool(granted.what) != bool(granted.refused)
    if hasattr(os, "sched_getscheduler"):
        assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's own words")
def test_without_the_right_to_real_time_a_nice_value_is_asked_for_and_else_nothing(monkeypatch):
    def refuse(*_):
        raise PermissionError("not you")

    nice = []
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "setpriority", lambda *asked: nice.append(asked[-1]))
    with priority_for(STAGE) as granted:
        assert granted.what == "nice -10"
        assert set(nice) == {-10}
    monkeypatch.setattr(os, "setpriority", refuse)
    with priority_for(STAGE) as granted:
        assert (granted.what, granted.refused) == ("", "linux: not you")


class FakeWindows:
    """`ctypes.windll` as far as priorities go."""

    def __init__(self, allows=True):
        self.classes = []
        self.allows = allows
        self.kernel32 = self.avrt = self

    def GetCurrentProcess(self):  # noqa: N802
        return -1

    def SetPriorityClass(self, process, wanted):  # noqa: N802
        self.classes.append(wanted)
        return self.allows

    def AvSetMmThreadCharacteristicsW(self, task, index):  # noqa: N802
        return int(task == "Pro Audio")


def test_windows_is_asked_for_its_high_class_and_pro_audio(monkeypatch):
    windows = FakeWindows()
    monkeypatch.setattr(ctypes, "windll", windows, raising=False)
    with priority_for(STAGE, "win32") as granted:
        assert granted.what == "priority class 0x80, Pro Audio"
    assert windows.classes == [STAGE.priority_class, NORMAL_CLASS]
    monkeypatch.setattr(ctypes, "windll", FakeWindows(allows=False), raising=False)
    with priority_for(STAGE, "win32") as granted:
        assert granted.refused == "win32: priority class 0x80 was refused"


@pytest.mark.skipif(sys.platform != "win32", reason="Windows' own words")
def test_windows_grants_its_high_class():
    with priority_for(STAGE) as granted:
        assert granted.what.startswith("priority class 0x80")


def test_macos_is_asked_for_a_quality_of_service(monkeypatch):
    asked = []

    class FakeSystem:
        def pthread_set_qos_class_self_np(self, quality, relative):
            asked.append(quality)
            return 0

    monkeypatch.setattr(ctypes, "CDLL", lambda name: FakeSystem())
    with priority_for(STAGE, "darwin") as granted:
        assert granted.what == "quality of service 0x21"
    assert asked == [STAGE.quality, DEFAULT_QUALITY]


def test_the_player_comes_after_the_stage_and_before_other_programs():
    assert 0 < PLAYER.round_robin < STAGE.round_robin
    assert STAGE.nice < PLAYER.nice < 0
    assert NORMAL_CLASS != PLAYER.priority_class != STAGE.priority_class
    assert DEFAULT_QUALITY < PLAYER.quality < STAGE.quality


def test_a_system_without_any_of_it_plays_all_the_same():
    with priority_for(STAGE, "win32" if sys.platform != "win32" else "linux") as granted:
        assert granted.what == ""
        assert granted.refused


def test_while_it_plays_a_collection_is_too_short_to_be_heard():
    loaded = [[] for _ in range(200_000)]
    with no_long_collections():
        took = []
        for _ in range(3):
            started = time.thread_time()
            gc.collect()
            took.append(time.thread_time() - started)
        assert min(took) < 0.005
    assert loaded
    assert gc.get_freeze_count() == 0
