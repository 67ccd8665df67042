"""What a KPI report is made from: benches, one long session, an exam, a side by side; as found."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jambot.errors import UsageError
from jambot.evaluation.bench.bench import is_plain
from jambot.evaluation.take.findings import Findings
from jambot.evaluation.take.kpi import stage_figures
from jambot.evaluation.take.report import session_report
from jambot.music.take import read_take
from jambot.music.take_files import LOG_FILE

Samples = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Inputs:
    """What was found; None for what was not, and `missing` says each of those in a sentence.

    `samples` holds the single latencies of the bench, by tempo and name.
    """

    bench: Mapping[str, Any] | None = None
    samples: Mapping[float, Samples] = field(default_factory=dict)
    session: Findings | None = None
    exam: Mapping[str, Any] | None = None
    beside: Mapping[str, Any] | None = None
    missing: tuple[str, ...] = ()


def read_inputs(
    bench: Path,
    takes: Path,
    session: Path | None,
    exam: Path,
    beside: Path,
) -> Inputs:
    """Everything that lies at these paths. Raises UsageError where nothing does, or is broken.

    `bench` holds JSON lines, of which the last of the solo alone counts; `takes` is what that bench
    kept with `--report`; `session` a take's folder, `exam` what `jambot evaluate` wrote, and
    `beside` what `python -m lab side_by_side` did.
    """
    missing: list[str] = []
    run = _last_run(bench) if bench.is_file() else None
    samples: dict[float, Samples] = {}
    if run is None:
        missing.append("No bench: `jambot bench --out bench.json --report runs` makes one.")
    else:
        samples = {float(part["bpm"]): _samples(part, takes) for part in run["runs"]}
        bare = [f"{bpm:g}" for bpm, found in samples.items() if len(found) < 2]
        if bare:
            told = f"No takes of the bench at {', '.join(bare)} bpm: their figures are not drawn."
            missing.append(told)
    played = None
    if session is not None and _is_take(session):
        played = session_report(read_take(session))
    else:
        missing.append("No session: `jambot jam --seconds 600 --report take` makes one.")
    examined = _read(exam / "offline.json") if (exam / "offline.json").is_file() else None
    if examined is None:
        missing.append("No exam: `jambot evaluate ROLE_DIR --out exam` makes one.")
    compared = _read(beside) if beside.is_file() else None
    if compared is None:
        missing.append("No side by side: `python -m lab side_by_side` makes one.")
    if run is None and played is None and examined is None:
        raise UsageError(
            "nothing to report", "a bench, a session or an exam", "\n    ".join(missing)
        )
    return Inputs(run, samples, played, examined, compared, tuple(missing))


def read_last(path: Path) -> Mapping[str, Any]:
    """A KPI report of before. Raises UsageError where it is none."""
    last = _read(path)
    if last.get("kind") != "kpi" or not isinstance(last.get("rows"), list):
        raise UsageError(f"{path}: no KPI report", "the kpi.json of an earlier `python -m lab kpi`")
    return last


def _is_take(path: Path) -> bool:
    return path.is_file() or (path / LOG_FILE).is_file()


def _last_run(path: Path) -> Mapping[str, Any]:
    """The newest line without a band or the hands' clock.

    Raises UsageError for a file that has none, or has a newer line that is no bench.
    """
    wrote = "what `jambot bench --out` wrote"
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for line in reversed(lines):
            run = json.loads(line)
            parts = run["runs"]
            if not parts or not all("bpm" in part and "session" in part for part in parts):
                break
            if all(is_plain(part.get("options", ())) for part in parts):
                return dict(run)
        else:
            if lines:
                without = f"{wrote} without --band and --clock"
                raise UsageError(f"{path}: no bench of the solo alone", without)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass
    raise UsageError(f"{path}: no bench in its last line", wrote)


def _samples(part: Mapping[str, Any], takes: Path) -> Samples:
    """A run's latencies one by one: the first notes as heard from outside, the rest as logged.

    A take counts only where it is the one that this run's own figures were read from.
    """
    samples: dict[str, Sequence[float]] = {}
    folder = takes / f"{part['bpm']:g}bpm"
    if _is_take(folder):
        take = read_take(folder)
        if round(take.seconds, 3) == part["session"].get("seconds"):
            samples |= stage_figures(take).samples_ms
    outside = part.get("first_notes_ms")
    return samples | ({"ttfn_ms": outside} if outside else {})


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({error})", "a JSON file of ours") from error
    if not isinstance(content, dict):
        raise UsageError(f"{path}: {type(content).__name__}", "a JSON object")
    return content
