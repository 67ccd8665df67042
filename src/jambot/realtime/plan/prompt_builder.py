"""What has happened so far, as the `Prompt` that the player is given. Pure: no clock, no ports."""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jambot.music import HarmonyChange, Meter, Note, strikes
from jambot.tokens import UNSTEERED, Controls, Prompt
from jambot.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH, TICKS_PER_BEAT

MEMORY_BARS = 16
"""How far back prompts reach; the model's own window is shorter."""
TEMPO_STEP = 0.05
"""The player is told of a new tempo when it differs by so much: it costs the whole prompt."""


@dataclass(slots=True)
class PromptBuilder:
    """Collects the harmony heard and the notes promised."""

    tempo_bpm: float
    meter: Meter
    controls: Controls = UNSTEERED
    harmonies: list[HarmonyChange] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    strikes: int = 0
    """How many harmonies have been heard in all: the number of the newest."""
    seed: int | None = None
    """Of a project that is open in a host; None: the player's own."""
    drawn_anew: list[float] = field(default_factory=list)
    """The beats from which another chance was asked for, in order."""

    def news(self, bpm: float) -> bool:
        """Whether the player is to be told of this tempo."""
        return abs(bpm - self.tempo_bpm) > TEMPO_STEP * self.tempo_bpm

    def follow_tempo(self, bpm: float) -> None:
        """Tell of this tempo from now on, if it is far from the one told."""
        if self.news(bpm):
            self.tempo_bpm = bpm

    def hear(self, change: HarmonyChange) -> bool:
        """A harmony change; one on the beat of the last replaces it: True, a roll goes on."""
        goes_on = bool(self.harmonies) and self.harmonies[-1].beat == change.beat
        self.strikes += not goes_on
        while self.harmonies and self.harmonies[-1].beat >= change.beat:
            self.harmonies.pop()
        self.harmonies.append(change)
        return goes_on

    @property
    def promised_beats(self) -> float:
        """The onset of the last promised note; before every beat where there is none."""
        return self.notes[-1].onset_beats if self.notes else float("-inf")

    def promise(self, note: Note) -> None:
        """A solo note that will sound for certain."""
        self.notes.append(note)

    def assume(self, changes: Sequence[HarmonyChange]) -> None:
        """Harmonies that were expected and went by in silence are taken as heard."""
        for change in changes:
            if not self.harmonies or self.harmonies[-1].beat < change.beat:
                self.harmonies.append(change)

    def unhear(self, beats: set[float]) -> None:
        """What was taken for harmony on these beats was none."""
        self.harmonies = [change for change in self.harmonies if change.beat not in beats]

    def adopt(self, notes: Sequence[Note]) -> None:
        """Put notes of the player's among the solo's own; where they overlap, theirs count."""
        if not notes:
            return
        self.withdraw(notes[0].onset_beats)
        on_piano = [note for note in notes if LOWEST_PITCH <= note.pitch <= HIGHEST_PITCH]
        for strike in strikes(on_piano, 1 / TICKS_PER_BEAT):
            for note in strike:
                self.promise(replace(note, onset_beats=strike[0].onset_beats))

    def withdraw(self, from_beats: float) -> None:
        """What was promised from `from_beats` on will not sound after all."""
        self.notes = [note for note in self.notes if note.onset_beats < from_beats]

    def forget(self) -> None:
        """Start from nothing, as after a stop."""
        self.harmonies.clear()
        self.notes.clear()

    def draw_anew(self, from_beats: float) -> None:
        """From this beat on other notes are wanted, in the same situation."""
        insort(self.drawn_anew, from_beats)

    def prompt(
        self,
        resume_beats: float,
        attack: bool = False,
        intended: Sequence[Note] = (),
        expected: tuple[HarmonyChange, ...] = (),
        form: tuple[float, int] | None = None,
    ) -> Prompt:
        """The situation at `resume_beats`; what lies further back than the memory is dropped.

        `intended` are notes before it that are not promised yet and yet will not be replaced;
        `expected` changes follow the heard ones; `form` is as in `Prompt`.
        """
        oldest = resume_beats - MEMORY_BARS * self.meter.beats_per_bar
        self.notes = [note for note in self.notes if note.onset_beats >= oldest]
        while len(self.harmonies) > 1 and self.harmonies[1].beat <= oldest:
            del self.harmonies[0]
        return Prompt(
            harmonies=(*self.harmonies, *expected),
            notes=(*self.notes, *self._after_promised(intended)),
            resume_beats=resume_beats,
            tempo_bpm=self.tempo_bpm,
            meter=self.meter,
            controls=self.controls,
            attack=attack,
            drawn_anew=tuple(self.drawn_anew),
            seed=self.seed,
            form=form,
        )

    def _after_promised(self, intended: Sequence[Note]) -> list[Note]:
        return [note for note in intended if note.onset_beats > self.promised_beats]
