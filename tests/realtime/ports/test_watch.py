"""The thread that opens, watches and closes."""

import threading

import pytest

from jambot.errors import PortError
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import MemoryInput, Ports, PortWatch, RecordingOutput

NOTE_ON, NOTE_OFF = bytes((0x90, 60, 80)), bytes((0x80, 60, 0))
PATIENCE_SECONDS = 10.0


class Stage:
    """Ports in memory; it notes in which threads they are opened, looked at and closed."""

    def __init__(self):
        self.clock = ManualClock()
        self.threads = {}
        self.looked = threading.Event()
        self.trouble = None
        self.output = RecordingOutput(self.clock)

    def open(self):
        self._note("open")
        stage = self

        class Input(MemoryInput):
            def close(self):
                stage._note("close")
                super().close()

        heard = Input(self.clock)
        return Ports(heard, self.output, "memory", None, None, looks=(self.fail, self.look))

    def fail(self):
        if self.trouble is not None:
            raise self.trouble

    def look(self):
        self._note("look")
        self.looked.set()

    def _note(self, what):
        self.threads.setdefault(what, set()).add(threading.current_thread().name)


def test_one_thread_opens_looks_and_closes_and_it_is_not_the_stages():
    stage = Stage()
    watch = PortWatch(stage.open)
    assert stage.looked.wait(PATIENCE_SECONDS)
    watch.ports.output.send(NOTE_ON)
    watch.close()
    assert stage.threads == {what: {"jambot ports"} for what in ("open", "look", "close")}
    assert [message.data for message in stage.output.messages] == [NOTE_ON, NOTE_OFF]


def test_what_is_refused_is_refused_to_whoever_asked():
    def refuse():
        raise PortError("no port named 'Nord'")

    with pytest.raises(PortError, match="Nord"):
        PortWatch(refuse)


def test_news_is_looked_at_at_once(monkeypatch):
    monkeypatch.setattr("jambot.realtime.ports.watch.LOOK_SECONDS", 3600.0)
    stage = Stage()
    watch = PortWatch(stage.open)
    assert not stage.looked.is_set()
    watch.ports.news.set()
    assert stage.looked.wait(PATIENCE_SECONDS)
    watch.close()


def test_a_driver_in_trouble_keeps_nobody_from_looking_again():
    stage = Stage()
    stage.trouble = RuntimeError("the driver is confused")
    watch = PortWatch(stage.open)
    for _ in range(2):
        stage.looked.clear()
        assert stage.looked.wait(PATIENCE_SECONDS)
    watch.close()
    assert watch.trouble is stage.trouble
