"""The KPI report: every gate defined and judged, what is missing said, steps back marked."""

import copy
import doctest
import json
import shutil
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from jambot.errors import UsageError
from jambot.evaluation.figures import figure_of
from lab.kpi import page as kpi_page
from lab.kpi.__main__ import main
from lab.kpi.drawings import dot_rows, gate_bar
from lab.kpi.inputs import Inputs, read_inputs, read_last
from lab.kpi.page import write_kpi
from lab.kpi.published import PUBLISHED
from lab.kpi.regressions import changes, regressed
from lab.kpi.report import KpiReport, kpi_report

C_MAJOR, F_MAJOR = (0, [0, 4, 7]), (5, [5, 9, 0])
SPREAD = {"n": 2, "median": 0.5, "q1": 0.4, "q3": 0.6, "ci_low": 0.45, "ci_high": 0.55}
SESSION = {
    "seconds": 3.0, "chord_heard_ms": {"n": 40, "p50": 20.0, "p95": 70.0, "p99": 75.0, "max": 80.0},
    "chord_response_ms": {"n": 40, "p50": 90.0, "p95": 900.0, "p99": 950.0, "max": 990.0},
    "stale_notes": 2, "jitter_ms": {"n": 9, "p50": 0.005, "p95": 0.01, "p99": 0.01, "max": 0.4},
    "lookahead_bars": {"min": 1.1, "p01": 1.4, "p50": 2.2}, "isr": 1.0, "underruns": 0,
}  # fmt: skip
BENCH = {
    "date": "2026-11-23", "version": "0.1.0", "commit": "abc", "adapter": "piano",
    "backend": "jack",
    "machine": {"system": "Linux", "processor": "A", "cores": 2, "python": "3.11", "load": 0.1},
    "runs": [
        {
            "bpm": 120.0, "comping_seconds": 60.0, "triggers": 20,
            "ttfn_ms": {"n": 3, "p50": 15.0, "p95": 18.0, "p99": 30.0, "max": 30.0},
            "first_notes_ms": [14.0, 15.0, 30.0], "stuck_notes": 0, "cpu_share": 0.3,
            "session": SESSION,
        }
    ],
}  # fmt: skip


def an_exam():
    solo = {
        "chord_tone_ratio": {"all": 0.5, "on_beat": 0.5}, "note_density": 1.5, "range": 25,
        "dead_air": {"ratio": 0.2}, "repetition_rate": 0.1, "step_share": 0.6,
    }  # fmt: skip
    rows = [{"soloist": who, "tune": t} | solo for who in ("people", "piano") for t in "ab"]
    return {
        "kind": "exam", "model": "piano", **solo, "chord_tone_margin": 0.2,
        "bits_per_note": {"pitch": 3.0, "all_12": 7.9, "off_12": 0.3, "ci": {"pitch": [2.9, 3.1]}},
        "chord_swap": {"gap_bits": 0.21, "lost": 0.06}, "realism_auc": None, "agreement": None,
        "copy_rate": {"excess": -0.01}, "note_ms": {"p50": 6.0},
        "inside_human_iqr": {"count": 7, "of": 7},
        "soloists": {
            who: {"figures": {"chord_tone_ratio.all": SPREAD}, "realism_auc": {"raw": 0.83}}
            for who in ("people", "piano", "markov")
        }, "excerpts": rows,
        "settings": {"version": "0.1.0", "source": "wjd", "excerpts": 2, "bars": 32, "seed": 1},
        "machine": {"system": "Linux", "processor": "x86_64"},
    }  # fmt: skip


def a_report(**inputs) -> KpiReport:
    found = Inputs(**({"bench": BENCH, "exam": an_exam()} | inputs))
    return kpi_report(found, version="0.1.0", commit="abc", date="2026-11-23", machine={})


@pytest.fixture
def folder(tmp_path, log_book):
    """Everything a report is made from, where the command looks for it."""
    take = tmp_path / "take"
    take.mkdir()
    book = log_book(machine={"system": "Linux"}).harmony(1, 0.0, C_MAJOR).trigger(0.1)
    for i, pitch in enumerate((60, 64, 67, 72)):
        book.note(0.12 + i * 0.5, pitch, late_ms=0.2)
    book.harmony(2, 2.0, F_MAJOR).note(2.1, 65, harmony=2).frames([1.4] * 20).end(3.0).take()
    (take / "session.jsonl").write_text(book.path.read_text())
    shutil.copytree(take, tmp_path / "runs" / "120bpm")
    (tmp_path / "bench.json").write_text("{}\n" + json.dumps(BENCH) + "\n")
    (tmp_path / "exam").mkdir()
    (tmp_path / "exam" / "offline.json").write_text(json.dumps(an_exam()))
    return tmp_path


def test_what_others_report_has_a_source_and_a_figure_of_ours_or_none():
    for found in PUBLISHED:
        assert found.url.startswith("https://")
        assert not found.beside or figure_of(found.beside)
    assert a_report().nearest("isr").figure == "isr"


def test_a_missed_aim_without_a_gate_is_no_failure():
    rows = {row.figure: row for row in a_report().of("bench")}
    assert rows["stale_notes"].verdict == "nearly"
    assert rows["chord_response_ms.p95"].verdict == "fail"
    assert (rows["ttfn_ms.p95"].verdict, rows["ttfn_ms.p95"].note) == (
        "pass",
        "p99 30, not the aim yet",
    )
    assert rows["chord_heard_ms.p95"].asks == "p95 ≤ 250 ms, aim p95 ≤ 60 ms"


def test_what_was_not_measured_passes_no_gate():
    report = a_report()
    rows = {row.figure: row for row in report.of("exam")}
    assert rows["realism_auc.raw"].verdict == rows["agreement.top1"].verdict == "not measured"
    assert report.count("pass") + report.count("fail") < len(report.rows)
    assert "not measured" in report.headline
    assert rows["chord_tone_ratio.all"].interval == (0.45, 0.55)


def test_the_same_report_again_is_no_news():
    report = a_report()
    assert {change.outcome for change in changes(report.rows, report.as_dict())} == {"same"}


def slower(ttfn_ms, **machine):
    bench = copy.deepcopy(BENCH)
    bench["runs"][0]["ttfn_ms"]["p95"] = ttfn_ms
    bench["machine"] |= machine
    return a_report(bench=bench)


@pytest.mark.parametrize(
    ("ttfn_ms", "machine", "outcome"),
    [
        (20.0, {}, "same"),
        (40.0, {}, "worse"),
        (9.0, {}, "better"),
        (40.0, {"processor": "B"}, "not comparable"),
        (40.0, {"load": 5.0}, "worse"),
    ],
)
def test_a_step_counts_beyond_what_runs_differ_by_on_one_machine(ttfn_ms, machine, outcome):
    found = {c.id: c for c in changes(slower(ttfn_ms, **machine).rows, a_report().as_dict())}
    assert found["bench/120 bpm/ttfn_ms.p95"].outcome == outcome


def test_a_gate_that_fails_now_and_a_figure_that_is_gone_are_steps_back():
    def kept(pitch_bits, gap):
        exam = an_exam()
        exam["bits_per_note"] |= {"pitch": pitch_bits}
        exam["chord_swap"]["gap_bits"] = gap
        return a_report(exam=exam)

    last = kept(3.095, 0.201).as_dict()
    assert [c.id for c in regressed(changes(kept(3.105, 0.201).rows, last))] == [
        "exam/bits_per_note.pitch"
    ]
    (lost,) = regressed(changes(kept(3.095, None).rows, last))
    assert (lost.id, lost.value) == ("exam/chord_swap.gap_bits", None)
    without = changes(a_report(exam=None).rows, last)
    assert {c.outcome for c in without if c.id.startswith("exam/")} == {"gone"}


def test_within_its_own_interval_a_figure_is_the_same():
    exam = an_exam()
    exam["bits_per_note"] |= {"pitch": 3.08, "ci": {"pitch": [2.98, 3.18]}}
    found = {c.id: c.outcome for c in changes(a_report(exam=exam).rows, a_report().as_dict())}
    assert found["exam/bits_per_note.pitch"] == "same"


def test_the_command_makes_page_and_json_from_what_lies_there(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as done:
        main(["--session", "take", "--out", "new", "--against", _last(folder)])
    assert done.value.code == 0
    said = capsys.readouterr().out
    assert "worse: bench/120 bpm/ttfn_ms.p95 18, was 10" in said
    assert "missing: No side by side" in said
    written = json.loads((folder / "new" / "kpi.json").read_text(encoding="utf-8"))
    assert {row["part"] for row in written["rows"]} == {"bench", "session", "exam"}
    assert written["regressions"] == ["bench/120 bpm/ttfn_ms.p95"]
    page = (folder / "new" / "kpi.html").read_text(encoding="utf-8")
    assert "Since the last report: 1 regression" in page
    body = page.split("<body>")[1].split("</body>")[0]
    root = ElementTree.fromstring(body.replace("<br>", "<br/>"))
    assert len(root.findall(".//svg[@class='strip']")) >= 7
    assert len(root.findall(".//svg[@class='dots']")) == 6
    for outside in ("<script", "<link", "@import", "url(", "src="):
        assert outside not in page


def _last(folder):
    """A report of before whose first note came sooner."""
    bench = copy.deepcopy(BENCH)
    bench["runs"][0]["ttfn_ms"]["p95"] = 10.0
    path, _, _ = write_kpi(a_report(bench=bench), folder / "old")
    assert read_last(path)["headline"]
    return str(path)


def test_a_part_that_is_missing_is_said_and_nothing_at_all_is_wrong_use(folder, tmp_path):
    empty = tmp_path / "nowhere"
    found = read_inputs(empty, empty, folder / "take", empty, empty)
    assert [told.split(":")[0] for told in found.missing] == [
        "No bench",
        "No exam",
        "No side by side",
    ]
    report = kpi_report(found, version="0", commit=None, date="today", machine={})
    assert {row.part for row in report.rows} == {"session"}
    underruns = next(row for row in report.rows if row.figure == "underruns")
    assert underruns.verdict == "not measured"
    with pytest.raises(UsageError, match="No session"):
        read_inputs(empty, empty, None, empty, empty)


def test_takes_of_another_run_are_not_drawn_as_this_ones(folder):
    def strips(bench):
        (folder / "bench.json").write_text(json.dumps(bench))
        found = read_inputs(
            folder / "bench.json", folder / "runs", None, folder / "exam", folder / "none"
        )
        return set(found.samples[120.0])

    assert "jitter_ms" in strips(BENCH)
    other = copy.deepcopy(BENCH)
    other["runs"][0]["session"]["seconds"] = 99.0
    assert strips(other) == {"ttfn_ms"}


def test_a_bench_of_the_trio_or_of_the_hands_clock_is_not_taken_for_the_solos(folder):
    def run(date, *options):
        part = BENCH["runs"][0] | ({"options": options} if options else {})
        return json.dumps(BENCH | {"date": date, "runs": [part]}) + "\n"

    def read(*lines):
        (folder / "bench.json").write_text("".join(lines))
        paths = (folder / "bench.json", folder / "runs", None, folder / "exam", folder / "none")
        return read_inputs(*paths).bench["date"]

    trio = run("trio", "--band", "bass,drums", "--clock", "internal")
    hands = run("hands", "--band", "none", "--clock", "hands")
    assert read(run("older"), trio, hands) == "older"
    plain = run("plain", "--band", "none", "--clock", "internal")
    assert read(run("older"), plain, trio) == "plain"
    with pytest.raises(UsageError, match="no bench of the solo alone"):
        read(trio)


def test_people_and_the_chain_stand_beside_the_model(tmp_path):
    _, page, _ = write_kpi(a_report(), tmp_path)
    shown = page.read_text(encoding="utf-8")
    assert "<th>Found</th><th>people</th><th>markov</th></tr>" in shown
    assert '<td class="number note">0.83</td>' in shown


def test_names_cannot_break_the_page(tmp_path):
    name = "<b onclick=x>&"
    exam = json.loads(json.dumps(an_exam()).replace("piano", name))
    bench = BENCH | {"machine": BENCH["machine"] | {"processor": name}}
    report = a_report(exam=exam, bench=bench, beside={"how": name, "players": []}, missing=(name,))
    _, page, _ = write_kpi(report, tmp_path)
    shown = page.read_text(encoding="utf-8")
    assert "<b onclick" not in shown
    assert shown.count("&lt;b onclick=x&gt;&amp;") >= 4


def test_a_busy_machine_is_told(tmp_path):
    for load, told in ((0.1, False), (6.5, True)):
        bench = BENCH | {"machine": BENCH["machine"] | {"load": load}}
        _, page, _ = write_kpi(a_report(bench=bench), tmp_path)
        assert ("busy with something else" in page.read_text(encoding="utf-8")) is told


def test_side_by_side_is_shown_with_who_did_not_run(tmp_path):
    time = {"n": 9, "p50": 12.0, "p95": 20.0}
    ran = {"name": "JAM_BOT", "what": "int8", "times_first": 1.0}
    ran |= {f"{name}_ms": time for name in ("first_note", "first_note_cpu", "note", "note_cpu")}
    beside = {
        "how": "In one run.",
        "players": [
            ran | {"can": "plan", "cannot": "sing"},
            {"name": "Other", "what": "a GRU", "failed": "no wheel"},
        ],
    }
    _, page, _ = write_kpi(a_report(beside=beside), tmp_path)
    shown = page.read_text(encoding="utf-8")
    assert "did not run: no wheel" in shown
    assert "p95 20 ms" in shown


@pytest.mark.parametrize("content", ["", "[]\n", '{"runs": []}', "no json"])
def test_a_file_that_is_no_bench_is_refused(content, folder):
    (folder / "bench.json").write_text(content)
    with pytest.raises(UsageError, match="no bench"):
        read_inputs(folder / "bench.json", folder, None, folder, folder)


def test_drawings_say_what_they_show():
    drawing = dot_rows([("people", [0.1, 0.2, 0.3]), ("nobody", [])], 1.0, "Steps")
    assert "Steps: people, 3 values" in drawing
    assert drawing.count("<circle") == 3
    assert dot_rows([("nobody", [])], 1.0, "Steps") == ""
    assert 'aria-label="2 pass, 1 fail"' in gate_bar([("pass", 2), ("fail", 1)])
    assert gate_bar([("pass", 0)]) == ""


def test_worked_examples_and_ids_hold():
    assert doctest.testmod(kpi_page).failed == 0
    row = a_report().rows[0]
    assert row.id == "bench/120 bpm/ttfn_ms.p95"
    assert replace(row, setting="").id == "bench/ttfn_ms.p95"
