"""Sound, with the real FluidSynth; and what is said where it is missing."""

import os
import wave

import numpy as np
import pytest

from jambot.evaluation import sound
from jambot.evaluation.sound import find_soundfont, render
from jambot.music import Note, TempoMap, Track, write_midi


@pytest.fixture
def one_bar(tmp_path):
    path = tmp_path / "bar.mid"
    notes = tuple(Note(float(beat), 0.9, 60 + 4 * beat, 100) for beat in range(4))
    write_midi(path, [Track("solo", notes)], TempoMap.constant(120))
    return path


@pytest.fixture
def soundfont():
    font = find_soundfont()
    if font is None:
        missing = "no soundfont; `make test` installs timgm6mb-soundfont where apt-get is there"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return font


def test_a_bar_of_midi_becomes_two_seconds_of_sound(one_bar, tmp_path, require_program, soundfont):
    require_program("fluidsynth")
    made = render(one_bar, tmp_path / "bar.wav", soundfont)
    assert made.path == tmp_path / "bar.wav", made.reason
    with wave.open(str(made.path)) as wav:
        samples = np.frombuffer(wav.readframes(wav.getnframes()), np.int16).astype(float)
        seconds = wav.getnframes() / wav.getframerate()
    assert 1.9 <= seconds < 10
    assert np.sqrt((samples**2).mean()) > 50


def test_what_cannot_be_played_leaves_no_file_behind(tmp_path, require_program, soundfont):
    require_program("fluidsynth")
    made = render(tmp_path / "missing.mid", tmp_path / "out.wav", soundfont)
    assert made.path is None
    assert "missing.mid" in made.reason
    assert list(tmp_path.iterdir()) == []


def test_without_the_program_the_reason_names_the_cure(one_bar, tmp_path, monkeypatch):
    monkeypatch.setattr(sound.shutil, "which", lambda name: None)
    made = render(one_bar, tmp_path / "bar.wav")
    assert made.path is None
    assert "apt-get install fluidsynth" in made.reason


def test_a_named_soundfont_that_is_not_there_is_not_replaced_in_silence(monkeypatch, tmp_path):
    monkeypatch.setenv("JAMBOT_SOUNDFONT", str(tmp_path / "none.sf2"))
    assert find_soundfont() is None


def test_the_soundfont_a_user_names_comes_first(monkeypatch, tmp_path):
    mine = tmp_path / "mine.sf2"
    mine.touch()
    monkeypatch.setenv("JAMBOT_SOUNDFONT", str(mine))
    assert find_soundfont() == mine
