import pytest

from jambot.errors import UsageError
from jambot.music.midi import parse
from jambot.realtime.gesture_file import read_gestures
from jambot.realtime.gestures import BUILT_IN, Action, ControlMoved, GestureMap
from jambot.realtime.hands.midi_input import (
    Keyboard,
    KeyHeard,
    KnobTurned,
    Pressed,
    ProgramChosen,
    Stopped,
    Triggered,
)


def read(tmp_path, text):
    path = tmp_path / "gestures.toml"
    path.write_text(text, encoding="utf-8")
    return read_gestures(path)


def test_every_built_in_gesture_is_understood():
    assert dict(GestureMap().table) == {action: BUILT_IN.get(action, "") for action in Action}


def test_a_file_moves_what_it_names_and_leaves_the_rest(tmp_path):
    keyboard = Keyboard(gestures=read(tmp_path, 'density = "cc 21"\ntap = ["note 36 channel 10"]'))
    assert keyboard.hear(parse(b"\xb0\x15\x7f"), 0.0) == [KnobTurned("density", 1.0)]
    assert keyboard.hear(parse(b"\xb0\x01\x7f"), 0.0) == []
    assert keyboard.hear(parse(b"\xb0\x4a\x00"), 0.0) == [KnobTurned("inside_outside", 0.0)]
    assert keyboard.hear(parse(b"\xb0\x50\x7f"), 0.0) == []
    assert dict(keyboard.gestures.table)["tap"] == "note 36 channel 10"


def test_a_pad_is_no_key_and_on_another_channel_it_is(tmp_path):
    keyboard = Keyboard(gestures=read(tmp_path, 'tap = "note 36 channel 10"'))
    assert not keyboard.strikes(parse(b"\x99\x24\x50"))
    assert keyboard.hear(parse(b"\x99\x24\x50"), 0.0) == [Pressed(Action.tap)]
    assert keyboard.hear(parse(b"\x89\x24\x40"), 0.1) == []
    assert keyboard.strikes(parse(b"\x90\x24\x50"))
    assert isinstance(keyboard.hear(parse(b"\x90\x24\x50"), 0.2)[0], KeyHeard)


def test_a_control_that_the_file_gives_away_does_nothing_else(tmp_path):
    gestures = read(tmp_path, 'trigger = "cc 1"\nswing = []')
    assert gestures.asked(parse(b"\xb0\x01\x7f")) == ControlMoved(Action.trigger, 1.0, "pad")
    assert gestures.asked(parse(b"\xb0\x49\x7f")) is None


def test_a_program_change_may_be_a_button(tmp_path):
    keyboard = Keyboard(gestures=read(tmp_path, 'trade_4 = "program 3"'))
    assert keyboard.hear(parse(b"\xc0\x03"), 0.0) == [Pressed(Action.trade_4)]
    assert keyboard.hear(parse(b"\xc0\x04"), 0.0) == [ProgramChosen(4)]


def test_a_pedal_pressed_slowly_asks_once_and_a_button_without_release_each_time():
    gestures = GestureMap()
    pedal = [
        gestures.asked(parse(bytes((0xB0, 66, value)))) for value in (20, 70, 90, 127, 80, 10, 90)
    ]
    assert [asked is not None for asked in pedal] == [False, True, False, False, False, False, True]
    button = [gestures.asked(parse(bytes((0xB0, 81, 127)))) for _ in range(3)]
    assert all(button)


@pytest.mark.parametrize("controller", [120, 123])
def test_all_notes_off_stops_whatever_the_file_says(tmp_path, controller):
    keyboard = Keyboard(gestures=read(tmp_path, f'tap = "cc {controller}"\nstop = "note 24"'))
    assert keyboard.hear(parse(bytes((0xB0, controller, 0))), 0.0) == [Stopped()]
    assert keyboard.hear(parse(b"\x90\x18\x50"), 0.0) == [Stopped()]
    assert keyboard.hear(parse(b"\xb0\x42\x7f"), 0.0) == [Triggered("pedal")]


@pytest.mark.parametrize(
    "text",
    ['dance = "cc 1"', 'tap = "cc 128"', 'tap = "key 1"', "tap = 66", 'tap = "cc 1 channel 17"',
     'tap = "cc 1 channel 0"', "tap = [1]", "[tap]", 'tap = "cc 20"\nend = ["cc 20"]', "tap = ["],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_a_cure(tmp_path, text):
    with pytest.raises(UsageError) as refused:
        read(tmp_path, text)
    assert refused.value.expected
    assert refused.value.cure


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="nowhere"):
        read_gestures(tmp_path / "nowhere.toml")
