"""The report's first words: three questions a pianist would ask, answered from the figures."""

from dataclasses import dataclass
from typing import Any, Literal

from jambot.evaluation.gates import Figures, Judged, figure_at

Verdict = Literal["yes", "nearly", "no", "not measured"]

TOLERATED = {"jitter_ms.p99": 10.0, "isr": 0.99}
HEARS_MARGIN, FAINT_MARGIN = 0.10, 0.05
"""Chord-tone share above the transposed baseline: the first milestone's condition, and half."""
HUMAN_SILENCE = (0.15, 0.24)


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, its answer in a word or two, and the figures behind it in a sentence."""

    question: str
    verdict: Verdict
    sentence: str


def answers(figures: Figures, kind: str) -> list[Answer]:
    """In time? Did it hear you? Did it breathe? A file is not asked whether it was in time."""
    asked = [_heard_you(figures), _breathed(figures)]
    return [_in_time(figures), *asked] if kind in ("session", "benchmark") else asked


def headline(figures: Figures, kind: str, judged: list[Judged]) -> str:
    """One sentence for the top of the page."""
    failed = sum(row.verdict == "fail" for row in judged)
    by_question = {answer.question: answer.verdict for answer in answers(figures, kind)}
    said = [f"{_TOLD[q][verdict]}" for q, verdict in by_question.items() if q in _TOLD]
    told = ", and ".join(part for part in said if part) or "There was nothing to measure"
    gates = f"{failed} gate{'s' if failed > 1 else ''} failed." if failed else ""
    return f"{told[0].upper()}{told[1:]}. {gates}".strip()


IN_TIME, HEARD, BREATHED = "Did it play in time?", "Did it hear your chords?", "Did it breathe?"
_TOLD: dict[str, dict[str, str]] = {
    IN_TIME: {
        "yes": "it played in time",
        "nearly": "it played in time with slips",
        "no": "it did not keep time",
        "not measured": "",
    },
    HEARD: {
        "yes": "it heard the chords",
        "nearly": "it heard the chords faintly",
        "no": "it did not hear the chords",
        "not measured": "",
    },
}


def _in_time(figures: Figures) -> Answer:
    if figures.get("realtime") is False:
        moved = "This session ran on a clock moved by hand, so it says nothing about timing."
        return Answer(IN_TIME, "not measured", moved)
    jitter = figure_at(figures, "jitter_ms.p99")
    if jitter is None:
        return Answer(IN_TIME, "not measured", "No note was played.")
    slips = sum(int(figures.get(name, 0)) for name in ("underruns", "late_notes", "dropped_notes"))
    stuck = int(figures.get("stuck_notes", 0))
    isr = figure_at(figures, "isr")
    kept = jitter <= TOLERATED["jitter_ms.p99"] and (isr is None or isr >= TOLERATED["isr"])
    verdict: Verdict = "no" if not kept or stuck else "nearly" if slips else "yes"
    first = figure_at(figures, "ttfn_ms.p50")
    answered = f"It answered {duration(first)} after you asked. " if first is not None else ""
    strayed = f"99 of 100 notes came within {duration(jitter)} of their time"
    return Answer(IN_TIME, verdict, f"{answered}{strayed}; {_faults(figures)}.")


def _heard_you(figures: Figures) -> Answer:
    inside = figure_at(figures, "chord_tone_ratio.all")
    chance = figure_at(figures, "chord_tone_ratio.transposed")
    if inside is None or chance is None:
        return Answer(HEARD, "not measured", "No note sounded under a chord.")
    margin = inside - chance
    verdict: Verdict = (
        "yes" if margin >= HEARS_MARGIN else "nearly" if margin >= FAINT_MARGIN else "no"
    )
    sentence = (
        f"{inside * 100:.0f} % of its notes belong to the chord under them; the same line in other"
        f" keys would reach {chance * 100:.0f} %, and people play 46–56 %."
    )
    response = figure_at(figures, "chord_response_ms.p50")
    if response is not None:
        sentence += f" A new chord was in its notes after {duration(response)}, rests included."
    return Answer(HEARD, verdict, sentence)


def _breathed(figures: Figures) -> Answer:
    silence = figure_at(figures, "dead_air.ratio")
    if silence is None or not figures.get("notes"):
        return Answer(BREATHED, "not measured", "No note was played.")
    low, high = HUMAN_SILENCE
    within = low <= silence <= high
    verdict: Verdict = "yes" if within else "nearly" if low / 2 <= silence <= 0.4549 else "no"
    word = (
        ""
        if within
        else " It rests less than they do."
        if silence < low
        else " It rests more than they do."
    )
    longest = duration(figure_at(figures, "dead_air.longest_ms") or 0.0)
    return Answer(
        BREATHED,
        verdict,
        f"Rests fill {silence * 100:.0f} % of the solo, the longest {longest}; people's fill"
        f" 15–24 %.{word}",
    )


def _faults(figures: Figures) -> str:
    names: dict[str, Any] = {
        "underruns": ("the plan ran dry {n} time", "the plan ran dry {n} times"),
        "late_notes": ("{n} note was late", "{n} notes were late"),
        "dropped_notes": ("{n} note was dropped", "{n} notes were dropped"),
        "stuck_notes": ("{n} note was left ringing", "{n} notes were left ringing"),
    }
    told = [
        (one if count == 1 else many).format(n=count)
        for name, (one, many) in names.items()
        if (count := int(figures.get(name, 0)))
    ]
    return ", ".join(told) or "nothing ran dry, none was late, none left ringing"


def duration(milliseconds: float) -> str:
    """Milliseconds as a reader sees them.

    >>> duration(0.213), duration(14.4), duration(1243.0)
    ('0.21 ms', '14 ms', '1.24 s')
    """
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.3g} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.2g} ms"
