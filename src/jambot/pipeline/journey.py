"""The way from music to a player, step by step: what each step needs, and what it leaves.

::

    <work>/corpora/           music that was fetched, or made up for a tiny journey
    <work>/data/roles/lead/   role samples
    <work>/checkpoints/       as `jambot train` leaves them
    <work>/steps/             what is done
    <work>/take_home/         what to carry away
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jambot.errors import JamBotError, UsageError
from jambot.pipeline.corpora import Corpus, digest, fetch, read_corpora
from jambot.pipeline.etudes import NAME, PIECES, write_etudes
from jambot.pipeline.finishing import finish_run
from jambot.pipeline.home import gather
from jambot.pipeline.rates import CORPORA_BYTES, CORPORA_PIECES
from jambot.pipeline.steps import Report, Step
from jambot.roles.corpus import count_items
from jambot.roles.prepare import PrepareReport, prepare
from jambot.storage import file_digest
from jambot.training.config import TrainConfig, load_runs
from jambot.training.run import train

ETUDE_BYTES = 100_000
RESTARTS = 3
"""How often torchrun starts all workers again after one of them has died."""


@dataclass(frozen=True, slots=True)
class Journey:
    """Where to, with what, and where the music comes from: `data`, `source`, or made up (`tiny`).

    `configs` is the folder of `stage_a.toml`, `corpora/` and `tiny/`. `processes` train as one.
    """

    work: Path
    configs: Path
    data: Path | None = None
    source: str | None = None
    tiny: bool = False
    processes: int = 1
    jobs: int = 2

    @property
    def plan(self) -> Path:
        """The list of runs."""
        return self.configs / ("tiny/stage_a.toml" if self.tiny else "stage_a.toml")

    @property
    def runs(self) -> list[TrainConfig]:
        """The runs, in order, below `work`."""
        return [run.within(self.work) for run in load_runs(self.plan)]

    @property
    def home(self) -> Path:
        """What is carried away in the end."""
        return self.work / "take_home"

    def corpora(self) -> list[Corpus]:
        """What is fetched where there is no `data`."""
        return read_corpora(self.configs / "corpora" / "shipped.toml")

    def music(self) -> list[Path]:
        """The folders to prepare, as far as they are there yet."""
        if self.data is not None:
            return sources_in(self.data)
        names = [c.name for c in self.corpora() if c.source] if self.source else [NAME]
        return [self.work / "corpora" / name for name in names]

    def size(self) -> tuple[int, int]:
        """Bytes and pieces of the music; of what is still to be fetched or made up, a guess."""
        there = [folder for folder in self.music() if folder.is_dir()]
        if not there:
            return (ETUDE_BYTES, PIECES) if self.source is None else (CORPORA_BYTES, CORPORA_PIECES)
        files = (path for folder in there for path in folder.rglob("*") if path.is_file())
        return sum(path.stat().st_size for path in files), sum(map(count_items, there))

    def check(self) -> None:
        """Raise UsageError where there is no music to begin with."""
        if self.data is None and self.source is None and not self.tiny:
            raise UsageError(
                "no music to train on",
                "--data FOLDER, --source URL, or --tiny",
                "docs/training_anywhere.md says where the corpora come from",
            )
        if self.data is not None and not self.music():
            raise UsageError(f"no music in {self.data}", "folders of MIDI, or of corpora")
        if self.data is not None and self.work.resolve().is_relative_to(self.data.resolve()):
            raise UsageError(f"{self.work} lies in {self.data}", "a --work outside of the music")

    def steps(self, say: Callable[[str], None]) -> list[Step]:
        """Everything there is to do, in order."""
        runs = self.runs
        return [
            self._fetch(say),
            self._prepare(),
            *(self._train(run, say) for run in runs),
            *(self._finish(run, say) for run in runs),
            Step("gather", "", self.home, partial(gather, self.work, runs, self.home)),
        ]

    def _fetch(self, say: Callable[[str], None]) -> Step:
        folder = self.work / "corpora"
        if self.data is not None:
            here = self.data
            words = f"data {[corpus.name for corpus in self.music()]} {digest(here, hidden=False)}"
            return Step("fetch", words, here, lambda report: say(f"music: {here}"))
        if self.source is not None:
            base, corpora = self.source, self.corpora()
            return Step(
                "fetch",
                f"source {corpora}",
                folder,
                partial(fetch, base, corpora, folder, say),
            )
        return Step("fetch", "made up", folder / NAME, partial(write_etudes, folder))

    def _prepare(self) -> Step:
        out = self.work / "data" / "roles" / "lead"

        def do(report: Report) -> None:
            def tell(found: PrepareReport) -> None:
                report(found.items, found.total, f"{found.written} samples")

            prepare(self.music(), out, transpose="0", jobs=self.jobs, progress=tell)

        def forget() -> None:
            """Pieces that are no longer there too, and their tokens."""
            shutil.rmtree(out, ignore_errors=True)
            shutil.rmtree(self.work / "checkpoints" / "shards", ignore_errors=True)

        return Step("prepare", "", out / "prepare.json", do, forget)

    def _train(self, run: TrainConfig, say: Callable[[str], None]) -> Step:
        config = self.plan.with_name(f"{run.name}.toml")

        def do(report: Report) -> None:
            if self.processes == 1:
                train(run, report=report, say=say)
            else:
                train_together(config, self.work, self.processes)

        forget = partial(shutil.rmtree, run.folder, ignore_errors=True)
        return Step(f"train:{run.name}", file_digest(config), run.folder / "best", do, forget)

    def _finish(self, run: TrainConfig, say: Callable[[str], None]) -> Step:
        played = run.folder / "export" / run.name / "model.onnx"
        return Step(f"finish:{run.name}", "", played, lambda report: finish_run(run, report, say))


def sources_in(folder: Path) -> list[Path]:
    """The corpora in a folder: its own folders that hold music, or the folder itself.

    A folder of annotations alone (`*_supplement`) is read by the corpus beside it.
    """
    inner = [f for f in sorted(folder.iterdir()) if f.is_dir()] if folder.is_dir() else []
    corpora = [f for f in inner if f.name != "midi" and _holds_music(f)]
    return corpora or ([folder] if folder.is_dir() and _holds_music(folder) else [])


def _holds_music(folder: Path) -> bool:
    named = (folder / "solos.jsonl.gz", folder / "leadsheets.jsonl.gz")
    return any(path.is_file() for path in named) or any(
        path.suffix.lower() in (".mid", ".midi") for path in folder.rglob("*")
    )


def train_together(config: Path, work: Path, processes: int) -> None:
    """One run by several processes of this machine, started again where one of them dies."""
    command: Sequence[str] = (
        sys.executable, "-m", "torch.distributed.run", "--standalone",
        "--nproc-per-node", str(processes), "--max-restarts", str(RESTARTS),
        "-m", "jambot", "train", "--no-finish", "--config", str(config.resolve()),
    )  # fmt: skip
    threads = {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    done = subprocess.run(command, cwd=work, env={**os.environ, **threads}, check=False)
    if done.returncode != 0:
        raise JamBotError(f"{config.name}: torchrun ended with {done.returncode}", "0", "see above")
