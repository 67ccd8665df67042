"""What a take must show for what its newcomer did: pure, from the log and from files."""

import wave
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np

from jambot.errors import JamBotError
from jambot.music import Note, parse_chart, read_midi
from jambot.music.chart import chart_beats
from jambot.music.take import Take

EARLY_BEATS = 0.75
"""A pianist anticipates the coming chord by an eighth, swung or not."""
PICK_UP_BEATS = 0.5
"""So much of the other's turn may be taken by a pick-up, or an ending note."""


def must(held: object, what: str) -> None:
    """JamBotError that says what was expected and did not come about."""
    if not held:
        raise JamBotError(f"the newcomer: {what}", "a first evening without a fault")


@dataclass(frozen=True, slots=True)
class TakeStretch:
    """A stretch of a take, in beats."""

    begin: float
    end: float

    @property
    def beats(self) -> float:
        """Its length."""
        return self.end - self.begin

    def of(self, notes: Iterable[Note]) -> list[Note]:
        """The notes that begin in it."""
        return [note for note in notes if self.begin <= note.onset_beats < self.end]


def solo(take: Take, stretch: TakeStretch) -> list[Note]:
    """What JAM_BOT played there."""
    return stretch.of(played.note for played in take.played)


def density(notes: Sequence[Note], stretch: TakeStretch) -> float:
    """Strikes a beat."""
    return len({note.onset_beats for note in notes}) / stretch.beats


def mean_pitch(notes: Sequence[Note]) -> float:
    """Of the notes; NaN of none."""
    return fmean(note.pitch for note in notes) if notes else float("nan")


def notes_a_strike(notes: Sequence[Note]) -> float:
    """1 for a single line, more for chords; 0 of none."""
    return len(notes) / max(1, len({note.onset_beats for note in notes}))


def chart_share(take: Take, chart: str, stretch: TakeStretch) -> float:
    """Share of the comping's keys that are tones of the chart's chord, now or about to come."""
    read = parse_chart(chart, chart_beats(chart) or take.meter.beats_per_bar)
    forms = [event for event in take.of("form") if event.get("source") == "chart"]
    tops = [float(event["top_beat"]) for event in forms if float(event["beat"]) <= stretch.end]
    must(tops, "the take has no chart that was followed")
    changes = read.changes()

    def tones(beat: float) -> tuple[int, ...]:
        place = (beat - tops[-1]) % read.beats
        return [c for c in changes if c.beat <= place + 1e-6][-1].harmony.pitch_classes

    keys = stretch.of(take.conditioning())
    must(keys, "nothing was comped over the chart")
    right = [
        note.pitch % 12 in (*tones(note.onset_beats), *tones(note.onset_beats + EARLY_BEATS))
        for note in keys
    ]
    return fmean(right)


def solo_in_turns(take: Take, stretch: TakeStretch, bars: int) -> tuple[int, int]:
    """How many solo notes began in JAM_BOT's turns of a trade, and how many in the player's."""
    asked = [e for e in take.of("order") if e["order"].get("trade", {}).get("bars") == bars]
    must(asked, "the take knows of no trading")
    length = bars * take.meter.beats_per_bar
    top = take.meter.next_bar_start(float(asked[-1]["beat"]))
    places = [
        (note.onset_beats - top) % (2 * length)
        for note in solo(take, stretch)
        if note.onset_beats >= top
    ]
    own = sum(place >= length - PICK_UP_BEATS or place < PICK_UP_BEATS for place in places)
    return own, len(places) - own


def check_midi(path: Path, beats_per_bar: int, parts: Sequence[str]) -> dict[str, int]:
    """Notes of each track of a downloaded MIDI file, in the metre it must have."""
    song = read_midi(path)
    must(
        song.meter.beats_per_bar == beats_per_bar,
        f"{path.name} is in {song.meter.beats_per_bar}/4 and not in {beats_per_bar}/4",
    )
    counted = {track.name: len(track.notes) for track in song.tracks}
    for part in parts:
        must(counted.get(part), f"{path.name} has no notes of {part}")
    return counted


def check_wav(path: Path, seconds: float) -> dict[str, float]:
    """Length and loudness of a downloaded WAV file, which must be as long as the take, or more."""
    with wave.open(str(path)) as sound:
        frames, rate = sound.getnframes(), sound.getframerate()
        samples = np.frombuffer(sound.readframes(frames), dtype="<i2").astype(float) / 32768
    loudness = float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0
    must(frames / rate > 0.9 * seconds, f"{path.name} has {frames / rate:.0f} of {seconds:.0f} s")
    must(loudness > 0.003, f"{path.name} is silent")
    return {"seconds": round(frames / rate, 1), "rms": round(loudness, 4)}
