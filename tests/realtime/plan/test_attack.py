"""The first note after a chord that is rolled into the keyboard."""

import pytest

from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.music import Harmony, HarmonyChange, Note
from jambot.realtime.plan.attack import Attack
from jambot.realtime.player.player import Answer, DirectPlayer, Request

CM7 = (48, 58, 63, 67)
BASS = (HarmonyChange(0.0, Harmony(0, (0,))),)
TRIAD = (HarmonyChange(0.0, Harmony(0, (0, 3, 10))),)


class LatePlayer(DirectPlayer):
    """Answers everything it was asked, in order, as soon as it is let."""

    def __init__(self):
        super().__init__(Generator(ChordToneModel(), SamplingSettings(guidance=0.0), 1))
        self.thinking, self.late = True, []

    def ask(self, message):
        super().ask(message)
        if isinstance(message, Request):
            self.late.append(self._answers[-1])

    def poll(self):
        if self.thinking:
            return []
        super().poll()
        late, self.late = self.late, []
        return late


def answer(number, pitch):
    return Answer(number, (Note(0.0, 0.5, pitch),), 0.0)


@pytest.fixture
def attack():
    attack = Attack()
    attack.begin(0.0, at_once=True)
    return attack


def test_a_note_of_an_earlier_answer_may_sound_if_it_belongs_to_the_chord_by_now(attack):
    attack.asked(1, BASS, 0.0)
    attack.asked(2, TRIAD, 0.0)
    assert attack.fits(answer(1, 70), TRIAD)
    assert not attack.fits(answer(1, 71), TRIAD)


def test_any_note_may_whose_prompt_knew_three_keys(attack):
    attack.asked(1, TRIAD, 0.0)
    attack.asked(2, TRIAD, 0.0)
    assert attack.fits(answer(1, 71), TRIAD)


def test_no_answer_to_another_trigger_or_after_the_first_note_may(attack):
    attack.asked(1, TRIAD, 0.0)
    attack.met(0.0)
    assert not attack.fits(answer(1, 70), TRIAD)
    attack.begin(8.0, at_once=True)
    attack.asked(2, TRIAD, 0.0)
    assert not attack.fits(answer(1, 70), TRIAD)
    attack.forget()
    assert not attack.fits(answer(2, 70), TRIAD)


def test_on_a_line_nothing_is_hurried():
    attack = Attack()
    attack.begin(4.0, at_once=False)
    attack.asked(1, TRIAD, 0.0)
    assert not attack.fits(answer(1, 70), TRIAD)


def test_the_first_answer_to_a_roll_sounds_and_what_follows_knows_the_whole_chord(make_stage):
    player = LatePlayer()
    stage = make_stage(player=player)
    for i, pitch in enumerate(CM7):
        stage.go_to(i / 96)
        stage.strike([pitch])
    player.thinking = False
    stage.session.tick()
    stage.session.tick()
    first = stage.events("played")[0]
    assert first["prompt"] == 1
    assert stage.played[0][0] == pytest.approx(3 / 96, abs=0.001)
    assert stage.events("prompt")[-1]["reason"] == "first note"
    stage.go_to(4)
    later = stage.events("played")[1:]
    assert len(later) > 3
    assert {event["prompt"] for event in later} == {stage.events("prompt")[-1]["id"]}
    assert {event["pitch"] % 12 for event in later} <= {pitch % 12 for pitch in CM7}
    assert len(stage.events("trigger")) == 1
    assert stage.lines[0] == 1
