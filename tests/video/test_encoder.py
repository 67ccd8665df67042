"""Films and clips as files, decoded again; and what is said where something is missing."""

import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from jambot.cli import main
from jambot.errors import UsageError
from jambot.evaluation import sound
from jambot.evaluation.sound import SAMPLE_RATE
from jambot.video.encoder import write_video
from jambot.video.examination import examine, onset_offsets
from jambot.video.production import PictureSize, clip_of, cut_clip, develop
from jambot.video.soundtrack import PEAK, Soundtrack, soundtrack_of

SMALL = PictureSize(180, 24)


def nobody(words, done, all):
    """Told of progress, says nothing."""


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_film_comes_out_of_its_file_as_it_went_in(film, tmp_path, fluidsynth, suffix):
    path = tmp_path / f"film{suffix}"
    develop(film, path, SMALL, nobody)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    found = examine(path, film)
    assert (found.width, found.height, found.frames) == (320, 180, 48)
    assert found.seconds == pytest.approx(2.0, abs=0.02)
    assert found.sound_seconds == pytest.approx(2.0, abs=0.06)
    assert found.still <= 2
    assert found.rms_dbfs > -35
    assert found.clipped == 0
    assert found.onsets > 0
    assert found.likeness < 0.999


def test_the_sound_is_stereo_balanced_below_full_scale_and_on_the_notes(film, fluidsynth):
    samples = soundtrack_of(film).samples
    assert samples.shape == (2 * SAMPLE_RATE, 2)
    assert np.abs(samples).max() == pytest.approx(PEAK, abs=1e-4)
    left, right = np.sqrt((samples.astype(float) ** 2).mean(axis=0))
    assert 0.7 < left / right < 1.4
    assert not np.allclose(samples[:, 0], samples[:, 1], atol=1e-3)
    assert not samples[: round(0.2 * SAMPLE_RATE)].any()
    offsets = onset_offsets(samples.astype(float), film)
    assert len(offsets) >= 2
    assert np.abs(offsets).max() < 0.010


def test_late_sound_is_found_late(film, fluidsynth):
    samples = soundtrack_of(film).samples.astype(float)
    late = np.concatenate([np.zeros((round(0.015 * SAMPLE_RATE), 2)), samples])
    before, after = (np.median(onset_offsets(s, film)) for s in (samples, late))
    assert after - before == pytest.approx(0.015, abs=0.002)


def test_a_silent_film_and_one_of_the_wrong_length_are_found_out(film, tmp_path):
    path = tmp_path / "film.mp4"
    frame = np.zeros((180, 320, 3), np.uint8)
    silence = replace(film, solo=(), hands=())
    nothing = np.zeros((SAMPLE_RATE, 2), np.float32)
    write_video(path, [frame] * 24, (320, 180), 24, Soundtrack(nothing))
    faults = " ".join(examine(path, silence).faults(silence))
    for wrong in ("lasts 1.00 s, not 2", "stand still", "silent", "both sides"):
        assert wrong in faults


def test_a_gif_goes_round_without_a_seam(film, tmp_path):
    path = tmp_path / "clip.gif"
    cut_clip(film, path, nobody)
    with Image.open(path) as gif:
        assert gif.info["loop"] == 0
        frames = []
        lasts = 0
        for number in range(gif.n_frames):
            gif.seek(number)
            lasts += gif.info["duration"]
            frames.append(np.asarray(gif.convert("RGB"), float))
    steps = [np.abs(a - b).mean() for a, b in pairwise(frames)]
    start, end = clip_of(film)
    assert lasts / 1000 == pytest.approx(end - start, abs=0.04)
    assert len(frames) > 10
    assert np.median(steps) > 0
    assert np.abs(frames[0] - frames[-1]).mean() < 4 * max(steps)


def test_a_film_that_fails_leaves_no_file(film, tmp_path):
    def frames():
        yield np.zeros((180, 320, 3), np.uint8)
        raise RuntimeError("the light went out")

    with pytest.raises(RuntimeError, match="the light went out"):
        write_video(tmp_path / "film.mp4", frames(), (320, 180), 24)
    assert list(tmp_path.iterdir()) == []


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["demo", *map(str, arguments)])
    return ended.value.code, capsys.readouterr().err


def test_without_the_extra_the_cure_is_named_and_nothing_is_played(monkeypatch, tmp_path, capsys):
    for name in [
        name for name in sys.modules if name.startswith(("jambot.video", "jambot.cli.fil"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "av", None)
    code, said = refused(capsys, "--video", tmp_path / "film.mp4", "--out", tmp_path / "take")
    assert code == 1
    assert "jam-bot[video]" in said
    assert list(tmp_path.iterdir()) == []


def test_without_fluidsynth_the_cure_is_named_and_nothing_is_played(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sound.shutil, "which", lambda name: None)
    code, said = refused(capsys, "--video", tmp_path / "film.mp4", "--out", tmp_path / "take")
    assert code == 2
    assert "apt-get install fluidsynth" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--video", "film.avi"), ".mp4, .webm"),
        (("--clip", "clip.png"), ".gif"),
        (("--check",), "--video"),
        (("--video", "film.mp4", "--height", "181"), "even"),
        (("--video", "film.mp4", "--clip", "film.mp4"), "two files"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_played(
    arguments, said, tmp_path, monkeypatch, capsys, fluidsynth
):
    monkeypatch.chdir(tmp_path)
    code, told = refused(capsys, *arguments)
    assert code == 2
    assert said in told
    assert list(tmp_path.iterdir()) == []


def test_odd_sizes_are_refused():
    with pytest.raises(UsageError):
        PictureSize(719)


@pytest.mark.parametrize("option", ["--video", "--clip"])
def test_a_film_that_is_there_is_not_lost(option, tmp_path, monkeypatch, capsys, fluidsynth):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.mp4").write_bytes(b"mine")
    code, told = refused(capsys, option, "film.mp4")
    assert code == 2
    assert "film_2.mp4 is free" in told
    code, told = refused(capsys, option, "film.mp4", "--comping", "film.mp4", "--force")
    assert code == 2
    assert "is a file that this command reads" in told
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    assert (tmp_path / "film.mp4").read_bytes() == b"mine"
