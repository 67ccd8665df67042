"""A rule dressed as a model: even eighths on chord tones.

It answers the same tokens as a trained model, so one `Generator` plays both. It is the baseline row
of every report, and on stage the voice of last resort while the player process restarts. It needs
no weights and answers in microseconds.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jambot.model.folder import Manner
from jambot.tokens import VOCABULARY
from jambot.tokens.vocabulary import LOWEST_PITCH

PHRASE_BEATS = 7
"""Beats played of every `BREATH_BEATS`: the line rests on the eighth."""
BREATH_BEATS = 8
CENTRE = 70.0
BAR, BEAT = VOCABULARY.id("BAR"), VOCABULARY.id("BEAT")
FIELDS = tuple(VOCABULARY.field(token) for token in range(VOCABULARY.size))
IMPOSSIBLE = np.float32(-30.0)


class ChordToneModel:
    """Stepwise eighth-note lines through the tones of the stated harmony (a `LanguageModel`)."""

    manner = Manner("horn")
    vocabulary_size = VOCABULARY.size
    context_length = 384

    def __init__(self) -> None:
        self._ids: list[int] = []

    def fork(self) -> "ChordToneModel":
        """A second, empty stream."""
        return ChordToneModel()

    def append(self, ids: Sequence[int]) -> None:
        """Hear more tokens."""
        self._ids += ids

    def rewind(self, length: int) -> None:
        """Keep the first `length` tokens."""
        del self._ids[length:]

    @property
    def length(self) -> int:
        """Tokens heard."""
        return len(self._ids)

    def logits(self) -> NDArray[np.float32]:
        """Logits (vocabulary,): an eighth or the beat's end, then a near chord tone, its length."""
        logits = np.full(self.vocabulary_size, IMPOSSIBLE, np.float32)
        last = VOCABULARY.field(self._ids[-1]) if self._ids else "COND_SEP"
        if last == "POS":
            self._like_pitches(logits)
        elif last == "PITCH":
            logits[VOCABULARY.id("DUR", 10)] = 0.0
        elif last == "DUR":
            logits[VOCABULARY.id("VEL", 80)] = 0.0
        else:
            self._like_eighths(logits)
        return logits

    def _like_eighths(self, logits: NDArray[np.float32]) -> None:
        logits[[BAR, BEAT]] = -12.0
        beats = self._ids.count(BAR) + self._ids.count(BEAT)
        if beats % BREATH_BEATS >= PHRASE_BEATS or not self._heard():
            return
        logits[VOCABULARY.id("POS", 0)] = 0.0
        logits[VOCABULARY.id("POS", 12)] = 0.0 if self._played_on_beat() else -8.0

    def _like_pitches(self, logits: NDArray[np.float32]) -> None:
        heard, before = self._heard(), self._last_pitch()
        pitches = np.arange(VOCABULARY.ids("PITCH").stop - VOCABULARY.ids("PITCH").start)
        pitches = pitches + LOWEST_PITCH
        near = -np.abs(np.abs(pitches - before) - 3) * 0.5 - np.abs(pitches - CENTRE) * 0.06
        inside = np.isin(pitches % 12, list(heard))
        logits[VOCABULARY.ids("PITCH")] = near - np.where(inside, 0.0, 5.0)

    def _heard(self) -> set[int]:
        heard: set[int] = set()
        for token in reversed(self._ids):
            field = FIELDS[token]
            if field in ("BASS", "HARM"):
                heard.add(VOCABULARY.value(token))
            if field in ("BASS", "TACET"):
                break
        return heard

    def _last_pitch(self) -> float:
        for token in reversed(self._ids):
            if FIELDS[token] == "PITCH":
                return float(VOCABULARY.value(token))
        return CENTRE

    def _played_on_beat(self) -> bool:
        """Whether this beat already has its first eighth."""
        return bool(self._ids) and VOCABULARY.field(self._ids[-1]) == "VEL"
