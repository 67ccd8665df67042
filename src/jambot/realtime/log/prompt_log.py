"""What the player is asked, as JSON and back: each prompt told by how it differs from the last.

Nothing is rounded: `jambot replay` asks the very same.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from jambot.music import Harmony, HarmonyChange, Meter, Note
from jambot.tokens import Controls, Prompt

T = TypeVar("T")
SAID_ONCE = ("meter", "role")
"""What a session never changes, and its opening says."""
PLAIN = tuple(
    field.name
    for field in fields(Prompt)
    if field.name not in ("harmonies", "notes", "controls", *SAID_ONCE)
)
"""Numbers, flags, and rows of numbers: written as they are."""


class PromptWriter:
    """Gives prompts as JSON. Threads: the stage's alone."""

    def __init__(self) -> None:
        self._last = Prompt()

    def told(self, prompt: Prompt) -> dict[str, Any]:
        """How `prompt` differs from the one before; of what grows, what is new."""
        before, self._last = self._last, prompt
        told: dict[str, Any] = {
            "harmonies": _difference(before.harmonies, prompt.harmonies, _change),
            "notes": _difference(before.notes, prompt.notes, _note),
        }
        if prompt.controls != before.controls:
            told["controls"] = asdict(prompt.controls)
        for name in PLAIN:
            if getattr(prompt, name) != getattr(before, name):
                told[name] = getattr(prompt, name)
        return told


class PromptReader:
    """Puts together again what a `PromptWriter` told, in the same order.

    Raises LookupError, TypeError or ValueError for what none has told.
    """

    def __init__(self, meter: Meter) -> None:
        self._last = Prompt(meter=meter)

    def read(self, told: dict[str, Any]) -> tuple[Prompt, list[Note]]:
        """The prompt, and those of its notes that the one before had not."""
        before = self._last
        added = [Note(*row) for row in told["notes"]["new"]]
        changes = [
            HarmonyChange(beat, Harmony(bass, tuple(classes)))
            for beat, bass, classes in told["harmonies"]["new"]
        ]
        controls = Controls(**told["controls"]) if "controls" in told else before.controls
        plain: dict[str, Any] = {name: told[name] for name in PLAIN if name in told}
        for name, value in plain.items():
            plain[name] = tuple(value) if isinstance(value, list) else value
        self._last = replace(
            before,
            harmonies=(*_kept(before.harmonies, told["harmonies"]), *changes),
            notes=(*_kept(before.notes, told["notes"]), *added),
            controls=controls,
            **plain,
        )
        return self._last, added


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
