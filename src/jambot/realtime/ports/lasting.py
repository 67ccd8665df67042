"""Ports that come back: when a cable is pulled or a server dies, they are opened again."""

import threading
from collections.abc import Callable

from jambot.errors import JamBotError
from jambot.realtime.clock import Clock
from jambot.realtime.ports.port import InputPort, SentMessage, TimedMessage
from jambot.realtime.ports.select import Ports

RETRY_SECONDS = 1.0
CLOSE_SECONDS = 2.0


class LastingPorts:
    """`Ports` that outlive what they are joined to; its `input`, `output` and `clock` are ports.

    While either side is lost `alive` is False, nothing is heard and what is sent goes nowhere; once
    a second `reopen` is tried until it gives ports again.

    Threads: the stage's thread polls and sends; closing the old and opening the new, which may take
    a second, happen in a thread of their own.
    """

    def __init__(self, ports: Ports, reopen: Callable[[], Ports], clock: Clock) -> None:
        self.backend, self.input_name, self.output_name = (
            ports.backend,
            ports.input_name,
            ports.output_name,
        )
        self._reopen, self._clock = reopen, clock
        self._ports = ports
        self.input = _Input(self)
        self.output = _Output(self, ports.output.schedules_ahead)
        self.clock = None if ports.clock is None else _Input(self, "clock")
        self._next_try = 0.0
        self._trying: threading.Thread | None = None
        self._closed = False

    @property
    def now(self) -> Ports:
        """The ports that are open at the moment, or were last; tries for new ones when lost."""
        if not self._ports.alive and not self._closed:
            self._try_again()
        return self._ports

    def close(self) -> None:
        """End every sounding note and let go; a try under way is waited for."""
        self._closed = True
        if self._trying is not None:
            self._trying.join(CLOSE_SECONDS)
        self._ports.close()

    def _try_again(self) -> None:
        if self._clock.now() < self._next_try or (self._trying and self._trying.is_alive()):
            return
        self._next_try = self._clock.now() + RETRY_SECONDS
        self._trying = threading.Thread(target=self._replace, name="jambot ports", daemon=True)
        self._trying.start()

    def _replace(self) -> None:
        self._ports.close()
        try:
            found = self._reopen()
        except JamBotError:
            return
        if self._closed:
            found.close()
        else:
            self._ports = found


class _Input:
    """An input side of lasting ports: what is played, or a host's clock."""

    def __init__(self, ports: LastingPorts, side: str = "input") -> None:
        self._ports, self._side = ports, side

    @property
    def alive(self) -> bool:
        return self._now.alive

    def poll(self) -> list[TimedMessage]:
        return self._now.poll()

    def close(self) -> None:
        self._now.close()

    @property
    def _now(self) -> InputPort:
        port: InputPort = getattr(self._ports.now, self._side)
        return port


class _Output:
    """The output side of lasting ports."""

    def __init__(self, ports: LastingPorts, schedules_ahead: bool) -> None:
        self._ports = ports
        self.schedules_ahead = schedules_ahead

    @property
    def alive(self) -> bool:
        return self._ports.now.output.alive

    def send(self, data: bytes, at_seconds: float | None = None) -> None:
        self._ports.now.output.send(data, at_seconds)

    def sent(self) -> list[SentMessage]:
        return self._ports.now.output.sent()

    def silence(self) -> None:
        self._ports.now.output.silence()

    def close(self) -> None:
        self._ports.now.output.close()
