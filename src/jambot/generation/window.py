"""A window's tokens in the model, as they are heard and with the harmony hidden."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jambot.generation.language_model import LanguageModel
from jambot.tokens import VOCABULARY, hide_harmony

UNKNOWN = VOCABULARY.id("COND_UNKNOWN")
STATING = frozenset(
    token for token, hidden in enumerate(hide_harmony(range(VOCABULARY.size))) if hidden == UNKNOWN
)
"""What a harmony is stated with, heard or hidden; its COND_SEP follows."""
STATED = STATING | {VOCABULARY.id("COND_SEP")}
PLACES = frozenset(range(*VOCABULARY.ids("POS").indices(VOCABULARY.size)))


class Window:
    """One window in two streams: what is heard, and the same without the harmony, for guidance.

    Tokens are put down at once and computed when logits are asked for, or before that by `work`, a
    few at a time: nobody has to wait for a whole window. What a rewritten window shares with the
    present one stays computed. Unless `guided`, the second stream is never computed.

    What is heard of a harmony is computed in one go with its COND_SEP, and with the place of a
    strike that follows at once; every other token alone. Where a chunk is quicker a new chord costs
    half, and int8, which rounds a chunk otherwise, always meets the same chunks, so that the solo
    does not depend on the order in which it was planned. Where a place is drawn only after its
    harmony has been computed, all of it is computed again. A hidden harmony is told by the number
    of its tokens alone: of another chord in its place most is computed already.

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
        """How many of `ids`, from the first on, are the window's own: harmonies only whole, and not
        all of them, so that there is something to compute.
        """
        shared = _common_prefix(self.ids, ids)
        return _before_harmony(ids, min(shared, len(ids) - 1))

    def rewrite(self, ids: list[int]) -> None:
        """Hold `ids` instead, at least one."""
        hidden = hide_harmony(ids)
        self._heard.rewind(min(self.shared(ids), self._heard.length))
        alike = _common_prefix(self._hidden, hidden)
        self._unheard.rewind(min(alike, self._unheard.length))
        self.ids, self._hidden = ids, hidden

    def add(self, ids: Sequence[int]) -> None:
        """Lengthen the window."""
        self.ids += ids
        self._hidden += hide_harmony(ids)

    def work(self, most: int) -> None:
        """Compute up to `most` of the tokens owed, and the rest of a harmony."""
        most -= _compute(self._heard, self.ids, most)
        if self.guided and most > 0:
            _compute_alone(self._unheard, self._hidden, most)

    def heard(self) -> NDArray[np.float32]:
        """The logits after the last token."""
        _compute(self._heard, self.ids, len(self.ids))
        return self._heard.logits()

    def unheard(self) -> NDArray[np.float32]:
        """The logits after the last token, with the harmony unknown."""
        _compute_alone(self._unheard, self._hidden, len(self._hidden))
        return self._unheard.logits()


def _compute(stream: LanguageModel, ids: Sequence[int], most: int) -> int:
    """Go on with `ids`, piece by piece, for about `most` tokens; gives how many it were."""
    begun = stream.length
    if begun < len(ids) and ids[begun] in PLACES:
        stream.rewind(_before_harmony(ids, begun))
    while stream.length < min(begun + most, len(ids)):
        end = start = stream.length
        while ids[end] in STATING:
            end += 1
        if end > start and end + 1 < len(ids) and ids[end + 1] in PLACES:
            end += 1
        stream.append(ids[start : end + 1])
    return stream.length - begun


def _compute_alone(stream: LanguageModel, ids: Sequence[int], most: int) -> None:
    """Go on with `ids`, token by token, for `most` of them."""
    for token in ids[stream.length : stream.length + most]:
        stream.append([token])


def _before_harmony(ids: Sequence[int], end: int) -> int:
    """Where the harmony begins that ends at `end`; `end` where none does."""
    while end and ids[end - 1] in STATED:
        end -= 1
    return end


def _common_prefix(old: Sequence[int], new: Sequence[int]) -> int:
    """How many tokens the two share, from the first on."""
    shared, most = 0, min(len(old), len(new))
    while shared < most and old[shared] == new[shared]:
        shared += 1
    return shared
