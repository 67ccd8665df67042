"""A take made again from its log: the same notes, or the first that is not."""

import json
import shutil
from functools import partial
from multiprocessing import active_children

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jambot.assets import CHORD_TONES, DEMO_COMPING, MODELS
from jambot.cli import main
from jambot.errors import JamBotError, UsageError
from jambot.generation import SamplingSettings
from jambot.music import Harmony, HarmonyChange, Meter, Note, read_midi
from jambot.music.take import read_take, take_of
from jambot.realtime.log.prompt_log import PromptReader, PromptWriter
from jambot.realtime.main import JamSettings, jam, make_generator, model_mark
from jambot.realtime.orders import SetAdapter, SetKnob, SetSampling
from jambot.realtime.player.fallback import Fallback
from jambot.realtime.replay import replay, same_player, sampling_of
from jambot.realtime.settings import SessionSettings
from jambot.tokens import Controls, Prompt

C9 = (48, 58, 63, 67)
OPENING = {"event": "session", "adapter": CHORD_TONES, "seed": 1, "bpm": 120.0, "beats_per_bar": 4}


def record(folder, adapter=CHORD_TONES, realtime=False, seconds=10.0, **hooks):
    settings = JamSettings(
        SessionSettings(seed=5),
        SamplingSettings(guidance=0.5),
        adapter,
        "memory",
        comping=DEMO_COMPING,
        seconds=seconds,
        realtime=realtime,
    )
    jam(settings, folder / "session.jsonl", **hooks)
    return read_take(folder)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Ten seconds by the rule, played once for all who only read it."""
    folder = tmp_path_factory.mktemp("take")
    record(folder)
    return folder


@pytest.fixture
def take(recorded):
    return read_take(recorded)


def maker(take, seed=None):
    seed = take.session["seed"] if seed is None else seed
    return partial(make_generator, sampling=sampling_of(take), seed=seed)


def again(take):
    return replay(take, maker(take))


def altered(take, kind, **fields):
    """The take with its tenth event of a kind changed."""
    events, met = [], 0
    for event in take.events:
        met += event["event"] == kind
        events.append(event | fields if event["event"] == kind and met == 10 else event)
    return take_of(events)


@pytest.mark.parametrize("adapter", [CHORD_TONES, "piano"])
def test_a_take_on_a_manual_clock_is_made_again_note_by_note(tmp_path, adapter):
    take = record(tmp_path, adapter, seconds=10.0 if adapter == CHORD_TONES else 4.0)
    found = again(take)
    assert found.difference == ""
    assert len(found.notes) == len(take.played) > 2
    assert found.asked == len(take.of("request"))


def test_orders_that_changed_the_player_are_obeyed_again(tmp_path):
    asked = {
        1500: SetKnob("density", 0.9),
        2500: SetKnob("intensity", 0.9),
        3000: SetSampling("temperature", 1.6),
    }
    calls = iter(range(1_000_000))

    def orders():
        order = asked.get(next(calls))
        return [order] if order else []

    take = record(tmp_path, orders=orders)
    assert len(take.of("order")) == 3
    assert {event["intensity"] for event in take.of("played")} >= {0.9}
    assert again(take).difference == ""


def test_a_style_that_was_changed_is_changed_again(tmp_path):
    calls = iter(range(1_000_000))

    def orders():
        return [SetAdapter("piano")] if next(calls) == 500 else []

    take = record(tmp_path, orders=orders, seconds=5.0)
    found = again(take)
    assert {event["asked"].get("adapter") for event in take.of("request")} == {CHORD_TONES, "piano"}
    assert found.difference == ""
    assert len(found.notes) == len(take.played) > 4


@pytest.mark.slow
def test_a_take_in_real_time_whose_player_was_killed_is_made_again(tmp_path):
    killed = []

    def kill(status):
        if status.played_notes >= 4 and not killed:
            killed.extend(c for c in active_children() if c.name == "jambot player")
            killed[0].kill()

    take = record(tmp_path, realtime=True, seconds=6.0, show=kill)
    assert killed
    found = again(take)
    assert found.difference == ""
    assert len(found.notes) == len(take.played) > 4


def test_calls_pauses_and_fallbacks_are_made_again(make_stage):
    stage = make_stage()
    stage.strike(C9)
    stage.go_to(6)
    stage.sing((6, 72, 0.4), (6.5, 74, 0.4), (7, 76, 0.4), (7.5, 74, 0.4))
    stage.go_to(20)
    stage.stop()
    stage.strike(C9)
    stage.go_to(32)
    heard = (HarmonyChange(28.0, Harmony.of(C9)),)
    Fallback(1, stage.log).phrase(Prompt(heard, resume_beats=40.0), 42.0)
    take = take_of([OPENING, *stage.log.events])
    assert take.of("call")
    sampling = SamplingSettings(temperature=1.0, guidance=0.0)
    found = replay(take, partial(make_generator, sampling=sampling, seed=1))
    assert found.difference == ""
    assert len(found.notes) == len(take.played) > 20


@pytest.mark.parametrize("field", ["pitch", "velocity", "duration_beats"])
def test_a_note_that_is_not_the_same_is_named(take, field):
    found = again(altered(take, "played", **{field: 1}))
    assert "was played" in found.difference
    assert len(found.notes) == len(take.played) - 1


def test_a_prompt_that_tells_of_a_note_nobody_made_is_named(take):
    told = take.of("request")[9]["asked"]
    invented = {"drop": 0, "keep": 0, "new": [[0.0, 1.0, 60, 3]]}
    found = again(altered(take, "request", asked=told | {"notes": invented}))
    assert "a note that nobody made: 60" in found.difference


def test_a_question_may_have_any_seed_and_no_other_number_without_end(take):
    asked = next(event for event in take.of("request"))["asked"]
    assert again(altered(take, "request", asked=asked | {"seed": 2**32 - 1})).asked
    with pytest.raises(JamBotError, match="cannot be asked again"):
        again(altered(take, "request", asked=asked | {"until": 2**32 - 1}))


def test_another_seed_does_not_give_the_same(take):
    assert replay(take, maker(take, seed=6)).difference


def test_a_take_of_another_model_or_version_is_refused(take):
    same_player(take, model_mark(CHORD_TONES))
    with pytest.raises(UsageError, match="model chord-tones"):
        same_player(take, "0123456789abcdef")
    take.session["version"] = "0.0.1"
    with pytest.raises(UsageError, match=r"version 0\.0\.1"):
        same_player(take, model_mark(CHORD_TONES))


def test_a_log_that_does_not_say_what_was_asked_is_refused(take):
    silent = take_of([event for event in take.events if event["event"] != "request"])
    with pytest.raises(JamBotError, match="does not say what the player was asked"):
        again(silent)
    broken = altered(take, "request", asked={})
    with pytest.raises(JamBotError, match="cannot be asked again"):
        again(broken)


def test_a_folder_that_a_log_names_is_not_opened_unless_the_terminal_names_it(
    take, tmp_path, capsys
):
    """A log may come from anybody: a share in it would be told who asks."""
    elsewhere = shutil.copytree(MODELS / "piano", tmp_path / "elsewhere")
    rows = [dict(event) for event in take.events]
    rows[0] |= {"adapter": str(elsewhere), "model": model_mark("piano")}
    log = tmp_path / "session.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["replay", str(log)])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "no style named" in told
    assert "say with --adapter where the model lies" in told
    with pytest.raises(SystemExit) as ended:
        main(["replay", str(log), "--adapter", str(elsewhere)])
    assert ended.value.code == 0, capsys.readouterr().err


def test_the_command_says_whether_it_is_the_same_and_writes_what_was_made(
    take, recorded, tmp_path, capsys
):
    with pytest.raises(SystemExit) as ended:
        main(["replay", str(recorded), "--out", str(tmp_path / "again")])
    assert ended.value.code == 0
    assert f"the same {len(take.played)} notes" in capsys.readouterr().out
    solo = read_midi(tmp_path / "again" / "session.mid").track("solo")
    assert len(solo.notes) == len(take.played)
    rows = [dict(event) for event in take.events]
    next(row for row in rows if row["event"] == "played")["pitch"] = 1
    log = tmp_path / "session.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["replay", str(tmp_path)])
    assert ended.value.code == 1
    assert "not the same" in capsys.readouterr().err


def test_what_stays_as_it_was_is_not_written_again():
    writer, prompt = PromptWriter(), Prompt(notes=(Note(0.0, 1.0, 60),), resume_beats=3.0)
    writer.told(prompt)
    nothing_new = {"drop": 0, "keep": 0, "new": []}
    assert writer.told(prompt) == {"harmonies": nothing_new, "notes": nothing_new | {"keep": 1}}


changes = st.builds(
    lambda beat, bass: HarmonyChange(beat, Harmony(bass, (bass, (bass + 4) % 12))),
    st.floats(0, 999, allow_nan=False),
    st.integers(0, 11),
)
lines = st.builds(Note, st.floats(0, 999), st.floats(0.01, 9), st.integers(48, 90))
prompts = st.builds(
    Prompt,
    harmonies=st.lists(changes, max_size=6).map(tuple),
    notes=st.lists(lines, max_size=6).map(tuple),
    resume_beats=st.floats(0, 999),
    tempo_bpm=st.floats(40, 300),
    controls=st.builds(Controls, density=st.none() | st.floats(0, 1)),
    attack=st.booleans(),
    drawn_anew=st.lists(st.floats(0, 999), max_size=3).map(tuple),
    seed=st.none() | st.integers(0, 2**32 - 1),
)


@given(st.lists(prompts, min_size=1, max_size=6), st.integers(0, 6), st.integers(0, 6))
def test_prompts_told_by_their_differences_are_put_together_again(told, start, end):
    last = told[-1]
    shared = Prompt(last.harmonies[start:], last.notes[: len(last.notes) - end], 3.0)
    writer, reader = PromptWriter(), PromptReader(Meter(4))
    for prompt in [*told, shared, last]:
        written = json.loads(json.dumps(writer.told(prompt)))
        assert reader.read(written)[0] == prompt


def test_a_take_made_again_replaces_no_file_that_is_there(recorded, tmp_path, capsys):
    mine = tmp_path / "session.mid"
    mine.write_bytes(b"mine")
    with pytest.raises(SystemExit) as ended:
        main(["replay", str(recorded), "--out", str(tmp_path)])
    assert ended.value.code == 0
    assert f"made again: {tmp_path / 'session_2.mid'}" in capsys.readouterr().out
    assert mine.read_bytes() == b"mine"
    assert read_midi(tmp_path / "session_2.mid").track("solo").notes
