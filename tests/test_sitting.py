"""A sitting: the page stops a take, begins another, and every take has a folder of its own."""

import json

import pytest

from jambot.cli.company import Company
from jambot.cli.sitting import OVER, sit
from jambot.control.room.outbox import TakeState
from jambot.errors import JamBotError, PortError
from jambot.realtime.main import JamSettings
from jambot.realtime.orders import NewTake, Pause
from jambot.realtime.stopping import Stopping

WALTZ = "3/4 | Am7 | D7 | Gmaj7 | % |"
SETTINGS = JamSettings(backend="memory", adapter="chord-tones")


class Evening:
    """A page that asks for what it was told to between takes, and hears what becomes of it."""

    def __init__(self, *endings, between=()):
        self.endings, self.between = list(endings), list(between)
        self.news, self.answers, self.ports, self.played = [], [], [], []
        self.company = Company(orders=self.asked, answer=self.answered, tell=self.told)

    def asked(self):
        return [self.between.pop(0)] if self.between else []

    def answered(self, order, why):
        self.answers.append((order, why))

    def told(self, folder, state, trouble):
        self.news.append((folder.name, state, trouble))

    def play(self, settings, log, show, hear, stopping, orders, answer, opened):
        self.ports.append(opened.watch.ports)
        self.played.append(settings)
        log.write_text(json.dumps({"event": "session", "bpm": 120.0}) + "\n", encoding="utf-8")
        ending = self.endings.pop(0)
        if isinstance(ending, Exception):
            raise ending
        if isinstance(ending, NewTake):
            answer(ending, "")
            return "new_take"
        return ending


def spent(monkeypatch, folder, evening):
    monkeypatch.setattr("jambot.realtime.main.jam", evening.play)
    sit(SETTINGS, folder, False, evening.company, Stopping())


def test_a_stopped_take_is_kept_and_another_one_begins_on_the_same_ports(monkeypatch, tmp_path):
    evening = Evening("stop_take", "stopped", between=[Pause(), NewTake()])
    spent(monkeypatch, tmp_path / "jam", evening)
    states = TakeState
    assert evening.news == [
        ("jam", states.playing, ""), ("jam", states.ending, ""), ("jam", states.ended, ""),
        ("jam_2", states.playing, ""), ("jam_2", states.ending, ""), ("jam_2", states.leaving, ""),
    ]  # fmt: skip
    assert evening.answers == [(Pause(), OVER), (NewTake(), "")]
    assert evening.ports[0] is evening.ports[1]
    for name in ("jam", "jam_2"):
        assert (tmp_path / name / "report.html").is_file()


def test_a_new_take_asked_for_while_one_is_played_begins_at_once(monkeypatch, tmp_path):
    evening = Evening("new_take", "new_take", "seconds")
    spent(monkeypatch, tmp_path / "jam", evening)
    playing = [name for name, state, _ in evening.news if state is TakeState.playing]
    assert playing == ["jam", "jam_2", "jam_3"]
    for name in playing:
        assert (tmp_path / name / "report.html").is_file()


def test_a_take_that_makes_way_is_not_said_to_have_its_files(monkeypatch, tmp_path):
    evening = Evening("new_take", "seconds")
    spent(monkeypatch, tmp_path / "jam", evening)
    states = TakeState
    assert [(name, state) for name, state, _ in evening.news] == [
        ("jam", states.playing), ("jam", states.ending),
        ("jam_2", states.playing), ("jam_2", states.ending), ("jam_2", states.leaving),
    ]  # fmt: skip


def test_between_takes_a_chart_that_does_not_fit_is_refused_and_the_next_order_heard(
    monkeypatch, tmp_path
):
    wrong = NewTake("| Dm7 G7 C F Am |")
    evening = Evening("stop_take", "seconds", between=[wrong, NewTake(WALTZ)])
    spent(monkeypatch, tmp_path / "jam", evening)
    (first, why), (second, none) = evening.answers
    assert (first, second, none) == (wrong, NewTake(WALTZ), "")
    assert "at most 4 chords" in why
    assert evening.played[1].session.form == WALTZ


def test_a_jam_whose_files_were_not_made_ends_with_their_names_and_the_cure(monkeypatch, tmp_path):
    def full(folder, sound):
        return 1

    monkeypatch.setattr("jambot.cli.finishing._elsewhere", full)
    evening = Evening("new_take", "seconds")
    with pytest.raises(JamBotError, match="files are missing") as ended:
        spent(monkeypatch, tmp_path / "jam", evening)
    assert f"`jambot report {tmp_path / 'jam'}`" in ended.value.cure
    assert (tmp_path / "jam_2" / "report.html").is_file()


def test_nobody_waits_for_the_files_of_the_take_before(monkeypatch, tmp_path):
    made = []

    def begin(finishing, folder, sound):
        made.append((folder.name, sound, [name for name, *_ in evening.news]))

    monkeypatch.setattr("jambot.cli.finishing.Finishing.begin", begin)
    evening = Evening("new_take", "seconds")
    spent(monkeypatch, tmp_path / "jam", evening)
    assert made == [("jam", False, ["jam", "jam"])]
    assert not (tmp_path / "jam" / "report.html").exists()
    assert (tmp_path / "jam_2" / "report.html").is_file()


@pytest.mark.parametrize("endings", [(NewTake(WALTZ, bpm=150.0),), ("stop_take",)])
def test_a_tune_in_another_metre_begins_a_take_of_its_own(monkeypatch, tmp_path, endings):
    evening = Evening(*endings, "seconds", between=[NewTake(WALTZ, bpm=150.0)])
    spent(monkeypatch, tmp_path / "jam", evening)
    first, second = (settings.session for settings in evening.played)
    assert (first.beats_per_bar, first.form) == (4, None)
    assert (second.beats_per_bar, second.form, second.bpm) == (3, WALTZ, 150.0)


def test_a_take_that_ended_with_a_fault_is_left_with_what_went_wrong(monkeypatch, tmp_path):
    evening = Evening(PortError("the output port was lost"))
    with pytest.raises(PortError):
        spent(monkeypatch, tmp_path / "jam", evening)
    assert evening.news[-1] == ("jam", TakeState.leaving, "the output port was lost")


def test_whoever_is_told_to_stop_between_takes_leaves(monkeypatch, tmp_path):
    evening = Evening("stop_take")
    stopping = Stopping()
    stopping.asked = True
    monkeypatch.setattr("jambot.realtime.main.jam", evening.play)
    sit(SETTINGS, tmp_path / "jam", False, evening.company, stopping)
    assert evening.news[-1][1] is TakeState.ended
