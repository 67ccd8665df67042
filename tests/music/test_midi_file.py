"""MIDI files: the round trip, and one clear line for each kind of broken file."""

import mido
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jambot.errors import BadMidiError
from jambot.music import Meter, Note, TempoMap, Track, midi_file, read_midi, write_midi


def test_tracks_tempo_metre_and_markers_survive_the_round_trip(tmp_path):
    path = tmp_path / "song.mid"
    solo = Track("solo", (Note(0.5, 0.25, 70, 90), Note(1.0, 1.0, 74, 64)), program=65)
    drums = Track("drums", (Note(0.0, 0.125, 36, 100),), is_drum=True)
    tempo = TempoMap.of([(0.0, 120.0), (4.0, 96.0)])
    write_midi(path, [solo, drums], tempo, Meter(3), [(0.0, "Cm7"), (3.0, "F7")])
    song = read_midi(path)
    assert song.tracks == (solo, drums)
    assert song.meter == Meter(3)
    assert song.tempo_map.bpms == pytest.approx(tempo.bpms, rel=1e-5)
    assert song.markers == ((0.0, "Cm7"), (3.0, "F7"))
    assert song.end_beats == 2.0
    assert song.track("SOLO") == solo
    assert song.track("bass") is None


def test_more_than_sixteen_tracks_leave_the_drum_channel_alone(tmp_path):
    path = tmp_path / "many.mid"
    write_midi(path, [Track(f"t{i}", (Note(0, 1, 60 + i),)) for i in range(20)])
    assert not any(track.is_drum for track in read_midi(path).tracks)


def broken(path, kind):
    song = mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack()
    song.tracks.append(track)
    if kind == "metre":
        track.append(mido.MetaMessage("time_signature", numerator=0, denominator=4))
    if kind == "tempo":
        track.append(mido.MetaMessage("set_tempo", tempo=0))
    if kind != "empty":
        track.append(mido.Message("note_on", note=60))
        track.append(mido.Message("note_off", note=60, time=480))
    song.save(path)
    if kind == "resolution":
        data = bytearray(path.read_bytes())
        data[12:14] = b"\x00\x00"
        path.write_bytes(data)


@pytest.mark.parametrize(
    ("kind", "message"),
    [("empty", "no notes"), ("tempo", "bpm|not a readable"), ("metre", "metre|not a readable"),
     ("resolution", "resolution|not a readable")],
)  # fmt: skip
def test_what_cannot_be_used_is_named(tmp_path, kind, message):
    broken(tmp_path / "bad.mid", kind)
    with pytest.raises(BadMidiError, match=message):
        read_midi(tmp_path / "bad.mid")


@pytest.mark.parametrize("content", [b"", b"MThd", b"RIFF....WAVE", b"\x00" * 64])
def test_what_is_not_midi_is_named(tmp_path, content):
    (tmp_path / "bad.mid").write_bytes(content)
    with pytest.raises(BadMidiError, match=r"bad\.mid"):
        read_midi(tmp_path / "bad.mid")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(BadMidiError, match="cannot be read"):
        read_midi(tmp_path / "none.mid")
    with pytest.raises(BadMidiError):
        read_midi(tmp_path)


def test_a_huge_file_is_refused_unread(tmp_path):
    with (tmp_path / "huge.mid").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(BadMidiError, match="100 MB"):
        read_midi(tmp_path / "huge.mid")


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_either_read_or_refused(tmp_path, data):
    path = tmp_path / "song.mid"
    write_midi(path, [Track("a", [Note(i, 1, 60 + i) for i in range(4)])], markers=[(0, "C")])
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        song = read_midi(path)
    except BadMidiError:
        return
    assert any(track.notes for track in song.tracks)
    for note in (n for track in song.tracks for n in track.notes):
        assert 0 <= note.pitch <= 127
        assert note.duration_beats > 0
        assert note.onset_beats >= 0


def song(path, *messages):
    """One track of these messages, in a file of 480 ticks a beat at 120 bpm."""
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack(messages))
    file.save(path)
    return path


def struck(count, delta=0, length=480):
    """So many notes at once, or each `delta` ticks after the one before it."""
    keys = [{"note": i % 128, "channel": i // 128 % 16} for i in range(count)]
    if delta:
        pairs = (("note_on", 0), ("note_off", delta))
        return [mido.Message(kind, time=t, **key) for key in keys for kind, t in pairs]
    ons = [mido.Message("note_on", **key) for key in keys]
    return [
        *ons,
        *(mido.Message("note_off", time=length * (i == 0), **k) for i, k in enumerate(keys)),
    ]


def test_a_song_may_be_as_large_as_the_limits_and_no_larger(tmp_path, monkeypatch):
    monkeypatch.setattr(midi_file, "MOST_NOTES", 100)
    monkeypatch.setattr(midi_file, "MOST_AT_ONCE", 60)
    monkeypatch.setattr(midi_file, "MOST_CHANGES", 50)
    path = tmp_path / "song.mid"
    assert read_midi(song(path, *struck(60)))
    assert read_midi(song(path, *struck(100, delta=10)))
    tempi = [mido.MetaMessage("set_tempo", tempo=500_000 + i, time=1) for i in range(51)]
    markers = [mido.MetaMessage("marker", text="A", time=1)] * 51
    for messages, told in (
        (struck(61), "song.mid: 61 notes at once; expected at most 60"),
        (struck(101, delta=10), "song.mid: 101 notes; expected at most 100"),
        ([*tempi, *struck(1)], "song.mid: 51 changes of tempo; expected at most 50"),
        ([*markers, *struck(1)], "song.mid: 51 markers; expected at most 50"),
    ):
        with pytest.raises(BadMidiError, match=told) as refused:
            read_midi(song(path, *messages))
        assert refused.value.cure


def test_notes_are_at_once_only_where_they_sound_together(tmp_path, monkeypatch):
    monkeypatch.setattr(midi_file, "MOST_AT_ONCE", 2)
    legato = [Track(f"t{i}", tuple(Note(b, 1.0, 60) for b in range(8))) for i in range(2)]
    write_midi(tmp_path / "legato.mid", legato)
    assert read_midi(tmp_path / "legato.mid")
    write_midi(tmp_path / "three.mid", [*legato, Track("held", (Note(3.5, 9.0, 40),))])
    with pytest.raises(BadMidiError, match="3 notes at once"):
        read_midi(tmp_path / "three.mid")


@pytest.mark.parametrize("delta", [0x0FFFFFFF, 8 * 3600 * 960])
def test_a_stray_event_that_makes_a_song_last_for_days_is_refused_by_name(tmp_path, delta):
    path = song(
        tmp_path / "long.mid",
        mido.Message("note_on", note=60),
        mido.Message("note_off", note=60, time=480),
        mido.Message("note_on", note=64, time=delta),
        mido.Message("note_off", note=64, time=480),
    )
    with pytest.raises(BadMidiError, match=r"long\.mid: .* hours long; expected at most 6 hours"):
        read_midi(path)
