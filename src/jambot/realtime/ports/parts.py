"""One output port that several voices share, each on a MIDI channel of its own."""

from jambot.realtime.ports.port import OutputPort, SentMessage


class SharedOutput:
    """Gives each voice a part of one port; what has left is told to whose channel it is on.

    Where several have a channel, one of them plays and the others are silent: it is told to the one
    that plays.

    Threads: the stage's alone.
    """

    def __init__(self, port: OutputPort) -> None:
        self.port = port
        self._left: dict[int, list[SentMessage]] = {}
        self._plays: dict[int, ChannelOutput] = {}

    def part(self, channel: int) -> "ChannelOutput":
        """The port for whoever plays on this channel, 0–15."""
        self._left.setdefault(channel, [])
        return ChannelOutput(self, channel)

    def send(self, part: "ChannelOutput", data: bytes, at_seconds: float | None) -> None:
        """Send a message of this part: it is the one that plays on its channel."""
        self._plays[part.channel] = part
        self.port.send(data, at_seconds)

    def sent(self, part: "ChannelOutput") -> list[SentMessage]:
        """What has left of this part since it was last asked for."""
        for message in self.port.sent():
            if message.midi.of_note and message.midi.channel in self._left:
                self._left[message.midi.channel].append(message)
        if self._plays.get(part.channel) is not part:
            return []
        left, self._left[part.channel] = self._left[part.channel], []
        return left


class ChannelOutput:
    """An `OutputPort` for one channel. Its silence is that of the whole port.

    Threads: the stage's alone.
    """

    def __init__(self, shared: SharedOutput, channel: int) -> None:
        self._shared, self.channel = shared, channel

    @property
    def schedules_ahead(self) -> bool:
        """Whether the port keeps the time."""
        return self._shared.port.schedules_ahead

    @property
    def alive(self) -> bool:
        """Whether the port lives."""
        return self._shared.port.alive

    def send(self, data: bytes, at_seconds: float | None = None) -> None:
        """Send a message of this voice."""
        self._shared.send(self, data, at_seconds)

    def sent(self) -> list[SentMessage]:
        """What has left of this voice."""
        return self._shared.sent(self)

    def silence(self) -> None:
        """End what sounds, of every voice."""
        self._shared.port.silence()

    def close(self) -> None:
        """Let go of the port, for every voice."""
        self._shared.port.close()
