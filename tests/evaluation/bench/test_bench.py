import json

import pytest

from jambot.cli.screen import bench_tables
from jambot.errors import UsageError
from jambot.evaluation.bench.bench import append_line, bench, commit, machine


def test_a_run_without_jack_measures_the_jam_inside(tmp_path):
    run = bench(adapter="chord-tones", seconds=2.0, triggers=1, jack=False)
    assert (run["backend"], run["adapter"]) == ("memory", "chord-tones")
    (figures,) = run["runs"]
    assert figures["bpm"] == 120.0
    assert figures["session"]["stuck_notes"] == 0
    assert figures["session"]["ttfn_ms"]["n"] == 1
    assert {row["reached"] for row in figures["table"]} <= {"aim", "must", "missed", "not measured"}
    for table in bench_tables(run):
        assert table.row_count
    append_line(run, tmp_path / "bench.json")
    json.loads((tmp_path / "bench.json").read_text())


def test_a_band_or_the_hands_clock_without_jack_is_refused_and_never_passed_over():
    def run(band, clock):
        options = ("--band", band, "--clock", clock)
        bench(adapter="chord-tones", seconds=1.0, triggers=1, jack=False, options=options)

    for band, clock in (("bass,drums", "internal"), ("none", "hands")):
        with pytest.raises(UsageError, match=rf"without JACK .* --band {band} --clock {clock}"):
            run(band, clock)


def test_runs_are_added_a_line_each_and_nothing_is_lost(tmp_path):
    path = tmp_path / "new" / "bench.json"
    for number in range(3):
        append_line({"run": number}, path)
    assert [json.loads(line)["run"] for line in path.read_text().splitlines()] == [0, 1, 2]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(UsageError, match="a file that can be written"):
        append_line({}, tmp_path)


def test_the_machine_is_told_without_names_or_paths():
    facts = machine()
    assert set(facts) == {"system", "processor", "cores", "python", "load"}
    assert facts["processor"]
    assert "/" not in str(facts["processor"])


def test_the_commit_is_told_in_a_checkout():
    assert commit() is None or len(commit().removesuffix("-dirty")) >= 12
