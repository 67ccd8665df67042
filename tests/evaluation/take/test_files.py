"""What is made of a log, in which order, and what a full disk leaves of it."""

import errno
import os
import shutil
import sys
from pathlib import Path

import pytest

from jambot.errors import JamBotError
from jambot.evaluation import sound
from jambot.evaluation.sound import Sound, render
from jambot.evaluation.take import files
from jambot.evaluation.take.files import make_files
from jambot.music import Note, Track, read_midi, write_midi


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def take(log_book, tmp_path):
    log_book().note(0.5).note(1.0, 64).end(2.0).take()
    return tmp_path


@pytest.fixture
def sounds(monkeypatch):
    """Stands in for FluidSynth: writes a file at once, and remembers what was there before."""
    found = []

    def render(midi, wav):
        found.append(names(midi.parent))
        wav.write_bytes(b"RIFF")
        return Sound(wav)

    monkeypatch.setattr(files, "render", render)
    return found


@pytest.fixture
def full_for(monkeypatch):
    """A disk that takes no file whose name has these words in it; what they are can be changed."""
    words = []

    def full(descriptor):
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        if any(word in path for word in words):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("jambot.storage.os.fsync", full)
    return words


def test_midi_and_report_are_there_before_the_sound_and_the_page_has_it(take, sounds):
    made = make_files(take)
    assert sounds == [["report.html", "report.json", "session.jsonl", "session.mid"]]
    assert 'src="solo.wav"' in made.page.read_text(encoding="utf-8")
    assert (made.missing, made.silent) == ((), "")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds names as Linux has them")
def test_what_a_full_disk_does_not_take_is_named_and_the_rest_is_whole(take, sounds, full_for):
    full_for.append("session")
    made = make_files(take)
    assert made.missing == ("session.mid was not written (No space left on device)",)
    assert names(take) == ["report.html", "report.json", "session.jsonl"]
    assert sounds == []
    full_for.clear()
    assert make_files(take).missing == ()
    assert read_midi(take / "session.mid").track("solo").notes[0].pitch == 72


def test_a_long_take_sounds_only_where_that_is_asked_for(take, sounds, monkeypatch):
    monkeypatch.setattr(files, "SOUND_SECONDS", 1.0)
    assert "jambot report" in make_files(take).silent
    assert sounds == []
    assert "<audio" not in make_files(take, sound=False).page.read_text(encoding="utf-8")
    make_files(take, sound=True)
    assert len(sounds) == 1


def test_each_step_is_told_as_it_begins(take, sounds):
    steps = []
    make_files(take, told=steps.append)
    assert steps == [
        "reading the log", "writing session.mid", "measuring", "writing the report",
        "making 2 s of sound", "writing the report",
    ]  # fmt: skip


@pytest.mark.parametrize("step", ["writing session.mid", "measuring", "making 2 s of sound"])
def test_of_a_take_that_is_deleted_meanwhile_nothing_more_is_written(take, sounds, step):
    def told(begun):
        if begun == step:
            for file in take.iterdir():
                file.unlink()

    with pytest.raises(JamBotError, match="has gone while files were made of it"):
        make_files(take, told=told)
    assert names(take) == []
    assert sounds == []


def test_of_a_take_that_is_deleted_while_it_is_made_to_sound_no_sound_stays(take, monkeypatch):
    def render(midi, wav):
        for file in take.iterdir():
            file.unlink()
        wav.write_bytes(b"RIFF")
        return Sound(wav)

    monkeypatch.setattr(files, "render", render)
    with pytest.raises(JamBotError, match="has gone"):
        make_files(take)
    assert names(take) == []


def test_sound_that_was_cut_off_by_a_full_disk_is_no_sound(tmp_path, monkeypatch):
    """FluidSynth then ends with 0, and leaves what it has."""
    write_midi(tmp_path / "a.mid", [Track("solo", (Note(0.0, 60.0, 60),))])
    cut = program(
        tmp_path,
        "import sys, wave",
        "wav = wave.open(sys.argv[sys.argv.index('-F') + 1], 'wb')",
        "wav.setparams((2, 2, 44_100, 0, 'NONE', ''))",
        "wav.writeframes(bytes(4 * 44_100))",
        "wav.close()",
    )
    monkeypatch.setattr(sound.shutil, "which", lambda name: cut)
    made = render(tmp_path / "a.mid", tmp_path / "a.wav", tmp_path / "any.sf2")
    assert made.path is None
    assert "1 of 30 s of sound were written" in made.reason
    assert names(tmp_path) == ["a.mid", "fluidsynth"]


def program(folder, *lines):
    """A program that behaves as FluidSynth might, by its path."""
    path = folder / "fluidsynth"
    # To a shell the first lines are a command, to Python a string: "#!" knows no spaces in a path.
    first = ["#!/bin/sh", '""":"', f'exec "{sys.executable}" "$0" "$@"', '"""']
    path.write_text("\n".join([*first, *lines, ""]))
    path.chmod(0o755)
    return str(path)


def test_a_synthesizer_that_never_ends_is_ended_and_leaves_nothing(tmp_path, monkeypatch):
    write_midi(tmp_path / "a.mid", [Track("solo", (Note(0.0, 1.0, 60),))])
    endless = program(
        tmp_path,
        "import sys",
        "wav = open(sys.argv[sys.argv.index('-F') + 1], 'wb')",
        "while True:",
        "    wav.write(bytes(1_000_000))",
    )
    monkeypatch.setattr(sound.shutil, "which", lambda name: endless)
    monkeypatch.setattr(sound, "LOOK_SECONDS", 0.02)
    made = render(tmp_path / "a.mid", tmp_path / "a.wav", tmp_path / "any.sf2")
    assert made.path is None
    assert "it wrote more than 11 MB, though the music ends earlier" in made.reason
    assert names(tmp_path) == ["a.mid", "fluidsynth"]


def test_a_synthesizer_that_takes_too_long_is_ended_and_leaves_nothing(tmp_path, monkeypatch):
    write_midi(tmp_path / "a.mid", [Track("solo", (Note(0.0, 1.0, 60),))])
    asleep = program(tmp_path, "import time", "time.sleep(1000)")
    monkeypatch.setattr(sound.shutil, "which", lambda name: asleep)
    monkeypatch.setattr(sound, "RENDER_SECONDS", 0.1)
    made = render(tmp_path / "a.mid", tmp_path / "a.wav", tmp_path / "any.sf2")
    assert made.reason == "fluidsynth did not finish: it took longer than 0.1 s"
    assert names(tmp_path) == ["a.mid", "fluidsynth"]


def test_sound_of_many_hours_is_not_begun(tmp_path, monkeypatch):
    write_midi(tmp_path / "a.mid", [Track("solo", (Note(0.0, 18_000.0, 60),))])
    monkeypatch.setattr(sound.shutil, "which", lambda name: "fluidsynth")
    made = render(tmp_path / "a.mid", tmp_path / "a.wav", tmp_path / "any.sf2")
    assert made.reason == "a.mid lasts 2.5 hours; sound is made of at most 2: cut it"


def test_sound_that_has_no_room_is_not_begun(tmp_path, monkeypatch):
    write_midi(tmp_path / "a.mid", [Track("solo", (Note(0.0, 600.0, 60),))])
    monkeypatch.setattr(sound.shutil, "which", lambda name: "fluidsynth")
    usage = shutil.disk_usage(tmp_path)._replace(free=10_000_000)
    monkeypatch.setattr(sound.shutil, "disk_usage", lambda path: usage)
    made = render(tmp_path / "a.mid", tmp_path / "a.wav", tmp_path / "any.sf2")
    assert made.reason == "a.wav needs 53 MB, 10 MB are free"
