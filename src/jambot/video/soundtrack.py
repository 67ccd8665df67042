"""What a film sounds like: each part by FluidSynth, rendered alone, mixed in stereo."""

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from jambot.errors import UsageError
from jambot.evaluation.sound import SAMPLE_RATE, render, what_is_missing
from jambot.music import Meter, Note, TempoMap, Track, write_midi
from jambot.music.take_midi import BAND_PROGRAMS, COMPING_PROGRAM, SOLO_PROGRAM
from jambot.video.film import Film

Samples = NDArray[np.float32]

SOLO_SIDES, HANDS_SIDES = (0.86, 1.0), (0.72, 0.58)
"""Left and right: the solo a little right of the middle and in front, the hands a little left."""
BASS_SIDES, DRUMS_SIDES = (0.8, 0.8), (0.85, 1.0)
PEAK = 10 ** (-1.5 / 20)
"""The loudest sample: -1.5 dBFS leaves room for what lossy coding adds."""
FADE_SECONDS = 1.6


@dataclass(frozen=True, slots=True)
class Soundtrack:
    """`samples` (frames, 2) between -1 and 1, `SAMPLE_RATE` frames a second."""

    samples: Samples


def require_sound() -> None:
    """Raise UsageError where this machine cannot render MIDI."""
    missing = what_is_missing()
    if missing:
        raise UsageError(
            missing, "FluidSynth and a soundfont", "install both, for the film's sound"
        )


def soundtrack_of(film: Film) -> Soundtrack:
    """The sound of all of a film. Raises UsageError where it cannot be made."""
    with TemporaryDirectory(prefix="jambot-film-") as folder:
        solo = [played.note for played in film.solo]
        mix = _rendered(film, solo, SOLO_PROGRAM, Path(folder, "solo.mid")) * SOLO_SIDES
        mix += _rendered(film, film.hands, COMPING_PROGRAM, Path(folder, "hands.mid")) * HANDS_SIDES
        if film.bass:
            bass = Path(folder, "bass.mid")
            mix += _rendered(film, film.bass, BAND_PROGRAMS["bass"], bass) * BASS_SIDES
        if film.drums:
            drums = Path(folder, "drums.mid")
            mix += _rendered(film, film.drums, 0, drums, is_drum=True) * DRUMS_SIDES
    fading = np.linspace(1.0, 0.0, min(len(mix), round(FADE_SECONDS * SAMPLE_RATE)))
    mix[len(mix) - len(fading) :] *= fading[:, None] ** 2
    loudest = float(np.abs(mix).max(initial=0.0))
    if loudest > 0:
        mix *= PEAK / loudest
    return Soundtrack(mix.astype(np.float32))


def _rendered(
    film: Film, notes: Sequence[Note], program: int, midi: Path, is_drum: bool = False
) -> NDArray[np.float64]:
    """One part, as long as the film, on the film's own time."""
    kept = tuple(note for note in notes if note.onset_beats >= 0)
    track = Track(midi.stem, kept, program, is_drum)
    write_midi(midi, [track], TempoMap.constant(film.bpm), Meter(film.beats_per_bar))
    sound = render(midi, midi.with_suffix(".wav"))
    if sound.path is None:
        raise UsageError(sound.reason, "the sound of the film")
    with wave.open(str(sound.path)) as wav:
        heard = np.frombuffer(wav.readframes(wav.getnframes()), "<i2").reshape(-1, 2) / 32768.0
    part = np.zeros((round(film.seconds * SAMPLE_RATE), 2))
    start = max(0, round(film.zero_seconds * SAMPLE_RATE))
    room = max(0, min(len(heard), len(part) - start))
    part[start : start + room] = heard[:room]
    return part
