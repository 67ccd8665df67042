"""MIDI over JACK as ports of the stage: joined to their peers, and joined again when those return.

A server may die, or throw us out because this process stood still for too long. Then another client
is opened as soon as there is a server, and the cables of before are laid again, also those that
somebody laid by hand.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from jambot.errors import PortError
from jambot.realtime.clock import Clock
from jambot.realtime.ports.cables import Cables
from jambot.realtime.ports.held_keys import HeldKeys
from jambot.realtime.ports.jack_client import CLIENT_NAME, JackClient, Traffic
from jambot.realtime.ports.naming import is_bridged, keyboard_of, pick
from jambot.realtime.ports.port import SentMessage, TimedMessage

# From the death of a server until it is tried to enter again: see `jack_client`.
MOURN_SECONDS = 1.0


class JackPatch:
    """The client of the moment and the cables at its three ports.

    Threads: one that watches calls `look`, `connect` and whatever else asks JACK, and alone puts
    another client in the place of one that has gone. The stage's uses the ports below.
    """

    def __init__(self, clock: Clock, name: str = CLIENT_NAME) -> None:
        """PortError where no server runs."""
        self.news = threading.Event()
        """Set when something has changed that is worth a look."""
        self.traffic = Traffic()
        self.heard, self.played, self.ticked = Cables(), Cables(), Cables()
        self.clock, self._name = clock, name
        self._ended: deque[str] = deque()
        self._quiet = False
        self._enters_at: float | None = None
        """When to look for a server again, None while the client lives; monotonic seconds."""
        self._closed = False
        self.client = self._enter()

    def connect(
        self, in_name: str | None, out_name: str | None, clock_name: str | None = None
    ) -> tuple[str | None, str | None]:
        """Connect to the peers whose names hold these texts; gives the first two's full names.

        A side without a name stays open and unconnected. PortError where there is no such peer.
        """
        sources, sinks = self.client.peers()
        source = None if in_name is None else pick(in_name, sources, "input", "JACK")
        sink = None if out_name is None else pick(out_name, sinks, "output", "JACK")
        ticks = None if clock_name is None else pick(clock_name, sources, "input", "JACK")
        for cables, peer in ((self.ticked, ticks), (self.heard, source), (self.played, sink)):
            refusal = None if peer is None else self._join(cables, peer)
            if refusal is not None:
                raise PortError(
                    f"JACK would not connect: {refusal}",
                    "two free MIDI ports",
                    "look at the connections (qjackctl, or jack_lsp -c) and try again",
                )
        return source, sink

    def keyboard_name(self, programs: bool = True) -> str | None:
        """The first port that is a keyboard, hardware before `programs`; None without one.

        Hardware is JACK's own, and what a bridge from ALSA or PipeWire shows.
        """
        there = self.client.peers()[0]
        hardware = [*self.client.peers(is_physical=True)[0], *filter(is_bridged, there)]
        return keyboard_of([*hardware, *there] if programs else hardware)

    def look(self) -> None:
        """See who has gone and who is back; lay the cables to those that are back."""
        if self._closed or not self._client_lives():
            return
        every = (self.heard, self.played, self.ticked)
        try:
            sources, sinks = self.client.peers()
            joined = [self.client.joined(self._port(cables)) for cables in every]
        except PortError:
            return  # the next look will tell
        ended = [self._ended.popleft() for _ in range(len(self._ended))]
        now = self.clock.now()
        for cables, peers in zip(every, joined, strict=True):
            there = sinks if cables is self.played else sources
            for peer in cables.look(now, peers, there, ended):
                self._join(cables, peer)

    def close(self) -> None:
        """End what sounds and leave the server."""
        self._closed = True
        self.client.close()

    def _client_lives(self) -> bool:
        """Whether there is a client to ask; another one takes the place of one that has gone.

        One that is merely not called is given until the next look: it was this process, perhaps,
        that stood still. After a death it takes a while until every client of this process knows.
        """
        if self.client.alive:
            self._quiet = False
            return True
        if not self._quiet and not self.client.gone:
            self._quiet = True
            return False
        now = time.monotonic()
        if self._enters_at is None:
            self._enters_at = now + MOURN_SECONDS
            self.client.close()
            for cables in (self.heard, self.played, self.ticked):
                cables.cut()
        if now < self._enters_at:
            return False
        try:
            self.client = self._enter()
        except PortError:
            return False
        self._quiet, self._enters_at = False, None
        return True

    def _join(self, cables: Cables, peer: str) -> str | None:
        """Lay a cable; gives what JACK says against it."""
        ends = (self._port(cables), peer) if cables is self.played else (peer, self._port(cables))
        refusal = self.client.connect(*ends)
        if refusal is None:
            cables.join(peer)
        return refusal

    def _port(self, cables: Cables) -> Any:
        if cables is self.played:
            return self.client.output
        return self.client.input if cables is self.heard else self.client.ticks

    def _enter(self) -> JackClient:
        return JackClient(self.clock, self._name, self.traffic, self._hear_news)

    def _hear_news(self, ended: str | None) -> None:
        if ended is not None:
            self._ended.append(ended)
        self.news.set()


class JackInput:
    """`jambot:in`. When one of several keyboards goes, what it may have held is let go of here.

    Where all are gone the stage sees it by `alive`. Threads: the stage's; see JackPatch.
    """

    def __init__(self, patch: JackPatch) -> None:
        self._patch = patch
        self._held = HeldKeys()
        self._taken_out = 0

    @property
    def alive(self) -> bool:
        return self._patch.client.alive and not self._patch.heard.lost

    def poll(self) -> list[TimedMessage]:
        arrived = self._patch.traffic.arrived
        heard = [arrived.popleft() for _ in range(len(arrived))]
        for message in heard:
            self._held.follow(message.midi)
        taken_out = self._patch.heard.taken_out
        if taken_out != self._taken_out:
            self._taken_out = taken_out
            ends = self._held.ends()
            if self.alive:
                now = self._patch.clock.now()
                heard += [TimedMessage(now, data) for data in ends]
        return heard

    def close(self) -> None:
        self._patch.close()


@dataclass(frozen=True, slots=True)
class JackClock:
    """`jambot:clock`, an input for a host's clock alone. Threads: the stage's; see JackPatch."""

    patch: JackPatch

    @property
    def alive(self) -> bool:
        return self.patch.client.alive and not self.patch.ticked.lost

    def poll(self) -> list[TimedMessage]:
        ticked = self.patch.traffic.ticked
        return [ticked.popleft() for _ in range(len(ticked))]

    def close(self) -> None:
        self.patch.close()


@dataclass(frozen=True, slots=True)
class JackOutput:
    """`jambot:out`, scheduled by frame. Threads: the stage's; see JackPatch."""

    patch: JackPatch
    schedules_ahead: bool = True

    @property
    def alive(self) -> bool:
        return self.patch.client.alive and not self.patch.played.lost

    def send(self, data: bytes, at_seconds: float | None = None) -> None:
        if self.alive:
            self.patch.client.send(data, at_seconds)

    def sent(self) -> list[SentMessage]:
        departed = self.patch.traffic.departed
        return [departed.popleft() for _ in range(len(departed))]

    def silence(self) -> None:
        self.patch.client.silence()

    def close(self) -> None:
        self.patch.close()
