"""What a viewer may say, checked at the door.

One JSON object a message: `{"midi": [[144, 60, 90], ...]}`, what happened at one moment (a whole
chord); `{"order": {"trade": {"bars": 4}}}`, in the words of `realtime.orders`; `{"drive": true}`.
"""

import json
from dataclasses import dataclass
from typing import Any

from jambot.errors import UsageError
from jambot.realtime.orders import LONGEST_CHART, Order, read_order

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0x80, 0x90, 0xB0, 0xC0
CHANNEL_MODES = 120
"""From this controller on it is no knob: all notes off and the like."""
LONGEST_MESSAGE = LONGEST_CHART + 1000
"""Characters; what is longer than the longest chart is not read."""
MOST_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class MidiPlayed:
    """One whole MIDI message from the page: a key, a pedal, a knob, a program."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Drive:
    """The viewer takes over, or gives up: who drives is the room's business, not the stage's."""

    on: bool


Command = MidiPlayed | Order


def read_message(text: str) -> Drive | list[Command]:
    """What one message of a viewer says: that it drives, or commands, in order.

    Of several keys the broken ones are passed over. UsageError, with the reason, for a message of
    which nothing can be used.
    """
    message = _object(text)
    if isinstance(message.get("drive"), bool):
        return Drive(message["drive"])
    if "order" in message:
        return [read_order(message["order"])]
    played = message.get("midi")
    keys = played[:MOST_AT_ONCE] if isinstance(played, list) else []
    commands: list[Command] = [MidiPlayed(data) for key in keys if (data := _midi(key))]
    if not commands:
        raise UsageError("nothing to do", 'keys ("midi"), an "order" or "drive"')
    return commands


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
