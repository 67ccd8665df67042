"""One report for whatever was played: `report.json` for programs, `report.html` for people.

The page is for who played it first: to hear, to see, in a sentence; the figures come below.

A session, a file and a benchmark give the same figures under the same names (design, section 7);
what one of them cannot measure is null, and its gate is "not measured".
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jambot.evaluation.drawing.page import TIMINGS, page
from jambot.evaluation.drawing.page import write_report as write_both
from jambot.evaluation.drawing.piano_roll import roll_of
from jambot.evaluation.figures import BESIDE_PEOPLE, figure_at, figure_of
from jambot.evaluation.metrics import Chords, measure
from jambot.evaluation.take.findings import Findings
from jambot.evaluation.take.happenings import told
from jambot.evaluation.take.kpi import Latency, lookahead, session_figures, stage_figures
from jambot.music import Meter, Note, TempoMap
from jambot.music.take import Take

COUNTS = (
    "underruns", "fallback_notes", "late_notes", "dropped_notes", "stuck_notes", "stale_notes",
    "unanswered_triggers", "player_deaths",
)  # fmt: skip
KINDS = {"session": "Session", "file": "File", "benchmark": "Benchmark"}


def session_report(take: Take) -> Findings:
    """The report of a recorded session."""
    played, stage = take.played, stage_figures(take)
    changes = [heard.change for heard in take.changed_harmonies]
    fallback = [note.source == "fallback" for note in played]
    solo = [note.note for note in played]
    band = {name: [note.note for note in voice] for name, voice in take.band.items()}
    roll = roll_of(
        solo,
        changes,
        take.conditioning(),
        take.meter,
        fallback,
        band.get("bass", ()),
        band.get("drums", ()),
        take.written(),
    )
    settings = {k: v for k, v in take.session.items() if k not in ("event", "machine", "knobs")}
    settings |= dict(take.session.get("knobs") or {})
    return Findings(
        kind="session",
        title=_session_title(take),
        figures=session_figures(take, stage),
        samples_ms=stage.samples_ms,
        rolls=(("What was played", roll),),
        settings=settings,
        machine=dict(take.session.get("machine") or {}),
        notice=_missing(take),
    )


def file_report(
    solo: Sequence[Note],
    chords: Chords,
    conditioning: Sequence[Note] = (),
    *,
    title: str,
    tempo_map: TempoMap,
    meter: Meter | None = None,
    settings: Mapping[str, Any] | None = None,
    machine: Mapping[str, Any] | None = None,
) -> Findings:
    """The report of a solo that lies in a file; it has no stage, so no latencies."""
    roll = roll_of(solo, chords, conditioning, meter)
    return Findings(
        kind="file",
        title=title,
        figures=measure(solo, tempo_map, chords).as_dict(),
        rolls=((title, roll),),
        settings=settings or {},
        machine=machine or {},
    )


def benchmark_report(takes: Sequence[Take], title: str) -> Findings:
    """Several sessions as one: latencies and counts pooled, musical figures of the longest take.

    Raises ValueError without takes.
    """
    if not takes:
        raise ValueError("a benchmark report needs at least one take")
    longest = session_report(max(takes, key=lambda take: take.seconds))
    stages = [stage_figures(take) for take in takes]
    samples = {
        name: [sample for stage in stages for sample in stage.samples_ms[name]]
        for name in stages[0].samples_ms
    }
    pooled: dict[str, Any] = {name: asdict(Latency.of(values)) for name, values in samples.items()}
    pooled |= {name: sum(getattr(stage, name) for stage in stages) for name in COUNTS}
    foreseen = [stage.anticipated_changes for stage in stages]
    pooled["anticipated_changes"] = {
        outcome: sum(counts[outcome] for counts in foreseen) for outcome in foreseen[0]
    }
    frames = [frame for take in takes for frame in take.of("frame")]
    pooled["isr"] = sum(bool(f["valid"]) for f in frames) / len(frames) if frames else None
    pooled["lookahead_bars"] = asdict(lookahead([float(f["lookahead_bars"]) for f in frames]))
    pooled["seconds"] = sum(take.seconds for take in takes)
    pooled["takes"] = len(takes)
    return Findings(
        kind="benchmark",
        title=title,
        figures=longest.figures | pooled,
        samples_ms=samples,
        rolls=(("The longest take", longest.rolls[0][1]),),
        settings=longest.settings,
        machine=longest.machine,
    )


def write_report(findings: Findings, folder: Path, sound: str | None = None) -> tuple[Path, Path]:
    """Write `report.json` and `report.html` into `folder` and give their paths.

    The page needs nothing but itself; `sound` names a wav beside it to be played in it.
    """
    told = report_page(findings, sound)
    return write_both(folder, "report", findings.as_dict(), told, default=str)


def _missing(take: Take) -> str:
    """What the log lacks, in sentences; empty where it is whole."""
    told = []
    if not take.whole:
        told.append("The session was cut off: its log has no end.")
    for gap in take.of("lost"):
        since, until = gap.get("from_seconds"), gap.get("until_seconds")
        when = "" if since is None else f" between {since:.0f} s and {until:.0f} s"
        told.append(f"Events missing in the log{when}: {gap['count']} ({gap['reason']}).")
    return " ".join([*told, "What is in it is measured."]) if told else ""


def _session_title(take: Take) -> str:
    who = Path(take.session.get("adapter") or take.session.get("model") or "JAM_BOT").name
    return f"{who}, {take.bpm:.0f} bpm, {take.meter.beats_per_bar}/4, {take.seconds:.0f} s"


def report_page(findings: Findings, sound: str | None = None) -> str:
    """The whole page. `sound` names a sound file beside it."""
    figures = findings.figures
    found = ((row, people, figure_at(figures, row.path)) for row, people in BESIDE_PEOPLE.items())
    return page(
        "take.html",
        findings=findings,
        kind=KINDS[findings.kind],
        sound=sound,
        timed=any((figures.get(name) or {}).get("n") for name in TIMINGS),
        steps=_steps(figures),
        counts=_counts(figures),
        happened=told(figures.get("happened") or {}),
        music=[row for row in found if row[2] is not None],
    )


def _steps(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where the time to the first note went; nothing where no step was timed."""
    steps: Mapping[str, Mapping[str, Any]] = figures.get("first_note_steps_ms") or {}
    return [
        (step, f"half within {found['p50']:.1f} ms, 95 of 100 within {found['p95']:.1f} ms")
        for step, found in steps.items()
        if found["n"]
    ]


def _counts(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    items = [(figure_of(name).meaning, str(figures[name])) for name in COUNTS if name in figures]
    ahead = figures.get("lookahead_bars") or {}
    if ahead.get("min") is not None:
        reach = f"{ahead['min']:.2g} at least, {ahead['p50']:.2g} as a rule"
        items.append(("bars the plan reached ahead", reach))
    changes = figures.get("anticipated_changes") or {}
    if any(changes.values()):
        told = "{right} as expected, {wrong} otherwise, {unforeseen} unexpected".format_map(changes)
        items.append(("chord changes", told))
    return items
