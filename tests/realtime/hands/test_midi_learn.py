"""MIDI learn: the control that is moved is the one that is meant."""

import errno
import threading
import time

import pytest

from jambot.errors import UsageError
from jambot.music.midi import parse
from jambot.realtime.gesture_file import bind_in_file, read_gestures
from jambot.realtime.gestures import Action
from jambot.realtime.hands.midi_learn import MidiLearn
from jambot.realtime.orders import Learn

CM7 = (48, 52, 55, 59)


def shown(action, *messages, playing=False):
    learn = MidiLearn(Action(action), playing)
    return next((found for data in messages if (found := learn.hear(parse(bytes(data))))), None)


def turn(number, *values):
    return [(0xB0, number, value) for value in values]


def test_a_knob_is_the_one_that_travels_not_the_one_that_flutters():
    flutter = turn(7, 60, 61, 60, 61, 62, 61)
    assert shown("density", *flutter) is None
    assert shown("density", *flutter, *turn(21, 40, 46, 52)) == "cc 21"


def test_a_button_is_pressed_struck_or_chosen():
    assert shown("tap", (0xB0, 67, 10), (0xB0, 67, 127)) == "cc 67"
    assert shown("tap", (0x99, 36, 90)) == "note 36 channel 10"
    assert shown("tap", (0xC3, 5)) == "program 5"


@pytest.mark.parametrize(
    "data", [(0xB0, 123, 127), (0xE0, 0, 127), (0x90, 60, 0), (0x80, 60, 64), (0xD0, 90), (0xF8,)]
)
def test_what_is_no_control_is_passed_over(data):
    assert shown("tap", data) is None


def test_notes_and_programs_make_no_knob():
    assert (
        shown("swing", (0x99, 36, 90), (0xC0, 5), *[(0x90, 60, v) for v in (10, 90, 127)]) is None
    )


def test_while_somebody_plays_keys_and_the_sustain_pedal_are_music():
    music = [(0x90, 60, 90), (0xB0, 64, 127)]
    assert shown("tap", *music, playing=True) is None
    assert shown("tap", *music, (0x99, 40, 80), playing=True) == "note 40 channel 10"
    assert shown("tap", *music) == "note 60 channel 1"


def test_it_is_written_where_the_file_says_something_else_and_the_rest_stays(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        '# my keyboard\ntap = [\n  "cc 20",  # the left pad\n  "cc 21",\n]\nswing = []\n', "utf-8"
    )
    assert bind_in_file(path, Action.tap, "cc 30") is None
    assert path.read_text("utf-8") == '# my keyboard\ntap = "cc 30"\nswing = []\n'
    assert bind_in_file(path, Action.density, "cc 30") == "tap"
    assert path.read_text("utf-8") == '# my keyboard\ntap = []\nswing = []\ndensity = "cc 30"\n'
    assert read_gestures(path).asked(parse(b"\xb0\x1e\x7f")).action is Action.density


def test_a_file_is_begun_and_what_was_built_in_is_told(tmp_path):
    path = tmp_path / "new.toml"
    assert bind_in_file(path, Action.swing, "cc 1") == "density"
    gestures = read_gestures(path)
    assert gestures.asked(parse(b"\xb0\x01\x00")).action is Action.swing
    assert bind_in_file(path, Action.swing, "cc 1") is None


def test_a_file_that_is_no_table_is_left_alone(tmp_path):
    path = tmp_path / "letter.toml"
    path.write_text("Dear bandleader,", "utf-8")
    with pytest.raises(UsageError):
        bind_in_file(path, Action.tap, "cc 20")
    assert path.read_text("utf-8") == "Dear bandleader,"


def test_a_disk_that_is_full_leaves_the_table_of_before(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "mine.toml"
    path.write_text('tap = "cc 20"\n', "utf-8")
    monkeypatch.setattr("jambot.storage.os.fsync", full)
    with pytest.raises(UsageError, match="No space"):
        bind_in_file(path, Action.swing, "cc 20")
    assert path.read_text("utf-8") == 'tap = "cc 20"\n'


def test_a_file_as_windows_editors_write_it_is_read_and_written(tmp_path):
    """They begin it with a byte order mark."""
    path = tmp_path / "mine.toml"
    path.write_text('tap = "cc 20"\n', "utf-8-sig")
    assert read_gestures(path).controls["tap"] == "cc 20"
    assert bind_in_file(path, Action.swing, "cc 20") == "tap"
    assert read_gestures(path).controls["swing"] == "cc 20"
    path.write_text('tap = "cc 20"\n', "utf-16")
    with pytest.raises(UsageError, match=r"mine\.toml"):
        bind_in_file(path, Action.swing, "cc 21")


def test_a_page_may_teach_while_it_plays(stage):
    stage.strike(CM7)
    stage.go_to(1)
    stage.order(Learn("swing"))
    assert "swing" in stage.status().learning
    assert stage.status().learns == "swing"
    stage.feed(*turn(1, 10, 40, 60))
    assert stage.status().learning == (
        "cc 1 now asks for swing, and no longer for density; "
        "for this jam alone, as --gestures names no file"
    )
    assert stage.status().learns == ""
    assert dict(stage.status().gestures)["swing"] == "cc 1"
    assert dict(stage.status().gestures)["density"] == ""
    stage.feed(*turn(1, 127))
    controls = stage.status().controls
    assert (controls.swing, controls.density) == (1.0, None)
    assert stage.events("learnt")[0]["control"] == "cc 1"
    assert stage.status().playing


def test_it_may_be_called_off(stage):
    stage.order(Learn("tap"), Learn(None))
    stage.feed((0xB0, 1, 127))
    assert stage.status().learning == ""
    assert stage.status().controls.density == 1.0


def test_what_is_learnt_on_stage_is_written_to_the_table_that_was_read(make_stage, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('tap = "cc 20"\n', "utf-8")
    stage = make_stage(gestures=read_gestures(path))
    stage.order(Learn("end"))
    stage.feed((0xB0, 20, 127))
    deadline = time.monotonic() + 20.0
    while "end" not in path.read_text("utf-8"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert read_gestures(path).asked(parse(b"\xb0\x14\x7f")).action is Action.end


def test_what_cannot_be_written_is_told_on_the_stages_own_thread(make_stage, tmp_path, monkeypatch):
    """The sentence was changed by the thread that writes, while the stage showed it."""
    path = tmp_path / "mine.toml"
    path.write_text('tap = "cc 20"\n', "utf-8")
    stage = make_stage(gestures=read_gestures(path))
    may_fail, failing = threading.Event(), threading.Event()

    def refuse(*binding):
        failing.set()
        assert may_fail.wait(20.0)
        raise UsageError("the disk is full", "a place to write")

    monkeypatch.setattr("jambot.realtime.hands.midi_learn.bind_in_file", refuse)
    stage.order(Learn("end"))
    stage.feed((0xB0, 20, 127))
    assert failing.wait(20.0)
    told = stage.status().learning
    assert told == "cc 20 now asks for end, and no longer for tap"
    learning = stage.session.hearing.learning
    writing = learning._writing
    may_fail.set()
    writing.result(20.0)
    assert learning._told == told, "no other thread touches it"
    assert stage.status().learning == f"{told}; it is not written: the disk is full"
