import errno
import json
import signal
import threading

import pytest

from jambot.assets import CHORD_TONES, DEMO_COMPING
from jambot.errors import CheckpointError, JamBotError, UsageError
from jambot.music import Meter, Note, TempoMap, Track, write_midi
from jambot.realtime.log import scribe
from jambot.realtime.main import JamSettings, jam
from jambot.realtime.ports import MemoryInput
from jambot.realtime.settings import SessionSettings


def fast(**settings):
    defaults = {
        "adapter": CHORD_TONES,
        "backend": "memory",
        "comping": DEMO_COMPING,
        "seconds": 16.0,
        "realtime": False,
    }
    return JamSettings(**(defaults | settings))


def take(path, settings):
    jam(settings, path)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def notes(events):
    return [(e["onset_beats"], e["pitch"]) for e in events if e["event"] == "played"]


def test_a_fast_jam_leaves_a_whole_log(tmp_path):
    events = take(tmp_path / "session.jsonl", fast())
    (opening,) = [event for event in events if event["event"] == "session"]
    assert (opening["backend"], opening["performer"]) == ("memory", "demo_comping.mid")
    assert opening["realtime"] is False
    assert events[-1]["event"] == "end"
    assert events[-1]["reason"] == "seconds"
    assert events[-1]["seconds"] == pytest.approx(16.0, abs=0.01)
    assert len(notes(events)) > 16
    kinds = [event["event"] for event in events]
    assert kinds.count("played") == kinds.count("ended")
    assert "underrun" not in kinds


def test_the_same_seed_gives_the_same_jam(tmp_path):
    first, again, other = (
        notes(take(tmp_path / f"{i}.jsonl", fast(session=SessionSettings(seed=seed))))
        for i, seed in enumerate((7, 7, 8))
    )
    assert first == again != other


def test_a_jam_plays_to_its_end_on_a_full_disk_and_then_says_what_is_missing(tmp_path, full_disk):
    path, shown = tmp_path / "session.jsonl", []

    def show(status):
        full_disk.tried.wait(10)  # the disk is slower than a clock moved by hand
        shown.append(status)

    with pytest.raises(JamBotError, match=r"No space left on device.* events missing in it: \d+"):
        jam(fast(seconds=8.0), path, show)
    assert shown[-1].played_notes > 8
    assert shown[-1].log_fault.startswith("the log cannot be written (No space left on device)")


@pytest.fixture
def full_disk(monkeypatch):
    """A disk that takes nothing; `tried` is set once that has been found out."""

    class Full:
        tried = threading.Event()

        def __call__(self, path):
            self.tried.set()
            raise OSError(errno.ENOSPC, "No space left on device")

    made = Full()
    monkeypatch.setattr(scribe, "_open", made)
    return made


def test_a_take_that_lies_there_is_not_played_into(tmp_path):
    (tmp_path / "session.jsonl").write_text("somebody's take")
    with pytest.raises(UsageError, match="a take lies there already"):
        jam(fast(seconds=1.0), tmp_path / "session.jsonl")
    assert (tmp_path / "session.jsonl").read_text() == "somebody's take"


def test_another_input_may_be_heard_and_a_view_is_shown_what_happens(tmp_path):
    shown = []

    def a_guest(port, clock):
        guest = MemoryInput(clock)
        for pitch in (48, 58, 64):
            guest.feed(bytes((0x90, pitch, 80)))
        return guest

    path = tmp_path / "session.jsonl"
    jam(fast(comping=None, seconds=4.0), path, shown.append, a_guest)
    events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(notes(events)) >= 4
    assert shown[-1].held == (48, 58, 64)


def test_a_memory_jam_without_a_performer_waits_for_keys(tmp_path):
    events = take(tmp_path / "session.jsonl", fast(comping=None, seconds=2.0))
    assert [event["event"] for event in events] == ["session", "request", "end"]


def test_a_file_in_three_is_played_in_three(tmp_path):
    waltz = tmp_path / "waltz.mid"
    chords = [Note(bar * 3.0, 2.0, pitch) for bar in range(4) for pitch in (48, 52, 55)]
    write_midi(waltz, [Track("hands", tuple(chords))], TempoMap.constant(120.0), Meter(3))
    events = take(tmp_path / "session.jsonl", fast(comping=waltz, seconds=4.0))
    assert events[0]["beats_per_bar"] == 3
    assert len(notes(events)) > 2


def test_the_signals_are_given_back(tmp_path):
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    jam(fast(seconds=1.0))
    assert {n: signal.getsignal(n) for n in before} == before


def test_it_plays_in_a_thread_too():
    failed = []

    def play():
        try:
            jam(fast(seconds=1.0))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=play)
    thread.start()
    thread.join(60)
    assert failed == []


@pytest.mark.parametrize("realtime", [True, False])
def test_an_unknown_style_is_refused_before_anything_sounds(realtime):
    with pytest.raises(UsageError, match="no adapter named 'nobody'"):
        jam(fast(adapter="nobody", realtime=realtime))


@pytest.mark.parametrize("realtime", [True, False])
def test_a_damaged_model_is_refused_with_its_reason(tmp_path, realtime):
    (tmp_path / "genai_config.json").write_text("{}")
    with pytest.raises(CheckpointError) as refused:
        jam(fast(adapter=str(tmp_path), realtime=realtime))
    assert refused.value.cure


def test_a_port_that_memory_has_not_is_refused():
    with pytest.raises(JamBotError, match="memory has no port"):
        jam(fast(in_name="piano"))
