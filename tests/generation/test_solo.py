"""A whole solo over given chords, and over a file of them."""

import errno
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jambot.errors import BadMidiError, ChartError, UsageError
from jambot.generation import ChordToneModel, Generator, SamplingSettings, improvise
from jambot.generation.solo import solo_over_chart, solo_over_file
from jambot.music import Meter, Note, TempoMap, Track, parse_chart, read_midi, strikes, write_midi

Models = Callable[..., Any]


def bars_of_chords(bars: int) -> list[Note]:
    chords = [(50, 53, 57, 60), (43, 53, 59, 64), (48, 52, 55, 59)]
    return [Note(4.0 * bar, 3.9, p) for bar in range(bars) for p in chords[bar % 3]]


def eighths(bars: int) -> list[Note]:
    return [Note(i / 2, 0.5, 62 + i * 5 % 12) for i in range(bars * 8)]


@pytest.fixture
def chords(tmp_path: Path) -> Path:
    path = tmp_path / "chords.mid"
    drums = Track("drums", (Note(0.0, 0.5, 36),), is_drum=True)
    piano = Track("piano", tuple(bars_of_chords(6)))
    write_midi(path, [drums, piano], TempoMap.of([(0, 100), (8, 140), (16, 140)]))
    return path


def test_a_solo_lies_between_its_start_and_its_end(random_model: Models) -> None:
    notes = list(
        improvise(
            Generator(random_model(eagerness=3.0)),
            bars_of_chords(8),
            start_beats=6.0,
            until_beats=20.0,
            tempo_bpm=120.0,
            primer=eighths(4),
        )
    )
    assert len(notes) > 10
    assert notes == sorted(notes, key=lambda note: (note.onset_beats, -note.pitch))
    assert all(6.0 <= note.onset_beats < 20.0 for note in notes)


def test_notes_come_one_by_one_as_they_are_made(random_model: Models) -> None:
    model = random_model()
    solo = improvise(Generator(model), bars_of_chords(8), until_beats=32.0, tempo_bpm=120.0)
    first, computed = next(solo), model.computed
    assert first.onset_beats < 8.0
    next(solo)
    assert 4 <= model.computed - computed < 60


def test_over_no_chords_at_all_it_still_plays(random_model: Models) -> None:
    assert list(improvise(Generator(random_model()), [], until_beats=8.0, tempo_bpm=120.0))


def test_a_piece_does_not_depend_on_the_one_before(random_model: Models) -> None:
    generator = Generator(random_model())
    pieces = []
    for bars in (2, 30, 2):
        primer = eighths(bars)
        pieces.append(
            list(
                improvise(
                    generator,
                    bars_of_chords(bars + 4),
                    start_beats=8.0,
                    until_beats=20.0,
                    tempo_bpm=120.0,
                    primer=primer,
                )
            )
        )
        list(improvise(generator, bars_of_chords(8), until_beats=60.0, tempo_bpm=90.0))
    assert pieces[0] == pieces[2]


def test_later_chords_do_not_reach_back(random_model: Models) -> None:
    solos = [
        list(
            improvise(
                Generator(random_model()),
                [*bars_of_chords(4), *later],
                until_beats=32.0,
                tempo_bpm=120.0,
            )
        )
        for later in ([], [Note(16.0, 4.0, p) for p in (46, 50, 53)])
    ]
    first, second = ([n for n in solo if n.onset_beats < 16.0] for solo in solos)
    assert first == second
    assert solos[0] != solos[1]


def test_a_file_of_chords_gives_a_file_of_solo(
    random_model: Models, chords: Path, tmp_path: Path
) -> None:
    out = tmp_path / "takes" / "solo.mid"
    made = solo_over_file(Generator(random_model()), chords, out)
    song = read_midi(out)
    track, *under = song.tracks
    assert [t.notes for t in under] == [t.notes for t in read_midi(chords).tracks]
    assert len(track.notes) == made.notes > 0
    assert track.notes[-1].onset_beats < 24.0
    assert song.tempo_map.bpms == read_midi(chords).tempo_map.bpms
    for strike, following in itertools.pairwise(strikes(track.notes)):
        assert all(n.end_beats < following[0].onset_beats + 1 / 480 for n in strike)


def test_the_length_can_be_asked_for(random_model: Models, chords: Path, tmp_path: Path) -> None:
    out = tmp_path / "solo.mid"
    solo_over_file(Generator(random_model(3.0)), chords, out, bars=9)
    assert 32.0 < read_midi(out).tracks[0].notes[-1].onset_beats < 36.0


def test_a_primer_comes_before_the_solo_and_is_not_in_it(
    random_model: Models, chords: Path, tmp_path: Path
) -> None:
    primer = tmp_path / "primer.mid"
    drums = Track("drums", (Note(0.0, 0.5, 36),), is_drum=True)
    write_midi(primer, [drums, Track("sax", tuple(n.shifted(8.0) for n in eighths(3)))])
    solos = []
    for before in (None, primer):
        out = tmp_path / "solo.mid"
        solo_over_file(Generator(random_model()), chords, out, before)
        solos.append(read_midi(out).tracks[0].notes)
        assert solos[-1][0].onset_beats >= 0.0
        assert solos[-1][-1].onset_beats < 24.0
    assert solos[0] != solos[1]


def test_a_primer_of_drums_alone_is_refused(
    random_model: Models, chords: Path, tmp_path: Path
) -> None:
    primer = tmp_path / "beat.mid"
    write_midi(primer, [Track("drums", (Note(0.0, 0.5, 36),), is_drum=True)])
    with pytest.raises(BadMidiError, match=r"beat\.mid: nothing but drums.*a melody"):
        solo_over_file(Generator(random_model()), chords, tmp_path / "solo.mid", primer)


def test_a_solo_that_cannot_be_written_says_so(
    random_model: Models, chords: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UsageError, match="a file that can be written"):
        solo_over_file(Generator(random_model()), chords, tmp_path / "file" / "solo.mid", bars=1)


def test_a_disk_that_is_full_leaves_the_solo_of_before(
    random_model: Models, chords: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    out = tmp_path / "solo.mid"
    out.write_bytes(b"of before")
    monkeypatch.setattr("jambot.storage.os.fsync", full)
    with pytest.raises(UsageError, match="No space"):
        solo_over_file(Generator(random_model()), chords, out, bars=1)
    assert out.read_bytes() == b"of before"


def test_it_says_what_it_heard(random_model: Models, chords: Path, tmp_path: Path) -> None:
    made = solo_over_file(Generator(random_model()), chords, tmp_path / "solo.mid", bars=1)
    assert str(made.heard) == (
        "6 bars of 4 beats at 100 to 140 bpm, 6 chords: Dm7, G13, Cmaj7, Dm7, G13, Cmaj7"
    )
    assert str(made) == f"{made.notes} notes in 1 bar"


def test_of_many_chords_the_first_are_named(
    random_model: Models, chords: Path, tmp_path: Path
) -> None:
    write_midi(chords, [Track("piano", tuple(bars_of_chords(12)))])
    made = solo_over_file(Generator(random_model()), chords, tmp_path / "solo.mid", bars=1)
    assert str(made.heard).endswith(
        "12 bars of 4 beats at 120 bpm, 12 chords: Dm7, G13, Cmaj7, Dm7, G13, Cmaj7, Dm7, G13 …"
    )


@pytest.mark.parametrize("is_drum", [True, False])
def test_drums_and_single_keys_are_no_chord(
    random_model: Models, chords: Path, tmp_path: Path, is_drum: bool
) -> None:
    beat = tuple(Note(beat * 1.0, 0.5, 36) for beat in range(8))
    write_midi(chords, [Track("beat", beat, is_drum=is_drum)])
    made = solo_over_file(Generator(random_model()), chords, tmp_path / "solo.mid", bars=1)
    assert str(made.heard) == "2 bars of 4 beats at 120 bpm, no chord"


def test_a_chart_alone_gives_solo_and_comping_in_one_file(tmp_path: Path) -> None:
    out = tmp_path / "solo.mid"
    generator = Generator(ChordToneModel(), SamplingSettings(temperature=0.0), seed=1)
    made = solo_over_chart(generator, "3/4 | Dm7 | G7 | Cmaj7 | % |", out, bars=9, bpm=150.0)
    song = read_midi(out)
    solo, comping = song.tracks
    assert (solo.name, comping.name) == ("solo", "comping")
    assert (song.meter, song.tempo_map.bpms) == (Meter(3), (150.0,))
    assert song.markers[:4] == ((0.0, "Dm7"), (3.0, "G7"), (6.0, "Cmaj7"), (12.0, "Dm7"))
    assert 24.0 < max(n.onset_beats for n in solo.notes) < 27.0
    assert max(n.onset_beats for n in comping.notes) >= 24.0
    assert song.end_beats <= 27.01
    assert str(made.heard).startswith("9 bars of 3 beats at 150 bpm, 7 chords: Dm7, G7, Cmaj7")
    chord = {2, 5, 9, 0}
    assert {n.pitch % 12 for n in solo.notes if n.onset_beats < 2.9} <= chord


def test_a_chart_that_is_not_understood_writes_nothing(tmp_path: Path) -> None:
    generator = Generator(ChordToneModel(), seed=1)
    with pytest.raises(ChartError, match="Hm7 is not understood"):
        solo_over_chart(generator, "| Hm7 |", tmp_path / "solo.mid")
    assert not (tmp_path / "solo.mid").exists()


def test_a_solo_in_five(random_model: Models, tmp_path: Path) -> None:
    path, out = tmp_path / "five.mid", tmp_path / "solo.mid"
    write_midi(path, [Track("piano", (Note(0.0, 4.9, 48), Note(5.0, 4.9, 53)))], meter=Meter(5))
    solo_over_file(Generator(random_model()), path, out)
    song = read_midi(out)
    assert song.meter == Meter(5)
    assert 5.0 < song.tracks[0].notes[-1].onset_beats < 10.0


def test_a_chart_goes_on_where_the_file_is_silent() -> None:
    hands = [Note(0.0, 2.0, pitch) for pitch in (48, 52, 55)]
    generator = Generator(ChordToneModel(), SamplingSettings(temperature=0.0), seed=1)
    chart = parse_chart("| C | Db | Db | Db |")
    charted, alone = (
        list(improvise(generator, hands, chart=known, until_beats=16.0, tempo_bpm=120.0))
        for known in (chart, None)
    )
    assert {n.pitch % 12 for n in charted if n.onset_beats >= 4} <= {1, 5, 8}
    assert {n.pitch % 12 for n in alone if n.onset_beats >= 4} <= {0, 4, 7}


def test_more_bars_than_six_hours_hold_are_refused_before_anything_is_made(
    chords: Path, tmp_path: Path
) -> None:
    generator = Generator(ChordToneModel())
    with pytest.raises(UsageError, match=r"1000000 bars .* hours; expected at most 6 hours"):
        solo_over_file(generator, chords, tmp_path / "solo.mid", bars=1_000_000)
    assert not (tmp_path / "solo.mid").exists()


@pytest.mark.timeout(100)
def test_a_file_that_lasts_for_weeks_is_refused_at_once(tmp_path: Path) -> None:
    """A delta of 0x0FFFFFFF once made `generate` run for hours."""
    path = tmp_path / "weeks.mid"
    far = 0x0FFFFFFF / 480
    write_midi(path, [Track("piano", (Note(0.0, 1.0, 60), Note(far, 1.0, 64)))])
    with pytest.raises(BadMidiError, match=r"weeks\.mid: .* hours long"):
        solo_over_file(Generator(ChordToneModel()), path, tmp_path / "solo.mid")
