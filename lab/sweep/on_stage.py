"""A solo over an excerpt as the stage plays it, on a clock moved by hand."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from jambot.evaluation.exam.excerpts import Excerpt
from jambot.generation import SamplingSettings
from jambot.music import Note, TempoMap, Track, one_hand, write_midi
from jambot.music.take import read_take
from jambot.music.take_files import LOG_FILE
from jambot.realtime.hands.seat import LEAD_IN_SECONDS
from jambot.realtime.main import JamSettings, jam
from jambot.realtime.settings import SessionSettings
from jambot.realtime.stopping import Stopping

TAIL_BEATS = 0.5
"""Played on beyond the last bar, so that its notes end."""


def solo_on_stage(
    excerpt: Excerpt, adapter: str, sampling: SamplingSettings, lookahead_bars: float, seed: int
) -> tuple[Note, ...]:
    """What a session plays whose plan reaches `lookahead_bars` ahead, while the hands are heard.

    It begins in silence: a session takes no primer. Raises what `jam` raises, and KeyboardInterrupt
    where it was asked to stop.
    """
    start, beats = excerpt.start_beats, excerpt.end_beats - excerpt.start_beats
    session = SessionSettings(
        bpm=excerpt.tempo_bpm,
        beats_per_bar=excerpt.meter.beats_per_bar,
        lookahead_bars=lookahead_bars,
        split_pitch=None,
        seed=seed,
    )
    with TemporaryDirectory() as folder, Stopping() as stopping:
        hands = Path(folder) / "hands.mid"
        tempo = TempoMap.constant(excerpt.tempo_bpm)
        write_midi(hands, [Track("hands", _from(excerpt))], tempo, excerpt.meter)
        settings = JamSettings(
            session,
            sampling,
            adapter,
            "memory",
            comping=hands,
            seconds=LEAD_IN_SECONDS + (beats + TAIL_BEATS) * 60 / excerpt.tempo_bpm,
            realtime=False,
        )
        log = Path(folder) / LOG_FILE
        jam(settings, log, stopping=stopping)
        if stopping.asked:
            raise KeyboardInterrupt
        played = [note.note.shifted(start) for note in read_take(log).played]
    return tuple(one_hand(excerpt.within(played)))


def _from(excerpt: Excerpt) -> tuple[Note, ...]:
    """The hands inside the excerpt from beat 0 on; what is held at its start is struck there."""
    start, end = excerpt.start_beats, excerpt.end_beats
    notes = []
    for note in excerpt.conditioning:
        onset = max(note.onset_beats, start)
        if onset < min(note.end_beats, end):
            length = min(note.end_beats, end) - onset
            notes.append(replace(note, onset_beats=onset - start, duration_beats=length))
    return tuple(notes)
