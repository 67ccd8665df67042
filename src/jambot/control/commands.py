"""What a viewer may ask of the stage, checked at the door.

The page sends one JSON object a message: `{"midi": [[144, 60, 90], ...]}`, what happened at one
moment (a whole chord), or `{"order": {"trade": {"bars": 4}}}`, in the words of `realtime.orders`.
"""

import json
from dataclasses import dataclass
from typing import Any

from jambot.errors import UsageError
from jambot.realtime.orders import Order, read_order

NOTE_OFF, NOTE_ON, CONTROL, SUSTAIN = 0x80, 0x90, 0xB0, 64
LONGEST_MESSAGE = 1000
"""Characters; what a page sends is far shorter, and what is longer is not read."""
MOST_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class MidiPlayed:
    """One whole MIDI message from the page's keyboard: a key or the sustain pedal."""

    data: bytes


Command = MidiPlayed | Order


def read_commands(text: str) -> list[Command]:
    """The commands in one message of a viewer, in order; what is none is passed over."""
    if len(text) > LONGEST_MESSAGE:
        return []
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(message, dict):
        return []
    if "order" in message:
        try:
            return [read_order(message["order"])]
        except UsageError:
            return []
    played = message.get("midi")
    if not isinstance(played, list):
        return []
    return [MidiPlayed(data) for numbers in played[:MOST_AT_ONCE] if (data := _midi(numbers))]


def _midi(numbers: Any) -> bytes | None:
    """Three MIDI bytes, where they are a key or the sustain pedal on some channel."""
    if not isinstance(numbers, list) or len(numbers) != 3:
        return None
    if not all(type(number) is int for number in numbers):
        return None
    status, first, second = numbers
    if not (0 <= first < 128 and 0 <= second < 128 and 0x80 <= status < 0xF0):
        return None
    kind = status & 0xF0
    if kind in (NOTE_OFF, NOTE_ON) or (kind == CONTROL and first == SUSTAIN):
        return bytes(numbers)
    return None
