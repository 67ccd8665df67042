"""The bytes we write, read back by an independent library."""

import io

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.music import Meter, Note, TempoMap
from jambot.music.midi_bytes import conductor_bytes, notes_bytes, song_bytes

on_ticks = st.builds(
    Note,
    onset_beats=st.integers(0, 200_000).map(lambda tick: tick / 480),
    duration_beats=st.integers(1, 4000).map(lambda tick: tick / 480),
    pitch=st.integers(0, 127),
    velocity=st.integers(1, 127),
)


def as_mido(*tracks):
    return mido.MidiFile(file=io.BytesIO(song_bytes(tracks)))


def sounded(track):
    """(onset tick, length, pitch, velocity) of each note, paired first in first out."""
    now, open_notes, notes = 0, {}, []
    for message in track:
        now += message.time
        if message.type == "note_on":
            open_notes.setdefault(message.note, []).append((now, message.velocity))
        elif message.type == "note_off":
            on, velocity = open_notes[message.note].pop(0)
            notes.append((on, now - on, message.note, velocity))
    assert not any(open_notes.values()), "a note never ends"
    return sorted(notes)


@given(st.lists(on_ticks, max_size=40, unique_by=lambda note: note.pitch))
def test_every_note_reads_back_as_it_was(notes):
    song = as_mido(notes_bytes("solo", notes, program=65, channel=3))
    expected = [
        (round(n.onset_beats * 480), round(n.duration_beats * 480), n.pitch, n.velocity)
        for n in notes
    ]
    assert sounded(song.tracks[0]) == sorted(expected)
    assert {m.channel for m in song.tracks[0] if not m.is_meta} == {3}


@given(st.lists(on_ticks, max_size=40))
def test_every_note_on_has_its_note_off_whatever_overlaps(notes):
    assert len(sounded(as_mido(notes_bytes("solo", notes)).tracks[0])) == len(notes)


@given(st.lists(on_ticks.filter(lambda n: 20 <= n.pitch <= 100), max_size=20), st.integers(-12, 12))
def test_a_transposed_track_is_the_track_of_the_transposed_notes(notes, semitones):
    moved = notes_bytes("solo", notes).transposed(semitones)
    again = notes_bytes("solo", [note.transposed(semitones) for note in notes])
    assert sounded(as_mido(moved).tracks[0]) == sounded(as_mido(again).tracks[0])


def test_a_transposition_out_of_range_is_refused():
    with pytest.raises(ValueError, match="leave 0–127"):
        notes_bytes("solo", [Note(0, 1, 120)]).transposed(8)


@pytest.mark.parametrize("note", [Note(0, 1, 128), Note(0, 1, -1), Note(0, 1, 60, 0)])
def test_what_midi_cannot_hold_is_refused(note):
    with pytest.raises(ValueError, match="cannot be written"):
        notes_bytes("solo", [note])


def test_the_conductor_carries_metre_tempi_and_markers():
    tempo = TempoMap.of([(0.0, 120.0), (4.0, 90.0)])
    track = as_mido(conductor_bytes(tempo, Meter(3), [(1.5, "Cm7"), (2.0, "Fø → ok")])).tracks[0]
    kinds = {m.type: m for m in track}
    assert (kinds["time_signature"].numerator, kinds["time_signature"].denominator) == (3, 4)
    assert [round(mido.tempo2bpm(m.tempo)) for m in track if m.type == "set_tempo"] == [120, 90]
    assert [m.text for m in track if m.type == "marker"] == ["Cm7", "Fø ? ok"]


def test_a_slow_tempo_fits_its_three_bytes():
    track = as_mido(conductor_bytes(TempoMap.constant(2.0), Meter())).tracks[0]
    assert next(m.tempo for m in track if m.type == "set_tempo") == 0xFFFFFF
