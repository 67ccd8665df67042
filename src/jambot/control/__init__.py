"""The doors through which a jam is seen and steered.

`room` is a process of its own, beside the stage (ports, clock, scheduler) and the player (the
model): the stage shows it one frozen `SessionStatus` ten times a second and asks it for commands;
kill it and nobody hears it. `fl_studio` speaks with FL Studio, `plugin_install` puts the instrument
where DAWs look, `doctor` says what is not well, and `mcp_server` lets a language model watch and
lead. Imported by the command line alone.
"""

from jambot.control.room.commands import Command, MidiPlayed
from jambot.control.room.room import Room
from jambot.control.room.room_input import RoomInput

__all__ = ["Command", "MidiPlayed", "Room", "RoomInput"]
