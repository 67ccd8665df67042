"""Preferences: what is learnt from, that it is learnt, and how far the weights go."""

import json
from dataclasses import replace
from random import Random

import pytest
import torch

from jambot.evaluation.exam.excerpts import excerpt_of
from jambot.generation import ChordToneModel
from jambot.model.architecture import ModelConfig, build_model
from jambot.model.checkpoint import load_checkpoint, save_checkpoint
from jambot.music import Note, harmony_changes
from jambot.roles.sample import RoleSample, SampleMeta, write_sample
from jambot.tokens import VOCABULARY
from jambot.training.batches import IGNORED
from lab import preferences
from lab.preferences import Phrase, between, improvised, judged, learn, main, nats, pairs

SHAPE = ModelConfig(VOCABULARY.size, 1, 32, 2, 64, 384, 0.0)
CHORDS = [(50, 53, 57, 60), (43, 53, 59, 64)]


def line(random, first, bars, leap):
    """Eighths that move by at most `leap` semitones."""
    notes, pitch = [], 66
    for eighth in range(8 * bars):
        pitch = min(84, max(54, pitch + random.choice([-leap, -1, 1, leap])))
        notes.append(Note(first + eighth / 2, 0.5, pitch, 80))
    return tuple(notes)


def tune(name, bars=16):
    hands = [Note(4.0 * bar, 3.5, key, 70) for bar in range(bars) for key in CHORDS[bar % 2]]
    solo = line(Random(name), 0.0, bars, 2)
    meta = SampleMeta("own", name, "train", 120.0, player="horn")
    return RoleSample(name, tuple(hands), solo, meta)


def pitches(ids):
    return [VOCABULARY.value(token) for token in ids if VOCABULARY.field(token) == "PITCH"]


@pytest.fixture
def phrases():
    """Of six tunes, each phrase in four ways: two move as the person does, two by leaps."""
    found = []
    for number in range(6):
        excerpt = excerpt_of(tune(f"tune {number}"))
        heard = tuple(harmony_changes(excerpt.conditioning))
        before = ()
        for index in range(4):
            random = Random(f"{number} {index}")
            ways = tuple(line(random, 16.0 * index, 4, leap) for leap in (9, 2, 9, 2))
            found.append(Phrase(excerpt, heard, 16.0 * index, before, ways))
            before += ways[0]
    return found


@pytest.fixture
def model():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    return build_model(SHAPE, VOCABULARY.features()).eval()


def test_a_window_ends_with_its_phrase_and_says_where_it_begins(phrases):
    phrase = phrases[3]
    ids, given = phrase.window(phrase.ways[1], 384)
    played = [note.pitch for note in phrase.ways[1]]
    assert pitches(ids[given:]) == played
    assert pitches(ids)[-64:-32] == [note.pitch for note in phrase.before[-32:]]


def test_a_window_has_room_in_its_context(phrases):
    long = phrases[3]
    ids, given = long.window(long.ways[1], 200)
    assert len(ids) <= 200
    assert 0 < given < len(ids)


def test_ways_that_move_like_people_are_likelier(phrases):
    likely = judged(phrases)
    like, leaping = ([ways[k] for ways in likely for k in (i, i + 2)] for i in (1, 0))
    assert min(sum(like), sum(leaping)) > 0
    assert sum(like) / len(like) > sum(leaping) / len(leaping) + 0.2


def test_a_way_of_too_few_strikes_is_not_judged(phrases):
    sparse = replace(phrases[0], ways=(phrases[0].ways[0][:3], *phrases[0].ways[1:]))
    likely = judged([sparse, *phrases[1:]])
    assert likely[0][0] is None
    assert None not in likely[1]
    assert len(pairs([sparse], likely[:1], 384)) == 0


def test_the_furthest_apart_are_learnt_from_and_only_their_own_answers(phrases):
    likely = [[0.5, 0.6, 0.5, 0.5]] * 23 + [[0.9, 0.1, 0.5, 0.5]]
    found = pairs(phrases, likely, 384)
    assert len(found) == 12
    ids, labels = found[0].ids, found[0].labels
    for row, way in enumerate((0, 1)):
        learnt = labels[row][labels[row] != IGNORED].tolist()
        assert pitches(learnt) == [note.pitch for note in phrases[-1].ways[way]]
    following = labels[:, :-1] != IGNORED
    assert torch.equal(labels[:, :-1][following], ids[:, 1:][following])


def test_the_preferred_ways_become_cheaper_than_the_others(phrases, model):
    learnt = pairs(phrases, judged(phrases), 384)
    with torch.no_grad():
        before = nats(model, learnt)
    in_order = learn(model, learnt, steps=15, rate=1e-3, beta=0.1)
    with torch.no_grad():
        lead = (before - nats(model, learnt)).diff(dim=1)[:, 0]
    assert in_order > 0.75
    assert (lead < 0).float().mean() > 0.9


def test_weights_between_two():
    first, last = {"w": torch.zeros(2), "n": torch.tensor(3)}, {"w": torch.ones(2), "n": 4}
    mixed = between(first, last, 0.25)
    assert mixed["w"].tolist() == [0.25, 0.25]
    assert mixed["n"] == 3


def test_phrases_are_taken_from_the_journal_and_a_cut_line_is_played_again(tmp_path, monkeypatch):
    monkeypatch.setattr(preferences, "load_model", lambda name: ChordToneModel())
    journal = tmp_path / "phrases.jsonl"
    excerpts = [excerpt_of(tune("one")), excerpt_of(tune("two"))]
    first = list(improvised("rule", excerpts, 2, journal))
    lines = journal.read_text(encoding="utf-8").splitlines()
    moved = json.loads(lines[0])
    moved["phrases"][0][0][0][2] = 59
    journal.write_text(json.dumps(moved) + "\n" + lines[1][:50], encoding="utf-8")
    again = list(improvised("rule", excerpts, 2, journal))
    assert again[0].ways[0][0].pitch == 59
    assert again[4:] == first[4:]
    assert len(journal.read_text(encoding="utf-8").splitlines()) == 2


def test_the_whole_way_writes_a_checkpoint_part_of_the_way(tmp_path, monkeypatch, model, capsys):
    monkeypatch.setattr(preferences, "load_model", lambda name: ChordToneModel())
    for name in ("one", "two", "three"):
        write_sample(tune(name), tmp_path / "roles" / name)
    save_checkpoint(tmp_path / "start", model, SHAPE, VOCABULARY.fingerprint)
    out = tmp_path / "out"
    settings = ["--ways", "4", "--steps", "2", "--share", "0", "--threads", "1"]
    asked = [str(tmp_path / "start"), "rule", "--roles", str(tmp_path / "roles")]
    assert main([*asked, "--source", "own", "--out", str(out), *settings]) == 0
    assert "6 pairs of 12 phrases" in capsys.readouterr().out
    kept = load_checkpoint(out / "best", VOCABULARY.fingerprint).model.state_dict()
    assert all(torch.equal(value, kept[name]) for name, value in model.state_dict().items())
