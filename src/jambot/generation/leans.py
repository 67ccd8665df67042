"""All that is added to the model's logits, by the settings and the knobs of one prompt."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jambot.generation.knobs import centre_of, guidance_of, swung
from jambot.generation.phrasing import (
    MEMORY_BARS,
    MOST_A_BEAT,
    haste_lean,
    register_lean,
    section_lean,
    silence_lean,
    struck_lean,
    taken_up,
)
from jambot.generation.sampling import SamplingSettings
from jambot.music import Note
from jambot.tokens import Prompt
from jambot.tokens.vocabulary import LOWEST_PITCH, TICKS_PER_BEAT

Logits = NDArray[np.float32]

MOST_IN_HASTE = 64
"""More notes than this are not looked back on for how fast they came."""
LONGEST_RUN = 64
"""Strikes of one key are not counted further."""
NEVER = np.float32(-np.inf)


class Leans:
    """What leans on the model's choices at one prompt; `line` is always the whole solo so far."""

    def __init__(self, settings: SamplingSettings, prompt: Prompt) -> None:
        self._settings, self._swing = settings, prompt.controls.swing
        self._form, self._beats_per_bar = prompt.form, prompt.meter.beats_per_bar
        self._beat_s = 60.0 / prompt.tempo_bpm
        self._memory_beats = MEMORY_BARS * prompt.meter.beats_per_bar
        self.guidance = guidance_of(settings.guidance, prompt.controls.inside_outside)
        """How far pitches are moved in the direction the heard harmony points."""
        self._register: Logits | float = 0.0
        if settings.centre is not None:
            self._register = register_lean(centre_of(settings.centre, prompt.controls.register))

    def places(self, logits: Logits, beat: int, first: int, line: Sequence[Note]) -> Logits:
        """The logits of the places of `beat` from its tick `first` on, leant on."""
        if self._swing is not None:
            last = round(line[-1].onset_beats * TICKS_PER_BEAT) if line else -TICKS_PER_BEAT
            logits = swung(logits, first, last - beat * TICKS_PER_BEAT, self._swing)
        if not self._settings.haste:
            return logits
        if sum(note.onset_beats >= beat for note in line[-MOST_A_BEAT:]) == MOST_A_BEAT:
            return np.full_like(logits, NEVER)
        last_s = [note.onset_beats * self._beat_s for note in line[-MOST_IN_HASTE:]]
        places_s = (beat + np.arange(first, TICKS_PER_BEAT) / TICKS_PER_BEAT) * self._beat_s
        return logits + self._settings.haste * haste_lean(last_s, places_s)

    def rest(self, beat: int, line: Sequence[Note]) -> float:
        """What is added for playing no more in `beat`."""
        ended = line[-1].end_beats if line else float("-inf")
        lean = self._settings.breath * silence_lean(beat + 1 - ended)
        if self._form is not None and not (line and line[-1].onset_beats >= beat):
            section = section_lean(beat, *self._form, self._beats_per_bar)
            lean += self._settings.sections * section
        return self._settings.rest_bias + lean

    def pitches(self, logits: Logits, beat: int, line: Sequence[Note]) -> Logits:
        """The logits of the pitches, leant on, and bounded."""
        logits = logits + self._register
        if line:
            logits[line[-1].pitch - LOWEST_PITCH] += struck_lean(line[-LONGEST_RUN:])
        if self._settings.figures:
            oldest = float(beat - self._memory_beats)
            recent = line[bisect_left(line, oldest, key=lambda note: note.onset_beats) :]
            places = [pitch - LOWEST_PITCH for pitch in taken_up(recent)]
            logits[[at for at in places if 0 <= at < len(logits)]] += self._settings.figures
        logits[: max(0, self._settings.lowest - LOWEST_PITCH)] = NEVER
        logits[self._settings.highest - LOWEST_PITCH + 1 :] = NEVER
        return logits
