"""The room: what the jam looks like, and the doors through which it is steered.

A process of its own, beside the stage (ports, clock, scheduler) and the player (the model): the
stage shows it one frozen `SessionStatus` ten times a second and asks it for commands; kill it and
nobody hears it. Flow: `room` carries statuses across, `picture` remembers what views need,
`live_view` shows it to browsers and `terminal_view` to the terminal; `commands` come back: keys
are heard through `room_input` as if played on a keyboard, orders are obeyed by the stage. `address`
and `door` say who reaches the live view; `take_pages` serves the takes of a `shelf`.
`fl_studio` speaks with FL Studio's script in the frames of `fl_protocol`; `fl_install` puts the
script in place. `doctor` says what is not well; `mcp_server` lets a language model watch and lead.
Imported by the command line alone.
"""

from jambot.control.commands import Command, MidiPlayed
from jambot.control.room import Room
from jambot.control.room_input import RoomInput

__all__ = ["Command", "MidiPlayed", "Room", "RoomInput"]
