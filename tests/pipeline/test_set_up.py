"""The script's set-up: whole, or made again; and known as whole, whoever made it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jambot.pipeline.rates import EXAM_TUNES, SECONDS_PER_SOLO, TOKENS_PER_SECOND
from jambot.training.config import load_runs

ROOT = Path(__file__).parents[2]
CHECK = ROOT / "scripts" / "check_training_setup.py"
PYTHON = """#!/usr/bin/env bash
# In the place of Python: knows what it is asked for, installs nothing, and dies when told to.
echo "$*" >>"{told}"
case "$*" in
-m\\ venv\\ *)
    mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
    [ "$(cat "{fate}")" = "killed in venv" ] && kill -KILL "$PPID" && exit
    touch "$3/pip"
    ;;
"-m pip --version") [ -e "$(dirname "$0")/../pip" ] ;;
*"[train]")
    [ "$(cat "{fate}")" = "killed in pip" ] && kill -KILL "$PPID" && exit
    [ "$(cat "{fate}")" != "pip fails" ]
    ;;
scripts/check_training_setup.py) exec "{real}" -S "$1" ;;
esac
"""


@pytest.fixture
def set_up(tmp_path: Path) -> Callable[[str], tuple[int, list[str]]]:
    """Give the script's command under some fate: how it ended, and what Python was asked for."""
    told, fate, python = tmp_path / "told", tmp_path / "fate", tmp_path / "python"
    python.write_text(PYTHON.format(told=told, fate=fate, real=sys.executable), encoding="utf-8")
    python.chmod(0o755)
    env = {**os.environ, "PYTHON": str(python), "VENV": str(tmp_path / "venv")}

    def give(its: str) -> tuple[int, list[str]]:
        fate.write_text(its, encoding="utf-8")
        told.write_text("", encoding="utf-8")
        script = ROOT / "scripts" / "runpod_train_stage_a.sh"
        ended = subprocess.run([str(script), "--tiny"], env=env, capture_output=True, check=False)
        return ended.returncode, told.read_text(encoding="utf-8").splitlines()

    return give


def installs(asked: list[str]) -> int:
    return sum(line.endswith("[train]") for line in asked)


@pytest.mark.parametrize("fate", ["killed in venv", "killed in pip", "pip fails"])
def test_a_set_up_that_was_cut_off_is_made_again_and_once(
    set_up: Callable[[str], tuple[int, list[str]]], fate: str
) -> None:
    for _ in range(2):
        ended, asked = set_up(fate)
        assert ended != 0
        assert not any("stage-a" in line for line in asked)
    for expected in (1, 0):
        ended, asked = set_up("all goes well")
        assert ended == 0
        assert installs(asked) == expected
        assert asked[-1].startswith("-m jambot stage-a --tiny")


def check(*arguments: str, site: Path | None = None) -> str:
    """What the check says of the environment of these tests, with `site` before it."""
    path = os.pathsep.join([*([str(site)] if site else []), str(ROOT / "src")])
    ended = subprocess.run(
        [sys.executable, str(CHECK), *arguments],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == bool(ended.stderr)
    return (ended.stderr or ended.stdout).strip()


def test_an_environment_that_was_made_otherwise_is_known_as_whole() -> None:
    """The one that runs these tests was."""
    assert check() == ""


def test_the_image_pins_everything_that_training_brings() -> None:
    """But the libraries for cards, which torch pins itself where its build is for them."""
    names = (line.split("==")[0] for line in check("--freeze").splitlines())
    there = {name for name in names if not name.startswith(("nvidia-", "cuda-", "triton"))}
    text = (ROOT / "docker" / "requirements.txt").read_text(encoding="utf-8")
    pinned = {line.split("==")[0] for line in text.splitlines() if not line.startswith("#")}
    assert len(there) > 60
    assert there <= pinned


@pytest.mark.parametrize(
    ("version", "record", "missed"),
    [
        ("2.21.0", False, "tensorboard: half there"),
        ("1.0", True, "tensorboard>=2.18: 1.0 is there"),
    ],
)
def test_half_a_distribution_or_an_old_one_is_missed(
    tmp_path: Path, version: str, record: bool, missed: str
) -> None:
    info = tmp_path / f"tensorboard-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: tensorboard\nVersion: {version}\n", encoding="utf-8")
    if record:
        (info / "RECORD").write_text("tensorboard/__init__.py,,\n", encoding="utf-8")
    assert check(site=tmp_path) == missed


def test_a_dry_run_on_a_bare_box_tells_roughly_what_the_plan_takes(tmp_path: Path) -> None:
    """With nothing but Python's own library, and from the same settings that training reads."""
    bare = tmp_path / "python"
    bare.write_text(f'#!/usr/bin/env bash\nexec "{sys.executable}" -S "$@"\n', encoding="utf-8")
    bare.chmod(0o755)
    env = {**os.environ, "PYTHON": str(bare), "VENV": str(tmp_path / "venv")}
    env.pop("PYTHONPATH", None)
    script = ROOT / "scripts" / "runpod_train_stage_a.sh"
    command = [str(script), "--dry-run", "--price", "2", "--data", "music"]
    told = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    runs = load_runs(ROOT / "configs" / "stage_a.toml")
    training = sum(r.steps * r.rows * r.context for r in runs) / TOKENS_PER_SECOND / 60
    solos = sum((r.exam_tunes or EXAM_TUNES) * r.exam_bars / 32 for r in runs)
    exams = solos * SECONDS_PER_SOLO / 60
    assert f"(training {training:.0f}, exams {exams:.0f})" in told
    found = re.search(r"roughly (\d+) min .*, ([\d.]+) at 2 an hour; (\d+) GB .* ([\d.]+) GB", told)
    assert found is not None
    assert float(found[1]) == pytest.approx(training + exams, abs=2)
    assert float(found[2]) == pytest.approx(float(found[1]) / 30, abs=0.05)
    assert not (tmp_path / "venv").exists()
