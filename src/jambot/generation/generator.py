"""The one place that improvises: a `Prompt` in, notes out, one musical step at a time."""

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jambot.generation.dynamics import as_colour, within_step
from jambot.generation.knobs import told
from jambot.generation.language_model import LanguageModel
from jambot.generation.leans import Leans
from jambot.generation.sampling import SamplingSettings, chance, choose, guided, share
from jambot.generation.window import Window
from jambot.music import HarmonyChange, Note
from jambot.tokens import (
    VOCABULARY,
    Prompt,
    Timeline,
    encode,
    harmony_ids,
    marker_id,
    note_of,
    primer_start_bar,
    ticks_at,
)
from jambot.tokens.codec import TOKENS_PER_NOTE, by_tick
from jambot.tokens.vocabulary import TICKS_PER_BEAT

POS, PITCH, DUR, VEL, COLOUR = (
    VOCABULARY.ids(field) for field in ("POS", "PITCH", "DUR", "VEL", "COLOUR")
)
PLACES = [
    *range(*POS.indices(VOCABULARY.size)),
    *(VOCABULARY.id(marker) for marker in ("BAR", "BEAT")),
]
"""What a strike that is whole is followed by."""
ROOM_FOR_A_BAR = 96
"""Tokens kept free when a bar opens: a dense bar of 4/4 with two chords."""
ROOM_FOR_A_BEAT = 48
"""Tokens kept free when another beat opens: six notes with a chord, and what stays empty."""
ROOM_AT_THE_END = 24
"""With less room than this only the beat's end is allowed, so that a window never overflows."""
LONGEST_WINDOW_BARS = 14
"""A window of rests begins anew after so many bars: the stage remembers no more than 16."""
KEPT_BARS = 32
"""Notes further back than twice what the stage remembers are let go."""
FEWEST_NOTES = 16
"""What is kept of a bar that would fill a window by itself."""
FAR_OFF = math.log(1.2)
"""A tempo further off than that is named at once, in the middle of a window: two steps of it."""
STEP_TOKENS = 2
"""So many tokens owed are computed in one step: 1 to 3 ms, then the newest prompt is looked at."""
SEED_BITS = 32
"""A seed asked for has no more; above them stands how often chance was drawn anew."""


class _Opening(NamedTuple):
    """The bar that a window begins with, and the tempo that it names."""

    bar: int
    tempo_bpm: float


class Generator:
    """Improvises from a prompt, and goes on until told otherwise.

    `prompt` states the situation anew: what the two statements share stays computed. `advance`
    takes one step: a note, the end of a beat, or a few of the tokens that are still to be computed.
    A strike comes note by note, from its top downward, so that the first waits for no other.
    The same model, settings, seed and prompts give the same notes. Of two windows the older one
    stays as it is when a new one is opened ahead: a change in between goes back to it at no cost.

    Threads: none of its own; use it from one thread.
    """

    def __init__(
        self, model: LanguageModel, settings: SamplingSettings | None = None, seed: int = 0
    ) -> None:
        self.settings = settings or SamplingSettings()
        self.seed = seed
        self._window, self._other = Window(model), Window(model.fork())
        self._manner = model.manner
        self._context_length = model.context_length
        self._windows: dict[int, _Opening] = {}
        """Beat -> where its window begins."""
        self._prompt = Prompt()
        self.prompt(self._prompt)

    @property
    def frontier_beats(self) -> float:
        """Everything before this beat is decided; later notes are still to come."""
        return self._floor_tick / TICKS_PER_BEAT

    @property
    def ids(self) -> tuple[int, ...]:
        """The tokens of the present window."""
        return tuple(self._window.ids)

    @property
    def behind(self) -> bool:
        """Whether tokens of the prompt, or of the last note, are still to be computed."""
        return self._window.owed > 0

    def catch_up(self) -> None:
        """Compute a few of them, so that the next note comes sooner."""
        self._window.work(STEP_TOKENS)

    def forget(self) -> None:
        """Before another piece: how far this one's windows reached says nothing about the next."""
        self._windows.clear()

    def prompt(self, prompt: Prompt) -> None:
        """Go on from `prompt`; only tokens that differ from the present stream are computed."""
        if prompt.meter != self._prompt.meter:
            self.forget()
        prompt = replace(prompt, player=self._manner.player)
        self._leans = Leans(self.settings, prompt, self._manner)
        self._prompt = replace(prompt, controls=told(prompt.controls))
        self._window.guided = self._other.guided = bool(self._leans.guidance)
        self._timeline = Timeline(prompt.harmonies)
        self._notes = list(prompt.notes)
        self._line = [strike[0] for strike in by_tick(prompt.notes)]
        committed = [ticks_at(note.onset_beats) for note in self._line]
        resume = ticks_at(prompt.resume_beats)
        self._last_tick = max(committed, default=min(resume, 0) - 1)
        self._floor_tick = max(resume, self._last_tick)
        self._beat = self._floor_tick // TICKS_PER_BEAT
        opening = self._beat * TICKS_PER_BEAT
        stated = self._timeline.changes(opening, self._floor_tick + 1)
        self._stated_tick = stated[-1][0] if stated else opening
        self._attack = prompt.attack
        self._strike: list[Note] = []
        self._placed: int | None = None
        oldest = self._beat - LONGEST_WINDOW_BARS * prompt.meter.beats_per_bar
        self._windows = {b: s for b, s in self._windows.items() if oldest <= b <= self._beat}
        self._open_window(self._known_window(), ahead=False)
        if self._attack and self._pending_change() is None:
            self._place(self._draw_position())

    def advance(self) -> Note | None:
        """One step: the next note, or None where there is none yet."""
        if self.behind:
            self.catch_up()
            return None
        colour = self._colour()
        if colour is not None:
            return colour
        change = self._pending_change()
        token = self._draw_position()
        if change is not None and self._tick_of(token) >= change:
            self._state_harmony(change)
            return None
        if token is None:
            self._enter_beat(self._beat + 1)
            return None
        return self._play(token)

    def notes_until(self, beats: float) -> Iterator[Note]:
        """Advance until everything before `beats` is decided; each note as soon as it exists.

        The last may lie on `beats` or after it.
        """
        while self.frontier_beats < beats:
            note = self.advance()
            if note is not None:
                yield note

    def _colour(self) -> Note | None:
        """The next note of the strike, below its last; None where the strike is whole."""
        strike, self._strike = self._strike, []
        if not strike or self._room() < ROOM_AT_THE_END:
            return None
        logits = self._window.heard()
        colours = logits[COLOUR]
        going_on = share(
            self._leans.colours(colours, strike), logits[PLACES], self.settings.temperature
        )
        if self._chance(int(COLOUR.stop) + len(strike)) >= going_on:
            return None
        if self._leans.guidance:
            colours = guided(colours, self._window.unheard()[COLOUR], self._leans.guidance)
        token = int(COLOUR.start) + choose(
            self._leans.colours(colours, strike),
            self.settings.temperature,
            self.settings.top_p,
            self._chance(int(COLOUR.start) + len(strike)),
        )
        self._window.add([token])
        note = as_colour(strike[0], VOCABULARY.value(token))
        self._strike = [*strike, note]
        self._notes.append(note)
        return note

    def _place(self, pos: int | None) -> None:
        """Put down where the next strike begins, if it is not yet."""
        if pos is not None and self._placed is None:
            self._window.add([pos])
            self._placed = pos

    def _play(self, pos: int) -> Note:
        self._place(pos)
        self._attack, self._placed = False, None
        pitch = self._draw(PITCH, self._pitch_logits())
        self._window.add([pitch])
        dur = self._draw(DUR, self._window.heard()[DUR])
        self._window.add([dur])
        vel = self._draw(VEL, self._window.heard()[VEL])
        self._window.add([vel])
        note = note_of(self._beat, *(VOCABULARY.value(token) for token in (pos, pitch, dur, vel)))
        if self.settings.temperature:
            velocity = within_step(note.velocity, self._chance(int(VEL.stop)))
            note = replace(note, velocity=velocity)
        self._last_tick = self._floor_tick = ticks_at(note.onset_beats)
        self._notes.append(note)
        self._line.append(note)
        self._strike = [note]
        return note

    def _draw_position(self) -> int | None:
        """A POS token later than the last note, or None to leave the beat."""
        if self._placed is not None:
            return self._placed
        first = max(self._floor_tick, self._last_tick + 1) - self._beat * TICKS_PER_BEAT
        if first >= TICKS_PER_BEAT or self._room() < ROOM_AT_THE_END:
            return None
        if self._attack:
            return int(POS.start) + first
        logits = self._window.heard()
        marker = marker_id(self._beat + 1, self._prompt.meter)
        places = self._leans.places(logits[POS][first:], self._beat, first, self._line)
        rest = logits[marker] + self._leans.rest(self._beat, self._line)
        candidates = np.append(places, rest)
        drawn = self._choose(candidates, int(POS.start))
        return None if drawn == len(candidates) - 1 else POS.start + first + drawn

    def _pitch_logits(self) -> NDArray[np.float32]:
        logits = self._window.heard()[PITCH]
        if self._leans.guidance:
            logits = guided(logits, self._window.unheard()[PITCH], self._leans.guidance)
        return self._leans.pitches(logits, self._beat, self._line)

    def _draw(self, field: slice, logits: NDArray[np.float32]) -> int:
        return int(field.start) + self._choose(logits, int(field.start))

    def _choose(self, logits: NDArray[np.float32], kind: int) -> int:
        top_p = self.settings.top_p if kind == PITCH.start else self.settings.rhythm_top_p
        return choose(logits, self.settings.temperature, top_p, self._chance(kind))

    def _chance(self, kind: int) -> float:
        own = self.seed if self._prompt.seed is None else self._prompt.seed
        seed = own + (bisect_right(self._prompt.drawn_anew, self._beat) << SEED_BITS)
        return chance(seed, self._beat, self._last_tick, self._stated_tick, kind)

    def _tick_of(self, pos: int | None) -> int:
        place = TICKS_PER_BEAT if pos is None else VOCABULARY.value(pos)
        return self._beat * TICKS_PER_BEAT + place

    def _pending_change(self) -> int | None:
        """The tick of the next harmony change inside this beat that is not yet stated."""
        end = (self._beat + 1) * TICKS_PER_BEAT
        changes = self._timeline.changes(self._stated_tick + 1, end)
        return changes[0][0] if changes else None

    def _state_harmony(self, tick: int) -> None:
        self._stated_tick = tick
        self._floor_tick = max(self._floor_tick, tick)
        if self._room() < ROOM_AT_THE_END:
            self._open_window()
        else:
            self._window.add(harmony_ids(self._timeline.at(tick)))

    def _enter_beat(self, beat: int) -> None:
        self._beat = beat
        tick = beat * TICKS_PER_BEAT
        self._floor_tick = self._stated_tick = tick
        opens_bar = beat % self._prompt.meter.beats_per_bar == 0
        opening = self._windows[beat - 1]
        too_long = self._prompt.meter.bar_at(beat) - opening.bar >= LONGEST_WINDOW_BARS
        if too_long or self._room() < (ROOM_FOR_A_BAR if opens_bar else ROOM_FOR_A_BEAT):
            self._open_window()
            return
        self._windows[beat] = opening
        self._window.add([marker_id(beat, self._prompt.meter)])
        if opens_bar or self._timeline.changes(tick, tick + 1):
            self._window.add(harmony_ids(self._timeline.at(tick)))

    def _present(self) -> Prompt:
        return replace(
            self._prompt,
            notes=tuple(self._notes),
            resume_beats=self._floor_tick / TICKS_PER_BEAT,
        )

    def _known_window(self) -> _Opening | None:
        """Where the window of this beat, or of an earlier one in its bar, was begun before.

        It names the tempo that it was begun in, unless that is far off by now: to name another is
        to compute the whole of it again.
        """
        meter, tempo_bpm = self._prompt.meter, self._prompt.tempo_bpm
        bar_line = meter.bar_at(self._beat) * meter.beats_per_bar
        beats = (beat for beat in self._windows if beat >= bar_line)
        known = self._windows.get(max(beats, default=bar_line))
        if known is None or abs(math.log(known.tempo_bpm / tempo_bpm)) < FAR_OFF:
            return known
        return known._replace(tempo_bpm=tempo_bpm)

    def _open_window(self, known: _Opening | None = None, ahead: bool = True) -> None:
        """Put the present down, in the `known` window or in a fresh one that fits."""
        self._forget_old()
        tempo_bpm = self._prompt.tempo_bpm if known is None else known.tempo_bpm
        present = replace(self._present(), tempo_bpm=tempo_bpm)
        bar = self._prompt.meter.bar_at(self._beat)
        fresh = known is None or self._attack
        limit = self._context_length - (ROOM_FOR_A_BAR if fresh else ROOM_AT_THE_END)
        if known is None:
            start = primer_start_bar(present, self.settings.primer_max_tokens)
        else:
            start = known.bar
        ids = encode(present, start).ids
        while len(ids) > limit and start < bar:
            start += 1
            ids = encode(present, start).ids
        if len(ids) > self._context_length - (ROOM_FOR_A_BEAT if fresh else ROOM_AT_THE_END):
            ids = encode(self._thinned(present), bar).ids
        self._windows[self._beat] = _Opening(start, tempo_bpm)
        self._write(ids, ahead)

    def _forget_old(self) -> None:
        """What no window reaches back to is let go: one prompt may be improvised on for hours."""
        oldest = self._beat - KEPT_BARS * self._prompt.meter.beats_per_bar
        self._notes = [note for note in self._notes if note.onset_beats >= oldest]
        self._line = [note for note in self._line if note.onset_beats >= oldest]
        self._windows = {b: start for b, start in self._windows.items() if b >= oldest}

    def _thinned(self, present: Prompt) -> Prompt:
        """For a bar that fills a window by itself: its last notes, and its last harmony alone."""
        meter = present.meter
        bar_line = meter.bar_start(meter.bar_at(self._beat))
        held = HarmonyChange(bar_line, self._timeline.at(self._floor_tick))
        notes = sorted(present.notes)[-FEWEST_NOTES:]
        return replace(present, harmonies=(held,), notes=tuple(notes))

    def _write(self, ids: list[int], ahead: bool) -> None:
        """Put `ids` down where most of them stands; one opened `ahead` leaves the present alone."""
        leave = ahead or self._other.shared(ids) > self._window.shared(ids)
        if leave:
            self._window, self._other = self._other, self._window
        self._window.rewrite(ids)

    def _room(self) -> int:
        return self._context_length - len(self._window.ids) - TOKENS_PER_NOTE
