"""What goes wrong on stages, to be drawn at random: each as it looks from the session."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from jambot.generation import Generator
from jambot.realtime.clock import ManualClock
from jambot.realtime.orders import (
    End,
    LayOut,
    Lock,
    Order,
    Panic,
    Reroll,
    SetAdapter,
    SetKnob,
    SetSampling,
    SetStage,
    SetTempo,
    Thin,
    Trade,
    Trigger,
)
from jambot.realtime.player.player import Answer, DirectPlayer, Message, Prepared, Request
from jambot.realtime.ports import MemoryInput, RecordingOutput

FLOOD_MESSAGES = 100
"""A tick, of 20 ms: 5,000 a second."""
NOISE = (
    b"\xfe", b"\xf8", b"\x3c\x50", b"\xf0\x01\xf7", b"\xd0\x40", b"\xa0\x3c\x40", b"\xe0\x00\x40"
)  # fmt: skip


class FrailPlayer:
    """A player that can be killed, frozen and slowed, by the clock of the run.

    What it is asked while it is away counts when it is back, the newest alone, as with a process.
    Threads: one.
    """

    def __init__(self, make: Callable[[], Generator], clock: ManualClock) -> None:
        self._make, self._clock = make, clock
        self._player = DirectPlayer(make())
        self._missed: Request | None = None
        self._away_until = self._slow_until = 0.0
        self._dead = False
        self._late: deque[tuple[float, Answer | Prepared]] = deque()
        self.restarts = 0

    @property
    def ready(self) -> bool:
        """Whether it is there."""
        return not self._dead

    def die(self, seconds: float) -> None:
        """Be dead, and a new one after so long."""
        self._dead, self._away_until = True, self._clock.now() + seconds

    def freeze(self, seconds: float) -> None:
        """Take nothing and say nothing for so long."""
        self._away_until = self._clock.now() + seconds

    def slow(self, seconds: float) -> None:
        """For so long every answer comes two seconds late."""
        self._slow_until = self._clock.now() + seconds

    def ask(self, message: Message) -> None:
        """Ask it, or what takes its place."""
        if self._clock.now() >= self._away_until:
            self._player.ask(message)
        elif isinstance(message, Request):
            self._missed = message

    def poll(self) -> list[Answer | Prepared]:
        """What has been answered and is due."""
        now = self._clock.now()
        if now < self._away_until:
            return []
        if self._dead:
            self._dead, self._player = False, DirectPlayer(self._make())
            self._late.clear()
            self.restarts += 1
        if self._missed is not None:
            missed, self._missed = self._missed, None
            self._player.ask(missed)
        due = now + (2.0 if now < self._slow_until else 0.0)
        self._late.extend((due, reply) for reply in self._player.poll())
        replies: list[Answer | Prepared] = []
        while self._late and self._late[0][0] <= now:
            replies.append(self._late.popleft()[1])
        return replies

    def close(self) -> None:
        """Nothing to end."""


@dataclass(slots=True)
class Mischief:
    """Does one thing or another to a stage; `names` says what there is, `draw` does one of them.

    What lasts (a pulled port, a flood) is ended or gone on with by `go_on`, once a tick.
    Threads: one.
    """

    random: Random
    clock: ManualClock
    keys: MemoryInput
    output: RecordingOutput
    player: FrailPlayer
    orders: list[Order] = field(default_factory=list)
    _sleeps: list[tuple[float, float]] = field(default_factory=list)
    """When it fell asleep, and for how long."""
    _ends: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    _floods: list[tuple[float, Callable[[], bytes]]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Everything that can happen."""
        return list(self._all())

    def fetch(self) -> list[Order]:
        """The orders not fetched yet."""
        orders, self.orders = self.orders, []
        return orders

    def draw(self) -> str:
        """Do something; its name."""
        name = self.random.choice(self.names)
        self._all()[name]()
        return name

    def awake(self, seconds: float) -> float:
        """Seconds awake until a moment of the clock, which may lie within a sleep."""
        return seconds - sum(min(slept, seconds - at) for at, slept in self._sleeps if at < seconds)

    def go_on(self) -> None:
        """What is due of what was begun."""
        now = self.clock.now()
        self._floods = [(until, make) for until, make in self._floods if now < until]
        for _, make in self._floods:
            for _ in range(FLOOD_MESSAGES):
                self._press(make())
        due = [end for until, end in self._ends if until <= now]
        self._ends = [(until, end) for until, end in self._ends if until > now]
        for end in due:
            end()

    def _all(self) -> dict[str, Callable[[], None]]:
        random = self.random
        return {
            "player killed": lambda: self.player.die(random.uniform(1.0, 8.0)),
            "player frozen": lambda: self.player.freeze(random.uniform(0.5, 4.0)),
            "player slow": lambda: self.player.slow(random.uniform(2.0, 10.0)),
            "input pulled": lambda: self._pull(self.keys),
            "output pulled": lambda: self._pull(self.output),
            "keys flood": lambda: self._flood(self._any_key),
            "noise floods": lambda: self._flood(lambda: random.choice(NOISE)),
            "stuck key": lambda: self._press(bytes((0x90, random.randrange(30, 60), 70))),
            "clock gap": lambda: self._sleep(random.choice((2.0, 30.0, 300.0))),
            "all notes off": lambda: self._press(b"\xb0\x7b\x00"),
            "panic": lambda: self.orders.append(Panic()),
            "tempo tapped": self._tap,
            "phrase in the right hand": self._sing,
            "any controller": lambda: self._press(
                bytes((0xB0, random.randrange(120), random.randrange(128)))
            ),
            "program change": lambda: self._press(bytes((0xC0, random.randrange(128)))),
            "order": lambda: self.orders.append(self._order()),
            "start asked for": lambda: self.orders.extend((Trade(0), LayOut(False), Trigger())),
        }

    def _order(self) -> Order:
        random = self.random
        bar = random.randrange(1, 100_000)
        return random.choice(
            (
                SetKnob(random.choice(("density", "swing", "register")), random.random()),
                SetKnob("density", None),
                SetSampling("temperature", random.uniform(0.0, 2.0)),
                SetStage("lookahead_bars", random.uniform(1.0, 4.0)),
                SetStage("response", random.choice(("now", "beat", "bar"))),
                SetTempo(random.uniform(40.0, 260.0)),
                SetAdapter("nobody"),
                Trade(random.choice((1, 2, 4))),
                LayOut(),
                End(),
                Lock(bar),
                Reroll(bar),
                Thin(bar),
            )
        )

    def _press(self, data: bytes, after: float = 0.0) -> None:
        if self.keys.alive:
            self.keys.feed(data, self.clock.now() + after)

    def _any_key(self) -> bytes:
        status = self.random.choice((0x80, 0x90))
        return bytes((status, self.random.randrange(128), self.random.randrange(128)))

    def _flood(self, make: Callable[[], bytes]) -> None:
        self._floods.append((self.clock.now() + 1.0, make))

    def _pull(self, port: MemoryInput | RecordingOutput) -> None:
        def plug_in() -> None:
            port.alive = True

        port.alive = False
        self._ends.append((self.clock.now() + self.random.uniform(0.5, 20.0), plug_in))

    def _sleep(self, seconds: float) -> None:
        self._sleeps.append((self.clock.now(), seconds))
        self.clock.advance(seconds)

    def _tap(self) -> None:
        beat_seconds = 60.0 / self.random.uniform(50.0, 240.0)
        for tap in range(4):
            self._press(b"\xb0\x50\x7f", tap * beat_seconds)

    def _sing(self) -> None:
        pitch = self.random.randrange(62, 80)
        for i in range(self.random.randrange(3, 12)):
            pitch = min(max(pitch + self.random.randrange(-4, 5), 60), 90)
            self._press(bytes((0x90, pitch, 90)), i * 0.3)
            self._press(bytes((0x80, pitch, 0)), i * 0.3 + 0.25)
