"""Several runs, measured by the same held-out solos: what a base, an adapter or a size is worth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jambot.errors import DatasetError
from jambot.model.adapters import load_merged
from jambot.tokens import VOCABULARY
from jambot.training.batches import Windows
from jambot.training.config import TrainConfig
from jambot.training.run import Report, shard_of
from jambot.training.validation import Bits, validate


@dataclass(frozen=True, slots=True)
class Compared:
    """One run's best result: how many held-out tunes it was measured on, and what it cost them."""

    name: str
    tunes: int
    bits: Bits


def compare(
    runs: Sequence[TrainConfig],
    source: str | None,
    report: Report = lambda done, total, text: None,
) -> Iterator[Compared]:
    """Measure the best of each run on the held-out tunes of `source` (None: all there are).

    Each run is measured in windows of its own context. Raises CheckpointError for a run that has
    not begun, DatasetError where nothing of the source is held out.
    """
    for done, config in enumerate(runs):
        report(done, len(runs), config.name)
        model = load_merged(*config.result, VOCABULARY.fingerprint)
        shard = shard_of(config, "val", report).only(lambda s: source in (None, s.source))
        if not shard.streams:
            raise DatasetError(
                f"{config.roles} has no held-out samples of {source or 'any source'}", "val samples"
            )
        tunes = len({(stream.source, stream.source_id) for stream in shard.streams})
        windows = Windows(shard, model.config.max_position_embeddings)
        yield Compared(config.name, tunes, validate(model, windows))
    report(len(runs), len(runs), "")
