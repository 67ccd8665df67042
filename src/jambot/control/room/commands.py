"""What a viewer may say, checked at the door.

One JSON object a message: `{"midi": [[144, 60, 90], ...]}`, what happened at one moment (a whole
chord); `{"order": {"trade": {"bars": 4}}}`, in the words of `realtime.orders`; `{"drive": true}`;
`{"entitle": "<take>", "title": "…"}` and `{"delete": "<take>"}`, with an `id` as orders have;
`{"has": "<take>"}`, once a page has taken what it wants of a take that is over.
An order may carry an `id`, a number of the viewer's own: its answer comes back under it.
"""

import json
from dataclasses import dataclass
from typing import Any

from jambot.errors import UsageError
from jambot.music.midi import CONTROL, NOTE_OFF, NOTE_ON, PROGRAM, parse
from jambot.realtime.orders import LONGEST_CHART, Order, read_order
from jambot.realtime.ports.port import SoundingNotes

CHANNEL_MODES = 120
"""From this controller on it is no knob: all notes off and the like."""
LONGEST_MESSAGE = LONGEST_CHART + 1000
"""Characters; what is longer than the longest chart is not read."""
MOST_AT_ONCE = 32
ANOTHER_DRIVES = "another view plays and steers: take over first"
"""Why the room does not hand on what a viewer asks that does not drive."""
LARGEST_ID = 2**53
"""Below it every whole number is exact in any JSON."""
PEDAL_UP = bytes((CONTROL, 64, 0))


@dataclass(frozen=True, slots=True)
class MidiPlayed:
    """One whole MIDI message from the page: a key, a pedal, a knob, a program."""

    data: bytes


@dataclass(frozen=True, slots=True)
class AskedOrder:
    """An order and who hears what became of it.

    `number` is the viewer's own, None where it waits for no answer; `viewer` is the room's number
    for that viewer.
    """

    order: Order
    number: int | None = None
    viewer: int = 0


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What became of an order: `why` it was refused, empty where it was obeyed."""

    viewer: int
    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Drive:
    """The viewer takes over, or gives up: who drives is the room's business, not the stage's."""

    on: bool


@dataclass(frozen=True, slots=True)
class Has:
    """The viewer has what it wants of the take of this name."""

    take: str


@dataclass(frozen=True, slots=True)
class Shelving:
    """The viewer wants a take to be called `title`, or, where that is None, deleted."""

    take: str
    title: str | None
    number: int | None


Command = MidiPlayed | AskedOrder


class ViewerKeys:
    """The keys that somebody holds down, to be lifted when whoever holds them goes.

    Threads: for a single thread.
    """

    def __init__(self) -> None:
        self._keys = SoundingNotes()
        self._pedal = False

    def follow(self, commands: list[Command]) -> None:
        """Take note of what has been played."""
        for command in commands:
            if isinstance(command, MidiPlayed):
                self._keys.follow(parse(command.data))
                if command.data[0] & 0xF0 == CONTROL and command.data[1] == PEDAL_UP[1]:
                    self._pedal = command.data[2] > 0

    def lift(self) -> list[Command]:
        """What lifts them all, and the pedal; nothing is held afterwards."""
        keys = self._keys.note_offs()
        ends = [*keys, PEDAL_UP] if keys or self._pedal else []
        self._keys, self._pedal = SoundingNotes(), False
        return [MidiPlayed(data) for data in ends]


def read_message(text: str) -> Drive | Has | Shelving | list[Command]:
    """What one message of a viewer says: that it drives, or commands, in order.

    Of several keys the broken ones are passed over. UsageError, with the reason, for a message of
    which nothing can be used.
    """
    message = _object(text)
    if isinstance(message.get("drive"), bool):
        return Drive(message["drive"])
    if isinstance(message.get("has"), str):
        return Has(message["has"])
    if isinstance(message.get("delete"), str):
        return Shelving(message["delete"], None, _id(message))
    if isinstance(message.get("entitle"), str):
        return Shelving(message["entitle"], str(message.get("title", "")), _id(message))
    if "order" in message:
        return [AskedOrder(read_order(message["order"]), _id(message))]
    played = message.get("midi")
    keys = played[:MOST_AT_ONCE] if isinstance(played, list) else []
    commands: list[Command] = [MidiPlayed(data) for key in keys if (data := _midi(key))]
    if not commands:
        raise UsageError("nothing to do", 'keys ("midi"), an "order" or "drive"')
    return commands


def read_id(text: str) -> int | None:
    """The `id` of a message, also of one that says nothing else; None where it has none."""
    try:
        return _id(_object(text))
    except UsageError:
        return None


def _id(message: dict[str, Any]) -> int | None:
    number = message.get("id")
    return number if type(number) is int and 0 <= number < LARGEST_ID else None


def _object(text: str) -> dict[str, Any]:
    if len(text) > LONGEST_MESSAGE:
        raise UsageError("a message too long to be read", f"{LONGEST_MESSAGE} characters at most")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError("no JSON", 'an object, as in {"order": {"tap": {}}}') from error
    if not isinstance(message, dict):
        raise UsageError(f"{text:.40}", 'an object, as in {"order": {"tap": {}}}')
    return message


def _midi(numbers: Any) -> bytes | None:
    """The MIDI bytes, where they are a key, a pedal, a knob or a program on some channel."""
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        return None
    if len(numbers) not in (2, 3) or not 0x80 <= numbers[0] < 0xF0:
        return None
    if not all(0 <= number < 128 for number in numbers[1:]):
        return None
    kind, first = numbers[0] & 0xF0, numbers[1]
    if (kind == PROGRAM) != (len(numbers) == 2):
        return None
    known = kind in (NOTE_OFF, NOTE_ON, PROGRAM) or (kind == CONTROL and first < CHANNEL_MODES)
    return bytes(numbers) if known else None
