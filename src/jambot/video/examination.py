"""A film looked at and listened to again by numbers, as it came out of its file."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from jambot.errors import JamBotError
from jambot.evaluation.sound import SAMPLE_RATE
from jambot.video.film import Film

APART_SECONDS = 0.05
"""A note this far from every other onset can be told from them."""
TOGETHER_SECONDS, LOUD_VELOCITY = 0.008, 60
"""A drum's stroke stands for what is struck so near to it; soft ones are not looked for."""
NEAR_SECONDS = 0.04
"""Its sound is looked for so near to it."""
HOP_SECONDS = 0.001
FLANK_HOPS = 6
"""Loudness so long before and after a moment is compared: 6 ms."""
ON_TIME_MS = 10.0
ON_TIME_SHARE = 0.85
"""Of the notes; chords that ring hide the beginnings of some."""
BALANCE_DB = 3.0
SILENT_DBFS = -45.0
STILL_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class FilmFindings:
    """What a film's file holds.

    `still` frames equal the one before. Levels are in dBFS, `balance_db` is left less right,
    `likeness` the correlation of the two. `onsets` solo notes stood apart from all others; theirs
    are the sound's median distance from the note, the same of nine in ten, and the share within
    `ON_TIME_MS`.
    """

    seconds: float
    width: int
    height: int
    frames: int
    still: int
    sound_seconds: float
    peak_dbfs: float
    rms_dbfs: float
    clipped: int
    balance_db: float
    likeness: float
    onsets: int
    onset_ms: float
    onset_p90_ms: float
    on_time: float

    def faults(self, film: Film) -> list[str]:
        """What is wrong with it, in words; empty where nothing is."""
        wrong = {
            f"lasts {self.seconds:.2f} s, not {film.seconds:g}": abs(self.seconds - film.seconds)
            > 0.1,
            f"its sound lasts {self.sound_seconds:.2f} s": abs(self.sound_seconds - film.seconds)
            > 0.1,
            f"{self.still} of {self.frames} frames stand still": self.still
            > STILL_SHARE * self.frames,
            "its sound is silent": self.rms_dbfs < SILENT_DBFS,
            f"{self.clipped} samples clip": self.clipped > 0,
            f"one side is {abs(self.balance_db):.1f} dB louder": abs(self.balance_db) > BALANCE_DB,
            "both sides sound the same": self.likeness > 0.999,
            f"{self.on_time:.0%} of the onsets within {ON_TIME_MS:g} ms": self.onsets > 0
            and self.on_time < ON_TIME_SHARE,
        }
        return [words for words, is_wrong in wrong.items() if is_wrong]


def examine(path: Path, film: Film) -> FilmFindings:
    """Decode a film's file and measure it. Raises JamBotError where it cannot be decoded."""
    try:
        width, height, times, still = _watched(path)
        sound = _heard(path)
    except (av.FFmpegError, OSError) as error:
        raise JamBotError(f"{path.name}: cannot be decoded ({error})", "a film") from error
    frame = (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 0.0
    offsets = onset_offsets(sound, film)
    late = np.abs(offsets) * 1e3
    left, right = (_db(float(np.sqrt(np.mean(side**2)))) for side in sound.T)
    return FilmFindings(
        seconds=times[-1] + frame,
        width=width,
        height=height,
        frames=len(times),
        still=still,
        sound_seconds=len(sound) / SAMPLE_RATE,
        peak_dbfs=_db(float(np.abs(sound).max())),
        rms_dbfs=_db(float(np.sqrt(np.mean(sound**2)))),
        clipped=int((np.abs(sound) >= 1.0).sum()),
        balance_db=left - right,
        likeness=float(np.corrcoef(sound[:, 0], sound[:, 1]).item(1)) if sound.any() else 1.0,
        onsets=len(offsets),
        onset_ms=float(np.median(offsets) * 1e3) if len(offsets) else 0.0,
        onset_p90_ms=float(np.quantile(late, 0.9)) if len(offsets) else 0.0,
        on_time=float((late <= ON_TIME_MS).mean()) if len(offsets) else 0.0,
    )


def onset_offsets(sound: NDArray[np.float64], film: Film) -> NDArray[np.float64]:
    """Seconds from each moment that stands apart to where the sound near it rises most.

    `sound` is (samples, 2) at `SAMPLE_RATE`. A rise is the loudness of its edges (thrice the
    difference of neighbouring samples: of first to third it finds most notes) over `FLANK_HOPS`
    after a moment against those before it.
    """
    hop = round(SAMPLE_RATE * HOP_SECONDS)
    edges = np.diff(sound.mean(axis=1), 3)
    hops = edges[: len(edges) // hop * hop].reshape(-1, hop)
    energy = np.concatenate([[0.0], np.cumsum((hops**2).sum(axis=1) + 1e-9)])
    offsets = []
    for onset in _moments(film):
        centre, reach = round(onset * SAMPLE_RATE / hop), round(NEAR_SECONDS / HOP_SECONDS)
        first, last = centre - reach, centre + reach + 1
        if first < FLANK_HOPS or last + FLANK_HOPS >= len(energy):
            continue
        at = np.arange(first, last)
        rise = np.log(
            (energy[at + FLANK_HOPS] - energy[at]) / (energy[at] - energy[at - FLANK_HOPS])
        )
        offsets.append(float(at[int(np.argmax(rise))] * hop / SAMPLE_RATE - onset))
    return np.asarray(offsets)


def _moments(film: Film) -> list[float]:
    """When something is struck that can be told from the rest: solo notes that stand apart.

    Under drums none does. There it is their louder strokes, with what falls together with them.
    """
    parts = [(p.note for p in film.solo), film.hands, film.bass, film.drums]
    onsets = np.asarray([film.seconds_at(n.onset_beats) for part in parts for n in part])
    if film.drums:
        struck = [n.onset_beats for n in film.drums if n.velocity >= LOUD_VELOCITY]
        near = TOGETHER_SECONDS
    else:
        struck, near = [played.note.onset_beats for played in film.solo], 0.0
    moments: list[float] = []
    for onset in (film.seconds_at(beat) for beat in struck):
        apart = np.abs(onsets - onset)
        again = moments and onset - moments[-1] < APART_SECONDS
        if not again and not ((apart > near) & (apart < APART_SECONDS)).any():
            moments.append(onset)
    return moments


def _watched(path: Path) -> tuple[int, int, list[float], int]:
    """Width, height, each frame's time, and how many equal the frame before."""
    times: list[float] = []
    still = 0
    before: NDArray[np.uint8] | None = None
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            grey = np.frombuffer(bytes(frame.planes[0]), np.uint8)
            still += before is not None and np.array_equal(grey, before)
            before = grey
            times.append(float(frame.time or 0.0))
        width, height = stream.codec_context.width, stream.codec_context.height
    return width, height, times, still


def _heard(path: Path) -> NDArray[np.float64]:
    """The sound, (samples, 2), where it lies on the film's time."""
    parts: list[NDArray[np.float64]] = []
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
    with av.open(str(path)) as container:
        first: float | None = None
        for frame in container.decode(container.streams.audio[0]):
            first = float(frame.time or 0.0) if first is None else first
            parts += [part.to_ndarray().T.astype(float) for part in resampler.resample(frame)]
    parts += [part.to_ndarray().T.astype(float) for part in resampler.resample(None)]
    lead = round((first or 0.0) * SAMPLE_RATE)
    sound = np.concatenate([np.zeros((max(lead, 0), 2)), *parts])
    return sound[max(-lead, 0) :]


def _db(level: float) -> float:
    return 20 * float(np.log10(max(level, 1e-9)))
