"""Where a film's sound is looked at for being on time."""

from dataclasses import replace

import numpy as np

from jambot.band.kit import KICK, RIDE
from jambot.evaluation.sound import SAMPLE_RATE
from jambot.music import Note
from jambot.video.examination import onset_offsets


def bursts(seconds_at, beats, length=2.0):
    """Noise that begins on each beat and dies away."""
    noise = np.random.default_rng(1)
    sound = np.zeros((round(length * SAMPLE_RATE), 2))
    for beat in beats:
        start = round(seconds_at(beat) * SAMPLE_RATE)
        tail = noise.normal(size=(3000, 2)) * np.exp(-np.arange(3000) / 600)[:, None] * 0.3
        sound[start : start + 3000] += tail[: len(sound) - start]
    return sound


def test_under_drums_their_strokes_are_looked_for_with_what_falls_together_with_them(film):
    strokes = (0.0, 1.0, 1.3, 2.0, 3.0)
    drums = tuple(Note(beat, 0.2, RIDE, 90) for beat in strokes)
    trio = replace(film, drums=(*drums, Note(1.002, 0.2, KICK, 30)), hands=(), solo=film.solo[:1])
    offsets = onset_offsets(bursts(film.seconds_at, strokes), trio)
    assert len(offsets) == 5
    assert np.abs(offsets).max() < 0.003
    late = onset_offsets(bursts(film.seconds_at, [beat + 0.05 for beat in strokes]), trio)
    assert np.median(late) > 0.02
