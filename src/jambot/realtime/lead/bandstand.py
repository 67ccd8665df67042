"""The band on stage: when it plays, with whom it ends, and what its voices are promised."""

from collections.abc import Sequence
from math import floor

from jambot.band import Drummer, DrumScene, Feel, feel_of
from jambot.band.arrangement import FormLayout
from jambot.music import Note
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.hands.hearing import LATE_COUNT_BEATS
from jambot.realtime.lead.bass_line import BassLine
from jambot.realtime.lead.conductor import Conductor
from jambot.realtime.lead.steering import Steering
from jambot.realtime.lead.voices import Voice, VoiceView
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.planner import Planner

SETTLE_SECONDS = 0.03
"""After the first key the bass waits so long for the rest of a rolled chord."""
DRUMS_AHEAD_SECONDS = 0.06
"""A beat of the drums is decided so long before it: they follow no chord."""
JUST_BEGUN_BEATS = 0.15
"""Whoever begins so soon after a beat begins with that beat ..."""
BEGINNING_SECONDS = 0.12
"""... though its notes be so late."""
PAUSE_BEATS = 1.5
"""The solo rests where so much of the plan is empty."""
AFTER_BEATS = 0.25
"""The band leaves so long after its last beat."""
SLEPT_BEATS = 2.0
"""So much between two looks is a gap, as after a sleep."""
SHOWN_BEATS = 4
"""Views are shown the drums of so many beats to come."""


class Bandstand:
    """Bass and drums under the hands and the solo.

    They begin with the first chord and go on while anybody plays: the solo, or hands that struck a
    key in the last `idle_bars`. They end on the bar line that the solo ends with, landing there.
    What they play is promised as late as a note may be. The solo waits for none of it.

    Threads: the stage's alone; nothing waits and nothing raises.
    """

    def __init__(
        self,
        line: BeatLine,
        conductor: Conductor,
        planner: Planner,
        steering: Steering,
        voices: Sequence[Voice],
        log: SessionLog,
    ) -> None:
        settings = planner.horizon.settings
        self.feel = settings.band.feel
        self.playing = False
        self._line, self._conductor, self._planner, self._log = line, conductor, planner, log
        self._foresight, self._horizon = planner.foresight, planner.horizon
        self._steering, self._meter, self._seed = steering, planner.meter, settings.seed
        self.voices = {voice.name: voice for voice in voices}
        self._bass = BassLine(self.voices["bass"], line, planner, steering)
        self._drummer = Drummer(self._meter, settings.seed)
        self._played_feel: Feel | None = None
        self._drums_from = 0.0
        self._began_at = float("-inf")
        self._strikes = 0
        self._strikes_paused: int | None = None
        self._paused = False
        self._ends_at: float | None = None
        self._last_beat = self._skipped_beats = 0.0

    @property
    def silent(self) -> bool:
        """Whether no voice is on."""
        return not any(voice.on for voice in self.voices.values())

    def silenced(self, now: float) -> None:
        """The port was silenced: nobody plays until a key is struck or the solo begins.

        After a pause whoever played in it goes on.
        """
        self._strikes_paused = self._strikes if self.playing else None
        for voice in self.voices.values():
            voice.forget(now)
        self._leave(now)
        self._bass.forget()

    def turn(self, name: str, on: bool | None, volume: float | None, now: float) -> str:
        """Let a voice play or not, and how loud; the answer says why not, empty where done."""
        voice, settings = self.voices[name], self._conductor.settings
        other = settings.band.shared_with(name, settings.output_channel)
        if on and other:
            channel = settings.band.channel(name) + 1
            return f"the {name} and the {other} would share channel {channel}: give them one each"
        if volume is not None:
            voice.volume = float(volume)
        if on is not None:
            voice.on = on
        if on is False:
            voice.withdraw(self._line.beat_at(now))
        return ""

    def mind(self, now: float) -> None:
        """Begin, go on, or end; promise what has come near."""
        if self._pauses() or self.silent or not self._line.begun:
            return
        beat = self._line.beat_at(now)
        if self._skipped(beat) and self.playing:
            self._relocate(beat)
        if not self.playing:
            if self._wanted(beat):
                self._begin(beat, now)
            else:
                return
        self._mind_the_end(beat)
        self._keep_drums(now)
        if now >= self._began_at + SETTLE_SECONDS:
            self._bass.keep(now, beat, self.playing_feel, self._ends_at, self._begins(now))
        if self._ends_at is not None and beat > self._ends_at + AFTER_BEATS:
            self._leave(now)

    def plays(self, name: str) -> bool:
        """Whether this voice is on."""
        return self.voices[name].on

    def next_due(self) -> float | None:
        """When a voice next has something to send."""
        times = [voice.scheduler.next_due() for voice in self.voices.values()]
        return min((at for at in times if at is not None), default=None)

    def send_due(self, now: float) -> None:
        """Send what is due, and note what has left."""
        for voice in self.voices.values():
            voice.scheduler.send_due(now)
            voice.scheduler.note_what_left()

    def follow_host(self, block_seconds: float) -> None:
        """Send as much earlier as a host's blocks are longer."""
        for voice in self.voices.values():
            voice.scheduler.block_seconds = block_seconds

    def views(self) -> tuple[VoiceView, ...]:
        """The voices for views."""
        intended = {
            "bass": tuple(note.note for note in self._bass.notes),
            "drums": self._drums_to_come() if self.playing else (),
        }
        return tuple(v.view(intended.get(v.name, ())) for v in self.voices.values())

    def _pauses(self) -> bool:
        """Whether there is a pause; after it the keys count that counted before it."""
        if self._paused and not self._conductor.paused and self._strikes_paused is not None:
            self._strikes = self._strikes_paused
        self._paused = self._conductor.paused
        if not self._paused:
            self._strikes_paused = None
        return self._paused

    def _skipped(self, beat: float) -> bool:
        """Whether beats have been skipped, or slept through, since this was last asked."""
        slept = not -SLEPT_BEATS < beat - self._last_beat < SLEPT_BEATS
        skipped = self._line.skipped_beats != self._skipped_beats
        self._last_beat, self._skipped_beats = beat, self._line.skipped_beats
        return slept or skipped

    def _wanted(self, beat: float) -> bool:
        conductor, heard = self._conductor, bool(self._foresight.heard)
        if conductor.ended or beat < -LATE_COUNT_BEATS:
            return False
        if self._planner.playing:
            return heard or bool(self._foresight.told)
        idle = conductor.settings.idle_bars * self._meter.beats_per_bar
        struck = conductor.strikes > self._strikes
        return heard and struck and beat - conductor.active_beat < idle

    def _begin(self, beat: float, now: float) -> None:
        start = max(0.0, floor(beat) + (0.0 if beat % 1.0 < JUST_BEGUN_BEATS else 1.0))
        self.playing, self._ends_at = True, None
        self._drums_from = start
        self._bass.begin(start)
        self._began_at = now
        self._log.write("band_began", seconds=now - self._log.zero, beat=start)

    def _leave(self, now: float) -> None:
        if self.playing:
            self._log.write("band_left", seconds=now - self._log.zero, beat=self._line.beat_at(now))
        self.playing, self._ends_at = False, None
        self._bass.notes.clear()
        self._strikes = self._conductor.strikes

    def _relocate(self, beat: float) -> None:
        """Time has skipped: what was intended in between is not played."""
        for voice in self.voices.values():
            voice.withdraw(beat)
        self._drums_from = floor(beat) + 1.0
        self._bass.begin(self._drums_from)
        self._ends_at = None

    def _mind_the_end(self, beat: float) -> None:
        """The solo has ended with its bar, or nobody plays any more: end on that bar line."""
        if self._wanted(beat):
            self._ends_at = None
        elif self._ends_at is None:
            self._ends_at = self._meter.next_bar_start(beat)

    def _keep_drums(self, now: float) -> None:
        voice = self.voices["drums"]
        decided = self._line.beat_at(now + DRUMS_AHEAD_SECONDS + self._horizon.early_seconds)
        while self._drums_from <= decided:
            beat, self._drums_from = int(self._drums_from), self._drums_from + 1
            if self._ends_at is not None and beat > self._ends_at:
                return
            notes = self._drummer.beat(beat, self._scene(beat))
            voice.promise(notes, now, self._foresight.strikes, self._begins(now))

    def _drums_to_come(self) -> tuple[Note, ...]:
        """What the drums would play next, as things stand."""
        first = int(self._drums_from)
        beats = range(first, first + SHOWN_BEATS)
        wanted = (b for b in beats if self._ends_at is None or b <= self._ends_at)
        return tuple(n for b in wanted for n in self._drummer.beat(b, self._scene(b)))

    def _scene(self, beat: int) -> DrumScene:
        beats = self._meter.beats_per_bar
        bar, form = self._meter.bar_at(beat), self._form()
        ends = self._ends_at
        last = ends is not None and self._meter.bar_start(bar + 1) == ends
        turn = self._conductor.turn_begins(self._meter.bar_start(bar + 1))
        landing = self._conductor.turn_begins(self._meter.bar_start(bar))
        return DrumScene(
            feel=self.playing_feel,
            bpm=self._line.bpm,
            intensity=self._steering.loudness,
            solo_rests=self._planner.rests(float(beat), PAUSE_BEATS),
            fill_beats=form.fill_beats(bar, beats, self._seed, turn or last),
            lands=ends == beat or (bar > 0 and (landing or form.chorus(bar))),
            ends=ends == beat,
        )

    @property
    def playing_feel(self) -> Feel:
        """The feel that is played by now."""
        swing, beats = self._planner.controls.swing, self._meter.beats_per_bar
        self._played_feel = feel_of(self.feel, beats, self._line.bpm, swing, self._played_feel)
        return self._played_feel

    def _form(self) -> FormLayout:
        form, chart = self._foresight.form, self._foresight.chart
        if form is None:
            return FormLayout()
        named = chart.sections if chart is not None and form.source == "chart" else ()
        top = self._meter.bar_at(form.top_beat)
        return FormLayout.of(top, form.bars, frozenset(bar for bar, _ in named))

    def _begins(self, now: float) -> bool:
        """Whether the music has begun so lately that late is better than not at all."""
        return now - self._began_at < BEGINNING_SECONDS
