"""Another style while it plays: loaded beside the playing, taken over at a bar line, no gap."""

import importlib
import shutil
import time
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from jambot.assets import CHORD_TONES, MODELS, shipped_styles
from jambot.assets.own_styles import own_style_folder
from jambot.errors import UsageError
from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.realtime.clock import SystemClock
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.main import make_generator
from jambot.realtime.orders import SetAdapter, SetSampling
from jambot.realtime.player.generation_worker import PlayerProcess
from jambot.realtime.player.player import Answer, DirectPlayer, Prepare, Prepared, Request
from jambot.realtime.player.repertoire import Refused, Repertoire
from jambot.realtime.ports import MemoryInput, Ports, RecordingOutput
from jambot.realtime.session import Outside, Session, StyleChoice
from jambot.realtime.settings import SessionSettings
from jambot.tokens import Prompt
from jambot.tokens.vocabulary import VOCABULARY

C = (48, 52, 55, 60)
TONES = {0, 4, 7}
SURE = SamplingSettings(temperature=0.0, guidance=0.0)
PITCH = VOCABULARY.ids("PITCH")


class Beside(ChordToneModel):
    """Plays a semitone above every chord tone: its style can be heard."""

    def fork(self):
        return Beside()

    def logits(self):
        logits = super().logits()
        logits[PITCH] = np.roll(logits[PITCH], 1)
        return logits


class Broken(ChordToneModel):
    """Fails as a native library does, once it has computed so many logits."""

    def __init__(self, good=0):
        super().__init__()
        self.good = good

    def fork(self):
        return Broken(self.good)

    def logits(self):
        self.good -= 1
        if self.good < 0:
            raise RuntimeError("a kernel said no")
        return super().logits()


def cannot_be_loaded():
    raise KeyError("hidden_size")


STYLES = {
    "inside": ChordToneModel,
    "beside": Beside,
    "unloadable": cannot_be_loaded,
    "brittle": lambda: Broken(40),
}


def make(name):
    if name not in STYLES:
        raise UsageError(f"no adapter named {name!r}", "inside, beside")
    return Generator(STYLES[name](), SURE, 1)


class SlowLoader(DirectPlayer):
    """Says only after a while that a style is ready."""

    def __init__(self, *given):
        super().__init__(*given)
        self.held_back, self.loading = [], True

    def poll(self):
        replies = super().poll()
        self.held_back += [reply for reply in replies if isinstance(reply, Prepared)]
        replies = [reply for reply in replies if not isinstance(reply, Prepared)]
        if not self.loading:
            replies += self.held_back
            self.held_back = []
        return replies


@pytest.fixture
def stage(make_stage):
    player = SlowLoader(make("inside"), make, "inside")
    player.loading = False
    return make_stage(player=player, adapter="inside", styles=("inside", "beside"))


def styles(stage):
    """(beat, whether the note belongs to the chord) of everything played."""
    return [(beat, pitch % 12 in TONES) for beat, pitch in stage.played]


def changes(stage):
    return [(event["state"], event["adapter"]) for event in stage.events("adapter")]


def test_it_takes_over_at_the_next_bar_line_and_nobody_falls_silent(stage):
    stage.strike(C)
    stage.go_to(5)
    stage.order(SetAdapter("beside"))
    assert (stage.status().adapter, stage.status().next_adapter) == ("inside", "beside")
    stage.go_to(16)
    assert all(inside == (beat < 8) for beat, inside in styles(stage))
    assert changes(stage) == [("ready", "beside"), ("plays", "beside")]
    assert stage.events("adapter")[-1]["beat"] == 8.0
    assert (stage.status().adapter, stage.status().next_adapter) == ("beside", "")
    assert max(b - a for (a, _), (b, _) in pairwise(stage.played)) <= 1.5
    assert all(event["valid"] for event in stage.events("frame"))


def test_one_that_is_long_in_loading_takes_over_at_a_later_bar_line(stage):
    stage.player.loading = True
    stage.strike(C)
    stage.go_to(5)
    stage.order(SetAdapter("beside"))
    stage.go_to(13)
    stage.player.loading = False
    stage.go_to(24)
    assert all(inside == (beat < 16) for beat, inside in styles(stage))
    assert stage.session.planner.underruns == 0


def test_a_bar_line_that_is_promised_already_is_not_the_one(stage):
    stage.strike(C)
    stage.go_to(7.9)
    stage.order(SetAdapter("beside"))
    stage.go_to(16)
    assert all(inside == (beat < 12) for beat, inside in styles(stage))


def test_in_silence_it_is_there_for_the_next_note(stage):
    stage.order(SetAdapter("beside"))
    assert stage.status().adapter == "beside"
    stage.strike(C)
    stage.go_to(8)
    assert not any(inside for _, inside in styles(stage))


def test_a_style_that_nobody_knows_is_refused_in_a_sentence_and_the_old_one_plays_on(stage):
    stage.strike(C)
    stage.go_to(2)
    stage.order(SetAdapter("nobody"))
    status = stage.status()
    assert (status.adapter, status.next_adapter, status.refused) == ("inside", "", 1)
    assert "nobody" in status.notice
    stage.go_to(12)
    assert all(inside for _, inside in styles(stage))
    assert changes(stage) == [("refused", "nobody")]


def test_a_style_that_cannot_be_loaded_for_whatever_reason_is_refused_and_the_old_one_plays_on(
    stage,
):
    stage.strike(C)
    stage.go_to(2)
    stage.order(SetAdapter("unloadable"))
    status = stage.status()
    assert (status.adapter, status.next_adapter, status.refused) == ("inside", "", 1)
    assert status.notice == "style unloadable: it fails (KeyError: 'hidden_size'); inside plays on"
    stage.go_to(12)
    assert len(stage.played) > 8
    assert all(inside for _, inside in styles(stage))
    stage.order(SetAdapter("beside"))
    stage.go_to(24)
    assert stage.status().adapter == "beside"


def test_a_style_that_fails_while_it_plays_gives_way_to_the_one_before_it(stage):
    stage.strike(C)
    stage.go_to(2)
    stage.order(SetAdapter("beside"))
    stage.go_to(9)
    stage.order(SetAdapter("brittle"))
    stage.go_to(30)
    status = stage.status()
    assert (status.adapter, status.next_adapter, status.refused) == ("beside", "", 1)
    assert status.notice == (
        "style brittle: it fails (RuntimeError: a kernel said no); beside plays on"
    )
    assert changes(stage)[-3:] == [
        ("ready", "brittle"), ("plays", "brittle"), ("failed", "brittle"),
    ]  # fmt: skip
    assert not any(inside for beat, inside in styles(stage) if beat >= 20)
    assert max(b - a for (a, _), (b, _) in pairwise(stage.played)) <= 1.5
    stage.order(SetAdapter("inside"))
    stage.go_to(40)
    assert stage.status().adapter == "inside"


def test_the_style_to_fall_back_on_stays_loaded_and_sampling_is_not_forgotten():
    repertoire = Repertoire(make("inside"), "inside", make)
    sampling = SamplingSettings(temperature=0.5)
    repertoire.take_up(Prompt(), sampling, "beside")
    for other in ("inside", "a", "b", "c"):
        assert bool(repertoire.prepare(other, Prompt())) == (other != "inside")
    refused = repertoire.step_back(RuntimeError("no\nmore"))
    assert refused == Refused("beside", "it fails (RuntimeError: no)")
    assert repertoire.playing.settings == sampling
    with pytest.raises(RuntimeError, match="again"):
        repertoire.step_back(RuntimeError("again"))


def test_a_player_with_one_style_says_so(make_stage):
    stage = make_stage()
    stage.order(SetAdapter("beside"))
    assert "beside" in stage.status().notice


def test_who_changes_their_mind_before_the_bar_line_gets_what_they_said_last(stage):
    stage.strike(C)
    stage.go_to(5)
    stage.order(SetAdapter("beside"), SetAdapter("inside"))
    stage.go_to(12)
    assert all(inside for _, inside in styles(stage))
    stage.order(SetAdapter("beside"))
    stage.go_to(20)
    stage.order(SetAdapter("inside"))
    stage.go_to(32)
    assert {inside for beat, inside in styles(stage) if 16 <= beat < 24} == {False}
    assert {inside for beat, inside in styles(stage) if beat >= 24} == {True}


def test_sampling_asked_for_earlier_holds_for_the_new_style(stage):
    stage.strike(C)
    stage.order(SetSampling("temperature", 0.7), SetAdapter("beside"))
    stage.go_to(6)
    assert stage.player._repertoire.playing.settings.temperature == 0.7


def test_a_program_change_chooses_by_number(stage):
    stage.strike(C)
    stage.go_to(1)
    stage.feed((0xC0, 1))
    stage.go_to(8)
    assert stage.status().adapter == "beside"
    stage.feed((0xC0, 7))
    assert "0 inside, 1 beside" in stage.status().notice


def test_the_shipped_styles_begin_with_the_one_that_plays_by_itself(tmp_path, monkeypatch):
    for name in ("modern", "horn", "piano"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "genai_config.json").write_text("{}")
    monkeypatch.setattr("jambot.assets.MODELS", tmp_path)
    assert shipped_styles() == ["piano", "horn", "modern"]


@pytest.fixture
def copies(tmp_path, monkeypatch):
    """The shipped model under two other names, as styles of one's own."""
    monkeypatch.setenv("JAMBOT_HOME", str(tmp_path))
    for name in ("left", "right"):
        shutil.copytree(MODELS / "piano", own_style_folder(name))
    return ["left", "right"]


def test_a_player_process_loads_another_model_while_the_first_plays_on(copies):
    left, right = copies
    clock = SystemClock()
    player = PlayerProcess(partial(make_generator, sampling=SamplingSettings(), seed=1), left)
    assert player.wait_until_ready(60.0)
    keys, log = MemoryInput(clock), SessionLog()
    orders = []
    session = Session(
        SessionSettings(bpm=240.0),
        clock,
        Ports(keys, RecordingOutput(clock)),
        player,
        log,
        style=StyleChoice(left, tuple(copies)),
        outside=Outside(orders=lambda: [orders.pop()] if orders else []),
    )
    for pitch in C:
        keys.feed(bytes((0x90, pitch, 80)))

    def play_until(condition):
        deadline = time.monotonic() + 60.0
        while not condition():
            assert time.monotonic() < deadline
            session.tick()
            time.sleep(0.002)

    def beat():
        return session.line.beat_at(clock.now())

    try:
        play_until(lambda: beat() > 3)
        orders.append(SetAdapter(right))
        play_until(lambda: session.planner.adapter == right)
        ready, plays = [e for e in log.events if e["event"] == "adapter"]
        assert (ready["state"], plays["state"]) == ("ready", "plays")
        assert plays["beat"] % 4 == 0
        asked = [e["id"] for e in log.events if e["event"] == "prompt"][-1]
        play_until(lambda: any(e["event"] == "played" and e["prompt"] >= asked for e in log.events))
        orders.append(SetAdapter("nobody"))
        play_until(lambda: "nobody" in session.status(clock.now()).notice)
        assert player.restarts == 0
    finally:
        session.close("test")


def test_a_player_that_dies_comes_back_in_the_style_that_played_and_prepares_what_was_asked():
    player = PlayerProcess(partial(make_generator, sampling=SURE, seed=1), CHORD_TONES)
    try:
        assert player.wait_until_ready(60.0)
        player.ask(Request(1, Prompt(), 4.0, adapter=CHORD_TONES))
        player._current.process.kill()
        player.ask(Prepare("nobody", Prompt()))
        deadline, replies = time.monotonic() + 60.0, []
        while not any(isinstance(reply, Prepared) for reply in replies):
            assert time.monotonic() < deadline
            replies += player.poll()
            time.sleep(0.01)
        assert player.restarts == 1
        assert replies[-1].adapter == "nobody"
        assert replies[-1].refusal
    finally:
        player.close()


STYLES_THAT_END_THE_PROCESS = """
import os
from jambot.generation import ChordToneModel, Generator, SamplingSettings

class Deadly(ChordToneModel):
    def fork(self):
        return Deadly()

    def logits(self):
        raise MemoryError("no room for a kernel")

class Fatal(ChordToneModel):
    def fork(self):
        return Fatal()

    def logits(self):
        os._exit(139)

def make(name):
    if name == "fatal":
        return Generator(Fatal(), SamplingSettings(), 1)
    if name == "deadly":
        os._exit(139)
    model = Deadly() if name == "brittle" else ChordToneModel()
    return Generator(model, SamplingSettings(), 1)
"""


@pytest.fixture
def in_a_process(tmp_path, monkeypatch):
    """A player process that knows a style whose code ends it, and one that fails in play."""
    (tmp_path / "styles_of_a_test.py").write_text(STYLES_THAT_END_THE_PROCESS)
    monkeypatch.syspath_prepend(tmp_path)
    player = PlayerProcess(importlib.import_module("styles_of_a_test").make, "inside")
    assert player.wait_until_ready(60.0)
    yield player
    player.close()


def replies_of(player, wanted):
    deadline, replies = time.monotonic() + 60.0, []
    while not any(isinstance(reply, wanted) for reply in replies):
        assert time.monotonic() < deadline
        replies += player.poll()
        time.sleep(0.01)
    return [reply for reply in replies if isinstance(reply, wanted)]


def test_a_style_that_ends_the_player_while_it_loads_is_tried_twice_and_refused(in_a_process):
    player = in_a_process
    player.ask(Prepare("deadly", Prompt()))
    [prepared] = replies_of(player, Prepared)
    assert prepared == Prepared("deadly", "the player died twice while loading it")
    player.ask(Request(1, Prompt(), 4.0, adapter="inside"))
    assert replies_of(player, Answer)
    assert player.restarts == 2


def test_a_style_that_fails_in_play_does_not_end_the_player_process(in_a_process):
    player = in_a_process
    player.ask(Request(1, Prompt(), 4.0, adapter="inside"))
    assert replies_of(player, Answer)
    player.ask(Request(2, Prompt(), 4.0, adapter="brittle"))
    [failed] = replies_of(player, Prepared)
    assert failed.adapter == "brittle"
    assert "MemoryError: no room for a kernel" in failed.refusal
    player.ask(Request(3, Prompt(), 4.0, adapter="inside"))
    assert {answer.id for answer in replies_of(player, Answer)} == {3}
    assert player.restarts == 0


def test_a_style_that_ends_one_player_after_another_gives_way_to_the_first(in_a_process):
    player = in_a_process
    player.ask(Request(1, Prompt(), 4.0, adapter="fatal"))
    deadline, replies = time.monotonic() + 60.0, []
    while not any(isinstance(reply, Prepared) for reply in replies):
        assert time.monotonic() < deadline
        player.ask(Request(1, Prompt(), 4.0, adapter="fatal"))
        replies += player.poll()
        time.sleep(0.01)
    assert replies[-1] == Prepared("fatal", "the player died twice playing it")
    player.ask(Request(2, Prompt(), 4.0, adapter="inside"))
    assert {answer.id for answer in replies_of(player, Answer)} == {2}
    assert player.restarts == 2
