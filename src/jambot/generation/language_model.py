"""What the generator asks of a model: a stream of tokens that can be lengthened and shortened.

The generator knows no other way to a model. The trained one (`onnx_model`) is one answer, a model
that knows nothing but chord tones is another, and a test may bring its own.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from jambot.model.folder import Manner


class LanguageModel(Protocol):
    """One cached token stream over weights that several streams may share.

    Every id lies in [0, `vocabulary_size`); a stream holds at most `context_length` tokens. What
    does not fit is refused with a GenerationError, and leaves the stream as it was.
    """

    @property
    def manner(self) -> Manner:
        """How it is to be asked."""
        ...

    @property
    def vocabulary_size(self) -> int:
        """How many tokens there are, and so how many logits."""
        ...

    @property
    def context_length(self) -> int:
        """How many tokens a stream can hold."""
        ...

    @property
    def length(self) -> int:
        """How many tokens the stream holds now."""
        ...

    def fork(self) -> "LanguageModel":
        """A second, empty stream over the same weights."""
        ...

    def append(self, ids: Sequence[int]) -> None:
        """Lengthen the stream; no ids at all change nothing."""
        ...

    def rewind(self, length: int) -> None:
        """Keep the first `length` tokens; the present length changes nothing."""
        ...

    def logits(self) -> NDArray[np.float32]:
        """What may come next, as (vocabulary_size,) logits after the last token of the stream.

        The array stays as it is when the stream goes on. Ask only where there is a token.
        """
        ...
