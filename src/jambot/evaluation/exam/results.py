"""What an exam found out about one soloist, and how it is kept between runs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.evaluation.figures import FIGURES as EVERY
from jambot.evaluation.figures import figure_at
from jambot.evaluation.metrics import MusicFigures, measure
from jambot.evaluation.right_hand import RightHand, right_hand
from jambot.evaluation.spread import Spread, spread
from jambot.music import Note, TempoMap
from jambot.storage import write_whole

_OF_NOTES = {field.name for field in fields(MusicFigures)} | {"chord_tone_margin", "right_hand"}
FIGURES = tuple(one.path for one in EVERY if one.path.partition(".")[0] in _OF_NOTES)
"""What is summed up over the excerpts, as dotted paths into the figures of one solo."""
BEYOND_NOTES = (
    "bits_per_note", "chord_swap", "realism_auc", "copy_rate", "agreement", "note_ms",
)  # fmt: skip
"""What notes alone, excerpt by excerpt, do not tell; fields of `Result`."""
ROOMS = (
    "jambot.music", "jambot.tokens", "jambot.roles", "jambot.model", "jambot.generation",
    "jambot.evaluation", "jambot.evaluation.exam",
)  # fmt: skip
"""The packages that a figure taken offline can depend on."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One soloist's solo over one excerpt, measured; `hand` where the excerpt is a pianist's."""

    excerpt: Excerpt
    solo: tuple[Note, ...]
    figures: MusicFigures
    hand: RightHand | None = None

    @property
    def row(self) -> dict[str, Any]:
        """The figures, with `chord_tone_margin` (share of chord tones above the transposed).

        Where nobody knows how long the person's notes last there is no `dead_air`.
        """
        row = self.figures.as_dict()
        tones = self.figures.chord_tone_ratio
        row["chord_tone_margin"] = tones.all - tones.transposed if tones else None
        if "duration" in self.excerpt.unknown:
            row["dead_air"] = None
        row["right_hand"] = asdict(self.hand) if self.hand else None
        return row


def attempt(excerpt: Excerpt, solo: Sequence[Note]) -> Attempt:
    """A solo measured over the excerpt's chords, at its median tempo."""
    tempo_map = TempoMap.constant(excerpt.tempo_bpm)
    figures, hand = measure(solo, tempo_map, excerpt.chords), None
    if excerpt.player == "pianist":
        beats = excerpt.end_beats - excerpt.start_beats
        hand = right_hand(solo, list(excerpt.heard), beats, excerpt.tempo_bpm)
    return Attempt(excerpt, tuple(solo), figures, hand)


@dataclass(frozen=True)
class Result:
    """Attempts in excerpt order, and what was asked of this soloist beyond its notes."""

    name: str
    attempts: tuple[Attempt, ...]
    bits_per_note: Mapping[str, Any] | None = None
    chord_swap: Mapping[str, Any] | None = None
    realism_auc: Mapping[str, Any] | None = None
    copy_rate: Mapping[str, Any] | None = None
    agreement: Mapping[str, Any] | None = None
    note_ms: Mapping[str, float] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def spreads(self) -> dict[str, Spread]:
        """Each figure over the excerpts; what no excerpt could measure is left out."""
        found: dict[str, Spread] = {}
        for figure in FIGURES:
            by_tune: dict[str, list[float]] = {}
            for one in self.attempts:
                value = figure_at(one.row, figure)
                if value is not None:
                    by_tune.setdefault(one.excerpt.tune, []).append(value)
            seen = spread(by_tune)
            if seen is not None:
                found[figure] = seen
        return found

    def as_dict(self) -> dict[str, Any]:
        """Spreads and the rest, without the notes."""
        rest = {name: getattr(self, name) for name in BEYOND_NOTES}
        spreads = {name: asdict(found) for name, found in self.spreads.items()}
        return {"figures": spreads, **rest, "settings": dict(self.settings)}


def keep(result: Result, key: str, path: Path) -> None:
    """Write a result down, so that an exam that is cut off goes on after it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    solos = [
        [[n.onset_beats, n.duration_beats, n.pitch, n.velocity] for n in a.solo]
        for a in result.attempts
    ]
    rest = {name: getattr(result, name) for name in (*BEYOND_NOTES, "settings")}
    write_whole(path, json.dumps({"key": key, "solos": solos, **rest}))


def kept(name: str, key: str, path: Path, excerpts: Sequence[Excerpt]) -> Result | None:
    """The result that lies at `path`, None where it is of another exam or cannot be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["key"] != key:
            return None
        solos = [[Note(*note) for note in solo] for solo in content["solos"]]
        attempts = [attempt(e, solo) for e, solo in zip(excerpts, solos, strict=True)]
        rest = {field: content[field] for field in (*BEYOND_NOTES, "settings")}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Result(name, tuple(attempts), **rest)


def key_of(*parts: Any, rooms: Sequence[str] = ROOMS) -> str:
    """Names an examination: the same parts, and the same code in `rooms`, give the same key."""
    return sha256(json.dumps([_code(rooms), *parts], default=str).encode()).hexdigest()[:16]


def _code(rooms: Sequence[str]) -> str:
    """A hash of every module in these packages."""
    found = sha256()
    for room in rooms:
        for module in sorted(files(room).iterdir(), key=lambda module: module.name):
            if module.name.endswith(".py"):
                found.update(module.read_bytes())
    return found.hexdigest()
