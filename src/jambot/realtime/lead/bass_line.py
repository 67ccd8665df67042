"""The bass on stage: the line that it intends, sought anew as more is known, and promised."""

from dataclasses import replace

from jambot.band import Bassist, Feel, Ground
from jambot.band.bass import BassNote
from jambot.music import Meter
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.lead.steering import Steering
from jambot.realtime.lead.voices import Voice
from jambot.realtime.plan.planner import Planner

QUIET_SECONDS = 0.05
"""The line is sought anew when no key has changed the harmony for so long ..."""
NEAR_SECONDS = 0.04
"""... or its next note is so near."""
AFTER_BEATS = 0.25
"""The next place for a note of the bass: half a beat after the last at the nearest."""
FINAL_BARS = 0.9
"""How long the last note of the bass rings."""
TEMPO_STEP_BPM = 4.0
"""A tempo that is bent by less moves the notes and not the line."""
HEARD_CHANGES = 8
"""So many of the last changes are heard by the bass, besides those to come."""


class BassLine:
    """What the bass will play, from the first note that is not promised.

    Threads: the stage's alone; nothing waits and nothing raises.
    """

    def __init__(self, voice: Voice, line: BeatLine, planner: Planner, steering: Steering) -> None:
        self.notes: list[BassNote] = []
        """Intended, and not yet promised."""
        self._voice, self._line, self._steering = voice, line, steering
        self._foresight, self._horizon = planner.foresight, planner.horizon
        self._meter = planner.meter
        self._bassist = Bassist(self._meter, self._horizon.settings.seed)
        self._known: object = None
        self._news_at = float("-inf")
        self._sought = False
        self._sought_bar = 0
        self._from_beat = 0.0

    def begin(self, from_beat: float) -> None:
        """Intend nothing that was intended, and something new from this beat on."""
        self.notes, self._known, self._from_beat = [], None, from_beat

    def forget(self) -> None:
        """The music was stopped: the next line begins with no note before it."""
        self._bassist.forget()

    def keep(
        self, now: float, beat: float, feel: Feel, ends_at: float | None, begins: bool
    ) -> None:
        """Have a line up to `ends_at`, and promise what has come near.

        Where the music `begins`, late is better than not at all.
        """
        self._follow_news(now, feel, ends_at)
        nearest = self._line.beat_at(now + NEAR_SECONDS + self._horizon.early_seconds)
        near = not self.notes or self.notes[0].note.onset_beats <= nearest
        if not self.notes and self._meter.bar_at(beat) != self._sought_bar:
            self._sought = False
        if not self._sought and (near or now - self._news_at >= QUIET_SECONDS):
            self._seek(self._from_beat if begins else max(self._from_beat, beat), feel, ends_at)
        held = self._horizon.held(now)
        while self.notes and self.notes[0].note.onset_beats <= held:
            if self._meter.bar_at(self.notes[0].beat) > self._sought_bar:
                self._seek(self.notes[0].beat, feel, ends_at)
                continue
            played = self.notes.pop(0)
            self._bassist.take(played)
            self._from_beat = played.beat + AFTER_BEATS
            self._voice.promise([played.note], now, self._foresight.strikes, begins)

    def _follow_news(self, now: float, feel: Feel, ends_at: float | None) -> None:
        """Note whether anything is known that the line was not sought with."""
        heard = self._foresight.heard
        last, tempo = heard[-1] if heard else None, round(self._line.bpm / TEMPO_STEP_BPM)
        known = last, self._foresight.expected, feel, tempo, ends_at
        if known != self._known:
            self._news_at = now if self._known is not None else float("-inf")
            self._known, self._sought = known, False

    def _seek(self, from_beat: float, feel: Feel, ends_at: float | None) -> None:
        """Have the line made anew from there on.

        The way is sought anew in every bar too, so that it always looks as far ahead.
        """
        self._sought, self._from_beat = True, from_beat
        self._sought_bar = self._meter.bar_at(from_beat)
        form = self._foresight.form
        self._bassist.form_beats = form.bars * self._meter.beats_per_bar if form else None
        ground = Ground.of(self._foresight.around(HEARD_CHANGES))
        loudness = self._steering.loudness
        self.notes = self._bassist.intend(from_beat, ground, feel, self._line.bpm, loudness)
        if ends_at is not None:
            self.notes = _ended(self.notes, ends_at, self._meter)


def _ended(line: list[BassNote], ends_at: float, meter: Meter) -> list[BassNote]:
    """The line up to the landing, whose note rings."""
    kept = [note for note in line if note.beat <= ends_at]
    if kept and kept[-1].beat == ends_at:
        rings = FINAL_BARS * meter.beats_per_bar
        kept[-1] = replace(kept[-1], note=replace(kept[-1].note, duration_beats=rings))
    return kept
