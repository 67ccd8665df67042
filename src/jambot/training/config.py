"""One training run, as a TOML file says it."""

import math
import tomllib
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from jambot.errors import UsageError
from jambot.model.adapters import AdapterConfig
from jambot.model.folder import Manner
from jambot.tokens.vocabulary import PLAYERS
from jambot.training.batches import Augmentation
from jambot.training.distillation import GUIDED, Distillation
from jambot.training.loss import Contrast, LossWeights
from jambot.training.material import Material
from jambot.training.optimizer import KINDS

PRECISIONS = ("bf16", "fp32")
GUIDANCE_ADAPTER = AdapterConfig(rank=16, alpha=32)
"""What learns the guidance of a whole model. Rank 8 comes nearly as near, 64 no nearer."""
ZERO_IS_FINE = {
    "dropout",
    "final_learning_rate",
    "warmup_steps",
    "weight_decay",
    "seed",
    "of_start",
    "exam_tunes",
}


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """A run's settings; every field is a TOML key.

    `[sources]`, `[adapter]`, `[augmentation]` and `[loss]` are tables, `[[only]]` is a list of
    them. Relative paths are taken from the folder `jambot train` is called in.
    """

    name: str
    roles: str = "data/roles/lead"
    out: str = "checkpoints"
    init_from: str | None = None
    """Checkpoint whose weights the run starts from; its shape then holds."""
    of_start: float = 0.0
    """Share of the weights of `init_from` in what is measured and kept as the best."""
    adapter: AdapterConfig | None = None
    """Where there is one, it alone is trained, on `init_from`, which stays as it is."""
    adapter_from: str | None = None
    """An adapter of the same size and base, whose matrices the run starts from."""
    sources: dict[str, float] = field(default_factory=dict)
    """Source name -> weight of its share in the batches; empty takes everything as it is."""
    only: tuple[Material, ...] = ()
    """Keep what fits any of these; empty keeps everything."""
    player: str = "pianist"
    """Whom the exported player plays like: `pianist`, `horn` or `voice`."""
    chord_bias: float | None = None
    """How readily the exported player strikes chords; None is what is usual for such a player."""
    layers: int = 6
    d_model: int = 256
    heads: int = 4
    mlp: int = 704
    context: int = 384
    dropout: float = 0.1
    steps: int = 3000
    rows: int = 16
    """Windows in a batch, all processes together."""
    accumulate: int = 1
    """Into how many pieces each process cuts its part of a batch: less memory, the same step."""
    precision: str = "bf16"
    """`bf16` where the machine is faster with it, or `fp32`."""
    gradient_checkpointing: bool = False
    """Less memory for more time: only the layers' inputs are kept for the way back."""
    compile: bool = False
    """Let torch compile the model: half a minute first, a C++ compiler, no gain on two cores."""
    optimizer: str = "muon"
    """`muon` for the decoder's matrices, or `adamw` for everything."""
    learning_rate: float = 3e-3
    final_learning_rate: float = 0.05
    """Share of the peak that is left at the last step (cosine in between)."""
    warmup_steps: int = 150
    weight_decay: float = 0.05
    clip: float = 1.0
    seed: int = 1
    threads: int = 2
    """Of one machine, shared by the processes on it."""
    evaluate_every: int = 250
    patience: int = 6
    """Evaluations without a better validation loss after which the run ends."""
    exam_source: str = ""
    """Corpus whose held-out tunes the finished run is examined on; empty takes all."""
    exam_tunes: int = 0
    """How many of them, spread over the list; 0 takes all."""
    exam_bars: int = 32
    """How long each solo of the exam is."""
    augmentation: Augmentation = field(default_factory=Augmentation)
    loss: LossWeights = field(default_factory=LossWeights)
    contrast: Contrast = field(default_factory=Contrast)
    distillation: Distillation = field(default_factory=Distillation)

    @classmethod
    def load(cls, path: Path) -> "TrainConfig":
        """Read a TOML file. Raises UsageError naming an unknown key, a wrong type or a bad file."""
        return cls.of(_read(path), path)

    def within(self, folder: Path) -> "TrainConfig":
        """The same run with its relative paths taken from `folder`."""
        names = [n for n in ("roles", "out", "init_from", "adapter_from") if getattr(self, n)]
        below: dict[str, Any] = {name: str(folder / getattr(self, name)) for name in names}
        return replace(self, **below)

    @property
    def folder(self) -> Path:
        """Where the run leaves everything."""
        return Path(self.out) / self.name

    @property
    def guided(self) -> "TrainConfig":
        """The run in which the result of this one learns its own guidance by heart.

        An adapter does: the result's own, where that is one, else a fresh one on the result.
        """
        checkpoint, adapter = self.result
        return replace(
            self,
            name=f"{self.name}/{GUIDED}",
            init_from=str(checkpoint),
            adapter=replace(self.adapter or GUIDANCE_ADAPTER, dropout=0.0),
            adapter_from=None if adapter is None else str(adapter),
            of_start=0.0,
            dropout=0.0,
            steps=self.distillation.steps,
            optimizer="adamw",
            learning_rate=1e-3,
            warmup_steps=20,
            weight_decay=0.0,
            evaluate_every=max(1, self.distillation.steps // 2),
            loss=LossWeights(),
            contrast=Contrast(),
        )

    @property
    def manner(self) -> Manner:
        """How the exported player is to be asked."""
        return Manner(self.player, self.chord_bias, self.distillation.guidance)

    @property
    def result(self) -> tuple[Path, Path | None]:
        """What the run is for: a checkpoint, and the adapter on it where that is what learnt."""
        best = self.folder / "best"
        return (Path(self.init_from), best) if self.adapter and self.init_from else (best, None)

    @classmethod
    def of(cls, content: dict[str, Any], path: Path) -> "TrainConfig":
        """From parsed TOML; `path` is for the messages."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(content.keys() - known)
        if unknown or "name" not in content:
            wrong = f"unknown keys {unknown}" if unknown else "no `name`"
            raise UsageError(f"{path}: {wrong}", f"keys among {sorted(known)}", "see configs/")
        content = dict(content)
        for name, kind in (
            ("augmentation", Augmentation),
            ("adapter", AdapterConfig),
            ("loss", LossWeights),
            ("contrast", Contrast),
            ("distillation", Distillation),
        ):
            if name in content:
                content[name] = _table(kind, content[name], f"{path}: [{name}]")
        if "only" in content:
            content["only"] = _tables(content["only"], path)
        config = cls(**content)
        _check(config, path)
        return config


def load_runs(path: Path) -> list[TrainConfig]:
    """The run that a TOML file says, or those it lists: `runs = ["first.toml", "second.toml"]`.

    Listed files lie beside the list, and are trained in its order. Raises UsageError.
    """
    content = _read(path)
    if "runs" not in content:
        return [TrainConfig.of(content, path)]
    names = content["runs"]
    listed = isinstance(names, list) and names and all(isinstance(name, str) for name in names)
    if not listed or len(content) > 1:
        wanted = 'nothing but runs = ["one.toml", "another.toml"]'
        raise UsageError(f"{path}: a list of runs with {sorted(content)}", wanted, "see configs/")
    return [TrainConfig.load(path.parent / name) for name in names]


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"no training config at {path}", "a TOML file", "see configs/") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}", "", "see configs/") from error


def _table(kind: Any, table: Any, place: str) -> Any:
    """`table` as a dataclass of this `kind`; UsageError names the `place` where it cannot be."""
    try:
        return kind(**table)
    except (TypeError, ValueError) as error:
        wanted = f"a table of {[f.name for f in fields(kind)]}"
        raise UsageError(f"{place} {error}", wanted, "see configs/") from error


def _tables(tables: Any, path: Path) -> tuple[Material, ...]:
    if not isinstance(tables, list):
        raise UsageError(f"{path}: only is {tables!r}", "tables opened by [[only]]", "see configs/")
    return tuple(_table(Material, table, f"{path}: [[only]]") for table in tables)


def _check(config: TrainConfig, path: Path) -> None:
    """Refuse values of the wrong kind, and numbers that no run can be made of."""
    for f in fields(config):
        value = getattr(config, f.name)
        kind: Any = {"sources": dict, "only": tuple}.get(
            f.name, int | float if f.type is float else f.type
        )
        if not isinstance(value, kind) or isinstance(value, bool) != (f.type is bool):
            example = "" if f.default in (MISSING, None) else f"a value like {f.default!r}"
            raise UsageError(f"{path}: {f.name} is {value!r}", example, "see configs/")
        lowest = 0 if f.name in ZERO_IS_FINE or f.type is bool else 1e-12
        if f.name == "chord_bias":
            lowest = -math.inf
        if isinstance(value, int | float) and not lowest <= value < math.inf:
            raise UsageError(f"{path}: {f.name} is {value}", "a number above 0", "see configs/")
    for table, values in (
        ("sources", config.sources),
        ("augmentation", asdict(config.augmentation)),
        ("loss", asdict(config.loss)),
        ("contrast", asdict(config.contrast)),
        ("distillation", asdict(config.distillation)),
    ):
        if not all(isinstance(v, int | float) and v >= 0 for v in values.values()):
            raise UsageError(f"{path}: [{table}] {values}", "numbers of 0 or more", "see configs/")
    chances = {
        "dropout": config.dropout,
        "of_start": config.of_start,
        **asdict(config.augmentation),
    }
    del chances["semitones"]
    for chance, value in chances.items():
        if value > 1 or (chance in ("dropout", "of_start") and value == 1):
            raise UsageError(f"{path}: {chance} is {value}", "a chance from 0 to 1", "see configs/")
    if not any(asdict(config.loss).values()):
        raise UsageError(f"{path}: [loss] is 0 for every part", "a part to learn", "see configs/")
    if config.name in ("", "..") or Path(config.name).name != config.name:
        raise UsageError(f"{path}: name is {config.name!r}", "the name of one folder")
    for name, words in (("optimizer", KINDS), ("precision", PRECISIONS), ("player", PLAYERS)):
        if getattr(config, name) not in words:
            raise UsageError(
                f"{path}: {name} is {getattr(config, name)!r}", f"one of {words}", "see configs/"
            )
    if (config.adapter or config.adapter_from) and not config.init_from:
        raise UsageError(
            f"{path}: [adapter] without init_from", "init_from: the checkpoint to adapt"
        )
    if config.of_start and (config.adapter or not config.init_from):
        raise UsageError(
            f"{path}: of_start is {config.of_start}", "init_from, and no [adapter]", "see configs/"
        )
    if config.adapter_from and not config.adapter:
        raise UsageError(f"{path}: adapter_from without [adapter]", "a table [adapter]")
    if config.d_model % (2 * config.heads):
        raise UsageError(
            f"{path}: d_model {config.d_model} over {config.heads} heads",
            f"a multiple of {2 * config.heads}",
        )
