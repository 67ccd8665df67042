"""Session logs written by hand: a few bars of a take, event by event."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jambot.evaluation.take import Take, read_take


class LogBook:
    """Writes a session at 120 bpm (a beat is half a second), in the order of the calls."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.path = folder / "session.jsonl"
        self.lines: list[dict[str, Any]] = [
            {
                "event": "session", "version": "0", "seed": 1, "model": "test", "adapter": None,
                "bpm": 120.0, "beats_per_bar": 4, "backend": "memory", "response": "now",
                "clock": "internal", "realtime": True, "knobs": {}, "machine": {},
            } | settings
        ]  # fmt: skip

    def write(self, event: str, **fields: Any) -> "LogBook":
        self.lines.append({"event": event, **fields})
        return self

    def harmony(self, id: int, seconds: float, chord: tuple[int, list[int]]) -> "LogBook":
        return self.write(
            "harmony",
            id=id,
            seconds=seconds,
            beat=seconds * 2,
            bass=chord[0],
            pitch_classes=chord[1],
        )

    def trigger(self, seconds: float) -> "LogBook":
        return self.write("trigger", seconds=seconds, beat=seconds * 2, reason="pedal")

    def note(
        self,
        due: float,
        pitch: int = 72,
        *,
        late_ms: float = 0.0,
        harmony: int | None = 1,
        source: str = "model",
        ends_after: float | None = 0.25,
    ) -> "LogBook":
        self.write(
            "played", onset_beats=due * 2, duration_beats=0.5, pitch=pitch, velocity=90,
            due_seconds=due, sent_seconds=due + late_ms / 1000, source=source, prompt=1,
            harmony=harmony,
        )  # fmt: skip
        if ends_after is not None:
            off = due + ends_after
            self.write("ended", pitch=pitch, due_seconds=off, sent_seconds=off, beat=off * 2)
        return self

    def frames(self, lookaheads: list[float], valid: bool = True) -> "LogBook":
        for i, bars in enumerate(lookaheads):
            self.write("frame", seconds=i / 8, beat=i / 4, valid=valid, lookahead_bars=bars)
        return self

    def end(self, seconds: float) -> "LogBook":
        return self.write("end", seconds=seconds, beat=seconds * 2, reason="seconds")

    def text(self) -> str:
        return "".join(json.dumps(line) + "\n" for line in self.lines)

    def take(self) -> Take:
        self.path.write_text(self.text(), encoding="utf-8")
        return read_take(self.path)


@pytest.fixture
def log_book(tmp_path: Path) -> Callable[..., LogBook]:
    """`log_book(response="bar")` begins a session with these settings."""
    return lambda **settings: LogBook(tmp_path, **settings)
