"""Teach a player to prefer those of its own phrases that pass for a person's.

    python -m lab preferences CHECKPOINT PLAYER --roles data/roles/lead --source wjd --out build/dpo

The player improvises every phrase of four bars of some training tunes in several ways, each time
going on from the first of them. The forest of the exam, which has not seen the tune, says how
likely each is a person's. Of the likeliest and the least likely way of each phrase the checkpoint
learns to prefer the former (Rafailov et al. 2023, "Direct Preference Optimization"). Its weights
are then mixed with those it began with. A run that was cut off takes up the phrases that it has.
Held-out tunes are never looked at.
"""

import argparse
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from jambot.cli.screen import progress_bar
from jambot.errors import DatasetError
from jambot.evaluation.exam.excerpts import Excerpt, excerpt_of, training_solos
from jambot.evaluation.exam.realism import (
    FEATURES,
    FEWEST_STRIKES,
    PHRASE_BARS,
    Features,
    model_guesses,
    phrase_features,
    phrases_of,
    views,
)
from jambot.evaluation.metrics import ChordLine
from jambot.generation import Generator
from jambot.model.checkpoint import load_checkpoint, save_checkpoint
from jambot.music import HarmonyChange, Note, harmony_changes, one_hand, strikes
from jambot.realtime.main import load_model
from jambot.tokens import VOCABULARY, Prompt, encode
from jambot.tokens.vocabulary import ANSWERED
from jambot.training.batches import IGNORED

FEWEST_WAYS = 4
"""A phrase of which fewer ways have enough strikes to be judged is left out."""
KEPT = 0.5
"""The share of the phrases that is learnt from: those whose two ways are furthest apart."""
WINDOW_BARS = 8
"""How far a window reaches back behind its phrase, where it has room."""
RUN_UP = 10
"""Steps until the full learning rate."""
PAIRS = 8
"""A step learns from so many."""
LEAST = 0.1
"""The share of the learning rate that is left at the last step."""
CLIP = 1.0
"""The largest norm of a step's gradient."""


@dataclass(frozen=True)
class Phrase:
    """Four bars of an excerpt from `start` on, in several ways, behind what was played `before`."""

    excerpt: Excerpt
    heard: tuple[HarmonyChange, ...]
    start: float
    before: tuple[Note, ...]
    ways: tuple[tuple[Note, ...], ...]

    @property
    def end(self) -> float:
        """The beat on which it ends."""
        return self.start + PHRASE_BARS * self.excerpt.meter.beats_per_bar

    @property
    def number(self) -> int:
        """Which phrase of its excerpt it is, from 0."""
        return round((self.start - self.excerpt.start_beats) / (self.end - self.start))

    def features(self, chords: ChordLine) -> list[Features | None]:
        """Of each way what the exam's forest sees; None where the way says too little."""
        played = [one_hand(way) for way in self.ways]
        return [
            phrase_features(notes, chords, self.start)
            if len(strikes(notes)) >= FEWEST_STRIKES
            else None
            for notes in played
        ]

    def window(self, way: Sequence[Note], context: int) -> tuple[list[int], int]:
        """The tokens up to the end of a way, at most `context`, and how many stand before it."""
        whole = self.prompt((*self.before, *way), self.end - 1e-3)
        bar = self.excerpt.meter.bar_at(self.start)
        opening = max(0, bar - WINDOW_BARS)
        while len(ids := encode(whole, opening).ids) > context and opening < bar:
            opening += 1
        given = encode(self.prompt(self.before, self.start), opening).ids
        other = (i for i, (a, b) in enumerate(zip(given, ids, strict=False)) if a != b)
        return ids[:context], next(other, min(len(given), len(ids)))

    def prompt(self, notes: tuple[Note, ...], resume: float) -> Prompt:
        """What a player is told that goes on at `resume`."""
        excerpt = self.excerpt
        return Prompt(
            harmonies=self.heard,
            notes=notes,
            resume_beats=resume,
            tempo_bpm=excerpt.tempo_bpm,
            meter=excerpt.meter,
            player=excerpt.player,
        )


@dataclass(frozen=True)
class Pair:
    """Two ways of a phrase as ids and labels (2, context): the preferred one, then the other.

    A label is the next id where that is an answer inside the phrase, else `IGNORED`.
    """

    ids: Tensor
    labels: Tensor


def improvised(
    player: str, excerpts: Sequence[Excerpt], ways: int, journal: Path
) -> Iterator[Phrase]:
    """The phrases of all excerpts, from `journal` (a line an excerpt) where it has them."""
    done = _journalled(journal)
    generator = Generator(load_model(player))
    with progress_bar("improvising") as advance, journal.open("a", encoding="utf-8") as kept:
        for number, excerpt in enumerate(excerpts):
            advance(number, len(excerpts), excerpt.tune)
            known = done.get(excerpt.sample_id)
            generator.forget()
            heard = tuple(harmony_changes(excerpt.conditioning))
            before: tuple[Note, ...] = ()
            phrases: list[Phrase] = []
            for index in range(excerpt.bars // PHRASE_BARS):
                start = excerpt.start_beats + index * PHRASE_BARS * excerpt.meter.beats_per_bar
                phrase = Phrase(excerpt, heard, start, before, ())
                if known is None:
                    seeds = range(first := (number * 64 + index) * ways, first + ways)
                    played = tuple(_way(generator, phrase, seed) for seed in seeds)
                else:
                    played = tuple(tuple(Note(*note) for note in way) for way in known[index])
                phrases.append(replace(phrase, ways=played))
                before += played[0]
            if known is None:
                told = [[[astuple(note) for note in way] for way in p.ways] for p in phrases]
                kept.write(json.dumps({"sample": excerpt.sample_id, "phrases": told}) + "\n")
                kept.flush()
            yield from phrases


def _journalled(journal: Path) -> dict[str, Any]:
    """The excerpts that are written down; a line that was cut off is removed."""
    if not journal.exists():
        return {}
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n")]
    journal.write_text("".join(whole), encoding="utf-8")
    return {line["sample"]: line["phrases"] for line in map(json.loads, whole)}


def _way(generator: Generator, phrase: Phrase, seed: int) -> tuple[Note, ...]:
    generator.prompt(replace(phrase.prompt(phrase.before, phrase.start), seed=seed))
    notes = generator.notes_until(phrase.end)
    return tuple(n for n in notes if phrase.start <= n.onset_beats < phrase.end)


def judged(phrases: Sequence[Phrase]) -> list[list[float | None]]:
    """How likely a person's each way of each phrase is; None of what says too little.

    A forest that learns from the other tunes says so.
    """
    rows, labels, tunes = list[Features](), list[int](), list[str]()
    places: list[tuple[int, int]] = []
    people: dict[str, dict[int, Features]] = {}
    for at, phrase in enumerate(phrases):
        excerpt = phrase.excerpt
        if excerpt.sample_id not in people:
            people[excerpt.sample_id] = dict(phrases_of(excerpt, excerpt.human))
        of_person = people[excerpt.sample_id].get(phrase.number)
        if of_person is None:
            continue
        chords = ChordLine.of(excerpt.chords)
        for way, found in enumerate([of_person, *phrase.features(chords)]):
            if found is not None:
                rows.append(found)
                labels.append(int(way > 0))
                tunes.append(excerpt.tune)
                places.append((at, way - 1))
    seen = views([phrase.excerpt for phrase in phrases])["raw"]
    guesses = model_guesses(
        np.array(rows)[:, [FEATURES.index(feature) for feature in seen]],
        np.array(labels),
        np.unique(tunes, return_inverse=True)[1],
    )
    likely: list[list[float | None]] = [[None] * len(phrase.ways) for phrase in phrases]
    for (at, way), guess in zip(places, guesses, strict=True):
        if way >= 0:
            likely[at][way] = 1.0 - float(guess)
    return likely


def pairs(
    phrases: Sequence[Phrase], likely: Sequence[Sequence[float | None]], context: int
) -> list[Pair]:
    """Of the phrases whose likeliest and least likely ways are furthest apart, those two."""
    found: list[tuple[float, int, int, int]] = []
    for at, ways in enumerate(likely):
        known = sorted((share, way) for way, share in enumerate(ways) if share is not None)
        if len(known) >= FEWEST_WAYS:
            found.append((known[-1][0] - known[0][0], at, known[-1][1], known[0][1]))
    found.sort(reverse=True)
    return [
        _pair(phrases[at], (best, worst), context)
        for _, at, best, worst in found[: max(1, round(len(found) * KEPT))]
    ]


def _pair(phrase: Phrase, ways: tuple[int, int], context: int) -> Pair:
    ids = torch.full((2, context), VOCABULARY.id("PAD"))
    labels = torch.full((2, context), IGNORED)
    for row, way in enumerate(ways):
        window, given = phrase.window(phrase.ways[way], context)
        ids[row, : len(window)] = torch.tensor(window)
        for place in range(given, len(window)):
            if VOCABULARY.field(window[place]) in ANSWERED:
                labels[row, place - 1] = window[place]
    return Pair(ids, labels)


def nats(model: nn.Module, learnt: Sequence[Pair]) -> Tensor:
    """What the preferred and the other way of each pair cost (pairs, 2), all their answers."""
    ids = torch.cat([pair.ids for pair in learnt])
    labels = torch.cat([pair.labels for pair in learnt])
    logits = model(input_ids=ids).logits.float().transpose(1, 2)
    costs = functional.cross_entropy(logits, labels, ignore_index=IGNORED, reduction="none")
    return costs.sum(1).reshape(-1, 2)


def learn(
    model: nn.Module, learnt: Sequence[Pair], steps: int, rate: float, beta: float, seed: int = 1
) -> float:
    """Direct preference optimisation of `model`; the share of pairs in order at the end.

    The loss is -log sigmoid(`beta` times the nats by which the preferred way has become cheaper,
    against the other, than it was by the weights that the learning began with).
    """
    with torch.no_grad():
        began = torch.cat(
            [nats(model, learnt[i : i + PAIRS]) for i in range(0, len(learnt), PAIRS)]
        )
    optimizer = torch.optim.AdamW(model.parameters(), rate, betas=(0.9, 0.98), weight_decay=0.0)
    in_order: list[float] = []
    with progress_bar("learning") as advance:
        for step in range(steps):
            decay = LEAST + (1 - LEAST) * 0.5 * (1 + math.cos(math.pi * step / steps))
            for group in optimizer.param_groups:
                group["lr"] = rate * decay * min(1.0, (step + 1) / RUN_UP)
            random = np.random.default_rng((seed, step))
            drawn = random.choice(len(learnt), min(PAIRS, len(learnt)), replace=False)
            cheaper = began[drawn] - nats(model, [learnt[i] for i in drawn])
            lead = cheaper[:, 0] - cheaper[:, 1]
            loss = -functional.logsigmoid(beta * lead).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            in_order.append(float((lead > 0).float().mean()))
            advance(step + 1, steps, f"{loss.item():.3f} nats, {in_order[-1]:.2f} in order")
    return float(np.mean(in_order[-RUN_UP:]))


def main(arguments: Sequence[str]) -> int:
    """Improvise, judge, learn, mix, and write the checkpoint."""
    parser = argparse.ArgumentParser(
        prog="python -m lab preferences",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("checkpoint", type=Path, help="the weights that learn")
    parser.add_argument("player", help="the same, exported: it improvises")
    parser.add_argument("--roles", type=Path, required=True, help="folder of `jambot prepare`")
    parser.add_argument("--source", required=True, help="corpus whose training tunes are played")
    parser.add_argument("--out", type=Path, required=True, help="folder for phrases and weights")
    parser.add_argument("--tunes", type=int, default=200, help="how many tunes (200)")
    parser.add_argument("--ways", type=int, default=6, help="ways of each phrase (6)")
    parser.add_argument("--steps", type=int, default=60, help="of eight pairs each (60)")
    parser.add_argument("--rate", type=float, default=3e-5, help="the learning rate (3e-5)")
    parser.add_argument("--beta", type=float, default=0.1, help="see `learn` (0.1)")
    parser.add_argument("--share", type=float, default=0.35, help="of the way that is gone (0.35)")
    parser.add_argument("--seed", type=int, default=1, help="which tunes, which pairs first (1)")
    parser.add_argument("--threads", type=int, default=2, help="that learn (2)")
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    start = load_checkpoint(given.checkpoint, VOCABULARY.fingerprint)
    given.out.mkdir(parents=True, exist_ok=True)
    samples = list(training_solos(given.roles, given.source))
    if not samples:
        wanted = "training tunes to improvise on"
        raise DatasetError(f"{given.roles}: no train samples of {given.source}", wanted)
    Random(given.seed).shuffle(samples)
    excerpts = [excerpt_of(sample) for sample in samples[: given.tunes]]
    played = improvised(given.player, excerpts, given.ways, given.out / "phrases.jsonl")
    phrases = list(played)
    learnt = pairs(phrases, judged(phrases), start.config.context_length)
    before = {name: value.clone() for name, value in start.model.state_dict().items()}
    in_order = learn(start.model, learnt, given.steps, given.rate, given.beta, given.seed)
    mixed = between(before, start.model.state_dict(), given.share)
    start.model.load_state_dict(mixed)
    save_checkpoint(given.out / "best", start.model, start.config, VOCABULARY.fingerprint)
    print(
        f"{len(learnt)} pairs of {len(phrases)} phrases, {in_order:.2f} in order; "
        f"{given.share:g} of the way is in {given.out / 'best'}"
    )
    return 0


def between(
    first: Mapping[str, Tensor], last: Mapping[str, Tensor], share: float
) -> dict[str, Tensor]:
    """Weights `share` of the way from `first` to `last`."""
    return {
        name: torch.lerp(value, last[name], share) if value.is_floating_point() else value
        for name, value in first.items()
    }
