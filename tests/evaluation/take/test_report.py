"""The report of a session, a file, a benchmark: one form, honest about what it did not measure."""

import doctest
import json
import xml.etree.ElementTree as ElementTree

import pytest

from jambot.evaluation import headline
from jambot.evaluation.take.findings import NAMES
from jambot.evaluation.take.report import (
    benchmark_report,
    file_report,
    session_report,
    write_report,
)
from jambot.music import ChordSpan, Note, TempoMap, parse_chord

C_MAJOR, F_MAJOR = (0, [0, 4, 7]), (5, [5, 9, 0])
CHORDS = [ChordSpan(0.0, 4.0, parse_chord("Cmaj7")), ChordSpan(4.0, 8.0, parse_chord("F7"))]
LINE = [Note(i * 0.5, 0.5, pitch) for i, pitch in enumerate((60, 64, 67, 71, 72, 69, 65, 63))]


def a_session(log_book, **settings):
    book = log_book(**settings).harmony(1, 0.0, C_MAJOR).trigger(0.1)
    for i, pitch in enumerate((60, 64, 67, 72)):
        book.note(0.12 + i * 0.5, pitch, late_ms=0.2)
    book.harmony(2, 2.0, F_MAJOR).note(2.1, 65, harmony=2).frames([1.4] * 20)
    return book.end(3.0)


def test_the_worked_examples_hold():
    assert doctest.testmod(headline).failed == 0


@pytest.mark.parametrize("kind", ["session", "file", "benchmark"])
def test_every_report_has_every_name_and_its_own_kind(kind, log_book, tmp_path):
    take = a_session(log_book).take()
    findings = {
        "session": lambda: session_report(take),
        "file": lambda: file_report(LINE, CHORDS, title="t", tempo_map=TempoMap.constant(120)),
        "benchmark": lambda: benchmark_report([take, take], "two takes"),
    }[kind]()
    json_path, html_path = write_report(findings, tmp_path / "out")
    report = json.loads(json_path.read_text(encoding="utf-8"))
    assert report["kind"] == kind
    assert set(NAMES) <= set(report)
    assert report["chord_tone_ratio"]["all"] is not None
    assert report["bits_per_note"] is None
    assert html_path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_page_needs_nothing_but_itself(log_book, tmp_path):
    _, html_path = write_report(session_report(a_session(log_book).take()), tmp_path)
    page = html_path.read_text(encoding="utf-8")
    for outside in ("<script", "<link", "http://", "https://", "@import", "url("):
        assert outside not in page


def test_the_page_is_well_formed(log_book, tmp_path):
    _, html_path = write_report(session_report(a_session(log_book).take()), tmp_path)
    body = html_path.read_text(encoding="utf-8").split("<body>")[1].split("</body>")[0]
    root = ElementTree.fromstring(body.replace("<br>", "<br/>"))
    drawings = root.findall(".//svg[@role='img']")
    assert drawings
    assert all(svg.get("aria-label") for svg in drawings)


def test_names_from_a_file_cannot_become_markup(log_book, tmp_path):
    take = a_session(log_book, model="<b onclick=x>&").take()
    _, html_path = write_report(session_report(take), tmp_path)
    page = html_path.read_text(encoding="utf-8")
    assert "<b onclick" not in page
    assert "&lt;b onclick=x&gt;&amp;" in page


def test_a_benchmark_pools_the_latencies_of_its_takes(log_book):
    take = a_session(log_book).take()
    one, two = session_report(take), benchmark_report([take, take], "two")
    assert two.figures["ttfn_ms"]["n"] == 2 * one.figures["ttfn_ms"]["n"]
    assert two.figures["seconds"] == 2 * one.figures["seconds"]


def test_a_session_that_was_cut_off_says_so(log_book, tmp_path):
    book = a_session(log_book)
    book.lines.pop()
    findings = session_report(book.take())
    assert "cut off" in findings.notice
    _, html_path = write_report(findings, tmp_path)
    assert "cut off" in html_path.read_text(encoding="utf-8")


def test_a_session_without_a_note_is_reported_as_such(log_book, tmp_path):
    findings = session_report(log_book().end(1.0).take())
    assert findings.headline == "There was nothing to measure."
    assert {answer.verdict for answer in findings.answers} == {"not measured"}
    write_report(findings, tmp_path)


def test_a_clean_session_is_told_in_plain_words(log_book):
    told = session_report(a_session(log_book).take())
    assert (
        told.headline == "It kept time and followed the chords, but it rested more than people do."
    )
    assert "It answered 20 ms after you asked." in told.answers[0].sentence


def test_an_underrun_and_a_stuck_note_are_told(log_book):
    book = a_session(log_book).write("underrun", seconds=1.0, beat=2.0)
    slipped = session_report(book.take())
    assert slipped.answers[0].verdict == "nearly"
    assert "the plan ran dry 1 time" in slipped.answers[0].sentence
    stuck = session_report(book.note(2.5, ends_after=None).take())
    assert stuck.answers[0].verdict == "no"
    assert "1 note was left ringing" in stuck.answers[0].sentence


def test_a_line_in_the_wrong_key_did_not_hear_the_chords():
    wrong = [note.transposed(6) for note in LINE]
    findings = file_report(wrong, CHORDS, title="t", tempo_map=TempoMap.constant(120))
    assert findings.answers[0].verdict == "no"
    assert findings.headline.startswith("It did not follow the chords")


def test_a_soloist_who_rests_has_failed_nothing(log_book):
    rested = session_report(log_book().note(0.5, 60).note(20.0, 62).end(30.0).take())
    assert rested.figures["dead_air"]["ratio"] > 0.5
    assert "dead_air.ratio" not in {row.gate.path for row in rested.gates}
    assert "failed" not in rested.headline


def test_what_the_player_locked_is_not_held_against_the_solo(log_book):
    def stale(*lock):
        book = log_book().harmony(1, 0.0, C_MAJOR).note(0.5, 60, harmony=1)
        for bar in lock:
            book.write("order", order={"lock": {"bar": bar}}, seconds=0.6, beat=1.2)
        book.harmony(2, 1.0, F_MAJOR).note(1.8, 64, harmony=1).end(3.0)
        return session_report(book.take()).figures["stale_notes"]

    assert stale() == 1
    assert stale(1) == 0
    assert stale(1, None) == 1


def test_the_page_is_to_hear_and_to_see_first_and_its_figures_are_folded(log_book, tmp_path):
    _, path = write_report(session_report(a_session(log_book).take()), tmp_path, "solo.wav")
    page = path.read_text(encoding="utf-8")
    places = [page.index(part) for part in ("<audio", 'class="roll', "The chords", "How it went")]
    assert places == sorted(places)
    folded = page[page.index("<summary>All figures") :]
    assert "<h2>Gates" in folded
    assert "<h2>Settings" in folded
    assert "not measured" not in page[: page.index("<summary>All figures")]
    gates = folded[folded.index("<h2>Gates") : folded.index("</table>")]
    assert gates.rindex("✓ Pass") < gates.index("– Not measured")
