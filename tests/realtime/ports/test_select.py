import pytest

from jambot.errors import PortError, UsageError
from jambot.realtime.clock import ManualClock
from jambot.realtime.ports import MemoryInput, RecordingOutput, open_ports, select
from jambot.realtime.ports.naming import pick

PORTS = ["Midi Through:0", "Keystation 61 MK3:1", "Keystation 61", "IAC Driver Bus 1"]


@pytest.fixture
def no_midi_at_all(monkeypatch):
    """A machine without JACK and without a MIDI system."""

    def refuse(*_):
        raise PortError("nothing here")

    monkeypatch.setattr(select, "JackPatch", refuse)
    monkeypatch.setattr(select, "open_client", refuse)
    monkeypatch.setattr(select, "RtMidiBackend", refuse)


def test_an_exact_name_goes_before_a_part_of_one():
    assert pick("keystation 61", PORTS, "input", "rtmidi") == "Keystation 61"
    assert pick("keystation", PORTS, "input", "rtmidi") == "Keystation 61 MK3:1"


def test_a_wrong_name_says_what_is_there_and_what_to_do():
    with pytest.raises(PortError) as caught:
        pick("Nord", PORTS, "input", "rtmidi")
    assert "'Nord'" in caught.value.found
    assert "'IAC Driver Bus 1'" in caught.value.found
    assert "jambot ports" in caught.value.cure


def test_memory_is_what_remains_where_there_is_no_midi(no_midi_at_all):
    ports = open_ports("auto", None, None, ManualClock())
    assert ports.backend == "memory"
    assert isinstance(ports.input, MemoryInput)
    assert isinstance(ports.output, RecordingOutput)
    assert select.list_ports() == []


def test_a_name_is_never_quietly_answered_with_memory(no_midi_at_all):
    with pytest.raises(PortError, match="nothing here"):
        open_ports("auto", "Nord", None, ManualClock())


def test_memory_has_no_names():
    with pytest.raises(UsageError, match="--backend memory"):
        open_ports("memory", None, "synth", ManualClock())


def test_an_unknown_back_end_is_wrong_use():
    with pytest.raises(UsageError, match=r"alsa.*auto, plugin, rtmidi, jack, memory"):
        open_ports("alsa", None, None, ManualClock())
