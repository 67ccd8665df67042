"""The held-out tunes that models are examined on: a few bars of each, with a person's own solo."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jambot.errors import DatasetError
from jambot.evaluation.metrics import Chords
from jambot.music import HarmonyChange, Meter, Note, harmony_changes
from jambot.roles.sample import RoleSample, SampleMeta, find_samples, read_meta, read_sample
from jambot.training.shard import as_played

BARS = 32
"""One chorus of most standards: long enough for repetition and rests to show."""
TRIO_ID = re.compile(r"[^-]+-(?P<tune>.+)-[^-]+-\d{4}-[0-9a-f]+\.\d+")
"""`pianist-tune-sidemen-year-hash.first`: how a stretch of a trio recording is named."""
TAKE = re.compile(r"take\d+$")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """`bars` bars of a held-out tune from `start_beats`, where its soloist begins.

    `conditioning` holds the whole tune's hands, also before the excerpt; `human` the soloist's
    notes inside it, as they are learnt (a pianist's keys gathered into strikes); `chords` the
    written changes, or the harmonies heard where none are written. `primer` is the solo before it
    that a model goes on from; without one it begins in silence. `player` is the kind of player the
    soloist is, `unknown` the parts of their notes that nobody knows (`velocity`, `duration`): they
    are never compared.
    """

    sample_id: str
    tune: str
    conditioning: tuple[Note, ...]
    human: tuple[Note, ...]
    chords: Chords
    meter: Meter
    tempo_bpm: float
    start_beats: float
    bars: int
    primer: tuple[Note, ...] = ()
    player: str = "horn"
    unknown: tuple[str, ...] = ()

    @property
    def heard(self) -> Sequence[HarmonyChange]:
        """The harmonies that the hands play."""
        found = [chord for chord in self.chords if isinstance(chord, HarmonyChange)]
        whole = found and len(found) == len(self.chords)
        return found if whole else harmony_changes(self.conditioning)

    @property
    def end_beats(self) -> float:
        """The bar line the excerpt ends on."""
        return self.start_beats + self.bars * self.meter.beats_per_bar

    def cropped(self, bars: int) -> "Excerpt":
        """Its first `bars` bars; an excerpt that is no longer stays as it is."""
        if bars >= self.bars:
            return self
        shorter = replace(self, bars=bars)
        return replace(shorter, human=tuple(shorter.within(self.human)))

    def within(self, notes: Sequence[Note]) -> list[Note]:
        """Those of the notes that begin inside the excerpt."""
        return [n for n in notes if self.start_beats <= n.onset_beats < self.end_beats]


def held_out_excerpts(
    role_dir: Path, bars: int = BARS, source: str | None = None, limit: int | None = None
) -> list[Excerpt]:
    """One excerpt for every held-out composition and performer, in order of name.

    Of a composition's variants the untransposed one with the first comping is taken. `source`
    keeps one corpus; `limit` spreads that many over the list. Raises DatasetError without any.
    """
    chosen: dict[tuple[str, str | None], tuple[tuple[int, int, str], Path]] = {}
    for folder in find_samples(role_dir, "val"):
        meta = read_meta(folder)
        if source is not None and meta.source != source:
            continue
        key = (meta.source_id, meta.performer)
        rank = (abs(meta.transposition), meta.comping_variant or 0, folder.name)
        if key not in chosen or rank < chosen[key][0]:
            chosen[key] = (rank, folder)
    folders = sorted(folder for _, folder in chosen.values())
    if not folders:
        wanted = f"val samples of {source}" if source else "val samples"
        raise DatasetError(f"{role_dir}: no {wanted}", wanted, "prepare them with `jambot prepare`")
    if limit is not None and limit < len(folders):
        folders = [folders[i * len(folders) // limit] for i in range(limit)]
    return alike([excerpt_of(read_sample(folder), bars) for folder in folders])


def alike(excerpts: Sequence[Excerpt]) -> list[Excerpt]:
    """The excerpts with the same parts unknown in all, so that all are asked the same."""
    unknown = tuple(sorted({part for excerpt in excerpts for part in excerpt.unknown}))
    return [replace(excerpt, unknown=unknown) for excerpt in excerpts]


def excerpt_of(sample: RoleSample, bars: int = BARS) -> Excerpt:
    """The sample's first `bars` bars from where its soloist begins; shorter solos give fewer."""
    meta, meter = sample.meta, Meter(sample.meta.beats_per_bar)
    first = meter.bar_at(min(note.onset_beats for note in sample.target))
    last = meter.bar_at(max(note.onset_beats for note in sample.target))
    written = "chords" not in meta.found and any(span.chord for span in meta.chords)
    excerpt = Excerpt(
        sample_id=sample.sample_id,
        tune=composition_of(meta),
        conditioning=sample.conditioning,
        human=tuple(as_played(sample)),
        chords=meta.chords if written else harmony_changes(sample.conditioning),
        meter=meter,
        tempo_bpm=meta.tempo_bpm,
        start_beats=meter.bar_start(first),
        bars=last - first + 1,
        player=meta.player or "horn",
        unknown=meta.unknown,
    )
    return excerpt.cropped(bars)


def training_solos(role_dir: Path, source: str | None = None) -> Iterator[RoleSample]:
    """The samples a model may have learned from, one copy of each composition and performer.

    Their targets are as they are learnt: a pianist's keys gathered into strikes.
    """
    seen: set[tuple[str, str | None, str]] = set()
    for folder in find_samples(role_dir, "train"):
        meta = read_meta(folder)
        key = (meta.source_id, meta.performer, meta.source_sha256)
        if key in seen or (source is not None and meta.source != source):
            continue
        seen.add(key)
        sample = read_sample(folder)
        yield replace(sample, target=tuple(as_played(sample)))


def composition_of(meta: SampleMeta) -> str:
    """The composition's name, so that its takes and soloists are resampled and folded as one.

    Corpora of solos name theirs `PerformerName_Title-2`, those of trios as `TRIO_ID` says;
    elsewhere the id is the composition.

    >>> meta = SampleMeta("wjd", "ZootSims_KingDavid-2", "val", 151.0, performer="Zoot Sims")
    >>> composition_of(meta)
    'KingDavid'
    >>> composition_of(SampleMeta("jtd", "drewk-solartake2-pb-1951-4720f118.81", "val", 120.0))
    'solar'
    """
    trio = TRIO_ID.fullmatch(meta.source_id)
    if trio:
        return TAKE.sub("", trio["tune"])
    prefix = (meta.performer or "").replace(" ", "") + "_"
    if len(prefix) == 1 or not meta.source_id.startswith(prefix):
        return meta.source_id
    return re.sub(r"-\d+$", "", meta.source_id.removeprefix(prefix))
