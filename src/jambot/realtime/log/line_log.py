"""The beat line, written down: as few points as it takes to draw it again."""

from dataclasses import replace

from jambot.realtime.beats.beat_line import BeatLine, TempoPiece
from jambot.realtime.log.session_log import SessionLog

OFF_BEATS = 0.005
"""So far the line may run from where the last point leads before another is written: 2.5 ms at
120 bpm. A host's clock bends it 48 times a second by less."""
ANEW_BEATS = 64.0
"""After so long a point is written all the same: whoever reads the end of a log finds one there."""


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
