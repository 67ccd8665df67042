"""Models that answer at random, but always the same to the same stream: no weights, no patience."""

import zlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from jambot.errors import GenerationError
from jambot.generation.sampling import guided
from jambot.model.folder import Manner
from jambot.tokens import VOCABULARY, hide_harmony


class RandomModel:
    """A `LanguageModel` without sense: its logits depend on the whole stream and nothing else; as
    int8 rounds, on which of its tokens were computed together too.

    `eagerness` is added to every place in the beat: 20 plays all the time, -20 never. It refuses
    what a real model refuses, and keeps the longest stream it saw.
    """

    manner = Manner()
    vocabulary_size = VOCABULARY.size

    def __init__(self, eagerness: float = 0.0, context_length: int = 384, spread: float = 2.0):
        self.eagerness, self.context_length, self.spread = eagerness, context_length, spread
        self.ids: list[int] = []
        self.together: list[int] = []
        self.longest = self.computed = 0
        self.forks: list[RandomModel] = []

    def fork(self) -> "RandomModel":
        self.forks.append(type(self)(self.eagerness, self.context_length, self.spread))
        return self.forks[-1]

    @property
    def length(self) -> int:
        return len(self.ids)

    def append(self, ids: Sequence[int]) -> None:
        if len(self.ids) + len(ids) > self.context_length:
            raise GenerationError(f"{len(ids)} more tokens after {len(self.ids)}")
        self.ids += ids
        self.together += [len(ids)] * len(ids)
        self.computed += len(ids)
        self.longest = max(self.longest, len(self.ids))

    def rewind(self, length: int) -> None:
        if not 0 <= length <= len(self.ids):
            raise GenerationError(f"a rewind to {length} of {len(self.ids)}")
        del self.ids[length:], self.together[length:]

    def logits(self) -> NDArray[np.float32]:
        if not self.ids:
            raise GenerationError("logits of an empty stream")
        seed = zlib.crc32(np.array([self.ids, self.together], np.uint16).tobytes())
        found = np.random.default_rng(seed).normal(0, self.spread, self.vocabulary_size)
        found[VOCABULARY.ids("POS")] += self.eagerness
        return found.astype(np.float32)


class GuidedModel(RandomModel):
    """Holds in its logits what `RandomModel` plays with that much guidance."""

    def __init__(self, guidance: float, *shape: float) -> None:
        super().__init__(*shape)
        self.manner = Manner(guidance=guidance)
        self._unheard = RandomModel(*shape)

    def fork(self) -> "GuidedModel":
        self.forks.append(
            GuidedModel(self.manner.guidance, self.eagerness, self.context_length, self.spread)
        )
        return self.forks[-1]

    def append(self, ids: Sequence[int]) -> None:
        super().append(ids)
        for token in hide_harmony(ids):
            self._unheard.append([token])

    def rewind(self, length: int) -> None:
        super().rewind(length)
        self._unheard.rewind(length)

    def logits(self) -> NDArray[np.float32]:
        found, unheard = super().logits(), self._unheard.logits()
        for field in ("PITCH", "COLOUR"):
            here = VOCABULARY.ids(field)
            moved = guided(found[here], unheard[here], self.manner.guidance)
            found[here] = moved + log_sum(found[here]) - log_sum(moved)
        return found


def log_sum(logits: NDArray[np.float32]) -> float:
    return float(np.log(np.exp(logits.astype(np.float64)).sum()))


@pytest.fixture(scope="session")
def random_model() -> Callable[..., RandomModel]:
    """`random_model(eagerness=0.0, context_length=384, spread=2.0)` gives a fresh one."""
    return RandomModel


@pytest.fixture
def guided_model() -> Callable[..., GuidedModel]:
    """`guided_model(guidance)` makes a model that holds so much of it."""
    return GuidedModel
