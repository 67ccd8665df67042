"""The script is a thin door: its words, its exit codes."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "prepare_role_dataset.py"


def run(*words):
    return subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, words)],
        capture_output=True, text=True, encoding="utf-8", timeout=100, check=False,
    )  # fmt: skip


def test_it_prepares_checks_and_reports(songs, tmp_path):
    out = tmp_path / "out"
    done = run(songs, "--out", out, "--transpose", "0", "--jobs", "1", "--check", "--report")
    assert done.returncode == 0, done.stderr
    assert "3 samples written, 0 kept" in done.stdout
    assert "complete, no faults" in done.stdout
    assert (out / "dataset.html").is_file()
    (out / "songs-000" / "target.mid").unlink()
    faulty = run("--out", out, "--check")
    assert faulty.returncode == 1
    assert "songs-000" in faulty.stderr


def test_wrong_use_is_two(tmp_path):
    assert run().returncode == 2
    assert run(tmp_path / "nowhere", "--out", tmp_path / "out").returncode == 2
