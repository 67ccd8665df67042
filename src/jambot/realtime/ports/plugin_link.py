"""The engine's end of the talk with the plugins in a DAW: one conducts, the others are told so."""

import json
import socket
import time
from collections import deque
from contextlib import suppress
from typing import Any

from jambot import __version__
from jambot.errors import PortError
from jambot.realtime.clock import Clock
from jambot.realtime.ports.host_line import HostPlace
from jambot.realtime.ports.plugin_key import LOOPBACK, PluginKey, make_key, read_key
from jambot.realtime.ports.plugin_talk import Conversation
from jambot.realtime.ports.plugin_wire import (
    PROTOCOL,
    Datagram,
    DatagramKind,
    EngineState,
    Record,
    Type,
    read_datagram,
    write_datagram,
)

LOST_SECONDS = 0.5
"""A plugin that has said nothing for so long has gone; it says something 200 times a second."""
MOST_AT_ONCE = 256
"""Datagrams taken in at one tick; those of a flood wait, and then are lost by the system."""
DATAGRAM_BYTES = 4096
ANSWER_SECONDS = 0.25
PATIENT_POLLS = 2
"""Whoever asks `alive` has to see a loss, before another plugin takes the place of the lost one."""


class PluginLink:
    """A socket on loopback, and the conversation with the plugin that conducts.

    `strangers` counts the datagrams that no plugin of this user has sent, `malformed` those of ours
    that make no sense. Nothing here raises once it is open.

    Threads: the stage's alone, opening and closing aside; no call waits.
    """

    def __init__(self, clock: Clock, key: PluginKey, door: socket.socket) -> None:
        self.clock = clock
        self.strangers = self.malformed = self.elsewhere = 0
        self.talk: Conversation | None = None
        self.lost = False
        self.arrived: deque[tuple[Record, float]] = deque()
        """What the plugin said, each record with its time on the stage's clock."""
        self.figures = (0, 0, 0, 0)
        """Seed, style, late and played notes, as the plugin is told them."""
        self._key, self._door = key, door
        self._absent = 0

    @classmethod
    def open(cls, clock: Clock) -> "PluginLink":
        """Listen where this user's plugins knock. PortError where another engine does already."""
        key = read_key() or make_key()
        try:
            return cls(clock, key, _listen(key.port))
        except OSError:
            if ask_engine(key) is not None:
                raise PortError(
                    "another JAM_BOT plays with the plugin already",
                    "one engine for a user's plugins",
                    "end the other jam, or use --backend jack or rtmidi for this one",
                ) from None
        key = make_key()  # a stranger holds the port: it has seen the old word, so that changes too
        try:
            return cls(clock, key, _listen(key.port))
        except OSError as error:
            raise PortError(
                f"no port for the plugin: {error}", "loopback", "use --backend jack or rtmidi"
            ) from error

    @property
    def alive(self) -> bool:
        """False from the loss of a plugin until one has come again; True before the first."""
        return not self.lost

    def take_in(self) -> None:
        """Hear everything that has come, once a tick."""
        now = self.clock.now()
        self._absent += 1
        if self.talk is not None and now - self.talk.heard_at > LOST_SECONDS:
            self._lose()
        for _ in range(MOST_AT_ONCE):
            try:
                data, address = self._door.recvfrom(DATAGRAM_BYTES)
            except BlockingIOError:
                return
            except OSError:
                continue  # Windows tells here that somebody spoken to has gone
            self._hear(data, address, now)

    def say(self, record: Record) -> bool:
        """Tell the conducting plugin something, with the next `send_out`."""
        return self.talk is not None and self.talk.say(record)

    def send_out(self) -> None:
        """Let everything go that is to be said."""
        if self.talk is None:
            return
        for first, records in self.talk.due(self.clock.now()):
            self._tell(self.talk, EngineState.conducted, first, records)

    def place(self) -> HostPlace | None:
        """Where the host's song is; None where there is no plugin, or no song."""
        return None if self.talk is None else self.talk.line.place()

    @property
    def block_seconds(self) -> float:
        """How long the host's blocks are; 0 where none is known."""
        return 0.0 if self.talk is None else self.talk.line.block_seconds

    def close(self) -> None:
        """Wait a moment until what was said is heard, take leave, and let go."""
        if self._door.fileno() < 0:
            return
        if self.talk is not None:
            until = time.monotonic() + ANSWER_SECONDS
            while self.talk is not None and self.talk.waits and time.monotonic() < until:
                self.send_out()
                time.sleep(0.002)
                self.take_in()
            if self.talk is not None:
                self._tell(self.talk, EngineState.conducted, 0, (), DatagramKind.engine_leaves)
        self._door.close()

    def _hear(self, data: bytes, address: Any, now: float) -> None:
        heard = read_datagram(data, self._key.token) if address[0] == LOOPBACK else None
        if heard is None:
            self.strangers += 1
        elif heard.version != PROTOCOL:
            self.elsewhere += 1
            self._answer(heard, address, EngineState.version_differs)
        elif heard.kind == DatagramKind.who:
            self._send(self._describe(heard), address)
        elif heard.kind == DatagramKind.knock:
            self._let_in(heard, address, now)
        elif self._conducts(heard):
            self._go_on(heard, now)
        else:
            self.malformed += 1

    def _conducts(self, heard: Datagram) -> bool:
        talk = self.talk
        whose = (heard.instance, heard.session)
        return talk is not None and whose == (talk.instance, talk.session)

    def _let_in(self, heard: Datagram, address: Any, now: float) -> None:
        talk = self.talk
        if talk is not None and heard.instance == talk.instance and heard.session != talk.session:
            self._lose()  # it had lost us, and begins anew
        elif talk is not None and heard.instance != talk.instance:
            self._answer(heard, address, EngineState.another_is)
        if self.talk is None and (not self.lost or self._absent >= PATIENT_POLLS):
            self.talk = Conversation(
                (address[0], address[1]), heard.instance, heard.session, now, began_at=now
            )
            self.lost = False

    def _go_on(self, heard: Datagram, now: float) -> None:
        assert self.talk is not None
        if heard.kind == DatagramKind.plugin_leaves:
            self._lose()
            return
        line = self.talk.line
        for record in self.talk.hear(heard, now):
            at = now
            if record.type in (Type.midi, Type.left, Type.ended) and line.known:
                at = line.seconds_at(record.frame) if record.frame < 1 << 62 else now
            self.arrived.append((record, at))

    def _lose(self) -> None:
        self.talk, self.lost, self._absent = None, True, 0

    def _tell(
        self,
        talk: Conversation,
        state: EngineState,
        first: int,
        records: tuple[Record, ...],
        kind: DatagramKind = DatagramKind.from_engine,
    ) -> None:
        data = write_datagram(
            self._key.token,
            kind,
            state=state,
            instance=talk.instance,
            session=talk.session,
            first=first,
            ack=talk.heard,
            records=records,
            engine=self.figures,
        )
        self._send(data, talk.address)

    def _answer(self, heard: Datagram, address: Any, state: EngineState) -> None:
        data = write_datagram(
            self._key.token,
            DatagramKind.from_engine,
            state=state,
            instance=heard.instance,
            session=heard.session,
        )
        self._send(data, address)

    def _describe(self, heard: Datagram) -> bytes:
        place, talk = self.place(), self.talk
        said = {
            "version": __version__,
            "plugin": talk is not None,
            "song": None if place is None else ("plays" if place.playing else "rests"),
            "block_ms": round(self.block_seconds * 1e3, 2),
            "rate": None if talk is None else talk.line.rate,
            "late": self.figures[2],
            "strangers": self.strangers,
            "elsewhere": self.elsewhere,
        }
        head = write_datagram(self._key.token, DatagramKind.here, instance=heard.instance)
        return head + json.dumps(said).encode("ascii")

    def _send(self, data: bytes, address: tuple[str, int]) -> None:
        with suppress(OSError):  # a full buffer, or somebody who has just gone: it is said again
            self._door.sendto(data, address)


def ask_engine(key: PluginKey, patience: float = ANSWER_SECONDS) -> dict[str, Any] | None:
    """What an engine that listens says of itself; None where none answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind((LOOPBACK, 0))
        asking.settimeout(patience)
        question = write_datagram(key.token, DatagramKind.who, instance=asking.getsockname()[1])
        try:
            asking.sendto(question, (LOOPBACK, key.port))
            data, _ = asking.recvfrom(DATAGRAM_BYTES)
        except OSError:
            return None
    size = len(question)
    if data[:4] != question[:4] or data[8:24] != key.token or data[6] != DatagramKind.here:
        return None
    try:
        said = json.loads(data[size:])
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _listen(port: int) -> socket.socket:
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        door.bind((LOOPBACK, port))
        door.setblocking(False)
        with suppress(OSError):
            door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    except OSError:
        door.close()
        raise
    return door
