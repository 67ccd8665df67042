from itertools import pairwise

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.music import Harmony, harmony_changes, read_midi
from jambot.music.midi import parse
from jambot.realtime.gestures import Action, GestureMap
from jambot.realtime.hands.midi_input import (
    HarmonyHeard,
    Keyboard,
    KeyHeard,
    KnobTurned,
    Pressed,
    ProgramChosen,
    Stopped,
    Triggered,
)


@pytest.fixture
def keyboard():
    return Keyboard()


def strike(keyboard, beat, *pitches):
    return [g for pitch in pitches for g in keyboard.hear(parse(bytes((0x90, pitch, 80))), beat)]


def harmonies(gestures):
    return [g.change.harmony for g in gestures if isinstance(g, HarmonyHeard)]


def test_a_chord_is_heard_as_its_keys_and_its_harmony(keyboard):
    gestures = strike(keyboard, 1.0, 48, 58, 63)
    assert [g.pitch for g in gestures if isinstance(g, KeyHeard)] == [48, 58, 63]
    assert harmonies(gestures)[-1] == Harmony(0, (0, 3, 10))
    assert keyboard.held == {48, 58, 63}


def test_a_note_on_without_velocity_is_a_note_off(keyboard):
    strike(keyboard, 0.0, 60)
    assert keyboard.hear(parse(b"\x90\x3c\x00"), 1.0) == [KeyHeard(1.0, 60, 0, on=False)]
    assert not keyboard.playing


def test_the_pedal_holds_what_the_fingers_leave(keyboard):
    strike(keyboard, 0.0, 48)
    keyboard.hear(parse(b"\xb0\x40\x7f"), 0.1)
    keyboard.hear(parse(b"\x80\x30\x00"), 0.2)
    assert keyboard.playing
    assert keyboard.held == set()
    # Still ringing, the bass makes a chord of the two keys that follow.
    assert harmonies(strike(keyboard, 4.0, 52, 58))[-1] == Harmony(0, (0, 4, 10))
    keyboard.hear(parse(b"\x80\x34\x00"), 4.5)
    keyboard.hear(parse(b"\x80\x3a\x00"), 4.5)
    keyboard.hear(parse(b"\xb0\x40\x00"), 5.0)
    assert not keyboard.playing


def test_a_file_with_the_pedal_is_heard_as_the_stage_hears_its_keys(keyboard, tmp_path):
    """A bass by the pedal, its chord two beats later, another chord while the bass still rings."""
    keys = [
        (0, b"\x90\x24\x50"), (48, b"\xb0\x40\x7f"), (240, b"\x80\x24\x00"),
        (960, b"\x90\x34\x50"), (960, b"\x90\x37\x50"), (960, b"\x90\x3b\x50"),
        (1200, b"\x80\x34\x00"), (1200, b"\x80\x37\x00"), (1200, b"\x80\x3b\x00"),
        (1920, b"\x90\x35\x50"), (1920, b"\x90\x39\x50"), (1920, b"\x90\x3c\x50"),
        (2400, b"\x80\x35\x00"), (2400, b"\x80\x39\x00"), (2400, b"\x80\x3c\x00"),
        (2640, b"\xb0\x40\x00"),
    ]  # fmt: skip
    song, track = mido.MidiFile(), mido.MidiTrack()
    song.tracks.append(track)
    gestures = []
    for (before, _), (tick, data) in pairwise([(0, b""), *keys]):
        track.append(mido.Message.from_bytes(data, time=tick - before))
        gestures += keyboard.hear(parse(data), tick / song.ticks_per_beat)
    song.save(tmp_path / "pedal.mid")
    in_file = harmony_changes(read_midi(tmp_path / "pedal.mid").tracks[0].notes)
    on_stage = {g.change.beat: g.change for g in gestures if isinstance(g, HarmonyHeard)}
    assert in_file == list(on_stage.values())
    assert [c.harmony for c in in_file][1:] == [Harmony(0, (0, 4, 7, 11)), Harmony(5, (5, 9, 0))]


def test_a_key_held_through_the_pedal_goes_on_after_it(keyboard):
    strike(keyboard, 0.0, 48)
    keyboard.hear(parse(b"\xb0\x40\x7f"), 0.1)
    keyboard.hear(parse(b"\xb0\x40\x00"), 0.2)
    assert keyboard.held == {48}


def test_a_stray_note_off_under_the_pedal_holds_nothing(keyboard):
    keyboard.hear(parse(b"\xb0\x40\x7f"), 0.0)
    keyboard.hear(parse(b"\x80\x30\x00"), 0.1)
    assert not keyboard.playing


@pytest.mark.parametrize("controller", [120, 123])
def test_all_notes_off_stops_and_forgets_hands_pedal_and_harmony(keyboard, controller):
    keyboard.hear(parse(b"\xb0\x40\x7f"), 0.0)
    strike(keyboard, 0.0, 48, 52, 58)
    assert keyboard.hear(parse(bytes((0xB0, controller, 0))), 1.0) == [Stopped()]
    assert not keyboard.playing
    assert harmonies(strike(keyboard, 2.0, 48, 52, 58))[-1] == Harmony(0, (0, 4, 10))


def test_the_wheel_and_the_cutoff_are_knobs_and_the_middle_pedal_asks(keyboard):
    assert keyboard.hear(parse(b"\xb0\x01\x7f"), 0.0) == [KnobTurned("density", 1.0)]
    assert keyboard.hear(parse(b"\xb0\x4a\x00"), 0.0) == [KnobTurned("inside_outside", 0.0)]
    assert keyboard.hear(parse(b"\xb0\x42\x7f"), 0.0) == [Triggered("pedal")]
    assert keyboard.hear(parse(b"\xb0\x42\x00"), 0.0) == []


def test_a_program_change_names_a_style_unless_the_table_gives_it_away(keyboard):
    assert keyboard.hear(parse(b"\xc0\x05"), 0.0) == [ProgramChosen(5)]
    table = Keyboard(gestures=GestureMap({"tap": "program 5"}))
    assert table.hear(parse(b"\xc0\x05"), 0.0) == [Pressed(Action.tap)]


def test_another_channel_is_not_heard_where_one_was_chosen():
    keyboard = Keyboard(channel=2)
    assert keyboard.hear(parse(b"\x90\x3c\x50"), 0.0) == []
    assert not keyboard.strikes(parse(b"\x90\x3c\x50"))
    assert keyboard.strikes(parse(b"\x92\x3c\x50"))
    assert len(keyboard.hear(parse(b"\x92\x3c\x50"), 0.0)) == 2


@pytest.mark.parametrize(
    "garbage",
    [b"", b"\x90", b"\x90\x3c", b"\xf8", b"\xfe", b"\xff", b"\xf0\x7e\x7f\x09\x01\xf7", b"\x3c\x50",
     b"\x3c\x50\x40", b"\x90\xff\x40", b"\x90\x40\xff", b"\xa0\x3c\x40", b"\xe0\x00\x40",
     b"\x90\x3c\x50\x3c"],
)  # fmt: skip
def test_garbage_and_what_is_not_for_us_means_nothing(keyboard, garbage):
    assert keyboard.hear(parse(garbage), 0.0) == []
    assert not keyboard.playing


@given(st.lists(st.binary(max_size=5)))
def test_no_bytes_break_the_keyboard(messages):
    keyboard = Keyboard()
    for beat, data in enumerate(messages):
        keyboard.hear(parse(data), float(beat))
    keyboard.hear(parse(b"\xb0\x7b\x00"), 1e6)
    assert not keyboard.playing
