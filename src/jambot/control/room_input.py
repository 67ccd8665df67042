"""The page's keyboard and the real one, heard through one port."""

from collections.abc import Callable
from typing import Protocol

from jambot.control.commands import Command, MidiPlayed
from jambot.realtime.midi_input import ALL_NOTES_OFF
from jambot.realtime.ports import InputPort, TimedMessage

PANIC = bytes((0xB0, ALL_NOTES_OFF, 0))


class Commander(Protocol):
    """Whoever may send commands: a `Room`."""

    def commands(self) -> list[Command]:
        """What has been asked since the last call."""
        ...


class RoomInput:
    """An input port that also hears the keys played on the page, and its panic button.

    What comes from the page is stamped with the moment the stage asks for it, at most a tick late.

    Threads: the stage's alone; nothing blocks.
    """

    def __init__(self, port: InputPort, room: Commander, now: Callable[[], float]) -> None:
        self._port, self._room, self._now = port, room, now

    @property
    def alive(self) -> bool:
        """Whether the real port lives; a page that has gone is no fault."""
        return self._port.alive

    def poll(self) -> list[TimedMessage]:
        """What both have played since the last call, oldest first."""
        heard = self._port.poll()
        commands = self._room.commands()
        if commands:
            now = self._now()
            heard = heard + [
                TimedMessage(now, command.data if isinstance(command, MidiPlayed) else PANIC)
                for command in commands
            ]
            heard.sort(key=lambda message: message.seconds)
        return heard

    def close(self) -> None:
        """Let go of the real port; the room is closed by whoever opened it."""
        self._port.close()
