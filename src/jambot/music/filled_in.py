"""A chart where the hands are silent: what is written counts until they say something else."""

from collections.abc import Sequence

from jambot.music.chart import Chart
from jambot.music.harmony import HarmonyChange, harmony_at
from jambot.music.note import Note

EARLY_BEATS = 0.65
"""A change so far ahead of its beat (an anticipation, straight or swung) is that change."""
CHANGE_BEATS = 1.0
"""Keys held so far into a written or expected change hold the old chord on."""


def filled_in(
    heard: Sequence[HarmonyChange],
    hands: Sequence[Note],
    chart: Chart,
    top_beat: float,
    until_beats: float,
) -> list[HarmonyChange]:
    """What is heard, and from `top_beat` on the chart, round and round, where hands are silent.

    A written change counts where no other is heard near it and no key is held over it; it ends with
    the next key.
    """
    strikes = sorted({note.onset_beats for note in hands})
    merged = list(heard)
    for chorus in range(max(0, int((until_beats - top_beat) // chart.beats)) + 1):
        for change in chart.changes():
            beat = top_beat + chorus * chart.beats + change.beat
            late = beat + CHANGE_BEATS
            near = any(beat - EARLY_BEATS <= other.beat < late for other in heard)
            held = any(note.onset_beats < late <= note.end_beats for note in hands)
            if beat >= until_beats or near or held:
                continue
            merged.append(HarmonyChange(beat, change.harmony))
            after = next((strike for strike in strikes if strike > beat), None)
            if after is not None and not any(beat < other.beat <= after for other in heard):
                merged.append(HarmonyChange(after, harmony_at(heard, after)))
    return sorted(merged, key=lambda change: change.beat)
