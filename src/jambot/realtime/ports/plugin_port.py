"""The plugin in a DAW as ports of the stage: keys from its channel, the solo back to it.

Times lie on one line with the host's frames: a key is when its frame sounds, and a note that is
handed over in time sounds at its frame exactly.
"""

from collections import deque
from dataclasses import dataclass

from jambot.music.midi import is_realtime
from jambot.realtime.clock import Clock
from jambot.realtime.ports.held_keys import HeldKeys
from jambot.realtime.ports.host_line import HostPlace
from jambot.realtime.ports.plugin_link import PluginLink
from jambot.realtime.ports.plugin_wire import Record, Type, value_record
from jambot.realtime.ports.port import SentMessage, SoundingNotes, TimedMessage

MOST_KEPT = 8192
"""What the stage does not ask for in time must not fill the memory."""


class Instrument:
    """What both sides share: the link, and what came over it.

    A plugin that has gone ended its notes itself, within half a second: its last notes are told as
    ended when its loss is found.

    Threads: the stage's alone.
    """

    def __init__(self, link: PluginLink, clock: Clock) -> None:
        self.link, self.clock = link, clock
        self.heard: deque[TimedMessage] = deque(maxlen=MOST_KEPT)
        self.departed: deque[SentMessage] = deque(maxlen=MOST_KEPT)
        self.moves: deque[Record] = deque(maxlen=MOST_KEPT)
        """Parameters that the host has moved, panic, and what its project was played with, since
        they were last asked for."""
        self.known: dict[str, float] = {}
        """What the plugin's parameters are, as far as the stage knows: it outlives a take."""
        self.known_since: float | None = None
        self.seed: int | None = None
        """The seed of the project that is open in the host; None before one has told. It outlives a
        take, and the plugin."""
        self._under_way: dict[int, tuple[float, int, bytes]] = {}
        """By its serial, what is with the plugin: when it is due, at which frame (0: at once)."""
        self._serial = 0
        self._keys, self._sounding = HeldKeys(), SoundingNotes()
        self._was_lost = False

    @property
    def block_seconds(self) -> float:
        """How long the host's blocks are; 0 where none is known."""
        return self.link.block_seconds

    @property
    def begun_at(self) -> float | None:
        """When the conversation with the plugin of now began; None where there is none."""
        return None if self.link.talk is None else self.link.talk.began_at

    def place(self) -> HostPlace | None:
        """Where the host's song is; None where there is no plugin, or no song."""
        return self.link.place()

    def take_in(self) -> None:
        """Hear what the plugin said, once a tick."""
        self.link.take_in()
        if self.link.lost and not self._was_lost:
            self._part()
        self._was_lost = self.link.lost
        while self.link.arrived:
            self._sort(*self.link.arrived.popleft())

    def send(self, data: bytes, at_seconds: float | None) -> None:
        """Have a message leave at this time, or at once."""
        talk = self.link.talk
        if talk is None or not 0 < len(data) <= 3:
            return
        now = self.clock.now()
        due = now if at_seconds is None else at_seconds
        frame = talk.line.frame_at(due) if due > now and talk.line.known else 0
        self._serial = self._serial % 0xFFFFFFFF + 1
        padded = data + bytes(3 - len(data))
        if self.link.say(Record(frame, self._serial, Type.midi, padded)):
            self._under_way[self._serial] = (due, frame, bytes(data))

    def silence(self) -> None:
        """Forget what waits, a clock's ticks aside, and end what sounds."""
        self._under_way = {n: due for n, due in self._under_way.items() if is_realtime(due[2])}
        self.link.say(Record(0, 0, Type.silence))

    def move(self, parameter: int, value: float) -> None:
        """Show the host that a parameter has another value."""
        self.link.say(value_record(parameter, value))

    def _sort(self, record: Record, at: float) -> None:
        match record.type:
            case Type.midi if 0 < record.number <= 3:
                message = TimedMessage(at, record.data[: record.number])
                self._keys.follow(message.midi)
                self.heard.append(message)
            case Type.left if record.number in self._under_way:
                due, frame, data = self._under_way.pop(record.number)
                talk = self.link.talk
                if frame and talk is not None:
                    at = due + (record.frame - frame) / talk.line.rate
                self._leave(SentMessage(due, at, data))
            case Type.ended:
                self._leave(SentMessage(at, at, record.data))
            case Type.keys_lost:
                self._let_go()
            case Type.parameter | Type.panicked | Type.origin:
                self.moves.append(record)

    def _leave(self, sent: SentMessage) -> None:
        self._sounding.follow(sent.midi)
        self.departed.append(sent)

    def _let_go(self) -> None:
        now = self.clock.now()
        self.heard += [TimedMessage(now, data) for data in self._keys.ends()]

    def _part(self) -> None:
        now = self.clock.now()
        self._under_way.clear()
        self._keys.ends()
        for note_off in self._sounding.note_offs():
            self._leave(SentMessage(now, now, note_off))


@dataclass(frozen=True, slots=True)
class PluginInput:
    """The keys of the channel that the plugin is on. Threads: the stage's; see Instrument."""

    instrument: Instrument

    @property
    def alive(self) -> bool:
        return self.instrument.link.alive

    def poll(self) -> list[TimedMessage]:
        self.instrument.take_in()
        heard = self.instrument.heard
        return sorted((heard.popleft() for _ in range(len(heard))), key=lambda m: m.seconds)

    def close(self) -> None:
        self.instrument.link.close()


@dataclass(frozen=True, slots=True)
class PluginOutput:
    """The solo to the plugin, scheduled by frame. Threads: the stage's; see Instrument."""

    instrument: Instrument
    schedules_ahead: bool = True

    @property
    def alive(self) -> bool:
        return self.instrument.link.alive

    def send(self, data: bytes, at_seconds: float | None = None) -> None:
        self.instrument.send(data, at_seconds)

    def sent(self) -> list[SentMessage]:
        self.instrument.link.send_out()
        departed = self.instrument.departed
        return [departed.popleft() for _ in range(len(departed))]

    def silence(self) -> None:
        self.instrument.silence()

    def close(self) -> None:
        self.silence()
        self.instrument.link.close()
