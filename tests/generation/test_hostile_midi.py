"""A thousand damaged MIDI files: each is played over or refused, and none ends a process."""

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import mido
import pytest

from jambot.assets import DEMO_COMPING
from jambot.roles.workers import WorkerPool

SEED = int(os.environ.get("JAMBOT_SEED", "15"))
SECONDS = 30.0
"""For one file, in its worker: a solo of one bar takes some hundredths."""
WORK = """
from pathlib import Path
from jambot.errors import BadMidiError
from jambot.generation import ChordToneModel, Generator
from jambot.generation.solo import solo_over_file

def play_over(path: Path):
    try:
        return "played", solo_over_file(Generator(ChordToneModel()), path, Path("solo.mid"), bars=1)
    except BadMidiError as error:
        assert error.expected, error
        return "refused", str(error)
"""


@pytest.fixture
def play_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Any]:
    """A solo of one bar over a file, or why not; for workers, which import it by name."""
    (tmp_path / "hostile_work.py").write_text(WORK)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    work: Callable[[Path], Any] = importlib.import_module("hostile_work").play_over
    return work


def outcomes(task: Callable[[Path], Any], files: list[Path]) -> list[tuple[str, Any]]:
    """What became of each file: `lost` where its worker raised, died or took too long."""

    def lost(path: Path, reason: str, pid: int) -> tuple[str, Any]:
        return "lost", f"{path.name}: {reason}"

    return list(WorkerPool(task, lost, jobs=2, timeout_s=SECONDS).run(files))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("many", [150, pytest.param(1049, marks=pytest.mark.slow)])
def test_damaged_files_are_played_over_or_refused_and_end_no_process(
    many: int,
    mutated: Callable[[bytes, Random], bytes],
    play_over: Callable[[Path], Any],
    tmp_path: Path,
) -> None:
    random, whole = Random(SEED), DEMO_COMPING.read_bytes()
    folder = tmp_path / "files"
    folder.mkdir()
    files = [folder / f"{number:04}.mid" for number in range(many)]
    for path in files:
        path.write_bytes(mutated(whole, random))
    found = outcomes(play_over, files)
    assert len(found) == many
    assert not [reason for what, reason in found if what == "lost"], f"JAMBOT_SEED={SEED}"
    played = sum(what == "played" for what, _ in found)
    assert many / 4 < played < many - many / 20


def huge(path: Path, kind: str) -> Path:
    """A small file that asks for much."""
    file = mido.MidiFile(ticks_per_beat=1 if kind == "ticks" else 480)
    track = mido.MidiTrack()
    file.tracks.append(track)
    if kind == "at once":
        keys = [{"note": i % 128, "channel": i // 128 % 16} for i in range(60_000)]
        track += [mido.Message("note_on", **key) for key in keys]
        track += [mido.Message("note_off", time=480 * (i == 0), **k) for i, k in enumerate(keys)]
    if kind == "metres":
        track += [mido.MetaMessage("time_signature", numerator=255, time=1)] * 30_000
    if kind == "tempi":
        track += [mido.MetaMessage("set_tempo", tempo=900_000, time=1)] * 30_000
    track += [mido.Message("note_on", note=60), mido.Message("note_off", note=60, time=480)]
    if kind in ("delta", "deltas", "ticks"):
        deltas = 1 if kind == "delta" else 100
        track += [
            mido.Message("note_on", note=64, velocity=v, time=t)
            for _ in range(deltas)
            for v, t in ((9, 0x0FFFFFFF), (0, 480))
        ]
    file.save(path)
    return path


@pytest.mark.parametrize("kind", ["delta", "deltas", "ticks", "at once", "metres", "tempi"])
def test_a_file_that_asks_for_too_much_is_refused_and_ends_no_process(
    kind: str, play_over: Callable[[Path], Any], tmp_path: Path
) -> None:
    [(what, told)] = outcomes(play_over, [huge(tmp_path / "huge.mid", kind)])
    assert what == "refused", told
    assert "huge.mid: " in told
