"""From music to a folder to take home, in small: stopped after each step, killed, given again."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from jambot.cli import main
from jambot.errors import UsageError
from jambot.lock import only_writer
from jambot.pipeline.etudes import write_etudes
from jambot.pipeline.forecast import Forecast, check_machine
from jambot.pipeline.journey import Journey, sources_in
from jambot.pipeline.steps import Report, Step, StepMarks, run_steps

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "runpod_train_stage_a.sh"
BASE = """name = "tiny_base"
layers = 1
d_model = 16
heads = 1
mlp = 16
context = 96
steps = 4
rows = 2
warmup_steps = 1
evaluate_every = 2
threads = 1
exam_tunes = 1
exam_bars = 4
"""
STYLE = """name = "tiny_style"
init_from = "checkpoints/tiny_base/best"
context = 96
steps = 2
rows = 2
warmup_steps = 1
evaluate_every = 2
threads = 1
exam_tunes = 1
exam_bars = 4

[adapter]
rank = 2
alpha = 4

[distillation]
guidance = 0.75
steps = 4
"""
STEPS = [
    "fetch", "prepare", "train:tiny_base", "train:tiny_style", "finish:tiny_base",
    "finish:tiny_style", "gather",
]  # fmt: skip


@pytest.fixture
def configs(tmp_path: Path) -> Path:
    folder = tmp_path / "configs"
    (folder / "tiny").mkdir(parents=True)
    shutil.copytree(ROOT / "configs" / "corpora", folder / "corpora")
    for name, text in (("tiny_base", BASE), ("tiny_style", STYLE)):
        (folder / "tiny" / f"{name}.toml").write_text(text, encoding="utf-8")
    runs = 'runs = ["tiny_base.toml", "tiny_style.toml"]\n'
    (folder / "tiny" / "stage_a.toml").write_text(runs, encoding="utf-8")
    return folder


@pytest.fixture
def journey(tmp_path: Path, configs: Path) -> Journey:
    return Journey(tmp_path / "work", configs, tiny=True, jobs=1)


def go(journey: Journey, stop_after: str | None = None) -> list[str]:
    """Go on until after a step; what was said."""
    said: list[str] = []

    def watch(name: str) -> "nullcontext[Report]":
        return nullcontext(lambda done, total, text: None)

    run_steps(journey.steps(said.append), StepMarks(journey.work / "steps"), watch, said.append,
              stop_after)  # fmt: skip
    return said


def did(said: list[str]) -> list[str]:
    """The steps that were done, and not before."""
    return [line.split(": done in")[0] for line in said if ": done in" in line]


@pytest.mark.slow
def test_stopped_after_each_step_it_goes_on_with_the_next_and_ends_with_all(
    journey: Journey,
) -> None:
    """One journey, cut off after every step; nothing is done twice, and the folder is whole."""
    for step in STEPS:
        assert did(go(journey, step)) == [step]
    assert did(go(journey)) == []

    home = journey.home
    for name in ("tiny_base", "tiny_style"):
        assert (home / "models" / name / "model.onnx").is_file()
        assert (home / "logs" / name / "log.jsonl").is_file()
        assert list((home / "logs" / name / "tensorboard").glob("events*"))
        solos = sorted((home / "samples" / name).glob("*.mid"))
        assert solos
        assert all(path.with_suffix(".svg").is_file() for path in solos)
        assert (home / "samples" / name / "solos.html").is_file()
        assert (home / "exams" / name / "offline.json").is_file()
        said = json.loads((home / "models" / name / "model.json").read_text(encoding="utf-8"))
        assert said.get("guidance", 0.0) == (0.75 if name == "tiny_style" else 0.0)
    assert (home / "checkpoints" / "tiny_base" / "model.safetensors").is_file()
    assert (home / "checkpoints" / "tiny_style" / "adapter.safetensors").is_file()
    page = (home / "report.html").read_text(encoding="utf-8")
    assert "tiny_style" in page
    assert "polyline" in page
    for line in (home / "sha256.txt").read_text(encoding="utf-8").splitlines():
        told, name = line.split("  ")
        assert hashlib.sha256((home / name).read_bytes()).hexdigest() == told

    shutil.rmtree(home)
    assert did(go(journey)) == ["gather"]
    config = journey.configs / "tiny" / "tiny_style.toml"
    config.write_text(STYLE.replace("steps = 2", "steps = 3"), encoding="utf-8")
    assert did(go(journey)) == STEPS[3:]


def test_new_music_is_prepared_and_learnt_from(journey: Journey, tmp_path: Path) -> None:
    """And what was made without it is not gone on with."""
    own = replace(journey, data=write_etudes(tmp_path / "music"))
    assert did(go(own, "train:tiny_base")) == STEPS[:3]
    (own.data / ".DS_Store").touch()
    os.utime(own.data / "metadata.csv", (0, 0))
    assert did(go(own, "train:tiny_base")) == []

    weights = journey.work / "checkpoints" / "tiny_base" / "best" / "model.safetensors"
    before = weights.read_bytes()
    shutil.copy(own.data / "etude_11.mid", own.data / "new.mid")
    (own.data / "etude_05.mid").unlink()
    assert did(go(own, "train:tiny_base")) == STEPS[:3]
    pieces = [path.name for path in (journey.work / "data" / "roles" / "lead").iterdir()]
    assert any("new" in piece for piece in pieces)
    assert not any("etude_05" in piece for piece in pieces)
    assert weights.read_bytes() != before


def test_a_step_that_was_begun_of_something_else_forgets_it(tmp_path: Path) -> None:
    """Whether it was whole or not, and also when what it is made of turns back."""
    journal, told = StepMarks(tmp_path / "steps"), list[str]()

    def do(made_of: str, report: Report) -> None:
        told.append(made_of)
        if made_of == "cut off":
            raise KeyboardInterrupt

    for made_of in ("one", "one", "cut off", "cut off", "one", "one"):
        forget = partial(told.append, "forgot")
        step = Step("step", made_of, tmp_path, partial(do, made_of), forget)
        try:
            run_steps([step], journal, lambda name: nullcontext(print), lambda sentence: None)
        except KeyboardInterrupt:
            told.append("killed")
    again = ["cut off", "killed", "cut off", "killed"]
    assert told == ["one", "forgot", *again, "forgot", "one"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="every death needs a process of its own")
def test_killed_in_every_step_it_ends_with_the_same_weights(
    journey: Journey, tmp_path: Path
) -> None:
    """At the first sign of life of each, then when it is whole and only its mark is missing."""
    killed = replace(journey, work=tmp_path / "killed")
    program = Path(__file__).with_name("kill_at_each_step.py")
    command = [sys.executable, str(program), str(killed.work), str(killed.configs), *STEPS]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    ends = "died in the middle, died unmarked, done"
    assert ended.stdout.splitlines() == [f"{step}: {ends}" for step in STEPS]
    assert did(go(killed)) == []

    go(journey)
    for weights in ("tiny_base/model.safetensors", "tiny_style/adapter.safetensors"):
        folders = (work.home / "checkpoints" for work in (journey, killed))
        first, second = ((folder / weights).read_bytes() for folder in folders)
        assert first == second, weights


@pytest.mark.slow
def test_killed_in_the_middle_of_training_it_goes_on_from_the_last_checkpoint(
    journey: Journey,
) -> None:
    """A real kill, of the real script, while the base learns."""
    config = journey.configs / "tiny" / "tiny_base.toml"
    longer = BASE.replace("steps = 4", "steps = 60").replace("every = 2", "every = 4")
    config.write_text(longer + "patience = 60\n", encoding="utf-8")
    command = [
        str(SCRIPT), "--tiny", "--work", str(journey.work), "--configs", str(journey.configs),
        "--jobs", "1",
    ]  # fmt: skip
    # The environment that runs the tests is the one the script finds ready.
    env = {**os.environ, "VENV": str(Path(sys.prefix))}
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    log = journey.work / "checkpoints" / "tiny_base" / "log.jsonl"
    while not log.is_file() or log.read_text("utf-8").count("loss") < 6:
        assert process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    reached = log.read_text("utf-8").count("loss")
    assert reached < 60
    assert (journey.work / "checkpoints" / "tiny_base" / "last").is_dir()
    assert did(go(journey, "train:tiny_base")) == ["train:tiny_base"]
    rows = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    steps = [row["step"] for row in rows if "loss" in row]
    assert steps == list(range(1, 61))


def test_without_music_nothing_begins(journey: Journey, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no music to train on.*--data FOLDER"):
        replace(journey, tiny=False).check()
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no music in"):
        replace(journey, data=tmp_path / "empty").check()
    own = write_etudes(tmp_path)
    with pytest.raises(UsageError, match="lies in"):
        replace(journey, data=own, work=own / "work").check()
    with pytest.raises(UsageError, match="no step 'train'"):
        go(journey, "train")


def test_two_at_once_in_one_folder_are_refused(
    journey: Journey, capsys: pytest.CaptureFixture[str]
) -> None:
    journey.work.mkdir()
    asked = ["stage-a", "--tiny", "--work", journey.work, "--configs", journey.configs]
    with only_writer(journey.work, "stage-a", "--work"), pytest.raises(SystemExit):
        main([str(word) for word in asked])
    assert "one `jambot stage-a` at a time" in capsys.readouterr().err
    assert not (journey.work / "steps").exists()


def test_a_folder_may_hold_corpora_or_be_one(tmp_path: Path) -> None:
    for name in ("one/midi/a.mid", "two/solos.jsonl.gz", "supplement/velocity.jsonl.gz"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [folder.name for folder in sources_in(tmp_path)] == ["one", "two"]
    assert sources_in(tmp_path / "one") == [tmp_path / "one"]
    assert sources_in(tmp_path / "supplement") == []


def test_a_step_that_was_cut_off_is_done_again(tmp_path: Path) -> None:
    """Its mark comes last; what was made halfway is no sign of anything."""
    output, tries = tmp_path / "output", []

    def do(report: Report) -> None:
        output.touch()
        tries.append(1)
        if len(tries) == 1:
            raise KeyboardInterrupt

    steps, journal = [Step("one", "", output, do)], StepMarks(tmp_path / "steps")
    for _ in range(3):
        try:
            run_steps(steps, journal, lambda name: nullcontext(print), lambda sentence: None)
        except KeyboardInterrupt:
            assert output.exists()
    assert len(tries) == 2


def test_too_small_a_machine_is_told_before_anything_begins(tmp_path: Path) -> None:
    enough = Forecast({"prepare": 3600.0, "gather": 1.0}, 1e4, 1, 1)
    check_machine(enough, tmp_path / "not" / "there" / "yet")
    assert enough.only(["prepare"]).hours == 1.0
    for short in (replace(enough, disk_bytes=10**18), replace(enough, memory_bytes=10**18)):
        with pytest.raises(UsageError, match=r"free.*1000000000.0 GB at least"):
            check_machine(short, tmp_path)
