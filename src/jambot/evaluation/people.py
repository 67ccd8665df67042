"""What people measure: the figures of human jazz solos that every report prints beside its own.

Weimar Jazz Database, taken with `metrics.py`'s formulas: where the design names a range (chord
tones, density, dead air, repetition, steps) its own, over all 456 solos; the rest over the 403 that
may be looked at (`docs/kpi.md` says how both were taken and where they differ).
"""

from dataclasses import dataclass

from jambot.evaluation.gates import figure_at
from jambot.evaluation.metrics import measure
from jambot.music import TempoMap
from jambot.roles.sample import RoleSample


@dataclass(frozen=True, slots=True)
class People:
    """The middle half of people's solos (`low`–`high`) around their `median`; one line on meaning.

    `top` is where a drawing of the figure ends.
    """

    figure: str
    label: str
    meaning: str
    median: float
    low: float
    high: float
    top: float
    percent: bool = False

    def said(self, value: float) -> str:
        """A value of this figure as a reader sees it.

        >>> PEOPLE[0].said(0.5)
        '50 %'
        """
        if self.percent:
            return f"{value * 100:.0f} %"
        return f"{value:.0f}" if self.top >= 20 else f"{value:.1f}"


PEOPLE = (
    People(
        "chord_tone_ratio.all", "Chord tones", "notes that belong to the chord under them",
        0.50, 0.46, 0.56, 1.0, percent=True,
    ),
    People(
        "chord_tone_ratio.on_beat", "Chord tones on the beat", "the same, counting beats only",
        0.51, 0.46, 0.57, 1.0, percent=True,
    ),
    People(
        "chord_tone_ratio.transposed", "The same line in other keys", "what chance would give",
        0.31, 0.30, 0.32, 1.0, percent=True,
    ),
    People("note_density", "Notes per beat", "how busy the line is", 1.6, 1.1, 1.9, 4.0),
    People("notes_per_second", "Notes per second", "how fast it sounds", 4.5, 3.8, 5.3, 12.0),
    People(
        "dead_air.ratio", "Silence", "share of the solo inside rests of 180 ms and more",
        0.18, 0.15, 0.24, 0.6, percent=True,
    ),
    People("dead_air.per_min", "Rests per minute", "how often it breathes", 16.0, 12.0, 20.0, 60.0),
    People(
        "repetition_rate", "Repetition", "five-note shapes heard before, in any key",
        0.13, 0.09, 0.20, 0.6, percent=True,
    ),
    People(
        "step_share", "Steps", "moves of two semitones or less",
        0.60, 0.55, 0.64, 1.0, percent=True,
    ),
    People(
        "repeated_pitch_share", "Repeated notes", "moves that stay on the same pitch",
        0.04, 0.02, 0.07, 0.3, percent=True,
    ),
    People("range", "Range", "semitones from lowest to highest note", 28.0, 24.0, 33.0, 60.0),
)  # fmt: skip


def sample_figures(sample: RoleSample) -> dict[str, float]:
    """Every figure of a sample's target, over its written (or found) chords, by its label."""
    tempo_map = TempoMap.constant(sample.meta.tempo_bpm)
    figures = measure(sample.target, tempo_map, sample.meta.chords).as_dict()
    found = {people.label: figure_at(figures, people.figure) for people in PEOPLE}
    return {label: value for label, value in found.items() if value is not None}
