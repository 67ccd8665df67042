"""A jam of hours on a clock moved by hand, with everything going wrong that can.

A built-in pianist comps, and every half minute or so something is drawn (`faults`). What is asked
of the stage at the end: no exception, no note left sounding, no note that sounded on and on, and no
more memory than it had in the beginning.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from jambot.assets import CHORD_TONES, DEMO_COMPING
from jambot.generation import SamplingSettings
from jambot.music import read_midi
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.clock import ManualClock
from jambot.realtime.hands.performer import Performer, RoundSong
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.main import make_generator
from jambot.realtime.ports import MemoryInput, Ports, RecordingOutput
from jambot.realtime.ports.port import SentMessage
from jambot.realtime.session import Outside, Session
from jambot.realtime.settings import SessionSettings
from jambot.roles.memory import MB, memory_bytes
from lab.endurance.faults import FrailPlayer, Mischief

STEP_SECONDS = 0.02
"""From tick to tick: the output is given its messages 25 ms ahead."""
FAULT_SECONDS = (5.0, 60.0)
REST_SECONDS = (30.0, 300.0)
REST_CHANCE = 0.15
"""How often, at a fault, the pianist leaves for a while: not far from half a day."""
ROWS_A_FILE, ROWS_BETWEEN = 20_000, 180_000
"""So many events are written to a file, then so many to none."""
FULL_DISK = Path("/dev/full")
SETTLED_SHARE = 0.1
"""Memory is taken for settled after this share of the run."""


@dataclass(frozen=True, slots=True)
class EnduranceFigures:
    """What a long run came to; `seconds` of music, `cpu_seconds` of the machine.

    `longest_note_seconds`: between a note-on and its note-off at the output, sleep left out and
    pulled ports (20 s at most) included. `memory_mb`: resident, at equal distances; `growth_mb`:
    from when it had settled to the most after it. `happened` counts the faults by name, `logged`
    the events of the log.
    """

    adapter: str
    seed: int
    seconds: float
    cpu_seconds: float
    notes: int
    stuck_notes: int
    longest_note_seconds: float
    memory_mb: tuple[float, ...]
    happened: dict[str, int]
    logged: dict[str, int]

    @property
    def growth_mb(self) -> float:
        """How much memory the run took beyond what it had when it had settled."""
        settled = int(len(self.memory_mb) * SETTLED_SHARE)
        return max(self.memory_mb[settled:]) - self.memory_mb[settled]

    def as_dict(self) -> dict[str, Any]:
        """Plain dictionaries, ready for JSON."""
        return asdict(self) | {"growth_mb": self.growth_mb}


def endure(
    seconds: float,
    *,
    seed: int = 1,
    adapter: str = CHORD_TONES,
    said: Callable[[float], None] = lambda share: None,
) -> EnduranceFigures:
    """Play for so long, on a manual clock; the same seed does the same to the stage.

    `said` is told now and then what share is done. Whatever the stage raises is raised.
    """
    with tempfile.TemporaryDirectory() as folder:
        run = _Run(seconds, seed, adapter, Path(folder))
        return run.play(said)


@dataclass(slots=True)
class _Run:
    """The stage, the pianist, and who spoils it for them."""

    seconds: float
    seed: int
    adapter: str
    folder: Path
    _notes: "_Notes" = field(init=False)
    _log: "_Tally" = field(init=False)

    def play(self, said: Callable[[float], None]) -> EnduranceFigures:
        started, random, clock = time.process_time(), Random(self.seed), ManualClock()
        line = BeatLine(120.0, 0.0)
        keys, output = MemoryInput(clock), RecordingOutput(clock, remembers=False)
        make = partial(make_generator, self.adapter, SamplingSettings(), self.seed)
        player = FrailPlayer(make, clock)
        mischief = Mischief(random, clock, keys, output, player)
        performer = Performer(RoundSong(read_midi(DEMO_COMPING)), clock, line)
        performer.play(0.0, 0.0)
        self._notes, self._log = _Notes(output, mischief), _Tally(self.folder)
        settings = SessionSettings(seed=self.seed)
        session = Session(
            settings, clock, Ports(keys, self._notes), player, self._log, line,
            outside=Outside(orders=mischief.fetch),
        )  # fmt: skip
        happened: Counter[str] = Counter()
        memory: list[float] = []
        fault_at = rest_until = 0.0
        while (now := clock.now()) < self.seconds:
            if now >= len(memory) * self.seconds / 100:
                memory.append(memory_bytes() / MB)
                said(now / self.seconds)
            for message in performer.poll():
                if keys.alive and (now >= rest_until or message.data[0] >> 4 == 8):
                    keys.feed(message.data, message.seconds)
            if now >= fault_at:
                fault_at = now + random.uniform(*FAULT_SECONDS)
                happened[mischief.draw()] += 1
                if random.random() < REST_CHANCE:
                    rest_until = now + random.uniform(*REST_SECONDS)
                    happened["pianist away"] += 1
            mischief.go_on()
            session.tick()
            clock.sleep_until(max(now, clock.now()) + STEP_SECONDS)
        output.alive = True
        session.tick()
        session.close("seconds")
        self._log.close()
        return EnduranceFigures(
            adapter=self.adapter,
            seed=self.seed,
            seconds=self.seconds,
            cpu_seconds=time.process_time() - started,
            notes=self._notes.count,
            stuck_notes=len(self._notes.since),
            longest_note_seconds=self._notes.longest,
            memory_mb=tuple(round(megabytes, 1) for megabytes in memory),
            happened=dict(happened.most_common()),
            logged=dict(self._log.counts.most_common()),
        )


class _Notes:
    """An output that also times every note that leaves it; it knows nothing of the scheduler."""

    def __init__(self, port: RecordingOutput, mischief: Mischief) -> None:
        self._port, self._mischief = port, mischief
        self.schedules_ahead = port.schedules_ahead
        self.count = 0
        self.longest = 0.0
        self.since: dict[int, float] = {}
        """When what sounds was struck, by pitch."""

    @property
    def alive(self) -> bool:
        return self._port.alive

    def send(self, data: bytes, at_seconds: float | None = None) -> None:
        self._port.send(data, at_seconds)

    def sent(self) -> list[SentMessage]:
        left = self._port.sent()
        for message in left:
            self._time(message.data, self._mischief.awake(message.actual_seconds))
        return left

    def silence(self) -> None:
        self._port.silence()

    def close(self) -> None:
        self._port.close()

    def _time(self, data: bytes, seconds: float) -> None:
        if len(data) == 3 and data[0] >> 4 in (8, 9):
            struck = self.since.pop(data[1], None)
            if struck is not None:
                self.longest = max(self.longest, seconds - struck)
            if data[0] >> 4 == 9 and data[2]:
                self.since[data[1]] = seconds
                self.count += 1


class _Tally(SessionLog):
    """Counts events; writes some to one file after another, every second one on a full disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self._folder, self._rows, self._files = folder, 0, 0
        self._file = self._next()

    def write(self, event: str, **fields: Any) -> None:
        self.counts[event] += 1
        self._rows += 1
        if self._rows <= ROWS_A_FILE:
            self._file.write(event, **fields)
        elif self._rows == ROWS_A_FILE + 1:
            self._file.close()
        elif self._rows > ROWS_A_FILE + ROWS_BETWEEN:
            self._file, self._rows = self._next(), 0

    def close(self) -> None:
        self._file.close()

    def _next(self) -> SessionLog:
        self._files += 1
        full = self._files % 2 == 0 and FULL_DISK.exists()
        return SessionLog(FULL_DISK if full else self._folder / f"session_{self._files}.jsonl")
