"""The fake is held to the vendor's stubs, and its limits bite."""

import importlib
import inspect
import sys
from pathlib import Path

import pytest
from fake_fl import FakeFL
from fake_fl.message import FlMidiMsg

FRAME = b"\xf0\x7d\x01\xf7"


@pytest.fixture(scope="module")
def stubs():
    """The official stubs by name; their modules have short names and leave again."""
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def run(tmp_path):
    """A FakeFL with a script of one's own."""

    def start(body="", **settings):
        script = tmp_path / "device_Test.py"
        script.write_text(f"# name=Test\nimport device, transport, mixer, ui\n{body}", "ascii")
        return FakeFL(script, **settings)

    return start


def called_like(function):
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


def test_every_function_and_constant_is_one_of_the_stubs(run, stubs):
    compared = 0
    for name, module in run().modules.items():
        official = stubs(name)
        for entry, value in vars(module).items():
            if entry.startswith("__"):
                continue
            expected = getattr(official, entry)
            if callable(value):
                assert called_like(value) == called_like(expected), f"{name}.{entry}"
            else:
                assert value == expected, f"{name}.{entry}"
            compared += 1
    assert compared == 30


def test_a_message_has_nothing_that_the_stubs_message_lacks(stubs):
    official = stubs("fl_classes").FlMidiMsg
    assert {n for n in dir(FlMidiMsg) if n[0] != "_"} <= set(dir(official))


def test_the_script_defines_callbacks_that_fl_studio_calls(make_studio, stubs):
    official = stubs("build_lib.midi_controller_scripting.callbacks")
    script = make_studio().fl.script
    ours = {name: value for name, value in script.items() if name.startswith("On")}
    assert set(ours) == {"OnInit", "OnIdle", "OnSysEx", "OnNoteOn", "OnNoteOff"}
    for name, callback in ours.items():
        counts = [len(called_like(one)) for one in (callback, getattr(official, name))]
        assert counts[0] == counts[1], name


@pytest.mark.parametrize(
    "line",
    [
        "import socket",
        "import threading",
        "import pathlib",
        "open('notes.txt', 'w')",
        "transport.playFrom(4)",
        "transport.start(1)",
        "mixer.getCurrentTempo(in_bpm=True)",
        "device.midiOutSysex()",
    ],
)
def test_what_fl_studio_does_not_have_is_refused(run, line):
    with pytest.raises((ImportError, NameError, AttributeError, TypeError)):
        run(line)


def test_what_is_written_shows_on_the_next_tick_and_play_is_a_toggle(run):
    fl = run()
    transport = fl.modules["transport"]
    transport.start()
    assert not transport.isPlaying()
    fl.tick()
    assert transport.isPlaying()
    transport.start()
    transport.start()
    fl.tick()
    assert transport.isPlaying()
    transport.start()
    fl.tick()
    assert not transport.isPlaying()


def test_windows_carries_one_sysex_a_tick_of_a_thousand_bytes(run):
    windows, mac = run(platform="windows"), run(platform="macos")
    for fl in (windows, mac):
        fl.tick()
        fl.send(FRAME)
        fl.send(FRAME)
        fl.tick()
        fl.send(b"\xf0" + bytes(999) + b"\xf7")
        fl.send(b"no frame at all")
    assert (len(windows.to_host), len(windows.lost)) == (1, 2)
    assert (len(mac.to_host), len(mac.lost)) == (3, 0)


def test_master_sync_silences_sixteen_channels_before_its_clock(run):
    fl = run()
    fl.master_sync = True
    fl.modules["transport"].start()
    for _ in range(24):
        fl.tick()
    assert fl.to_host[:17] == [bytes((0xB0 | c, 123, 0)) for c in range(16)] + [b"\xfa"]
    # 24 ticks of 20 ms at 130 a minute are 1.04 beats.
    assert fl.to_host[17:] == [b"\xf8"] * 24


def test_a_script_that_is_not_ascii_does_not_load(tmp_path: Path):
    script = tmp_path / "device_Test.py"
    script.write_text("# name=Flügel\n", "utf-8")
    with pytest.raises(UnicodeDecodeError):
        FakeFL(script)
