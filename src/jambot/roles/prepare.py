"""From corpora to a role dataset: find the items, make the samples, list what was refused."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from jambot.errors import JamBotError, UsageError
from jambot.music import read_midi
from jambot.roles.copies import CopySettings, samples_of
from jambot.roles.corpus import Item, find_items
from jambot.roles.piece import Piece, RefusedError
from jambot.roles.sample import META_FILE, write_sample
from jambot.roles.sources.midi_piece import midi_piece
from jambot.roles.sources.weimar import solo_piece

REPORT_FILE = "prepare.json"
ENGINES = ("local",)


@dataclass(frozen=True, slots=True)
class PrepareSettings:
    """What `prepare` makes of each item."""

    out: Path
    copies: CopySettings
    split_pitch: int = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item: samples written and kept, or the reason of its refusal."""

    source: str
    name: str
    written: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(slots=True)
class PrepareReport:
    """Counts of a run; `refused` lists (source, name, reason)."""

    items: int = 0
    written: int = 0
    kept: int = 0
    seconds: float = 0.0
    by_source: dict[str, dict[str, int]] = field(default_factory=dict)
    refused: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one item's outcome."""
        row = self.by_source.setdefault(
            outcome.source, {"items": 0, "written": 0, "kept": 0, "refused": 0}
        )
        self.items += 1
        self.written += len(outcome.written)
        self.kept += len(outcome.kept)
        row["items"] += 1
        row["written"] += len(outcome.written)
        row["kept"] += len(outcome.kept)
        if outcome.refusal:
            row["refused"] += 1
            self.refused.append((outcome.source, outcome.name, outcome.refusal))


Progress = Callable[[PrepareReport], None]


def prepare(
    sources: Sequence[Path],
    out: Path,
    *,
    split_pitch: int = 60,
    transpose: str = "6",
    jobs: int = 2,
    seed: int = 0,
    engine: str = "local",
    comping_variants: int = 4,
    progress: Progress | None = None,
) -> PrepareReport:
    """Make role samples of everything in `sources` below `out`; what is there is kept.

    Broken and unusable files are refused with a reason each, listed in the report and in
    `out/prepare.json`, never fatal. Raises UsageError for a source that does not exist or a setting
    out of range.
    """
    if engine not in ENGINES:
        raise UsageError(f"engine {engine!r}", f"one of {', '.join(ENGINES)}")
    if not 1 <= split_pitch <= 127:
        raise UsageError(f"split pitch {split_pitch}", "1–127")
    sources = [Path(source) for source in sources]
    for source in sources:
        if not source.exists():
            raise UsageError(f"{source}: no such file or folder", "MIDI files", "check the path")
    settings = PrepareSettings(
        Path(out), CopySettings(transpose, comping_variants, seed), split_pitch
    )
    settings.out.mkdir(parents=True, exist_ok=True)
    began, report = time.monotonic(), PrepareReport()
    items = (item for source in sources for item in find_items(source))
    for outcome in _outcomes(items, settings, jobs):
        report.add(outcome)
        report.seconds = time.monotonic() - began
        if progress:
            progress(report)
    _write_report(report, settings)
    return report


def make_samples(item: Item, settings: PrepareSettings) -> Outcome:
    """Make what is missing of one item's samples; a refusal is an outcome, not an error."""
    written: list[str] = []
    kept: list[str] = []
    try:
        piece, sha256 = read_item(item, settings.split_pitch)
        for sample in samples_of(piece, settings.copies, sha256):
            folder = settings.out / sample.sample_id
            if (folder / META_FILE).is_file():
                kept.append(sample.sample_id)
                continue
            write_sample(sample, folder)
            written.append(sample.sample_id)
    except JamBotError as error:
        return Outcome(item.source, item.name, tuple(written), tuple(kept), str(error))
    refusal = "" if written or kept else "no copy stays in the playable range"
    return Outcome(item.source, item.name, tuple(written), tuple(kept), refusal)


def read_item(item: Item, split_pitch: int) -> tuple[Piece, str]:
    """The piece of an item and the sha256 of what it was read from. Raises JamBotError."""
    if item.kind == "outside":
        raise RefusedError(f"{item.name}: a link that leads out of the folder")
    if item.kind == "solo":
        assert item.record is not None
        text = json.dumps(item.record, sort_keys=True)
        return solo_piece(item.record), hashlib.sha256(text.encode()).hexdigest()
    song = read_midi(item.path)
    sha256 = hashlib.sha256(item.path.read_bytes()).hexdigest()
    piece = midi_piece(song, item.source, item.name, split_pitch)
    return replace(piece, split=item.split, licence=item.licence), sha256


def _outcomes(items: Iterable[Item], settings: PrepareSettings, jobs: int) -> Iterator[Outcome]:
    for item in items:
        yield make_samples(item, settings)


def _write_report(report: PrepareReport, settings: PrepareSettings) -> None:
    record = {
        "items": report.items,
        "written": report.written,
        "kept": report.kept,
        "seconds": round(report.seconds, 1),
        "by_source": report.by_source,
        "refused": [
            dict(zip(("source", "name", "reason"), r, strict=True)) for r in report.refused
        ],
    }
    text = json.dumps(record, indent=1, ensure_ascii=False)
    (settings.out / REPORT_FILE).write_text(text + "\n", encoding="utf-8")
