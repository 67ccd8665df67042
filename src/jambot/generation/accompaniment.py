"""The band over a file: bass and drums for chords that are known from the first bar to the last."""

from collections.abc import Sequence
from dataclasses import dataclass

from jambot.band import Drummer, DrumScene, Feel, Ground, bass_line, feel_of
from jambot.band.arrangement import FormLayout
from jambot.music import Chart, HarmonyChange, Meter, Note


@dataclass(frozen=True, slots=True)
class Voices:
    """Which voices are wanted, in what feel; the same for the same seed."""

    names: tuple[str, ...] = ()
    feel: Feel = Feel.auto
    seed: int = 1


NOBODY = Voices()


def accompany(
    voices: Voices,
    changes: Sequence[HarmonyChange],
    bars: int,
    meter: Meter,
    bpm: float,
    chart: Chart | None = None,
    swing: float | None = None,
) -> dict[str, tuple[Note, ...]]:
    """The notes of each voice over so many bars, by name.

    A file is a chart: the bass knows the next chord. Where nothing is struck yet the bass waits.
    """
    feel = feel_of(voices.feel, meter.beats_per_bar, bpm, swing)
    form_beats = None if chart is None else chart.beats
    made: dict[str, tuple[Note, ...]] = {}
    if "bass" in voices.names:
        line = bass_line(Ground.of(changes), bars, meter, bpm, feel, voices.seed, form_beats)
        made["bass"] = tuple(note.note for note in line)
    if "drums" in voices.names:
        form = (
            FormLayout()
            if chart is None
            else FormLayout.of(0, chart.bars, frozenset(bar for bar, _ in chart.sections))
        )
        made["drums"] = tuple(_drummed(Drummer(meter, voices.seed), form, bars, feel, bpm))
    return made


def _drummed(
    drummer: Drummer, form: FormLayout, bars: int, feel: Feel, bpm: float
) -> Sequence[Note]:
    beats = drummer.meter.beats_per_bar
    notes: list[Note] = []
    for bar in range(bars):
        fill = form.fill_beats(bar, beats, drummer.seed, turn=bar == bars - 1)
        lands = bar > 0 and form.chorus(bar)
        for place in range(beats):
            scene = DrumScene(feel, bpm, fill_beats=fill, lands=lands)
            notes += drummer.beat(bar * beats + place, scene)
    return notes
