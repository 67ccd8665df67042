"""A window's tokens in the model, as they are heard and with the harmony hidden."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jambot.generation.language_model import LanguageModel
from jambot.tokens import hide_harmony


class Window:
    """One window in two streams: what is heard, and the same without the harmony, for guidance.

    Tokens are put down at once and computed when logits are asked for, or before that by `work`, a
    few at a time: nobody has to wait for a whole window. What a rewritten window shares with the
    present one stays computed. Unless `guided`, the second stream is never computed.

    Threads: for one thread.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.guided = True
        self.ids: list[int] = []
        self._hidden: list[int] = []
        self._heard, self._unheard = model, model.fork()

    @property
    def owed(self) -> int:
        """How many tokens are put down and not yet computed, in both streams."""
        owed = len(self.ids) - self._heard.length
        return owed + len(self._hidden) - self._unheard.length if self.guided else owed

    def shared(self, ids: Sequence[int]) -> int:
        """How many of `ids`, from the first on, are the window's own."""
        return _common_prefix(self.ids, ids)

    def rewrite(self, ids: list[int]) -> None:
        """Hold `ids` instead, at least one."""
        hidden = hide_harmony(ids)
        self._heard.rewind(min(self.shared(ids), len(ids) - 1, self._heard.length))
        unheard = min(_common_prefix(self._hidden, hidden), len(hidden) - 1)
        self._unheard.rewind(min(unheard, self._unheard.length))
        self.ids, self._hidden = ids, hidden

    def add(self, ids: Sequence[int]) -> None:
        """Lengthen the window."""
        self.ids += ids
        self._hidden += hide_harmony(ids)

    def work(self, most: int) -> None:
        """Compute up to `most` of the tokens owed."""
        at = self._heard.length
        self._heard.append(self.ids[at : at + most])
        most -= self._heard.length - at
        if self.guided and most:
            at = self._unheard.length
            self._unheard.append(self._hidden[at : at + most])

    def heard(self) -> NDArray[np.float32]:
        """The logits after the last token."""
        self._heard.append(self.ids[self._heard.length :])
        return self._heard.logits()

    def unheard(self) -> NDArray[np.float32]:
        """The logits after the last token, with the harmony unknown."""
        self._unheard.append(self._hidden[self._unheard.length :])
        return self._unheard.logits()


def _common_prefix(old: Sequence[int], new: Sequence[int]) -> int:
    for i, (a, b) in enumerate(zip(old, new, strict=False)):
        if a != b:
            return i
    return min(len(old), len(new))
