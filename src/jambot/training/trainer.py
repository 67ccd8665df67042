"""The training loop: batches in, checkpoints out, resumable at any step."""

import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from jambot.training.batches import Batch, Windows, other_harmony
from jambot.training.config import TrainConfig
from jambot.training.distillation import Teacher, divergence
from jambot.training.forward import Forward
from jambot.training.loss import OTHER_SEMITONES, hinge, mean_of, weight_of, weighted_loss
from jambot.training.mixing import StartMixed
from jambot.training.optimizer import build_optimizer
from jambot.training.team import Team
from jambot.training.validation import Bits, validate

SEEDS_APART = 1_000_000
"""Between the seeds of a batch's pieces; further than seeds that anybody chooses."""


@dataclass(slots=True)
class Progress:
    """Where a run stands; saved with every checkpoint. `best_bits` are weighted like the loss; of a
    distillation they are those by which it differs from its teacher.
    """

    step: int = 0
    best_bits: float = math.inf
    best_step: int = 0
    evaluations_since_best: int = 0


class Trainer:
    """Moves the weights of one model.

    `save(name, progress)` writes a checkpoint: `last` to resume from, `best` by validation bits.
    `model` comes with the weights that the run starts from. With `guidance` it learns what these
    play with so much of it, and not the music.
    Batches, augmentation and dropout follow the seed and the step, so a resumed run goes on as if
    it had never stopped. A batch is cut into pieces, one or more for each process of the `team`;
    dropout is drawn by piece, so it does not matter which process has it.
    """

    def __init__(
        self,
        config: TrainConfig,
        model: nn.Module,
        train: Windows,
        validation: Windows | None,
        folder: Path,
        save: Callable[[str, Progress], None],
        team: Team,
        guidance: float = 0.0,
    ) -> None:
        self.config, self.model, self.team = config, model, team
        self.train, self.validation, self.folder, self._save = train, validation, folder, save
        self.device = next(model.parameters()).device
        self.optimizer = build_optimizer(
            model, config.optimizer, config.learning_rate, config.weight_decay
        )
        self._teacher = Teacher(model, guidance) if guidance else None
        self._forward = Forward(model, config)
        self._mixed = StartMixed(model, config.of_start)
        self._weights = config.loss.of_tokens().to(self.device)
        self.progress = Progress()

    def go_on(self, progress: Progress) -> None:
        """Take up a run that was cut off; what it wrote down after its last checkpoint goes."""
        self.progress = progress
        log = self.folder / "log.jsonl"
        if self.team.leads and log.is_file():
            lines = log.read_text("utf-8").splitlines(keepends=True)
            kept = [line for line in lines if _step_of(line) <= progress.step]
            log.write_text("".join(kept), encoding="utf-8")

    def run(self, report: Callable[[int, str], None] = lambda step, text: None) -> Progress:
        """Train to the last step, or until validation has not improved for `patience` rounds.

        `report(step, text)` is called after every step.
        """
        config, progress = self.config, self.progress
        tokens = len(self.train.shard.tokens)
        seen = {"config": asdict(config), "progress": asdict(progress), "tokens": tokens}
        self.team.agree(seen)
        batches = self.train.batches(config.rows, config.seed, progress.step)
        with self._board() as board:
            started, tokens = time.perf_counter(), 0
            while not self.finished:
                loss = self._step(batches)
                progress.step += 1
                tokens += config.rows * config.context
                rate = tokens / (time.perf_counter() - started)
                report(progress.step, f"loss {loss:.3f}  {rate:,.0f} tokens/s")
                self._draw(board, "train/loss", loss)
                self._note({"step": progress.step, "loss": round(loss, 5), "rate": round(rate)})
                last = progress.step == config.steps
                if progress.step % config.evaluate_every == 0 or last:
                    with self._mixed.in_place():
                        self._evaluate(board)
                    self._save("last", progress)
        return progress

    @property
    def finished(self) -> bool:
        """Whether the last step is done, or validation has not improved for too long."""
        progress = self.progress
        patient = progress.evaluations_since_best < self.config.patience
        return progress.step >= self.config.steps or not patient

    def _step(self, batches: Iterator[Batch]) -> float:
        config = self.config
        rate = learning_rate(config, self.progress.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = next(batches)
        whole = weight_of(torch.from_numpy(batch.labels).to(self.device), self._weights)
        self.optimizer.zero_grad(set_to_none=True)
        count = self.team.size * config.accumulate
        loss = torch.zeros((), device=self.device)
        for piece in self.team.pieces(config.accumulate):
            loss += self._learn(_piece(batch, piece, count), piece, whole)
        self.team.sum_gradients(self.model.parameters())
        nn.utils.clip_grad_norm_(self.model.parameters(), config.clip)
        self.optimizer.step()
        return float(self.team.total(loss))

    def _learn(self, batch: Batch, piece: int, whole: torch.Tensor) -> torch.Tensor:
        """Add the gradients of one piece of a batch; its part in the loss."""
        seed = self.config.seed + SEEDS_APART * piece
        torch.manual_seed(seed * 1_000_003 + self.progress.step)
        ids = torch.from_numpy(batch.ids).to(self.device)
        labels = torch.from_numpy(batch.labels).to(self.device)
        logits = self._forward(ids)
        if self._teacher is None:
            loss = weighted_loss(logits, labels, self._weights, whole)
        else:
            apart = divergence(logits, self._teacher.answers(ids))
            loss = mean_of(apart, labels, self._weights, whole)
        if self.config.contrast.rows:
            loss = loss + self._contrast(batch, logits, labels, piece)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    def _contrast(
        self, batch: Batch, logits: torch.Tensor, labels: torch.Tensor, piece: int
    ) -> torch.Tensor:
        """What the top notes of some rows cost under other chords; see `loss.Contrast`.

        Each piece has its share of the rows and of the weight, so that cutting changes neither.
        """
        asked, pieces = self.config.contrast, self.team.size * self.config.accumulate
        rows = -(-asked.rows // pieces)
        seed = (self.config.seed, piece, self.progress.step)
        ids = other_harmony(batch.ids[:rows], OTHER_SEMITONES, seed)
        other = self._forward(torch.from_numpy(ids).to(self.device))
        rows = len(ids)
        missing = hinge(logits[:rows], other, labels[:rows], asked.margin)
        return asked.weight / pieces * missing

    def _evaluate(self, board: SummaryWriter | None) -> None:
        if self.validation is None:
            self._save("best", self.progress)
            return
        progress = self.progress
        if self._teacher is None:
            bits = validate(self.model, self.validation, team=self.team)
            found = {**asdict(bits), "all": bits.all}
            weighted = self.config.loss.of_bits(bits)
            self._note({"step": progress.step, "val": found})
        else:
            weighted = self._teacher.apart(self.model, self.validation, self.team)
            found = {"apart": weighted}
            self._note({"step": progress.step, **found})
        for part, value in found.items():
            self._draw(board, f"val/{part}", value)
        if weighted < progress.best_bits:
            progress.best_bits, progress.best_step = weighted, progress.step
            progress.evaluations_since_best = 0
            self._save("best", progress)
        else:
            progress.evaluations_since_best += 1

    def _board(self) -> "SummaryWriter | nullcontext[None]":
        """TensorBoard's file, for the one who leads; what was drawn beyond this step goes."""
        if not self.team.leads:
            return nullcontext()
        return SummaryWriter(str(self.folder / "tensorboard"), purge_step=self.progress.step + 1)

    def _draw(self, board: SummaryWriter | None, name: str, value: float) -> None:
        if board:
            board.add_scalar(name, value, self.progress.step)

    def _note(self, row: dict[str, object]) -> None:
        if not self.team.leads:
            return
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(row) + "\n")


def _piece(batch: Batch, number: int, count: int) -> Batch:
    """The rows of `batch` that are the `number`-th of `count` pieces."""
    first, last = (len(batch.ids) * n // count for n in (number, number + 1))
    return Batch(batch.ids[first:last], batch.labels[first:last])


def learning_rate(config: TrainConfig, step: int) -> float:
    """Linear warm-up, then a cosine from the peak to `final_learning_rate` of it."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    low = config.final_learning_rate
    return config.learning_rate * (low + (1 - low) * 0.5 * (1 + math.cos(math.pi * done)))


def _step_of(line: str) -> float:
    """The step a line of the log belongs to; never, for one that was cut off."""
    try:
        return float(json.loads(line)["step"])
    except ValueError:
        return math.inf


def read_bits(folder: Path) -> list[tuple[int, Bits]]:
    """The validation figures a run wrote down, in order of step."""
    rows = [json.loads(line) for line in (folder / "log.jsonl").read_text("utf-8").splitlines()]
    return [
        (row["step"], Bits(**{k: v for k, v in row["val"].items() if k != "all"}))
        for row in rows
        if "val" in row
    ]
