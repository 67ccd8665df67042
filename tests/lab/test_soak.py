"""A real jam spoilt in every way, for some seconds each: what the soak does for hours."""

import json
import shutil
from random import Random

import pytest

from lab.soak.faults import Faults, PianistProcess
from lab.soak.pianist import SoakPianist
from lab.soak.run import Soak


def test_the_pianist_comps_rests_and_sings_and_lifts_every_key():
    pianist = SoakPianist(Random("1"))
    stretches = [pianist.stretch() for _ in range(60)]
    assert [] in stretches
    assert any(message[1] >= 62 for stretch in stretches for _, message in stretch)
    for stretch in stretches:
        down = set()
        for after, message in stretch:
            assert 0 <= after <= pianist.stretch_seconds
            (down.add if message[0] == 0x90 else down.discard)(message[1])
        assert down == set()
    again = SoakPianist(Random("1"))
    assert [again.stretch() for _ in range(60)] == stretches


class Told:
    """A client of JACK that only remembers what it was to play."""

    def __init__(self):
        self.played = []

    def now(self):
        return 1000.0

    def play(self, data, seconds):
        self.played.append((seconds, data))


def test_the_same_seed_draws_the_same_faults(tmp_path, monkeypatch):
    for name in ("_kill", "_freeze", "_fill_disk"):
        monkeypatch.setattr(Faults, name, lambda *which: {})

    def drawn():
        keys = Told()
        pianist = PianistProcess(Random(1))
        faults = Faults(Random(5), 0, tmp_path, pianist, keys, Told(), lambda seconds: None)
        return [faults.draw() for _ in range(40)], keys.played

    first, second = drawn(), drawn()
    assert first == second
    assert len({fault["fault"] for fault in first[0]}) > 8


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("jackd") is None, reason="needs jackd")
def test_a_minute_of_it_holds_and_is_written_down(tmp_path):
    said = []
    soak = Soak(60.0, 3, "chord-tones", tmp_path / "take", tmp_path / "soak.jsonl", said.append)
    figures = soak.play()
    assert figures["held"], figures
    assert figures["notes"] > 20
    assert figures["matched"] > 0.8 * figures["notes"]
    rows = [json.loads(row) for row in (tmp_path / "soak.jsonl").read_text("utf-8").splitlines()]
    assert rows[0]["event"] == "start"
    assert rows[0]["seed"] == 3
    assert rows[-1]["event"] == "end"
    assert said
