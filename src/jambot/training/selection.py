"""Which of the prepared material a run learns from, and which it is measured by."""

from dataclasses import dataclass

from jambot.errors import DatasetError
from jambot.training.config import TrainConfig
from jambot.training.shard import Shard, Stream

ENOUGH_TUNES = 10
"""Held-out tunes that a selection must leave to be measured by itself: the figures of fewer swing
more from tune to tune than a run moves them."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The held-out side of a run, and in words what it is."""

    shard: Shard
    words: str


def learned(shard: Shard, config: TrainConfig) -> Shard:
    """The streams that `config` trains on. Raises DatasetError when none is left."""
    found = shard.only(lambda stream: _of_sources(stream, config) and _wanted(stream, config))
    if not found.streams:
        asked = f" that match {list(config.only)}" if config.only else ""
        raise DatasetError(
            f"{config.roles} holds no untransposed train samples of "
            f"{sorted(config.sources) or 'any source'}{asked}",
            "role samples",
            "run `jambot prepare SOURCE --out` on it first, or ask for other material",
        )
    return found


def held_out(shard: Shard, config: TrainConfig) -> HeldOut | None:
    """What `config` is measured by: the same selection, or all its sources where that is too few.

    None where nothing of its sources is held out.
    """
    everything = shard.only(lambda stream: _of_sources(stream, config))
    selected = everything.only(lambda stream: _wanted(stream, config))
    whole, own = _tunes(everything), _tunes(selected)
    if not whole:
        return None
    if not config.only or own >= ENOUGH_TUNES:
        return HeldOut(selected, f"measured on {own} held-out tunes")
    few = f"only {own} held-out tunes are of the selection; measured on all {whole} of its sources"
    return HeldOut(everything, few)


def _of_sources(stream: Stream, config: TrainConfig) -> bool:
    return not config.sources or config.sources.get(stream.source, 0.0) > 0.0


def _wanted(stream: Stream, config: TrainConfig) -> bool:
    return not config.only or any(material.holds(stream) for material in config.only)


def _tunes(shard: Shard) -> int:
    return len({(stream.source, stream.source_id) for stream in shard.streams})
