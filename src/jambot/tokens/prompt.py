"""What the model is told: the one statement that training, files and the stage all encode."""

from dataclasses import dataclass, field

from jambot.music import HarmonyChange, Meter, Note
from jambot.tokens.controls import UNSTEERED, Controls


@dataclass(frozen=True, slots=True)
class Prompt:
    """The situation at `resume_beats`, from where the bot is to go on.

    `harmonies` are the changes heard so far and, past the present, the ones expected; without
    later ones the last is assumed to hold. `notes` are the solo's own notes so far (committed:
    they will not be replaced). Both are in order of beat. With `attack` the first new note falls on
    `resume_beats` itself, as after a trigger; without it the bot may rest first. From each beat of
    `drawn_anew` on (in order; one may be there twice) chance falls otherwise than before; it
    falls by `seed`, or by the player's own where that is None. `form` is the form that is known, as
    a beat on which it begins and its bars; None where none is. `player` is who the bot is to play
    like, one of `vocabulary.PLAYERS`.
    """

    harmonies: tuple[HarmonyChange, ...] = ()
    notes: tuple[Note, ...] = ()
    resume_beats: float = 0.0
    tempo_bpm: float = 120.0
    meter: Meter = field(default_factory=Meter)
    role: str = "lead"
    player: str = "pianist"
    controls: Controls = UNSTEERED
    attack: bool = False
    drawn_anew: tuple[float, ...] = ()
    seed: int | None = None
    form: tuple[float, int] | None = None
