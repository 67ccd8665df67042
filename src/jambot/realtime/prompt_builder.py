"""What has happened so far, as the `Prompt` that the player is given. Pure: no clock, no ports."""

from dataclasses import dataclass, field

from jambot.music import HarmonyChange, Meter, Note
from jambot.tokens import UNSTEERED, Controls, Prompt

MEMORY_BARS = 16
"""How far back prompts reach; the model's own window is shorter."""


@dataclass(slots=True)
class PromptBuilder:
    """Collects the harmony heard and the notes promised."""

    tempo_bpm: float
    meter: Meter
    controls: Controls = UNSTEERED
    harmonies: list[HarmonyChange] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def hear(self, change: HarmonyChange) -> None:
        """A harmony change; one on the beat of the last replaces it (a roll that goes on)."""
        while self.harmonies and self.harmonies[-1].beat >= change.beat:
            self.harmonies.pop()
        self.harmonies.append(change)

    @property
    def promised_beats(self) -> float:
        """The onset of the last promised note; before every beat where there is none."""
        return self.notes[-1].onset_beats if self.notes else float("-inf")

    def promise(self, note: Note) -> None:
        """A solo note that will sound for certain."""
        self.notes.append(note)

    def forget(self) -> None:
        """Start from nothing, as after a stop."""
        self.harmonies.clear()
        self.notes.clear()

    def prompt(self, resume_beats: float, attack: bool = False) -> Prompt:
        """The situation at `resume_beats`; what lies further back than the memory is dropped."""
        oldest = resume_beats - MEMORY_BARS * self.meter.beats_per_bar
        self.notes = [note for note in self.notes if note.onset_beats >= oldest]
        while len(self.harmonies) > 1 and self.harmonies[1].beat <= oldest:
            del self.harmonies[0]
        return Prompt(
            harmonies=tuple(self.harmonies),
            notes=tuple(self.notes),
            resume_beats=resume_beats,
            tempo_bpm=self.tempo_bpm,
            meter=self.meter,
            controls=self.controls,
            attack=attack,
        )
