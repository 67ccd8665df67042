"""A voice of the band on stage: its channel, its loudness, and what it was promised."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jambot.music import Note
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.plan.plan import PlannedNote
from jambot.realtime.plan.scheduler import Scheduler
from jambot.realtime.ports import SharedOutput
from jambot.realtime.ports.guard import OwnNotes
from jambot.realtime.settings import SessionSettings

SHOWN = 64
"""Notes that views are told of again, so that a busy one misses none."""


@dataclass(frozen=True, slots=True)
class VoiceView:
    """A voice for views: whether it plays, how loud (0 to 1), and its notes.

    `planned` may still change; `promised` are the last that were or will be played.
    """

    name: str
    on: bool
    volume: float
    planned: tuple[Note, ...] = ()
    promised: tuple[Note, ...] = ()


class VoiceLog:
    """The session's log for one voice: its events are the band's, so that the solo's stay its own.

    `band` is a note that left, `band_ended` its end. Drums end by themselves: theirs is not told.
    """

    def __init__(self, log: SessionLog, voice: str) -> None:
        self._log, self._voice = log, voice

    def write(self, event: str, **fields: Any) -> None:
        """Note down an event, such as `band_late`."""
        self._log.write(f"band_{event}", voice=self._voice, **fields)

    def played(self, note: Note, due: float, sent: float, **origin: Any) -> None:
        """A note-on left."""
        self._log.write(
            "band",
            voice=self._voice,
            onset_beats=note.onset_beats,
            duration_beats=note.duration_beats,
            pitch=note.pitch,
            velocity=note.velocity,
            due_seconds=due - self._log.zero,
            sent_seconds=sent - self._log.zero,
            harmony=origin["harmony"],
        )

    def ended(self, pitch: int, due: float, sent: float, beat: float) -> None:
        """A note-off left."""
        if self._voice != "drums":
            self.write("ended", pitch=pitch, beat=beat, due_seconds=due - self._log.zero)


@dataclass(slots=True)
class Voice:
    """One voice: promises go to a scheduler of its own, struck as loud as its volume says.

    A voice that is off plays nothing; whoever plans for it goes on, so that it is in time when it
    is on again. Threads: the stage's alone.
    """

    name: str
    scheduler: Scheduler
    own: OwnNotes
    on: bool = False
    volume: float = 1.0
    promised: deque[Note] = field(default_factory=lambda: deque(maxlen=SHOWN))

    @classmethod
    def of(
        cls,
        name: str,
        settings: SessionSettings,
        output: SharedOutput,
        line: BeatLine,
        log: SessionLog,
    ) -> "Voice":
        """A voice as the settings want it."""
        channel, own = settings.band.channel(name), OwnNotes()
        scheduler = Scheduler(
            output.part(channel),
            line,
            VoiceLog(log, name),
            channel,
            own,
            settings.latency_seconds,
            several=name == "drums",
        )
        return cls(name, scheduler, own, name in settings.band.voices)

    def promise(
        self, notes: Sequence[Note], now: float, harmony: int, at_once: bool = False
    ) -> None:
        """These will sound; `at_once` what is due by now does so although it is late."""
        if not self.on or self.volume <= 0 or not notes:
            return
        struck = [replace(n, velocity=max(1, round(n.velocity * self.volume))) for n in notes]
        self.promised.extend(struck)
        due = self.scheduler.line.beat_at(now)
        self.scheduler.accept(
            [
                PlannedNote(n, harmony=harmony, source="band",
                            at_once=at_once and n.onset_beats <= due)
                for n in struck
            ],
            now,
        )  # fmt: skip

    def forget(self, now: float) -> None:
        """The port was silenced."""
        self.scheduler.forget(now)
        beat = self.scheduler.line.beat_at(now)
        self._unpromise(beat)

    def withdraw(self, beat: float) -> None:
        """Play nothing more of what begins from `beat` on; what sounds ends in time."""
        self.scheduler.withdraw()
        self._unpromise(beat)

    def view(self, planned: tuple[Note, ...]) -> VoiceView:
        """The voice as views are shown it."""
        shown = planned if self.on else ()
        return VoiceView(self.name, self.on, self.volume, shown, tuple(self.promised))

    def _unpromise(self, beat: float) -> None:
        while self.promised and self.promised[-1].onset_beats > beat:
            self.promised.pop()
