"""Ableton Link: the beats that every program on the network shares, followed and proposed to.

The library `aalink` is GPL and an extra: it is imported when `--clock link` asks for it, and never
otherwise. Tempo and place in the bar are shared; who starts and stops is left to everybody.
"""

import asyncio
import importlib
from collections.abc import Callable
from typing import Any, Protocol

from jambot.errors import UsageError, add_extra
from jambot.music import Meter
from jambot.realtime.beats.beat_line import BeatLine
from jambot.realtime.beats.meeting import meet
from jambot.realtime.beats.midi_clock import Transported
from jambot.realtime.clock import Clock

LOOK_SECONDS = 0.05
"""How often the shared beat is looked at."""


class Link(Protocol):
    """What is asked of a Link session: `aalink.Link` is one."""

    tempo: float
    enabled: bool

    @property
    def beat(self) -> float:
        """The shared beat now; a new value at every look."""
        ...

    @property
    def num_peers(self) -> int:
        """How many other programs share it."""
        ...


def open_link(bpm: float, beats_per_bar: int) -> Link:
    """Join the Link session of this network, or begin one at `bpm`.

    UsageError where the library is missing.
    """
    try:
        aalink = importlib.import_module("aalink")
    except ImportError as error:
        raise UsageError(
            f"--clock link cannot be used here ({error})",
            "the library aalink, which is GPL and comes as an extra",
            f"{add_extra('link')}, or follow a host with --clock midi",
        ) from error

    async def join() -> Any:
        return aalink.Link(bpm)

    link: Link = asyncio.run(join())  # it insists on a running loop, and then needs none
    link.quantum = float(beats_per_bar)  # type: ignore[attr-defined]
    link.enabled = True
    return link


class LinkClock:
    """Keeps a `BeatLine` on the shared beats, bar line on bar line.

    The line begins at once, where the others are in their bar. Small differences are bent away;
    where the others are elsewhere (a session was joined) the stage skips to the next beat that lies
    alike in the bar, as with a host that jumps.

    Threads: the stage's; the library has its own, and a look at it takes a microsecond.
    """

    def __init__(
        self,
        link: Link,
        line: BeatLine,
        meter: Meter,
        clock: Clock,
        told: Callable[[int], None] = lambda peers: None,
    ) -> None:
        self._link, self._line, self._meter, self._clock = link, line, meter, clock
        self._told, self._peers = told, -1
        self._next_look = float("-inf")

    def propose(self, bpm: float) -> None:
        """A new tempo for everybody."""
        self._link.tempo = bpm

    def follow(self) -> Transported | None:
        """Look where the others are, a few times a beat; tells where the stage had to skip."""
        before = self._clock.now()
        if before < self._next_look:
            return None
        self._next_look = before + LOOK_SECONDS
        shared, bpm = self._link.beat, self._link.tempo
        now = (before + self._clock.now()) / 2
        self._count_peers()
        if not self._line.begun:
            self._line.steer(now, bpm)
            self._line.begin(now - (shared % self._meter.beats_per_bar) * 60.0 / bpm)
            return None
        return meet(self._line, self._meter, now, shared, bpm)

    def close(self) -> None:
        """Leave the session."""
        self._link.enabled = False

    def _count_peers(self) -> None:
        peers = self._link.num_peers
        if peers != self._peers:
            self._peers = peers
            self._told(peers)
