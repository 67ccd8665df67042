"""What happened, as JSON lines: the evidence that reports are made from.

The beat line is among it, as few points as it takes to draw it again.

Threads: `write` may be called from the stage's thread only; a `Scribe` does the disk.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from jambot.music import Note
from jambot.realtime.beats.beat_line import BeatLine, TempoPiece
from jambot.realtime.log.scribe import Scribe

OFF_BEATS = 0.005
"""So far the line may run from where the last point leads before another is written: 2.5 ms at
120 bpm. A host's clock bends it 48 times a second by less."""
ANEW_BEATS = 64.0
"""After so long a point is written all the same: whoever reads the end of a log finds one there."""


class SessionLog:
    """Events of one session, in order, `seconds` counted from `zero`.

    With a `path` they go to the disk a moment later, from another thread; a full disk holds up the
    writing and never the music. Without one they are kept in `events`.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.zero = 0.0
        self.path = path
        self.events: list[dict[str, Any]] = []
        self._scribe = None if path is None else Scribe(path)

    @property
    def lost(self) -> int:
        """How many events will never be in the file."""
        return self._scribe.lost if self._scribe else 0

    @property
    def fault(self) -> str:
        """What is wrong with the log, in a sentence; empty where nothing is."""
        return self._scribe.fault if self._scribe else ""

    def write(self, event: str, **fields: Any) -> None:
        """Note down an event."""
        row = {"event": event, **{k: _short(v) for k, v in fields.items()}}
        if self._scribe is not None:
            self._scribe.put(row)
        else:
            self.events.append(row)

    def played(self, note: Note, due: float, sent: float, **origin: Any) -> None:
        """A solo note-on left through the output port; `origin` is where the note came from."""
        self.write(
            "played",
            onset_beats=note.onset_beats,
            duration_beats=note.duration_beats,
            pitch=note.pitch,
            velocity=note.velocity,
            due_seconds=due - self.zero,
            sent_seconds=sent - self.zero,
            **origin,
        )

    def ended(self, pitch: int, due: float, sent: float, beat: float) -> None:
        """A solo note-off left through the output port; it was due on `beat`."""
        self.write(
            "ended",
            pitch=pitch,
            due_seconds=due - self.zero,
            sent_seconds=sent - self.zero,
            beat=beat,
        )

    def close(self) -> None:
        """Wait until everything is on the disk."""
        if self._scribe is not None:
            self._scribe.close()


def _short(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


class LineLog:
    """Writes a `line` event wherever the beats leave the way they were going.

    `seconds` and `beat` lie on the line, `bpm` is its tempo from there, and `skipped` says how many
    beats were left out since the last event, at that place. Threads: the stage's alone.
    """

    def __init__(self, line: BeatLine, log: SessionLog) -> None:
        self._line, self._log = line, log
        self._last: TempoPiece | None = None
        self._skipped = 0.0

    def note(self, now: float) -> None:
        """Look at the line; once a tick."""
        if not self._line.begun:
            return
        beat, last = self._line.beat_at(now), self._last
        if last is not None:
            on_the_way = abs(beat - last.beat_at(now)) <= OFF_BEATS
            if on_the_way and beat - last.beat < ANEW_BEATS:
                return
            last = replace(last, seconds=now, beat=beat) if on_the_way else None
        self._last = last or self._line.piece_at(now)
        skipped, self._skipped = self._line.skipped_beats - self._skipped, self._line.skipped_beats
        self._log.write(
            "line",
            seconds=self._last.seconds - self._log.zero,
            beat=self._last.beat,
            bpm=self._last.bpm,
            skipped=skipped,
        )
