"""Players side by side: the same moments for all, each timed from the chord to its notes."""

import sys
from dataclasses import dataclass, field

import pytest

from jambot.errors import JamBotError
from jambot.evaluation.exam.pitch_markov import PitchMarkov, Rhythm
from jambot.generation import ChordToneModel, Generator
from lab.side_by_side.comparison import (
    NOTES,
    WARMED_UP,
    AnswerTimes,
    compare,
    markdown,
    moments,
    told,
)
from lab.side_by_side.contestants import Elsewhere, Improvising, PlainGenerate, Quoting


@dataclass
class Scripted:
    """Takes so many milliseconds for everything; every third moment it rests."""

    name: str
    took: float
    rests: bool = False
    asked: list[int] = field(default_factory=list)
    what: str = "made up"
    can: str = "anything"
    cannot: str = "nothing"

    def answer(self, moment):
        self.asked.append(moment.seed)
        if self.rests and moment.seed % 3 == 0:
            return AnswerTimes(None)
        return AnswerTimes(self.took, (self.took,) * 2, self.took, (self.took,) * 2)


def test_every_moment_is_news_and_nothing_after_it_is_known():
    for moment in moments(20):
        assert moment.changes[-1].beat == moment.beat >= 16
        assert moment.changes[-1].harmony != moment.before[-1].harmony
        assert all(note.onset_beats <= moment.beat + 1e-6 for note in moment.hands)
    assert len({moment.beat for moment in moments(6)}) > 3
    assert moments(5) == moments(5)


def test_everybody_is_asked_the_same_moments_in_turns_that_change():
    fast, slow = Scripted("fast", 2.0), Scripted("slow", 6.0, rests=True)
    song = moments(12)
    rounds = compare([fast, slow], song)
    assert fast.asked == slow.asked == [*range(WARMED_UP), *range(12)]
    assert {tuple(found) for found in rounds} == {("fast", "slow"), ("slow", "fast")}
    report = told([fast, slow], rounds, [("Other", "a GRU", "no wheel")])
    first, second, third = report["players"]
    assert (first["times_first"], second["times_first"]) == (1.0, 3.0)
    assert (first["unanswered"], second["unanswered"]) == (0, 4)
    assert second["first_note_ms"]["n"] == 8
    assert third["failed"] == "no wheel"
    table = markdown(report)
    assert "| slow | 6 / 6 | 6 / 6 | 6 / 6 | 6 / 6 | 3.0 |" in table
    assert "did not run: no wheel" in table


def test_times_run_from_the_chord_to_the_first_note_and_on_from_note_to_note():
    found = AnswerTimes.of((1.0, 0.5), [(1.010, 0.504), (1.030, 0.505)])
    assert found.first_ms == pytest.approx(10.0)
    assert found.notes_ms == pytest.approx((20.0,))
    assert found.first_cpu_ms == pytest.approx(4.0)
    assert found.notes_cpu_ms == pytest.approx((1.0,))
    assert AnswerTimes.of((1.0, 0.5), []).first_ms is None


def test_our_generator_answers_on_the_new_chord():
    moment = moments(3)[2]
    player = Improvising("rule", "", "", "", Generator(ChordToneModel()))
    found = player.answer(moment)
    assert found.first_ms > 0
    assert len(found.notes_ms) == NOTES - 1
    assert player.generator.frontier_beats >= moment.beat


def test_the_chain_has_its_last_note_as_soon_as_its_first():
    chain = PitchMarkov(1, [{(): {2: 9, -2: 9}}, {}])
    chain.rhythms.append(Rhythm(120.0, 4, tuple((i / 2, 0.5, 80) for i in range(32))))
    found = Quoting(chain).answer(moments(1)[0])
    assert found.first_ms > 0
    assert len(found.notes_ms) == NOTES - 1
    assert max(found.notes_ms) < found.first_ms


def test_a_plain_transformer_is_timed_by_its_whole_notes():
    pytest.importorskip("transformers")
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from jambot.tokens.vocabulary import VOCABULARY

    torch.manual_seed(1)
    shape = LlamaConfig(
        vocab_size=VOCABULARY.size, hidden_size=16, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=256,
    )  # fmt: skip
    network = LlamaForCausalLM(shape).eval()
    with torch.no_grad():
        network.lm_head.weight.zero_()
    found = PlainGenerate(network).answer(moments(1)[0])
    assert found.first_ms > 0
    assert 0 < len(found.notes_ms) <= NOTES - 1


ECHO = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    assert asked["before"][-1][0] < asked["news"][0][0]
    print(json.dumps({"took_ms": [[5.0, 4.0]] + [[1.0, 0.5]] * (asked["notes"] - 1)}), flush=True)
"""


def test_a_player_elsewhere_answers_in_its_own_time():
    player = Elsewhere([sys.executable, "-c", ECHO], "other", "", "", "")
    for moment in moments(2):
        found = player.answer(moment)
        assert (found.first_ms, found.first_cpu_ms) == (5.0, 4.0)
        assert found.notes_ms == (1.0,) * (NOTES - 1)
    player.close()


def test_a_player_elsewhere_that_dies_is_named():
    player = Elsewhere([sys.executable, "-c", "raise SystemExit(1)"], "other", "", "", "")
    with pytest.raises(JamBotError, match="other: no answer"):
        player.answer(moments(1)[0])
