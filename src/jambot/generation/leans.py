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
from jambot.generation.sampling import SamplingSettings, still_to_guide
from jambot.model.folder import Manner
from jambot.music import Note
from jambot.tokens import Prompt
from jambot.tokens.vocabulary import CONTROLS, LOWEST_PITCH, TICKS_PER_BEAT

Logits = NDArray[np.float32]

TEXTURE, SINGLE_LINE = CONTROLS.index("TEXTURE"), 0
MOST_IN_HASTE = 64
"""More notes than this are not looked back on for how fast they came."""
LONGEST_RUN = 64
"""Strikes of one key are not counted further."""
MOST_NOTES_A_STRIKE = 5
"""A hand has five fingers."""
REACH_SEMITONES = 16
"""So far below its top note a hand reaches: one strike in a hundred of trio pianists is wider."""
NEVER = np.float32(-np.inf)


class Leans:
    """What leans on the model's choices at one prompt; `line` is always the whole solo so far."""

    def __init__(self, settings: SamplingSettings, prompt: Prompt, manner: Manner) -> None:
        self._phrasing = settings.phrasing(prompt.player, manner.chord_bias)
        self._sections = settings.sections
        self._swing = prompt.controls.swing
        self._chords = prompt.controls.levels()[TEXTURE] != SINGLE_LINE
        self._form, self._beats_per_bar = prompt.form, prompt.meter.beats_per_bar
        self._beat_s = 60.0 / prompt.tempo_bpm
        self._memory_beats = MEMORY_BARS * prompt.meter.beats_per_bar
        wanted = guidance_of(settings.guidance, prompt.controls.inside_outside)
        self.guidance = still_to_guide(wanted, manner.guidance)
        """How far pitches are moved in the direction the heard harmony points."""
        self._register: Logits | float = 0.0
        if self._phrasing.centre:
            centre = centre_of(self._phrasing.centre, prompt.controls.register)
            self._register = register_lean(centre, self._phrasing.free_semitones)

    def places(self, logits: Logits, beat: int, first: int, line: Sequence[Note]) -> Logits:
        """The logits of the places of `beat` from its tick `first` on, leant on."""
        if self._swing is not None:
            last = round(line[-1].onset_beats * TICKS_PER_BEAT) if line else -TICKS_PER_BEAT
            logits = swung(logits, first, last - beat * TICKS_PER_BEAT, self._swing)
        if not self._phrasing.haste:
            return logits
        if sum(note.onset_beats >= beat for note in line[-MOST_A_BEAT:]) == MOST_A_BEAT:
            return np.full_like(logits, NEVER)
        last_s = [note.onset_beats * self._beat_s for note in line[-MOST_IN_HASTE:]]
        places_s = (beat + np.arange(first, TICKS_PER_BEAT) / TICKS_PER_BEAT) * self._beat_s
        return logits + self._phrasing.haste * haste_lean(last_s, places_s)

    def rest(self, beat: int, line: Sequence[Note]) -> float:
        """What is added for playing no more in `beat`."""
        ended = line[-1].end_beats if line else float("-inf")
        lean = self._phrasing.breath * silence_lean(beat + 1 - ended)
        if self._form is not None and not (line and line[-1].onset_beats >= beat):
            section = section_lean(beat, *self._form, self._beats_per_bar)
            lean += self._sections * section
        return self._phrasing.rest_bias + lean

    def pitches(self, logits: Logits, beat: int, line: Sequence[Note]) -> Logits:
        """The logits of the pitches, leant on, and bounded."""
        logits = logits + self._register
        if line:
            logits[line[-1].pitch - LOWEST_PITCH] += struck_lean(line[-LONGEST_RUN:])
        if self._phrasing.figures:
            oldest = float(beat - self._memory_beats)
            recent = line[bisect_left(line, oldest, key=lambda note: note.onset_beats) :]
            places = [pitch - LOWEST_PITCH for pitch in taken_up(recent)]
            logits[[at for at in places if 0 <= at < len(logits)]] += self._phrasing.figures
        logits[: max(0, self._phrasing.lowest - LOWEST_PITCH)] = NEVER
        logits[self._phrasing.highest - LOWEST_PITCH + 1 :] = NEVER
        return logits

    def colours(self, logits: Logits, strike: Sequence[Note]) -> Logits:
        """The logits of what may be struck below the notes of `strike`, within the hand's reach."""
        lowest = max(self._phrasing.lowest, strike[0].pitch - REACH_SEMITONES) - LOWEST_PITCH
        logits = logits + np.float32(self._phrasing.chord_bias)
        logits[: max(0, lowest)] = NEVER
        logits[max(0, strike[-1].pitch - LOWEST_PITCH) :] = NEVER
        if not self._chords or len(strike) >= MOST_NOTES_A_STRIKE:
            logits[:] = NEVER
        return logits
