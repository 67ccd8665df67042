"""Play short jams with random input on a manual clock, and check what the stage promises.

`python -m lab fuzz --runs 200 --seed 7`: a run draws its settings, then steps: bytes that are MIDI
or none, keys, clocks sane and mad, every order, floods, players that die, ports that are pulled,
sleeps. After each tick nothing may have been raised and the tempo must be playable; at the end
every note-on that left must have had its note-off. A run that breaks a promise is told with its own
seed (`--one SEED` makes it again) and its last steps, and the exit status is 1.
"""

import argparse
import random as chance
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from jambot.band import Feel
from jambot.dials import KNOBS, LIVE
from jambot.generation import ChordToneModel, Generator, SamplingSettings
from jambot.realtime.beats.beat_line import FASTEST_BPM, SLOWEST_BPM
from jambot.realtime.clock import ManualClock
from jambot.realtime.gestures import Action
from jambot.realtime.log.session_log import SessionLog
from jambot.realtime.orders import (
    STAGE,
    End,
    HoldTempo,
    Keep,
    LayOut,
    Learn,
    Lock,
    Order,
    Panic,
    Reroll,
    SetAdapter,
    SetFeel,
    SetForm,
    SetKnob,
    SetSampling,
    SetStage,
    SetTempo,
    SetVoice,
    Tap,
    Thin,
    Trade,
    Trigger,
)
from jambot.realtime.ports import MemoryInput, Ports, RecordingOutput
from jambot.realtime.session import Outside, Session, StyleChoice
from jambot.realtime.settings import VOICES, BandSettings, Response, SessionSettings, Sync
from lab.endurance.faults import FrailPlayer, Mischief

STEPS = 40
STEPS_TOLD = 12
HANDS = (b"\x90", b"\x80", b"\xb0", b"\xc0", b"\xd0", b"\xe0", b"\xa0")
CLOCK = (b"\xf8", b"\xf8", b"\xf8", b"\xfa", b"\xfb", b"\xfc", b"\xfe", b"\xff", b"\xf2\x00\x00")
CHARTS = (None, "| Dm7 | G7 | C | % |", "| C7 / F7 / |", "| N.C. |", "| C E7 A7 D7 G7 |")


class PromiseBrokenError(AssertionError):
    """What was promised, what was found, and the steps before."""


@dataclass(slots=True)
class Stage:
    """A session whose input, clock, orders, player and ports are all in one hand."""

    random: Random
    clock: ManualClock
    keys: MemoryInput
    ticks: MemoryInput | None
    output: RecordingOutput
    mischief: Mischief
    session: Session
    log: SessionLog
    steps: deque[str]

    @classmethod
    def draw(cls, seed: int) -> "Stage":
        """A stage with the settings that this seed draws."""
        random, clock = Random(seed), ManualClock(100.0)
        keys, output = MemoryInput(clock), RecordingOutput(clock, random.random() < 0.5)
        player = FrailPlayer(
            lambda: Generator(ChordToneModel(), SamplingSettings(guidance=0.0), seed), clock
        )
        mischief = Mischief(random, clock, keys, output, player)
        settings = SessionSettings(
            seed=seed,
            bpm=random.uniform(SLOWEST_BPM, FASTEST_BPM),
            beats_per_bar=random.choice((1, 2, 3, 4, 4, 4, 5, 7, 12)),
            response=random.choice(list(Response)),
            lookahead_bars=random.uniform(*STAGE["lookahead_bars"]),
            commit_beats=random.choice((0.0, random.uniform(*STAGE["commit_beats"]))),
            idle_bars=random.choice((1.0, 4.0)),
            split_pitch=random.choice((None, 60, 48)),
            trade_bars=random.choice((0, 0, 0, 1, 4)),
            clock=random.choice((Sync.internal, Sync.hands, Sync.midi, Sync.midi)),
            bpm_told=random.random() < 0.5,
            clock_out=random.random() < 0.2,
            latency_seconds=random.choice((0.0, 0.0, 0.03)),
            input_channel=random.choice((None, None, 0)),
            output_channel=random.randrange(16),
            band=random.choice((BandSettings(), BandSettings(VOICES))),
        )
        ticks = MemoryInput(clock) if random.random() < 0.3 else None
        log = SessionLog()
        session = Session(
            settings, clock, Ports(keys, output, clock=ticks), player, log,
            style=StyleChoice(styles=("piano", "nobody")), outside=Outside(orders=mischief.fetch),
        )  # fmt: skip
        steps = deque([str(settings)], maxlen=STEPS_TOLD)
        return cls(random, clock, keys, ticks, output, mischief, session, log, steps)

    def step(self) -> None:
        """Something happens, and time passes."""
        kinds: tuple[Callable[[], str], ...] = (
            self._noise, self._hands, self._chord, self._chord, self._clock, self._host,
            self._order, self._order, self._mischief,
        )  # fmt: skip
        what = self.random.choice(kinds)()
        wait = self.random.choice((0.0, 0.001, 0.02, 0.3, 1.0, 3.0)) * self.random.random() * 2
        self.steps.append(f"{what}, then {wait:.3f} s")
        self.run_for(wait)

    def run_for(self, seconds: float) -> None:
        """Tick on, unevenly, and look after each tick."""
        end = self.clock.now() + seconds
        while True:
            self.mischief.go_on()
            self.session.tick()
            self._look()
            if self.clock.now() >= end:
                return
            self.clock.sleep_until(
                min(end, self.clock.now() + self.random.choice((0.001, 0.005, 0.02)))
            )

    def close(self) -> None:
        """Plug everything in and end it; every note must have been ended."""
        self.output.alive = True
        self.run_for(0.1)
        self.session.close("fuzz")
        left = _left_sounding(message.data for message in self.output.messages)
        if left:
            self._broken(f"every note-on gets its note-off; left sounding: {sorted(left)}")
        self._look()

    def _look(self) -> None:
        if self.session.faults:
            faults = [event for event in self.log.events if event["event"] == "fault"]
            self._broken(f"nothing raises; {faults[:1]}")
        if not SLOWEST_BPM <= self.session.line.bpm <= FASTEST_BPM:
            self._broken(f"the tempo stays playable; it is {self.session.line.bpm} bpm")

    def _broken(self, promise: str) -> None:
        raise PromiseBrokenError("\n  ".join([promise, *self.steps]))

    def _noise(self) -> str:
        data = self.random.randbytes(self.random.randrange(7))
        self._arrive(data)
        return f"bytes {data.hex(' ')}"

    def _hands(self) -> str:
        count = self.random.choice((1, 1, 5, 300))
        for _ in range(count):
            kind = self.random.choice(HANDS)[0] | self.random.choice((0, 0, 0, 9))
            size = 1 if kind >> 4 in (0xC, 0xD) else 2
            self._arrive(bytes((kind, *(self.random.randrange(128) for _ in range(size)))))
        return f"{count} channel messages"

    def _chord(self) -> str:
        pitches = self.random.sample(range(36, 84), self.random.randrange(1, 6))
        for pitch in sorted(self.session.hearing.held):
            self._arrive(bytes((0x80, pitch, 0)))
        for pitch in pitches:
            self._arrive(bytes((0x90, pitch, self.random.randrange(1, 128))))
        return f"chord {sorted(pitches)}"

    def _clock(self) -> str:
        count, apart = self.random.choice((1, 3, 40, 600)), self.random.choice((0.0, 21e-6, 1e-3))
        now = self.clock.now() - self.random.choice((0.0, 0.0, 0.01, 3.0))
        port = self.ticks if self.ticks is not None and self.random.random() < 0.7 else self.keys
        for i in range(count):
            port.feed(self.random.choice(CLOCK), now + i * apart)
        return f"{count} words of a clock, {apart} s apart"

    def _host(self) -> str:
        bpm, beats = self.random.uniform(10.0, 500.0), self.random.choice((1, 4))
        now = self.clock.now()
        for tick in range(24 * beats):
            self.keys.feed(b"\xf8", now + tick * 60.0 / bpm / 24)
        return f"{beats} beats of a host at {bpm:.0f} bpm"

    def _order(self) -> str:
        order = self.random.choice(self._orders())
        self.mischief.orders.append(order)
        return str(order)

    def _mischief(self) -> str:
        return self.mischief.draw()

    def _arrive(self, data: bytes) -> None:
        if self.keys.alive:
            self.keys.feed(data)

    def _orders(self) -> tuple[Order, ...]:
        random, bar = self.random, self.random.choice((1, 2, self._bar(), 1_000_000))
        dial, stage = random.choice(sorted(LIVE)), random.choice(sorted(STAGE))
        return (
            SetKnob(random.choice(tuple(KNOBS)), random.choice((None, 0.0, 1.0, random.random()))),
            SetSampling(dial, random.uniform(*LIVE[dial])),
            SetStage(stage, random.uniform(*STAGE[stage])),
            SetStage("response", random.choice(list(Response))),
            SetAdapter(random.choice(("nobody", "piano", "blues"))),
            SetTempo(random.uniform(SLOWEST_BPM, FASTEST_BPM)),
            SetForm(random.choice(CHARTS)),
            SetVoice(random.choice(VOICES), random.choice((None, True, False)), random.random()),
            SetFeel(random.choice(list(Feel))),
            Trade(random.randrange(33)),
            LayOut(random.choice((None, True, False))),
            HoldTempo(random.choice((None, True, False))),
            Learn(random.choice((None, *Action))),
            Keep(random.randrange(1, 1025)),
            Lock(random.choice((None, bar))),
            *(kind(bar) for kind in (Reroll, Thin)),
            *(kind() for kind in (End, Trigger, Panic, Tap)),
        )

    def _bar(self) -> int:
        line = self.session.line
        return max(1, int(line.beat_at(self.clock.now())) // self.session.settings.beats_per_bar)


def fuzz_one(seed: int, steps: int = STEPS) -> int:
    """One run; how many messages left. PromiseBrokenError where it did not hold."""
    stage = Stage.draw(seed)
    for _ in range(steps):
        stage.step()
    stage.close()
    return len(stage.output.messages)


def seeds_of(seed: int, runs: int) -> list[int]:
    """The seeds of the single runs."""
    random = Random(seed)
    return [random.randrange(1 << 30) for _ in range(runs)]


def main(arguments: Sequence[str]) -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(
        "python -m lab fuzz", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=200, help="how many jams")
    parser.add_argument("--steps", type=int, default=STEPS, help="steps in a jam")
    parser.add_argument("--seed", type=int, help="seed of all runs; default: drawn")
    parser.add_argument("--one", type=int, help="repeat the single run with this seed")
    asked = parser.parse_args(arguments)
    seed = chance.randrange(1 << 30) if asked.seed is None else asked.seed
    seeds = seeds_of(seed, asked.runs) if asked.one is None else [asked.one]
    print(f"seed {seed}, {len(seeds)} runs", flush=True)
    broken = sent = 0
    for each in seeds:
        try:
            sent += fuzz_one(each, asked.steps)
        except PromiseBrokenError as error:
            broken += 1
            print(f"--one {each}: {error}", flush=True)
    print(f"{broken} of {len(seeds)} runs broke a promise; {sent} messages left")
    return int(broken > 0)


def _left_sounding(messages: Iterable[bytes]) -> set[tuple[int, int]]:
    sounding: set[tuple[int, int]] = set()
    for data in messages:
        if data[0] >> 4 == 9 and data[2]:
            sounding.add((data[0] & 15, data[1]))
        elif data[0] >> 4 in (8, 9):
            sounding.discard((data[0] & 15, data[1]))
    return sounding
