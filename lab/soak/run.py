"""One soak: a jam, its pianist, its synth, and whoever spoils it for them, by the wall's clock."""

import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import psutil

from jambot import __version__
from jambot.errors import JamBotError
from jambot.evaluation.bench.bench import commit, jack_server, machine
from jambot.evaluation.bench.hands import BenchHands, Stamped
from jambot.evaluation.bench.jam_process import JAM_IN, JAM_OUT, LOAD_SECONDS, JamProcess
from jambot.realtime.beats.beat_line import FASTEST_BPM, SLOWEST_BPM
from lab.soak.ear import Ear, lateness
from lab.soak.faults import JAM_CLOCK, Faults, PianistProcess, processes
from lab.soak.pianist import BPM, NAME

SYNTH = "synth"
PLAYS, HEARS = f"{NAME}:plays", f"{SYNTH}:hears"
OPTIONS = ("--clock", "midi", "--in", NAME, "--out", SYNTH)
STEP_SECONDS = 0.02
FAULT_SECONDS = (5.0, 60.0)
"""Between one fault and the next."""
CALM_SECONDS = 20.0
"""The last of a soak are without new faults: what can end well does."""
PATCH_SECONDS = 5.0
"""So long the jam may take to find a lost port again; then it is connected from here, and counted.
"""
COMPED_SECONDS = 2.0
END_SECONDS = 600.0
MOST_GROWTH_MB = 64.0
"""From the second tenth of the run on; the stage alone."""


@dataclass(slots=True)
class Soak:
    """Plays for `seconds`; `folder` keeps the take, `log` (JSON lines) everything that happened.

    `said` is told a line a minute. The same seed draws the same faults at the same moments; what
    the machine makes of them is its own. Time is the machine's: JACK's stands still and leaps where
    a program that takes part in it is stopped.
    """

    seconds: float
    seed: int
    adapter: str
    folder: Path
    log: Path
    said: Callable[[str], None]
    ear: Ear = field(default_factory=Ear)
    _happened: Counter[str] = field(default_factory=Counter)
    _unpatched: Counter[str] = field(default_factory=Counter)
    _lost_since: dict[str, float] = field(default_factory=dict)
    _memory: list[dict[str, float]] = field(default_factory=list)
    _heard: int = 0
    _comped_at: float = float("-inf")
    _watched: int = 0

    def play(self) -> dict[str, Any]:
        """Do it all; what it came to, also the last line of the log. Raises what JACK does."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        random = Random(self.seed)
        self._note("start", seed=self.seed, seconds=self.seconds, adapter=self.adapter,
                   date=datetime.now(UTC).isoformat(timespec="seconds"), version=__version__,
                   commit=commit(), machine=machine())  # fmt: skip
        with ExitStack() as stack:
            stack.enter_context(jack_server())
            synth, watcher, keys, host = (
                stack.enter_context(BenchHands(name)) for name in (SYNTH, "watcher", "pads", "host")
            )
            pianist = PianistProcess(random)
            stack.callback(pianist.go)
            pianist.come()
            _wait_until(lambda: synth.sees(PLAYS))
            jam = stack.enter_context(
                JamProcess(self.folder, self.adapter, BPM, self.seconds + LOAD_SECONDS, OPTIONS)
            )
            jam.wait_for(synth)
            keys.play_into(JAM_IN)
            host.play_into(JAM_CLOCK)
            faults = Faults(random, jam.pid, self.folder, pianist, keys, host, self.ear.excuse)
            stack.callback(faults.end_all)
            died = self._run(jam, faults, pianist, synth, watcher)
            exit_code, report = self._end(jam, died)
            time.sleep(0.5)
            self._listen(synth, watcher)
            figures = self._figures(exit_code, report, died, synth)
        self._note("end", **figures)
        return figures

    def _run(
        self,
        jam: JamProcess,
        faults: Faults,
        pianist: PianistProcess,
        synth: BenchHands,
        watcher: BenchHands,
    ) -> bool:
        """Until the time is up; whether the jam died before."""
        start = time.perf_counter()
        fault_at, minute = faults.random.uniform(*FAULT_SECONDS), 0
        while (gone := time.perf_counter() - start) < self.seconds:
            if not jam.runs:
                self._note("died", at=round(gone, 3))
                return True
            if gone >= fault_at and gone < self.seconds - CALM_SECONDS:
                fault_at = gone + faults.random.uniform(*FAULT_SECONDS)
                done = faults.draw()
                self._happened[done["fault"]] += 1
                self._note("fault", at=round(gone, 3), **done)
            faults.go_on()
            if not (pianist.there or faults.pianist_away):
                self._note("pianist ended", at=round(gone, 3))
                pianist.come()
            self._patch(pianist, synth, watcher)
            self._listen(synth, watcher)
            if gone >= minute * 60:
                self._tell(minute, jam.pid)
                minute += 1
            time.sleep(STEP_SECONDS)
        faults.end_all()
        return False

    def _listen(self, synth: BenchHands, watcher: BenchHands) -> None:
        new, keys = synth.heard_after(self._heard), watcher.heard_after(self._watched)
        self._heard, self._watched = self._heard + len(new), self._watched + len(keys)
        if keys:
            self._comped_at = keys[-1].clock
        gaps, rang = len(self.ear.gaps), len(self.ear.rang)
        self.ear.hear(new)
        now = time.perf_counter()
        self.ear.look(now, now - self._comped_at < COMPED_SECONDS)
        for begin, end in self.ear.gaps[gaps:]:
            self._note("gap", at=round(begin, 3), seconds=round(end - begin, 3))
        for since, pitch in self.ear.rang[rang:]:
            self._note("rang", at=round(since, 3), pitch=pitch)

    def _patch(self, pianist: PianistProcess, synth: BenchHands, watcher: BenchHands) -> None:
        """Who has lost its cable and does not get it back gets it from here."""
        if pianist.there and watcher.sees(PLAYS) and not watcher.listens_to(PLAYS):
            with suppress(JamBotError):
                watcher.listen_to(PLAYS)
        cables = {
            "keyboard": (pianist.there and synth.sees(PLAYS, JAM_IN), PLAYS, JAM_IN),
            "synth": (synth.sees(JAM_OUT), JAM_OUT, HEARS),
        }
        for which, (ends_there, source, sink) in cables.items():
            if not ends_there or synth.joined(source, sink):
                self._lost_since.pop(which, None)
                continue
            since = self._lost_since.setdefault(which, time.perf_counter())
            if time.perf_counter() - since > PATCH_SECONDS:
                self._lost_since.pop(which)
                self._unpatched[which] += 1
                self._note("unpatched", which=which)
                with suppress(JamBotError):
                    synth.join(source, sink)

    def _tell(self, minute: int, pid: int) -> None:
        memory: dict[str, float] = {}
        for name, process in processes(pid).items():
            with suppress(psutil.Error):
                memory[name] = round(process.memory_info().rss / 1e6, 1)
        self._memory.append(memory)
        ear = self.ear
        sizes = ", ".join(f"{name} {size:.0f}" for name, size in memory.items())
        self._note("minute", minute=minute, notes=ear.notes, rang=len(ear.rang),
                   gaps=len(ear.gaps), memory_mb=memory, faults=self._happened.total())  # fmt: skip
        self.said(
            f"{minute:4d} min  {ear.notes} notes, {len(ear.rang)} rang on, {len(ear.gaps)} gaps, "
            f"{self._happened.total()} faults done; MB: {sizes}"
        )

    def _end(self, jam: JamProcess, died: bool) -> tuple[int | None, dict[str, Any]]:
        if died:
            return None, {}
        began = time.monotonic()
        try:
            exit_code = jam.end(END_SECONDS)
            self._note("ended", exit_code=exit_code, after=round(time.monotonic() - began, 3))
            return exit_code, jam.report()
        except JamBotError as error:
            self._note("no report", why=str(error))
            return None, {}

    def _figures(
        self, exit_code: int | None, report: dict[str, Any], died: bool, synth: BenchHands
    ) -> dict[str, Any]:
        due, tempi, frozen = _logged(self.folder / "session.jsonl")
        late = lateness(due, _note_ons(synth.heard))
        stage = [each["stage"] for each in self._memory if "stage" in each]
        settled = len(stage) // 10
        growth = max(stage[settled:]) - stage[settled] if stage else 0.0
        happened = report.get("happened", {})
        held = {
            "it lived to the end": not died and exit_code == 0,
            "no note is stuck": not self.ear.sounding,
            "no note rang on": not self.ear.rang,
            "nothing was raised within": happened.get("faults") == 0,
            "the tempo stayed playable": all(SLOWEST_BPM <= t <= FASTEST_BPM for t in tempi),
            "memory did not grow": growth < MOST_GROWTH_MB,
        }
        return {
            "held": all(held.values()),
            "failed": [what for what, good in held.items() if not good],
            "exit_code": exit_code,
            "notes": self.ear.notes,
            "stuck": sorted(self.ear.sounding),
            "rang": len(self.ear.rang),
            "doubled": self.ear.doubled,
            "gaps": len(self.ear.gaps),
            "longest_gap_seconds": round(max((b - a for a, b in self.ear.gaps), default=0.0), 3),
            "late": late.late,
            "matched": late.matched,
            "missing": late.missing,
            "worst_late_ms": late.worst_ms,
            "freezes_logged": frozen,
            "xruns": synth.xruns,
            "tempo": [round(min(tempi), 1), round(max(tempi), 1)] if tempi else [],
            "unpatched": dict(self._unpatched),
            "growth_mb": round(growth, 1),
            "faults": dict(self._happened.most_common()),
            "happened": happened,
        }

    def _note(self, event: str, **fields: Any) -> None:
        row = {"event": event, **fields}
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def _wait_until(there: Callable[[], bool]) -> None:
    """JamBotError where it does not come about."""
    deadline = time.monotonic() + LOAD_SECONDS
    while not there():
        if time.monotonic() > deadline:
            raise JamBotError("the pianist did not come", "another client on this JACK server")
        time.sleep(0.05)


def _note_ons(heard: list[Stamped]) -> list[tuple[float, int]]:
    return [
        (message.clock, message.data[1])
        for message in heard
        if len(message.data) == 3 and message.data[0] >> 4 == 9 and message.data[2]
    ]


def _logged(path: Path) -> tuple[list[tuple[float, int]], list[float], int]:
    """From the jam's log: when which note was due, all tempi, and how often it had slept."""
    due: list[tuple[float, int]] = []
    tempi: list[float] = []
    frozen = 0
    with path.open(encoding="utf-8") as rows:
        for text in rows:
            with suppress(ValueError, KeyError):
                row = json.loads(text)
                if row["event"] == "played":
                    due.append((row["due_seconds"], row["pitch"]))
                elif row["event"] == "line":
                    tempi.append(row["bpm"])
                frozen += row["event"] == "gap"
    return sorted(due), tempi, frozen
