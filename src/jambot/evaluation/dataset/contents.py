"""What a dataset holds, in figures: counted sample by sample, kept only as sums."""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from jambot.errors import DatasetError
from jambot.evaluation.dataset.hands import hand_figures
from jambot.evaluation.drawing.picture import hands_picture
from jambot.evaluation.figures import BESIDE_PEOPLE, figure_at
from jambot.evaluation.metrics import measure
from jambot.music import TempoMap
from jambot.music.chord import PITCH_CLASS_NAMES
from jambot.roles.sample import CURE, META_FILE, RoleSample, each_sample, read_sample

TEMPO_STEP = 20
PICTURE = "picture"
FINEST = 1000
"""Measured figures are counted in steps of their thousandth, so that a million take no room."""
Row = Callable[[str, Mapping[str, Any]], None]
"""Called with each sample's id and its `meta.json`."""


@dataclass(slots=True)
class Group:
    """What the samples of one source and split add up to.

    `samples`, `hours` and `keys` count every copy; everything else one copy of each composition.
    """

    samples: int = 0
    hours: float = 0.0
    compositions: int = 0
    notes: int = 0
    beats: float = 0.0
    tempi: Counter[int] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    qualities: Counter[str] = field(default_factory=Counter)
    pitches: Counter[int] = field(default_factory=Counter)
    metres: Counter[int] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    players: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    figures: dict[str, Counter[int]] = field(default_factory=dict)
    shown: tuple[bytes, RoleSample] | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain counts, and of each measured figure its quartiles."""
        return {
            "samples": self.samples,
            "compositions": self.compositions,
            "hours": round(self.hours, 2),
            "notes": self.notes,
            "notes_per_beat": round(self.notes / self.beats, 3) if self.beats else 0.0,
            "tempi": {str(k): v for k, v in sorted(self.tempi.items())},
            "metres": {str(k): v for k, v in sorted(self.metres.items())},
            "keys": dict(self.keys.most_common()),
            "chord_qualities": dict(self.qualities.most_common()),
            "pitches": {str(k): v for k, v in sorted(self.pitches.items())},
            "found_not_written": dict(sorted(self.found.items())),
            "players": dict(self.players.most_common()),
            "not_known_of_notes": dict(sorted(self.unknown.items())),
            "figures": {name: _quartiles(counts) for name, counts in self.figures.items()},
        }


@dataclass(slots=True)
class _Composition:
    """How often a composition was met, and its length once one of its samples was opened."""

    group: str
    first: str
    waiting: int = 0
    hours: float | None = None


def describe(
    role_dir: Path,
    progress: Callable[[int, int], None] | None = None,
    row: Row | None = None,
) -> dict[str, Any]:
    """The figures of a dataset, by "source split"; an empty dataset gives an empty dictionary.

    One sample of each composition is opened (in its own key, first comping), of the others only
    `meta.json`; `row` is called with each of those. One sample of each group, chosen by lot and
    always the same, is drawn. Memory grows with the compositions, not with
    their copies. Raises DatasetError for a damaged sample or no dataset.
    """
    total = sum(1 for _ in each_sample(role_dir))
    groups: dict[str, Group] = {}
    known: dict[bytes, _Composition] = {}
    for i, folder in enumerate(each_sample(role_dir), start=1):
        meta = _read_record(folder)
        name = f"{meta['source']} {meta['split']}"
        group = groups.setdefault(name, Group())
        group.samples += 1
        group.keys[meta.get("key") or "not known"] += 1
        key = f"{name}\0{meta['source_id']}".encode("utf-8", "replace")
        piece = known.setdefault(
            blake2b(key, digest_size=8).digest(), _Composition(name, folder.name)
        )
        if piece.hours is None:
            piece.waiting += 1
            if not meta["transposition"] and not meta.get("comping_variant"):
                piece.hours = _add(group, read_sample(folder))
                group.hours += piece.waiting * piece.hours
        else:
            group.hours += piece.hours
        if row:
            row(folder.name, meta)
        if progress:
            progress(i, total)
    for piece in known.values():
        if piece.hours is None:  # its own key could not be played
            sample = read_sample(role_dir / piece.first)
            groups[piece.group].hours += piece.waiting * _add(groups[piece.group], sample)
    return {name: _in_words(group) for name, group in sorted(groups.items())}


def sample_figures(sample: RoleSample) -> dict[str, float]:
    """What its hands do, and every figure of its target beside people's, by name."""
    figures = measure(
        sample.target, TempoMap.constant(sample.meta.tempo_bpm), sample.meta.chords
    ).as_dict()
    found = {figure.name: figure_at(figures, figure.path) for figure in BESIDE_PEOPLE}
    known = {name: value for name, value in found.items() if value is not None}
    return hand_figures(sample) | known


def _in_words(group: Group) -> dict[str, Any]:
    picture = {PICTURE: hands_picture(group.shown[1])} if group.shown else {}
    return {**group.to_json(), **picture}


def _read_record(folder: Path) -> dict[str, Any]:
    """`meta.json` as it stands. Raises DatasetError where it is damaged."""
    path = folder / META_FILE
    try:
        record = json.loads(path.read_bytes())
        if not {"source", "source_id", "split", "transposition"} <= record.keys():
            raise ValueError("a name is missing")
    except (OSError, ValueError, AttributeError) as error:
        raise DatasetError(f"{path}: {error}", "the meta.json of a role sample", CURE) from error
    return dict(record)


def _add(group: Group, sample: RoleSample) -> float:
    """Add a composition's music to `group`; returns its length in hours."""
    meta, target = sample.meta, sample.target
    beats = max(note.end_beats for note in (*sample.conditioning, *target))
    group.compositions += 1
    group.notes += len(target)
    group.beats += beats
    group.tempi[int(meta.tempo_bpm // TEMPO_STEP) * TEMPO_STEP] += 1
    group.metres[meta.beats_per_bar] += 1
    group.pitches.update(note.pitch for note in target)
    group.found.update(meta.found)
    group.players[meta.player or "not known"] += 1
    group.unknown.update(meta.unknown)
    lot = blake2b(meta.source_id.encode("utf-8", "replace"), digest_size=8).digest()
    if group.shown is None or lot < group.shown[0]:
        group.shown = (lot, sample)
    for span in meta.chords:
        if span.chord:
            group.qualities[_quality(span.chord.symbol)] += 1
    for name, value in sample_figures(sample).items():
        if math.isfinite(value):
            group.figures.setdefault(name, Counter())[round(value * FINEST)] += 1
    return beats / meta.tempo_bpm / 60.0


def _quality(symbol: str) -> str:
    suffix = symbol.partition("/")[0]
    root = next((n for n in sorted(PITCH_CLASS_NAMES, key=len)[::-1] if suffix.startswith(n)), "")
    return suffix[len(root) :] or "major"


def _quartiles(counts: Counter[int]) -> dict[str, float]:
    at = {"q25": 0.25, "median": 0.5, "q75": 0.75}
    return {name: _quantile(sorted(counts.items()), q) / FINEST for name, q in at.items()}


def _quantile(counted: Sequence[tuple[int, int]], q: float) -> int:
    """The value at place `q` (0–1) of values given as (value, how often), ascending."""
    place = int(q * (sum(count for _, count in counted) - 1))
    for value, count in counted:
        place -= count
        if place < 0:
            return value
    return counted[-1][0]
