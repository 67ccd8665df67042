"""What happened, as JSON lines: the evidence that reports are made from.

Threads: `write` may be called from the stage's thread only; a thread of its own does the disk.
"""

import json
import threading
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from jambot.realtime.midi_input import KeyHeard
from jambot.realtime.plan import PlannedNote


class SessionLog:
    """Events of one session, in order, `seconds` counted from `zero`.

    With a `path` they go to the disk a moment later, from another thread; a full disk stops the
    writing (`lost` counts) and never the music. Without one they are kept in `events`.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.zero = 0.0
        self.path = path
        self.events: list[dict[str, Any]] = []
        self.lost = 0
        self._queue: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        if path is not None:
            self._thread = threading.Thread(target=self._scribe, args=(path,), daemon=True)
            self._thread.start()

    def write(self, event: str, **fields: Any) -> None:
        """Note down an event."""
        row = {"event": event, **{k: _short(v) for k, v in fields.items()}}
        if self.path is not None:
            self._queue.put(row)
        else:
            self.events.append(row)

    def heard(self, key: KeyHeard, seconds: float) -> None:
        """A key of the hands, at `seconds` of the clock."""
        self.write("heard", seconds=seconds - self.zero, **asdict(key))

    def played(self, planned: PlannedNote, due: float, sent: float) -> None:
        """A solo note-on left through the output port."""
        note = planned.note
        self.write(
            "played",
            onset_beats=note.onset_beats,
            duration_beats=note.duration_beats,
            pitch=note.pitch,
            velocity=note.velocity,
            due_seconds=due - self.zero,
            sent_seconds=sent - self.zero,
            source=planned.source,
            prompt=planned.prompt,
            harmony=planned.harmony,
            at_once=planned.at_once,
            expected=planned.expected,
            intensity=planned.intensity,
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
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(timeout=10.0)
            self._thread = None

    def _scribe(self, path: Path) -> None:
        try:
            with path.open("w", encoding="utf-8") as file:
                while (row := self._queue.get()) is not None:
                    file.write(json.dumps(row) + "\n")
                    if self._queue.empty():
                        file.flush()
        except OSError:
            self.lost += 1
            while self._queue.get() is not None:
                self.lost += 1


def _short(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
