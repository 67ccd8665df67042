"""Situations that no solo prepares for."""

import json
from dataclasses import replace

import pytest

from jambot.evaluation.exam.soloists import rule
from jambot.music import Meter, Note
from lab.exams.odd_cases import OddSolo, figures_of, odd_cases, play_odd_cases
from lab.exams.odd_cases_page import odd_sheet, write_odd_cases


@pytest.fixture(scope="module")
def played() -> dict[str, OddSolo]:
    return {one.case.name: one for one in play_odd_cases(rule(), bars=4)}


def test_the_cases_are_what_they_are_called():
    cases = {case.name: case.excerpt for case in odd_cases()}
    assert cases["two chords a bar at 60"].tempo_bpm == 60.0
    assert len(cases["two chords a bar at 280"].chords) == 64
    assert cases["three in a bar"].meter == Meter(3)
    assert cases["five in a bar"].meter == Meter(5)
    assert cases["no chords at all"].conditioning == ()
    held = cases["one note held for a minute"]
    (note,) = held.conditioning
    assert note.duration_beats * 60.0 / held.tempo_bpm == 60.0
    assert held.end_beats == note.end_beats
    assert odd_cases() == odd_cases()


def test_the_rule_plays_every_case_with_chords_and_rests_without(played):
    verdicts = {name: one.verdict for name, one in played.items()}
    assert verdicts.pop("no chords at all") == "rests"
    assert set(verdicts.values()) == {"plays"}
    for one in played.values():
        assert all(0.0 <= n.onset_beats < one.case.excerpt.end_beats for n in one.solo)


def test_figures_are_taken_over_the_whole_excerpt_rests_at_its_ends_included():
    excerpt = replace(odd_cases()[-1].excerpt, bars=4)
    solo = (Note(4.0, 1.0, 60), Note(5.0, 0.5, 64), Note(5.5, 0.5, 72))
    figures = figures_of(solo, excerpt)
    assert figures["notes_a_beat"] == 3 / 16
    assert figures["most_in_a_beat"] == 2
    assert figures["most_a_second"] == 0.75
    assert figures["longest_rest_s"] == 5.0
    assert figures["range"] == 12


def test_silence_is_a_rest_as_long_as_the_excerpt():
    figures = figures_of((), replace(odd_cases()[0].excerpt, bars=4))
    assert (figures["notes"], figures["longest_rest_s"], figures["chord_tones"]) == (0, 16.0, None)


def test_too_many_notes_in_one_beat_are_babble():
    case = odd_cases()[0]
    solo = tuple(Note(i / 12, 1 / 12, 60 + i) for i in range(12))
    assert OddSolo(case, solo, figures_of(solo, case.excerpt)).verdict == "babbles"


def test_a_chord_is_one_strike_and_no_babble():
    case = odd_cases()[0]
    chords = tuple(Note(i / 2, 0.4, 72 - 4 * k) for i in range(8) for k in range(4))
    one = OddSolo(case, chords, figures_of(chords, case.excerpt))
    assert (one.verdict, one.figures["most_in_a_beat"]) == ("plays", 2)


def test_the_page_shows_every_case_with_its_verdict(played, tmp_path):
    solos = list(played.values())
    json_path, html_path = write_odd_cases({"rule": solos}, tmp_path)
    content = json.loads(json_path.read_text(encoding="utf-8"))
    assert content["rule"]["no chords at all"]["verdict"] == "rests"
    page = html_path.read_text(encoding="utf-8")
    assert all(name in page for name in played)
    assert [name for name, _ in odd_sheet("rule", solos).rows] == list(played)
