"""The page's keyboard and the real one, heard through one port."""

from collections.abc import Callable
from typing import Protocol

from jambot.control.room.commands import MidiPlayed
from jambot.realtime.ports import By, InputPort, TimedMessage


class Keys(Protocol):
    """Whoever may play from elsewhere: a `Room`."""

    def played(self) -> list[MidiPlayed]:
        """What has been played since the last call."""
        ...


class RoomInput:
    """An input port that also hears the keys played on the page.

    What comes from the page is stamped with the moment the stage asks for it, at most a tick late.
    Where one MIDI `channel` (0–15) alone is heard, the page's keys are on it; None leaves them.

    Threads: the stage's alone; nothing blocks.
    """

    def __init__(
        self,
        port: InputPort,
        room: Keys,
        now: Callable[[], float],
        channel: int | None = None,
    ) -> None:
        self._port, self._room, self._now, self._channel = port, room, now, channel

    @property
    def alive(self) -> bool:
        """Whether the real port lives; a page that has gone is no fault."""
        return self._port.alive

    def poll(self) -> list[TimedMessage]:
        """What both have played since the last call, oldest first."""
        heard = self._port.poll()
        played = self._room.played()
        if played:
            now = self._now()
            heard = heard + [
                TimedMessage(now, self._on_channel(key.data), By.page) for key in played
            ]
            heard.sort(key=lambda message: message.seconds)
        return heard

    def close(self) -> None:
        """Let go of the real port; the room is closed by whoever opened it."""
        self._port.close()

    def _on_channel(self, data: bytes) -> bytes:
        if self._channel is None:
            return data
        return bytes((data[0] & 0xF0 | self._channel,)) + data[1:]
