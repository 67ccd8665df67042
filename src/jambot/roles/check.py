"""Is a dataset whole? Every sample readable, as it was written, and on one side of the split."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from jambot.errors import DatasetError
from jambot.music import Note
from jambot.roles.journal import Journal
from jambot.roles.sample import (
    CONDITIONING_FILE,
    FILES_SHA256,
    JOURNAL_FILE,
    META_FILE,
    TARGET_FILE,
    RoleSample,
    each_sample,
    read_sample,
)
from jambot.roles.workers import WorkerPool
from jambot.storage import file_digest, leftovers

PITCHES = (21, 108)
"""The keys of a piano: what the vocabulary can say."""
APART_BEATS = 64.0
"""How far the ends of the two sides may lie apart before one of them must be cut off."""
SAMPLE_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one sample (or with the dataset, where `sample` is empty)."""

    sample: str
    reason: str

    def __str__(self) -> str:
        return f"{self.sample}: {self.reason}" if self.sample else self.reason


@dataclass(frozen=True, slots=True)
class Checked:
    """One sample looked at: its faults, and on which side of the split which composition stands."""

    faults: tuple[Fault, ...]
    composition: tuple[str, str] | None = None
    split: str = ""


def check_dataset(
    role_dir: Path, progress: Callable[[int, int], None] | None = None, jobs: int = 0
) -> Iterator[Fault]:
    """Every fault of the dataset below `role_dir`, as it is found; none for a whole one.

    Checks that each sample is readable, its files are those that were written (sha256), its notes
    lie on the piano and after beat 0, its two sides cover the same time, that all samples of a
    composition stand on one side of the split, and that nothing the journal lists is missing.
    Samples are read in `jobs` worker processes (0: in this one), which a file may crash; memory
    grows with the compositions only. `progress` is told (samples checked, samples in all). Raises
    DatasetError without a dataset.
    """
    total = sum(1 for _ in each_sample(role_dir))
    if not total:
        yield Fault("", f"{role_dir}: no samples")
    sides: dict[bytes, str] = {}
    for i, checked in enumerate(_look_at(each_sample(role_dir), jobs if total else 0), start=1):
        yield from checked.faults
        yield from _on_both_sides(checked, sides)
        if progress:
            progress(i, total)
    yield from _missing(role_dir)
    for litter in leftovers(role_dir):
        yield Fault(litter.name, "left behind by a writer that died")


def check_sample(folder: Path) -> Checked:
    """What is wrong with the one sample in `folder`."""
    try:
        sample = read_sample(folder)
    except DatasetError as error:
        return Checked((Fault(folder.name, error.found),))
    reasons = (*_changed_files(folder), *_musical_faults(sample))
    meta = sample.meta
    faults = tuple(Fault(folder.name, reason) for reason in reasons)
    return Checked(faults, (meta.source, meta.source_id), meta.split)


def _look_at(folders: Iterable[Path], jobs: int) -> Iterator[Checked]:
    if jobs == 0:
        return map(check_sample, folders)
    return WorkerPool(check_sample, _unreadable, jobs, SAMPLE_TIMEOUT_S).run(folders)


def _unreadable(folder: Path, reason: str, pid: int) -> Checked:
    return Checked((Fault(folder.name, reason),))


def _on_both_sides(checked: Checked, sides: dict[bytes, str]) -> Iterator[Fault]:
    """A fault where a composition was met on the other side before; `sides` remembers."""
    if checked.composition is None:
        return
    source, name = checked.composition
    key = blake2b(f"{source}\0{name}".encode("utf-8", "replace"), digest_size=8).digest()
    side = sides.setdefault(key, checked.split)
    if side != checked.split:
        yield Fault("", f"{source}/{name} is in {side} and in {checked.split}")


def _changed_files(folder: Path) -> Iterator[str]:
    record = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
    written = record.get(FILES_SHA256, {})
    for name in (CONDITIONING_FILE, TARGET_FILE):
        if written.get(name) != file_digest(folder / name):
            yield f"{name} is not the file that was written"


def _musical_faults(sample: RoleSample) -> Iterator[str]:
    ends = []
    for side, notes in (("conditioning", sample.conditioning), ("target", sample.target)):
        outside = [n for n in notes if not PITCHES[0] <= n.pitch <= PITCHES[1]]
        if outside:
            yield f"{len(outside)} {side} notes off the piano, such as pitch {outside[0].pitch}"
        ends.append(max(note.end_beats for note in notes))
    if abs(ends[0] - ends[1]) > APART_BEATS:
        yield f"conditioning ends at beat {ends[0]:.0f}, target at beat {ends[1]:.0f}"
    if not _overlap(sample.conditioning, sample.target):
        yield "conditioning and target never sound in the same stretch of time"


def _overlap(a: tuple[Note, ...], b: tuple[Note, ...]) -> bool:
    begins = max(a[0].onset_beats, b[0].onset_beats)
    return begins < min(max(n.end_beats for n in a), max(n.end_beats for n in b))


def _missing(role_dir: Path) -> Iterator[Fault]:
    if not (role_dir / JOURNAL_FILE).is_file():
        return
    with Journal(role_dir) as journal:
        for entry in journal:
            for sample in entry.samples:
                if not (role_dir / sample / META_FILE).is_file():
                    yield Fault(sample, "listed in the journal, but not there")
