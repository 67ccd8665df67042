"""What the stage did in a take: latencies, lookahead, and everything that went wrong, counted.

The names are those of the design, section 7. Times come from the session log alone; on a clock that
is moved by hand (`--fast`) latencies have no meaning and are left empty.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from jambot.evaluation.metrics import measure
from jambot.evaluation.take.answering import (
    chords_heard,
    first_note_steps,
    locked_spans,
    within,
)
from jambot.evaluation.take.happenings import happenings
from jambot.music.take import HeardHarmony, PlayedNote, Take
from jambot.music.take_events import Event

COMMIT_SECONDS = 0.060
"""The commit horizon of a log that does not say: a 16th or this, whichever is longer."""
STOPPING_SECONDS = 0.002
"""Note-offs due so soon after a stop are those of the stop."""
STILL_SOUNDING_SECONDS = 0.2
"""In a log that was cut off, a note this near its end may have had its note-off in what is lost."""


@dataclass(frozen=True, slots=True)
class Latency:
    """A distribution of milliseconds; percentiles are interpolated linearly, None when n is 0."""

    n: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    max: float | None = None

    @classmethod
    def of(cls, samples_ms: Sequence[float]) -> "Latency":
        """The summary of these samples; none gives n = 0.

        >>> Latency.of([1.0, 2.0, 3.0]).p50
        2.0
        """
        if not samples_ms:
            return cls()
        p50, p95, p99 = (round(float(p), 3) for p in np.percentile(samples_ms, (50, 95, 99)))
        return cls(len(samples_ms), p50, p95, p99, round(max(samples_ms), 3))


@dataclass(frozen=True, slots=True)
class Lookahead:
    """How far the plan reached beyond now, in bars, over all frames; None without frames."""

    min: float | None = None
    p01: float | None = None
    p50: float | None = None


@dataclass(frozen=True, slots=True)
class StageFigures:
    """The stage's KPIs under the design's names. `isr` is None without frames.

    Beyond the design: `chord_heard_ms` (from a new chord until the plan was made knowing it),
    `first_note_steps_ms` (where `ttfn_ms` goes), `chord_deaf_ms` (from a new chord to the last note
    that did not know it),
    `stale_notes` (played on a chord that had been left for longer than the commit horizon, but
    where the player had the plan locked),
    `unanswered_triggers` (no note before the next trigger or the end), `player_deaths` and
    `anticipated_changes`.
    """

    ttfn_ms: Latency
    first_note_steps_ms: dict[str, Latency]
    chord_response_ms: Latency
    chord_heard_ms: Latency
    chord_deaf_ms: Latency
    jitter_ms: Latency
    lookahead_bars: Lookahead
    isr: float | None
    underruns: int
    fallback_notes: int
    late_notes: int
    dropped_notes: int
    stuck_notes: int
    stale_notes: int
    unanswered_triggers: int
    player_deaths: int
    anticipated_changes: dict[str, int]
    samples_ms: dict[str, list[float]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain dictionaries, ready for JSON; the single samples are left out."""
        figures = asdict(self)
        del figures["samples_ms"]
        return figures


def stage_figures(take: Take) -> StageFigures:
    """Every stage KPI of a take; a session without notes gives zeros and empty latencies."""
    played, changes = take.played, take.changed_harmonies
    locks = locked_spans(take)
    free = [note for note in played if not within(note.note.onset_beats, locks)]
    firsts, unanswered = time_to_first_note(take, played)
    samples = {
        "ttfn_ms": firsts,
        "chord_response_ms": chord_responses(changes, played),
        "chord_heard_ms": chords_heard(take, changes),
        "chord_deaf_ms": chord_deafness(changes, played),
        "jitter_ms": jitter(take),
    }
    if not take.realtime:
        samples = {name: [] for name in samples}
    frames = take.of("frame")
    return StageFigures(
        ttfn_ms=Latency.of(samples["ttfn_ms"]),
        first_note_steps_ms={
            step: Latency.of(taken) for step, taken in first_note_steps(take).items()
        },
        chord_response_ms=Latency.of(samples["chord_response_ms"]),
        chord_heard_ms=Latency.of(samples["chord_heard_ms"]),
        chord_deaf_ms=Latency.of(samples["chord_deaf_ms"]),
        jitter_ms=Latency.of(samples["jitter_ms"]),
        lookahead_bars=lookahead([float(frame["lookahead_bars"]) for frame in frames]),
        isr=sum(bool(f["valid"]) for f in frames) / len(frames) if frames else None,
        underruns=len(take.of("underrun")),
        fallback_notes=sum(note.source == "fallback" for note in played),
        late_notes=len(take.of("late")),
        dropped_notes=len(take.of("dropped")),
        stuck_notes=stuck_notes(take, played),
        stale_notes=stale_notes(changes, free, commit_horizon(take)),
        unanswered_triggers=unanswered,
        player_deaths=_deaths(take),
        anticipated_changes=anticipated_changes(take),
        samples_ms=samples,
    )


def session_figures(take: Take, stage: StageFigures | None = None) -> dict[str, Any]:
    """Stage KPIs and musical figures of a take in one flat dictionary, by the design's names.

    `stage` saves taking the KPIs again. Beside them what the gates must know of the take,
    `seconds`, `realtime`, `response`, and what else `happened`.
    """
    changes = [heard.change for heard in take.changed_harmonies]
    solo = [played.note for played in take.played]
    music = measure(solo, take.tempo_map(), changes).as_dict()
    context = {
        "happened": happenings(take),
        "seconds": round(take.seconds, 3),
        "realtime": take.realtime,
        "response": take.session.get("response", "now"),
    }
    return (stage or stage_figures(take)).as_dict() | music | context | band_figures(take)


def band_figures(take: Take) -> dict[str, Any]:
    """`band`: by voice its notes, those more than 10 ms late, and the bass's stale ones, as
    `stale_notes` counts them. Empty where no band played.
    """
    late = [str(event.get("voice")) for event in take.of("band_late")]
    changes, horizon = take.changed_harmonies, commit_horizon(take)
    figures: dict[str, Any] = {}
    for voice, played in take.band.items():
        figures[voice] = {"notes": len(played), "late_notes": late.count(voice)}
        if voice == "bass":
            figures[voice]["stale_notes"] = stale_notes(changes, played, horizon)
    return {"band": figures} if figures else {}


def time_to_first_note(take: Take, played: Sequence[PlayedNote]) -> tuple[list[float], int]:
    """Milliseconds from each trigger to the first solo note after it; and the triggers without one.

    A trigger is answered by the first note sent before the next trigger, whoever planned it.
    """
    triggers = sorted(float(event["seconds"]) for event in take.of("trigger"))
    sent = sorted(note.sent_seconds for note in played)
    firsts = list[float]()
    for at, until in pairwise([*triggers, float("inf")]):
        i = bisect_left(sent, at)
        if i < len(sent) and sent[i] < until:
            firsts.append((sent[i] - at) * 1000.0)
    return firsts, len(triggers) - len(firsts)


def chord_responses(changes: Sequence[HeardHarmony], played: Sequence[PlayedNote]) -> list[float]:
    """Milliseconds from each changed chord to the first note planned knowing it (or a later one).

    The bot's own rests count: a chord met in the middle of a rest is answered when it ends. A chord
    that no later note knew gives no sample. The session's first chord, which changes nothing, none.
    """
    knowing = sorted(
        (note.sent_seconds, note.harmony) for note in played if note.harmony is not None
    )
    responses = list[float]()
    for heard in changes[1:]:
        later = range(bisect_left(knowing, (heard.seconds, -1)), len(knowing))
        answer = next((knowing[i][0] for i in later if knowing[i][1] >= heard.id), None)
        if answer is not None:
            responses.append((answer - heard.seconds) * 1000.0)
    return responses


def chord_deafness(changes: Sequence[HeardHarmony], played: Sequence[PlayedNote]) -> list[float]:
    """Milliseconds from each changed chord to the last note before the next that did not know it.

    0 where every note knew it. Unlike `chord_responses` the bot's own rests do not count, so this
    is what the machine alone owes: promised notes, and the time a new plan takes.
    """
    sent = sorted((n.sent_seconds, n.harmony) for n in played if n.harmony is not None)
    deaf = list[float]()
    ends = [heard.seconds for heard in changes[2:]]
    for heard, end in zip(changes[1:], [*ends, float("inf")], strict=False):
        under = sent[bisect_left(sent, (heard.seconds, -1)) : bisect_left(sent, (end, -1))]
        last = max((at for at, known in under if known < heard.id), default=heard.seconds)
        deaf.append((last - heard.seconds) * 1000.0)
    return deaf


def jitter(take: Take) -> list[float]:
    """Milliseconds between due and sent of every note-on and note-off, without sign.

    What was due the moment it was asked for keeps no time and is left out: the answer to a trigger
    (`ttfn_ms` has it) and the note-offs of a stop. They leave with the port's next period.
    """
    stops = [float(event["seconds"]) for event in take.of("stop")]
    sent = [event for event in take.events if event["event"] in ("played", "ended")]
    return [
        abs(float(event["sent_seconds"]) - float(event["due_seconds"])) * 1000.0
        for event in sent
        if "sent_seconds" in event and "due_seconds" in event and not _at_once(event, stops)
    ]


def _at_once(event: Event, stops: Sequence[float]) -> bool:
    due = float(event["due_seconds"])
    i = bisect_right(stops, due)
    return bool(event.get("at_once")) or (i > 0 and due - stops[i - 1] < STOPPING_SECONDS)


def commit_horizon(take: Take) -> float:
    """Seconds within which notes are promised: as logged (`commit_ms`), else what it was before."""
    logged = take.session.get("commit_ms", take.session.get("knobs", {}).get("commit_ms"))
    return float(logged) / 1000.0 if logged else max(COMMIT_SECONDS, 60.0 / take.bpm / 4)


def stale_notes(
    changes: Sequence[HeardHarmony], played: Sequence[PlayedNote], horizon_seconds: float
) -> int:
    """Notes planned on another chord than the one that has held for longer than the horizon.

    A note is stale when the newest harmony at `sent_seconds - horizon_seconds` is newer than the
    one its prompt held and differs from it: coming back to a chord does not make a note stale.
    """
    times = [heard.seconds for heard in changes]
    ids = [heard.id for heard in changes]
    stale = 0
    for note in played:
        newest = bisect_right(times, note.sent_seconds - horizon_seconds) - 1
        if note.harmony is None or newest < 0:
            continue
        held = bisect_right(ids, note.harmony) - 1
        if held < newest:
            known = changes[held].change.harmony if held >= 0 else None
            stale += known != changes[newest].change.harmony
    return stale


def stuck_notes(take: Take, played: Sequence[PlayedNote]) -> int:
    """Note-ons that never got their note-off; in a log that was cut off, only those overdue."""
    if take.of("end"):
        return sum(not note.ended for note in played)
    overdue = take.seconds - STILL_SOUNDING_SECONDS
    length = 60.0 / take.bpm
    return sum(
        not note.ended and note.due_seconds + note.note.duration_beats * length < overdue
        for note in played
    )


def anticipated_changes(take: Take) -> dict[str, int]:
    """Chord changes that came as expected, those that came otherwise or not, those not expected."""
    counts = dict.fromkeys(("right", "wrong", "unforeseen"), 0)
    for event in take.of("anticipated"):
        counts[event["outcome"]] += 1
    return counts


def lookahead(bars: Sequence[float]) -> Lookahead:
    """The summary of how far the plan reached at each frame; no frames give None throughout."""
    if not bars:
        return Lookahead()
    p01, p50 = (round(float(p), 3) for p in np.percentile(bars, (1, 50)))
    return Lookahead(round(min(bars), 3), p01, p50)


def _deaths(take: Take) -> int:
    """How often the player process was lost: told by its death, or by its restart alone."""
    states = [event.get("state") for event in take.of("player")]
    return max(states.count("died"), states.count("restarted"))
