"""What the generator asks of a model: one cached stream of tokens, and logits after it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class LanguageModel(Protocol):
    """One token stream over weights that streams may share."""

    vocabulary_size: int
    context_length: int

    def fork(self) -> "LanguageModel":
        """A second, empty stream over the same weights."""
        ...

    def append(self, ids: Sequence[int]) -> None:
        """Add tokens to the stream; only these are computed."""
        ...

    def rewind(self, length: int) -> None:
        """Keep the first `length` tokens."""
        ...

    @property
    def length(self) -> int:
        """Tokens in the stream."""
        ...

    def logits(self) -> NDArray[np.float32]:
        """Logits (vocabulary,) after the last token appended."""
        ...
