"""From corpora to a role dataset: find the items, make the samples, list what was refused.

The run can be interrupted at any moment: samples appear whole or not at all, and the next run does
what is missing (`journal`). Items are read in workers that may crash or hang (`workers`).
"""

import json
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from jambot.errors import UsageError
from jambot.lock import only_writer
from jambot.roles.copies import CopySettings
from jambot.roles.corpus import count_items, find_items, source_name
from jambot.roles.items import ItemOutcome, PrepareSettings, Task, make_samples, stamp_of
from jambot.roles.journal import Entry, Journal
from jambot.roles.memory import MB, peak_memory_bytes
from jambot.roles.sample import META_FILE, is_dataset, is_sample, remove_sample, sweep
from jambot.roles.sources.two_hands import HANDS, Split, parse_splits
from jambot.roles.twins import settle_splits
from jambot.roles.workers import WorkerPool

REPORT_FILE = "prepare.json"
ENGINES = ("local", "dask")
ITEM_TIMEOUT_S = 120.0


@dataclass(slots=True)
class PrepareReport:
    """Counts of a run; `refused` lists (source, name, reason), `moved` pieces kept with a twin,
    `doubts` (source, name, which track was taken and which others it could be).

    `peak_bytes` is the most memory this process and its workers can have held together; what the
    workers of a cluster hold is not in it.
    """

    total: int = 0
    items: int = 0
    written: int = 0
    kept: int = 0
    seconds: float = 0.0
    peak_bytes: int = 0
    moved: list[str] = field(default_factory=list)
    by_source: dict[str, dict[str, int]] = field(default_factory=dict)
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    doubts: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def items_per_second(self) -> float:
        """The rate so far; 0 before anything is done."""
        return self.items / self.seconds if self.seconds > 0 else 0.0

    def doubts_in_words(self, shown: int) -> list[str]:
        """A sentence for each of the first `shown` doubts, with what settles it."""
        return [
            f"{source}/{name}: {doubt} (`--track NAME` takes another)"
            for source, name, doubt in self.doubts[:shown]
        ]

    def add(self, outcome: ItemOutcome) -> None:
        """Count one item's outcome."""
        entry = outcome.entry
        row = self.by_source.setdefault(
            entry.source, {"items": 0, "written": 0, "kept": 0, "refused": 0}
        )
        self.items += 1
        self.written += outcome.written
        self.kept += outcome.kept
        row["items"] += 1
        row["written"] += outcome.written
        row["kept"] += outcome.kept
        if outcome.doubt:
            self.doubts.append((entry.source, entry.name, outcome.doubt))
        if entry.refusal:
            row["refused"] += 1
            self.refused.append((entry.source, entry.name, entry.refusal))


Progress = Callable[[PrepareReport], None]


def prepare(
    sources: Sequence[Path],
    out: Path,
    *,
    split_pitch: Split = HANDS,
    track: str | None = None,
    transpose: str = "0",
    jobs: int = 2,
    seed: int = 0,
    engine: str = "local",
    scheduler: str | None = None,
    comping_variants: int = 4,
    progress: Progress | None = None,
    item_timeout_s: float = ITEM_TIMEOUT_S,
) -> PrepareReport:
    """Make role samples of everything in `sources` below `out`; what is there already is kept.

    `split_pitch` says where two hands part: a pitch, `hands`, or several with commas, each of which
    gives samples of its own. `track` names the track of MIDI files that leads; None finds it.
    `jobs` worker processes (0: in this process, unprotected), or a Dask cluster at `scheduler` with
    `engine="dask"`. Broken and unusable files are refused with a reason each, listed in the report
    and in `out/prepare.json`, never fatal. `progress` is called after each item.
    Raises UsageError for a source that does not exist, a setting out of range, or a folder that
    another run is writing to.
    """
    settings = PrepareSettings(
        Path(out), CopySettings(transpose, comping_variants, seed), parse_splits(split_pitch), track
    )
    sources = [Path(source) for source in sources]
    _check(sources, settings, jobs, engine)
    settings.out.mkdir(parents=True, exist_ok=True)
    began, report = time.monotonic(), PrepareReport()
    pool: list[WorkerPool[Task, ItemOutcome]] = []

    def count(outcome: ItemOutcome) -> None:
        report.add(outcome)
        report.seconds = time.monotonic() - began
        report.peak_bytes = peak_memory_bytes() + sum(workers.peak_bytes for workers in pool)
        if progress:
            progress(report)

    with only_writer(settings.out, "prepare", "--out"):
        sweep(settings.out)
        for source in sources:
            there = count_items(source)
            report.total += there
            if not there:
                name = source_name(source)
                report.refused.append((name, "", f"{source}: no MIDI file, take or corpus in it"))
        run = _engine(settings, jobs, engine, scheduler, item_timeout_s, pool)
        try:
            with (
                Journal(settings.out) as journal,
                closing(_outcomes(sources, journal, settings, run, count)) as outcomes,
            ):
                for outcome in outcomes:
                    count(outcome)
                report.moved = settle_splits(journal, settings.out)
        finally:
            sweep(settings.out)
        report.seconds = time.monotonic() - began
        report.peak_bytes = max(report.peak_bytes, peak_memory_bytes())
        _write_report(report, settings)
    return report


Run = Callable[[Iterable[Task]], Iterator[ItemOutcome]]


def _check(sources: Sequence[Path], settings: PrepareSettings, jobs: int, engine: str) -> None:
    if not sources:
        raise UsageError("no sources", "a folder of MIDI files", "jambot prepare FOLDER --out DIR")
    if engine not in ENGINES:
        raise UsageError(f"engine {engine!r}", f"one of {', '.join(ENGINES)}")
    if not 0 <= jobs <= 1024:
        raise UsageError(f"{jobs} jobs", "0–1024")
    for source in sources:
        if not source.exists():
            raise UsageError(f"{source}: no such file or folder", "MIDI files", "check the path")
        if is_sample(source) or is_dataset(source):
            raise UsageError(
                f"{source}: role samples, which `jambot prepare` has made already",
                "the corpora, folders or files of MIDI that they were made of",
                f"train on them as they are, or look at them: jambot prepare --check {source}",
            )
    if settings.out.exists() and not settings.out.is_dir():
        raise UsageError(f"{settings.out}: not a folder", "a folder for the dataset")


def _engine(
    settings: PrepareSettings,
    jobs: int,
    engine: str,
    scheduler: str | None,
    timeout_s: float,
    pool: list[WorkerPool[Task, ItemOutcome]],
) -> Run:
    """What does the work; local workers are put into `pool`, to be asked for their memory."""
    task = partial(make_samples, settings=settings)
    lost = partial(_lost, settings=settings)
    if engine == "dask":
        from jambot.roles.cluster import run_on_cluster

        return partial(run_on_cluster, task, lost, scheduler, timeout_s, settings.out)
    if jobs == 0:
        return partial(map, task)
    pool.append(WorkerPool(task, lost, jobs, timeout_s))
    return pool[0].run


def _outcomes(
    sources: Sequence[Path],
    journal: Journal,
    settings: PrepareSettings,
    run: Run,
    already: Callable[[ItemOutcome], None],
) -> Generator[ItemOutcome, None, None]:
    """What gets done now; `already` is told of what had been done before, as it is found."""

    def tasks() -> Iterator[Task]:
        for source in sources:
            for item in find_items(source):
                stamp, entry = stamp_of(item), journal.entry(item.source, item.name)
                if entry is not None and _is_done(entry, stamp, settings):
                    already(ItemOutcome(entry, 0, len(entry.samples)))
                else:
                    known = (entry.stamp, entry.made) if entry else None
                    yield Task(item, stamp, anew=known != (stamp, settings.made))

    for outcome in run(tasks()):
        journal.add(_beside_the_old(journal, outcome.entry, settings.out))
        yield outcome


def _beside_the_old(journal: Journal, entry: Entry, out: Path) -> Entry:
    """`entry`, with the copies that were asked for earlier and still hold; others are removed.

    What the journal does not know could neither change sides with its twins nor ever be removed.
    """
    old = journal.entry(entry.source, entry.name)
    earlier = set(old.samples) - set(entry.samples) if old else set()
    if old is not None and (old.stamp, old.made) == (entry.stamp, entry.made):
        there = {name for name in earlier if (out / name / META_FILE).is_file()}
        return replace(entry, samples=tuple(sorted({*entry.samples, *there})))
    for name in earlier:
        remove_sample(out / name)
    return entry


def _is_done(entry: Entry, stamp: str, settings: PrepareSettings) -> bool:
    if (entry.stamp, entry.made, entry.copies) != (stamp, settings.made, settings.asked):
        return False
    return all((settings.out / name / META_FILE).is_file() for name in entry.samples)


def _lost(task: Task, reason: str, pid: int, *, settings: PrepareSettings) -> ItemOutcome:
    """The outcome of an item whose worker is gone; what it had half written is removed."""
    if pid:
        sweep(settings.out, pid)
    item = task.item
    refusal = f"{item.name}: {reason}"
    made, asked = settings.made, settings.asked
    return ItemOutcome(Entry(item.source, item.name, task.stamp, made, asked, refusal=refusal))


def _write_report(report: PrepareReport, settings: PrepareSettings) -> None:
    record = {
        "items": report.items,
        "written": report.written,
        "kept": report.kept,
        "seconds": round(report.seconds, 1),
        "items_per_second": round(report.items_per_second, 2),
        "peak_memory_mb": round(report.peak_bytes / MB),
        "by_source": report.by_source,
        "moved_to_the_side_of_a_twin": report.moved,
        "doubts": [
            {"source": source, "name": name, "doubt": doubt}
            for source, name, doubt in report.doubts
        ],
        "refused": [
            {"source": source, "name": name, "reason": reason}
            for source, name, reason in report.refused
        ],
    }
    text = json.dumps(record, indent=1, ensure_ascii=False)
    path = settings.out / REPORT_FILE
    path.write_text(text.encode("utf-8", "replace").decode() + "\n", encoding="utf-8")
