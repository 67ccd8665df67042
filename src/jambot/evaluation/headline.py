"""The report's first words: three questions a pianist would ask, answered from the figures."""

from dataclasses import dataclass
from typing import Any, Literal

from jambot.evaluation.figures import Figures, figure_at, people_of
from jambot.evaluation.gates import Judged, must

Verdict = Literal["yes", "nearly", "no", "not measured"]

HEARS_MARGIN = must("chord_tone_margin", "exam")
FAINT_MARGIN = HEARS_MARGIN / 2
SILENCE, CHORD_TONES = people_of("dead_air.ratio"), people_of("chord_tone_ratio.all")


@dataclass(frozen=True, slots=True)
class HeadlineAnswer:
    """A question, its answer in a word or two, and the figures behind it in a sentence."""

    question: str
    verdict: Verdict
    sentence: str


def answers(figures: Figures, kind: str) -> list[HeadlineAnswer]:
    """In time? Did it hear you? Did it breathe? A file is not asked whether it was in time."""
    asked = [_heard_you(figures), _breathed(figures)]
    return [_in_time(figures), *asked] if kind in ("session", "benchmark") else asked


def headline(figures: Figures, kind: str, judged: list[Judged]) -> str:
    """One sentence for the top of the page: what it did well, and what it did not.

    Of a jam nothing is said of gates: those are for whoever measures, not for whoever played.
    """
    told = [(answer.verdict == "yes", _told(answer, figures)) for answer in answers(figures, kind)]
    well = _joined([said for good, said in told if said and good])
    badly = _joined([said for good, said in told if said and not good])
    sentence = " but ".join(f"it {part}" for part in (well, badly) if part)
    sentence = sentence.replace(" but ", ", but ") or "there was nothing to measure"
    failed = 0 if kind == "session" else sum(row.verdict == "fail" for row in judged)
    gates = f"{failed} gate{'s' if failed > 1 else ''} failed." if failed else ""
    return f"{sentence[0].upper()}{sentence[1:]}. {gates}".strip()


IN_TIME, HEARD, BREATHED = "Did it play in time?", "Did it hear your chords?", "Did it breathe?"
_TOLD: dict[str, dict[str, str]] = {
    IN_TIME: {"yes": "kept time", "nearly": "slipped now and then", "no": "did not keep time"},
    HEARD: {
        "yes": "followed the chords",
        "nearly": "followed the chords only faintly",
        "no": "did not follow the chords",
    },
    BREATHED: {"yes": "breathed as people do"},
}


def _told(answer: HeadlineAnswer, figures: Figures) -> str:
    """What is said of one answer in the sentence; empty where it was not measured."""
    if answer.verdict == "not measured":
        return ""
    if answer.question == BREATHED and answer.verdict != "yes":
        silence = figure_at(figures, "dead_air.ratio") or 0.0
        less = silence < SILENCE.low
        return f"rested {'less' if less else 'more'} than people do"
    return _TOLD[answer.question][answer.verdict]


def _joined(said: list[str]) -> str:
    return " and ".join(part for part in (", ".join(said[:-1]), *said[-1:]) if part)


def _in_time(figures: Figures) -> HeadlineAnswer:
    if figures.get("realtime") is False:
        moved = "This session ran on a clock moved by hand, so it says nothing about timing."
        return HeadlineAnswer(IN_TIME, "not measured", moved)
    jitter = figure_at(figures, "jitter_ms.p99")
    if jitter is None:
        return HeadlineAnswer(IN_TIME, "not measured", "No note was played.")
    slips = sum(int(figures.get(name, 0)) for name in ("underruns", "late_notes", "dropped_notes"))
    stuck = int(figures.get("stuck_notes", 0))
    isr = figure_at(figures, "isr")
    kept = jitter <= must("jitter_ms.p99", "session")
    kept &= isr is None or isr >= must("isr", "session")
    verdict: Verdict = "no" if not kept or stuck else "nearly" if slips else "yes"
    first = figure_at(figures, "ttfn_ms.p50")
    answered = f"It answered {duration(first)} after you asked. " if first is not None else ""
    strayed = f"99 of 100 notes came within {duration(jitter)} of their time"
    return HeadlineAnswer(IN_TIME, verdict, f"{answered}{strayed}; {_faults(figures)}.")


def _heard_you(figures: Figures) -> HeadlineAnswer:
    inside = figure_at(figures, "chord_tone_ratio.all")
    chance = figure_at(figures, "chord_tone_ratio.transposed")
    if inside is None or chance is None:
        return HeadlineAnswer(HEARD, "not measured", "No note sounded under a chord.")
    margin = inside - chance
    verdict: Verdict = (
        "yes" if margin >= HEARS_MARGIN else "nearly" if margin >= FAINT_MARGIN else "no"
    )
    sentence = (
        f"{inside * 100:.0f} % of its notes belong to the chord under them; the same line in other"
        f" keys would reach {chance * 100:.0f} %, and people play {_chord_tones(figures)} %."
    )
    response = figure_at(figures, "chord_response_ms.p50")
    if response is not None:
        sentence += f" A new chord was in its notes after {duration(response)}, rests included."
    return HeadlineAnswer(HEARD, verdict, sentence)


def _chord_tones(figures: Figures) -> str:
    """What people reach: on the same excerpts where they are there, else as the design says."""
    low, high = figures.get("people_chord_tones") or (CHORD_TONES.low, CHORD_TONES.high)
    return f"{low * 100:.0f}–{high * 100:.0f}"


def _breathed(figures: Figures) -> HeadlineAnswer:
    silence = figure_at(figures, "dead_air.ratio")
    if not figures.get("notes"):
        return HeadlineAnswer(BREATHED, "not measured", "No note was played.")
    if silence is None:
        return HeadlineAnswer(
            BREATHED, "not measured", "How long people's notes last is not known here."
        )
    low, high, most = SILENCE.low, SILENCE.high, must("dead_air.ratio", "file")
    within = low <= silence <= high
    verdict: Verdict = "yes" if within else "nearly" if low / 2 <= silence <= most else "no"
    word = (
        ""
        if within
        else " It rests less than they do."
        if silence < low
        else " It rests more than they do."
    )
    longest = duration(figure_at(figures, "dead_air.longest_ms") or 0.0)
    return HeadlineAnswer(
        BREATHED,
        verdict,
        f"Rests fill {silence * 100:.0f} % of the solo, the longest {longest}; people's fill"
        f" {low * 100:.0f}–{high * 100:.0f} %.{word}",
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
