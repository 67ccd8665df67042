"""Meeting beats that are somebody else's: bent towards them, or skipped to where they are."""

from jambot.music import Meter
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.midi_clock import HOLD_BACK_BEATS, SLIDE_BEATS, Move, Transported

STEER_BEATS = 1.0 / 3.0
"""The beats are bent so as to meet the shared ones after so long."""
STEEPEST = 2.0
"""No bending beyond this share of the tempo, either way."""
CLOSE_BEATS = 0.001
"""Nearer than this (0.5 ms at 120 bpm) nothing is bent."""
CLOSE_BPM = 0.01


def meet(line: BeatLine, meter: Meter, now: float, shared: float, bpm: float) -> Transported | None:
    """Bring the line nearer to a beat that is shared, at a tempo that is; where it lies far ahead
    in the bar, skip there and say so.
    """
    bar = meter.beats_per_bar
    here = line.beat_at(now)
    ahead = (shared - here) % bar
    if bar - ahead <= HOLD_BACK_BEATS:
        ahead -= bar
    if ahead > SLIDE_BEATS:
        line.jump(now, here + ahead)
        line.steer(now, bpm)
        return Transported(Move.jump, here + ahead, shared, ahead)
    if abs(ahead) > CLOSE_BEATS or abs(bpm - line.bpm) > CLOSE_BPM:
        met = bpm * (1.0 + ahead / STEER_BEATS) if abs(ahead) > CLOSE_BEATS else bpm
        line.steer(now, min(max(met, bpm / STEEPEST), bpm * STEEPEST))
    return None
