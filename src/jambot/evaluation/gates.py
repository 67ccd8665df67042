"""The gates: what a report must reach, and whether it did.

A gate that a report cannot decide (no samples, a clock moved by hand, a session too short) is "not
measured" and says why: it is never passed by silence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["pass", "fail", "not measured"]
Figures = Mapping[str, Any]
UNDERRUN_MINUTES = 10.0
UNANSWERED_SHARE = 0.05
"""More triggers without an answer than this, and the 95th percentile is no number any more."""


SIGNS = {"<=": "≤", ">=": "≥"}


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate: `figure` is a dotted path into the figures, which must be `at` `limit`.

    `aim` is where it should get to, beyond what it must.
    """

    figure: str
    at: Literal["<=", ">="]
    limit: float
    unit: str
    meaning: str
    kinds: tuple[str, ...]
    aim: float | None = None

    @property
    def asks(self) -> str:
        """The gate in symbols: `≤ 120 ms`."""
        counts = self.limit == 0 and "." not in self.figure
        sign = "=" if counts else SIGNS[self.at]
        return f"{sign} {self.limit:g} {self.unit}".strip()

    @property
    def aims(self) -> str:
        """The aim in symbols, empty without one."""
        return "" if self.aim is None else f"{SIGNS[self.at]} {self.aim:g}"


@dataclass(frozen=True, slots=True)
class Judged:
    """A gate with what was found; `note` says why it is not measured, or what to bear in mind."""

    gate: Gate
    value: float | None
    verdict: Verdict
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """One row of `report.json`."""
        return {
            "name": self.gate.figure,
            "asks": self.gate.asks,
            "aims": self.gate.aims,
            "value": self.value,
            "verdict": self.verdict,
            "note": self.note,
        }


LIVE = ("session", "benchmark")
EXAM = ("exam",)
ANY = (*LIVE, "file", *EXAM)
GATES = (
    Gate("ttfn_ms.p95", "<=", 120, "ms", "first note after you ask for one", LIVE),
    Gate("chord_response_ms.p95", "<=", 250, "ms", "first note that knows your new chord", LIVE),
    Gate("chord_heard_ms.p95", "<=", 250, "ms", "until your new chord is in the plan", LIVE, 60),
    Gate("jitter_ms.p99", "<=", 10, "ms", "how far a note strays from its time", LIVE),
    Gate("lookahead_bars.p01", ">=", 1, "bars", "how far ahead it always knows what to play", LIVE),
    Gate("isr", ">=", 0.99, "", "share of 16ths with a plan in hand", LIVE),
    Gate("underruns", "<=", 0, "", "times the plan ran dry, in ten minutes", LIVE),
    Gate("stuck_notes", "<=", 0, "", "notes left ringing", LIVE),
    Gate("stale_notes", "<=", 0, "", "notes on a chord that was gone", LIVE),
    Gate("dead_air.ratio", "<=", 0.4549, "", "share of the solo that is silence", ANY),
    Gate("chord_tone_ratio.all", ">=", 0.42, "", "notes that belong to the chord", EXAM),
    Gate("chord_tone_margin", ">=", 0.10, "", "how much more than in a wrong key", EXAM),
    Gate("bits_per_note.pitch", "<=", 3.1, "bits", "surprise at a person's next pitch", EXAM, 2.9),
    Gate("bits_per_note.all_12", "<=", 7.4, "bits", "all of a note, on 12 a beat", EXAM, 7.1),
    Gate("chord_swap.gap_bits", ">=", 0.20, "bits", "surprise at wrong chords", EXAM, 0.40),
    Gate("chord_swap.lost", "<=", 0.10, "", "chord tones lost in a swapped bar", EXAM, 0.05),
    Gate("inside_human_iqr.count", ">=", 5, "of 7", "figures in people's middle half", EXAM, 7),
    Gate("realism_auc.raw", "<=", 0.85, "", "told from people by everything", EXAM, 0.65),
    Gate("realism_auc.pitch", "<=", 0.70, "", "told from people by pitches", EXAM, 0.60),
    Gate("copy_rate.excess", "<=", 0, "", "runs of eight copied more than people", EXAM),
    Gate("agreement.top1", ">=", 0.97, "", "same first choice as the reference", EXAM, 0.99),
    Gate("agreement.kl_mean", "<=", 0.01, "nats", "how far from the reference", EXAM),
    Gate("note_ms.p50", "<=", 8, "ms", "one note, all its tokens, one thread", EXAM, 4),
)
"""Design, section 7, and for `exam` what the player's model must reach on held-out solos."""


def judge(figures: Figures, kind: str) -> list[Judged]:
    """Every gate that concerns this kind of report, decided on its figures."""
    return [_judged(gate, figures) for gate in GATES if kind in gate.kinds]


def figure_at(figures: Figures, path: str) -> float | None:
    """The number at a dotted path, None where it was not taken.

    >>> figure_at({"ttfn_ms": {"p95": 14.0}}, "ttfn_ms.p95")
    14.0
    """
    found: Any = figures
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return None if found is None else float(found)


def _judged(gate: Gate, figures: Figures) -> Judged:
    value = figure_at(figures, gate.figure)
    obstacle = next((why for rule in _OBSTACLES if (why := rule(gate, figures))), "")
    if value is None:
        return Judged(gate, None, "not measured", obstacle or "nothing to measure in this report")
    reached = value <= gate.limit if gate.at == "<=" else value >= gate.limit
    if gate.figure == "ttfn_ms.p95" and (left := _unanswered(figures)):
        return Judged(gate, value, "fail", left)
    if obstacle and (reached or gate.figure != "underruns"):
        return Judged(gate, value, "not measured", obstacle)
    return Judged(gate, value, "pass" if reached else "fail")


def _on_a_clock_moved_by_hand(gate: Gate, figures: Figures) -> str:
    of_the_machine = gate.kinds == LIVE and gate.figure != "stuck_notes"
    moved = of_the_machine and figures.get("realtime") is False
    return "the clock was moved by hand (--fast)" if moved else ""


def _waiting_for_a_line(gate: Gate, figures: Figures) -> str:
    response = figures.get("response", "now")
    waits = gate.figure in ("ttfn_ms.p95", "chord_response_ms.p95") and response != "now"
    return f"taken at response “now”; this one waited for the {response}" if waits else ""


def _too_short(gate: Gate, figures: Figures) -> str:
    minutes = float(figures.get("seconds", 0.0)) / 60.0
    short = gate.figure == "underruns" and minutes < UNDERRUN_MINUTES - 0.05
    return (
        f"none in {minutes:.1f} min; the gate is taken over {UNDERRUN_MINUTES:g}" if short else ""
    )


def _micro_timed(gate: Gate, figures: Figures) -> str:
    bits = figures.get("bits_per_note") or {}
    finer = gate.figure == "bits_per_note.all_12" and bits.get("off_12", 0.0) > 0.01
    return (
        "asked of solos on 12 places a beat (docs/kpi.md); these are micro-timed" if finer else ""
    )


_OBSTACLES: tuple[Callable[[Gate, Figures], str], ...] = (
    _on_a_clock_moved_by_hand,
    _waiting_for_a_line,
    _too_short,
    _micro_timed,
)


def _unanswered(figures: Figures) -> str:
    left = int(figures.get("unanswered_triggers", 0))
    asked = left + int(figures.get("ttfn_ms", {}).get("n", 0))
    if left <= UNANSWERED_SHARE * asked or figures.get("realtime") is False:
        return ""
    return f"{left} of {asked} triggers had no answer"
