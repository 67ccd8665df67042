"""What the player is asked, as JSON and back: each prompt told by how it differs from the last.

Nothing is rounded: `jambot replay` asks the very same.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from jambot.music import Harmony, HarmonyChange, Meter, Note
from jambot.tokens import Controls, Prompt

T = TypeVar("T")
TOLD_APART = ("harmonies", "notes")
"""What grows in a prompt; of these only what is new is written."""
SAID_ONCE = ("meter", "role")
"""What a session never changes, and its opening says."""


class PromptWriter:
    """Gives prompts as JSON. Threads: the stage's alone."""

    def __init__(self) -> None:
        self._harmonies: tuple[HarmonyChange, ...] = ()
        self._notes: tuple[Note, ...] = ()
        self._controls: Controls | None = None

    def told(self, prompt: Prompt) -> dict[str, Any]:
        """How `prompt` differs from the one before."""
        told: dict[str, Any] = {
            "resume": prompt.resume_beats,
            "bpm": prompt.tempo_bpm,
            "attack": prompt.attack,
            "harmonies": _difference(self._harmonies, prompt.harmonies, _change),
            "notes": _difference(self._notes, prompt.notes, _note),
        }
        if prompt.controls != self._controls:
            told["controls"] = asdict(prompt.controls)
        self._harmonies, self._notes = prompt.harmonies, prompt.notes
        self._controls = prompt.controls
        return told


class PromptReader:
    """Puts together again what a `PromptWriter` told, in the same order.

    Raises LookupError, TypeError or ValueError for what none has told.
    """

    def __init__(self, meter: Meter) -> None:
        self._prompt = Prompt(meter=meter)

    def read(self, told: dict[str, Any]) -> tuple[Prompt, list[Note]]:
        """The prompt, and those of its notes that the one before had not."""
        added = [Note(*row) for row in told["notes"]["new"]]
        changes = [
            HarmonyChange(beat, Harmony(bass, tuple(classes)))
            for beat, bass, classes in told["harmonies"]["new"]
        ]
        before = self._prompt
        self._prompt = Prompt(
            harmonies=(*_kept(before.harmonies, told["harmonies"]), *changes),
            notes=(*_kept(before.notes, told["notes"]), *added),
            resume_beats=told["resume"],
            tempo_bpm=told["bpm"],
            meter=before.meter,
            controls=Controls(**told["controls"]) if "controls" in told else before.controls,
            attack=told["attack"],
        )
        return self._prompt, added


def _difference(
    old: Sequence[T], new: Sequence[T], row: Callable[[T], list[Any]]
) -> dict[str, Any]:
    """What of `old` stays (`drop` from its front, then `keep`), and the rows that follow it."""
    drop = 0
    while drop < len(old) and new and old[drop] is not new[0]:
        drop += 1
    keep = 0
    for before, now in zip(old[drop:], new, strict=False):
        if before is not now and before != now:
            break
        keep += 1
    return {"drop": drop, "keep": keep, "new": [row(one) for one in new[keep:]]}


def _kept(old: tuple[T, ...], told: dict[str, Any]) -> tuple[T, ...]:
    return old[told["drop"] : told["drop"] + told["keep"]]


def _change(change: HarmonyChange) -> list[Any]:
    return [change.beat, change.harmony.bass, list(change.harmony.pitch_classes)]


def _note(note: Note) -> list[Any]:
    return [note.onset_beats, note.duration_beats, note.pitch, note.velocity]
