"""What a film knows: who enters when, and how long each note stood in the plan."""

import shutil

import pytest

from jambot.assets import MODELS
from jambot.music import Note
from jambot.realtime.main import JamSettings
from jambot.realtime.orders import End, LayOut, SetAdapter, SetStage, Trigger
from jambot.realtime.settings import SessionSettings
from jambot.realtime.stopping import Stopping
from jambot.video.arrangement import Section
from jambot.video.film import intentions
from jambot.video.production import clip_of, shoot
from jambot.video.recording import script

C, D, E = Note(1.0, 0.5, 72, 80), Note(2.0, 0.5, 74, 80), Note(3.0, 0.5, 76, 80)


def test_a_note_stands_in_the_plan_until_it_is_promised_or_given_up():
    looks = [(0.0, [C, D]), (0.5, [C, D, E]), (0.9, [D, E]), (1.2, [E])]
    stood = {i.note: i for i in intentions(looks, played=[C, E])}
    assert (stood[C].since, stood[C].until, stood[C].promised) == (0.0, 0.9, True)
    assert (stood[D].since, stood[D].until, stood[D].promised) == (0.0, 1.2, False)
    assert (stood[E].since, stood[E].until) == (0.5, 1.2)


def test_a_note_that_left_the_plan_long_before_it_was_due_had_been_given_up():
    looks = [(0.0, [E]), (0.2, []), (2.0, [E]), (2.9, [])]
    assert [(i.since, i.promised) for i in intentions(looks, played=[E])] == [
        (0.0, False),
        (2.0, True),
    ]


def test_the_soloist_is_asked_in_before_its_section_changes_style_and_ends_in_the_ending():
    form = [Section(0, 4, None), Section(4, 8, "piano"), Section(12, 8, "horn")]
    orders = script([*form, Section(20, 2, None)])
    assert [order for _, order in orders] == [
        LayOut(True),
        SetStage("response", "bar"),
        Trigger(),
        SetAdapter("horn"),
        End(),
    ]
    beats = [beat for beat, _ in orders[2:]]
    assert 12 < beats[0] < 16
    assert 44 < beats[1] < 48
    assert 80 < beats[2] < 84


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    """Eight seconds: a rule solos first, then a model that ships."""
    settings = JamSettings(
        SessionSettings(bpm=240, seed=4), backend="memory", seconds=8.0, realtime=False
    )
    with Stopping() as stopping:
        folder = tmp_path_factory.mktemp("take")
        return shoot(settings, ["chord-tones", "piano"], folder, stopping)


def test_a_session_becomes_a_film_with_both_styles_in_their_sections(shot):
    assert shot.styles == ("chord-tones", "piano")
    change = next(s.beat for s in shot.sections if s.style == "piano")
    for played in shot.solo:
        assert played.style == (
            "piano" if played.note.onset_beats >= change - 1e-3 else "chord-tones"
        )
    assert {played.style for played in shot.solo} == {"chord-tones", "piano"}
    assert shot.chords
    assert shot.hands
    start, end = clip_of(shot)
    assert start < shot.seconds_at(change) < end


def test_a_model_that_the_terminal_gave_as_a_folder_is_shown_by_its_name(tmp_path):
    folder = shutil.copytree(MODELS / "piano", tmp_path / "mine")
    settings = JamSettings(
        SessionSettings(bpm=240, seed=4), backend="memory", seconds=5.0, realtime=False
    )
    with Stopping() as stopping:
        film = shoot(settings, [str(folder)], tmp_path, stopping)
    assert film.styles == ("mine",)
    assert {played.style for played in film.solo} == {"mine"}


def test_played_notes_stood_in_the_plan_before_and_were_promised_shortly_before(shot):
    early = [played.note.onset_beats - played.promised for played in shot.solo]
    assert all(0 <= beats < 0.4 for beats in early)
    promised = [i for i in shot.intentions if i.promised]
    assert len(promised) >= 0.8 * len(shot.solo)
    assert any(i.note.onset_beats - i.since > 4.0 for i in promised)
    assert any(not i.promised for i in shot.intentions)
