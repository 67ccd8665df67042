"""The prototype's grid: transcribers' places, rounded to 12 a beat; all else as it was."""

import gzip
import json
import subprocess
import sys

from jambot.roles.sources.weimar import read_solos

TOOL = ("-m", "lab", "prototype_grid")


def run(*words):
    return subprocess.run(
        [sys.executable, *TOOL, *map(str, words)],
        capture_output=True, text=True, encoding="utf-8", timeout=100, check=False,
    )  # fmt: skip


def test_only_the_places_change(make_solo, tmp_path):
    solo = make_solo()
    places = solo["notes"]["pos"]
    solo["notes"]["grid"] = [place + 0.04 for place in places]
    (tmp_path / "wjd").mkdir()
    (tmp_path / "wjd" / "metadata.csv").write_text("id,split\n")
    with gzip.open(tmp_path / "wjd" / "solos.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(solo) + "\n")
    done = run(tmp_path / "wjd", tmp_path / "grid")
    assert done.returncode == 0, done.stderr
    (found,) = read_solos(tmp_path / "grid")
    assert found["notes"]["pos"] == [round(12 * (place + 0.04)) / 12 for place in places]
    assert found["notes"]["pos_dur"] == solo["notes"]["pos_dur"]
    assert found["chords"] == json.loads(json.dumps(solo["chords"]))
    assert (tmp_path / "grid" / "metadata.csv").is_file()


def test_a_folder_without_solos_is_wrong_use(tmp_path):
    done = run(tmp_path, tmp_path / "grid")
    assert done.returncode == 2
    assert "solos.jsonl.gz" in done.stderr
    assert not (tmp_path / "grid").exists()
