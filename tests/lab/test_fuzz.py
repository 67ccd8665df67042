"""Anything at all as input, from printed seeds: the stage holds; one that does not is told."""

import pytest

from jambot.realtime.plan.planner import Planner
from lab.fuzz import PromiseBrokenError, Stage, fuzz_one, main, seeds_of


@pytest.mark.parametrize("seed", seeds_of(15, 6))
def test_nothing_raises_every_note_ends_and_the_tempo_stays_playable(seed):
    fuzz_one(seed, steps=20)


def test_a_seed_makes_the_same_run_again():
    first, second = Stage.draw(4), Stage.draw(4)
    for stage in (first, second):
        for _ in range(8):
            stage.step()
        stage.close()
    assert first.output.messages == second.output.messages
    assert list(first.steps) == list(second.steps)
    assert first.output.messages


def test_what_is_raised_is_found_and_told_with_the_seed_that_makes_it_again(monkeypatch, capsys):
    def broken(*anything):
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr(Planner, "turn", broken)
    monkeypatch.setattr(Planner, "ask", broken)
    assert main(["--runs", "2", "--seed", "3", "--steps", "10"]) == 1
    said = capsys.readouterr().out
    assert "seed 3, 2 runs" in said
    assert f"--one {seeds_of(3, 2)[0]}" in said
    assert "ZeroDivisionError" in said


def test_a_note_that_is_left_sounding_is_found(monkeypatch):
    stage = Stage.draw(4)
    stage.session.scheduler.port.silence = lambda: None
    monkeypatch.setattr(stage.session.scheduler, "_end_before", lambda horizon: None)
    stage.mischief.keys.feed(b"\x90\x30\x50")
    for _ in range(30):
        stage._chord()
        stage.run_for(1.0)
    with pytest.raises(PromiseBrokenError, match="left sounding"):
        stage.close()
