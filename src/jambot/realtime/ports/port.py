"""What the stage asks of a MIDI port, whatever back end is behind it."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from jambot.music.midi import NOTE_ON, MidiMessage, note_off, parse


class By(StrEnum):
    """Who plays: somebody at a keyboard, somebody at a page, or the built-in pianist."""

    keyboard = "keyboard"
    page = "page"
    pianist = "pianist"


@dataclass(frozen=True, slots=True)
class TimedMessage:
    """One whole MIDI message, when it crossed the port, in seconds of the stage clock, and `by`
    whom it is; `midi` is what its bytes mean."""

    seconds: float
    data: bytes
    by: By = By.keyboard
    midi: MidiMessage = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "midi", parse(self.data))


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One message that has left: when it was due and when it went, in seconds.

    `due_seconds` is the time asked for, or the moment of the call where none was. The difference
    is the port's jitter (JACK: rounding to a frame; others: how late the scheduler called).
    `heard` is False where nobody was joined to the port; most back ends cannot tell.
    `midi` is what its bytes mean.
    """

    due_seconds: float
    actual_seconds: float
    data: bytes
    heard: bool = True
    midi: MidiMessage = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "midi", parse(self.data))


class InputPort(Protocol):
    """What the hands play, stamped on arrival."""

    @property
    def alive(self) -> bool:
        """False once the other side has gone: a server that died, a keyboard unplugged."""
        ...

    def poll(self) -> list[TimedMessage]:
        """All messages since the last call, oldest first; empty where none. Never blocks.

        To be called at every tick; here a port that was lost takes up what is there again.
        """
        ...

    def close(self) -> None:
        """Let go of the port; calling it again does nothing."""
        ...


class OutputPort(Protocol):
    """Where the solo leaves.

    Messages leave in order of their due time and, within one, in the order they were handed in.
    """

    @property
    def schedules_ahead(self) -> bool:
        """True where `send` may be called early and the port keeps the time; else it is at once."""
        ...

    @property
    def alive(self) -> bool:
        """False once the other side has gone; `send` then does nothing."""
        ...

    def send(self, data: bytes, at_seconds: float | None = None) -> None:
        """Send one whole message at `at_seconds`; None, or a time that has passed, is at once."""
        ...

    def sent(self) -> list[SentMessage]:
        """All messages that left since the last call, oldest first.

        To be called at every tick, as an input's `poll`.
        """
        ...

    def silence(self) -> None:
        """Forget what has not left yet, a clock's ticks aside, and end every sounding note now."""
        ...

    def close(self) -> None:
        """`silence()`, wait until that has left, and let go; calling it again does nothing."""
        ...


class SoundingNotes:
    """Which notes a stream of sent messages has left sounding.

    A note struck twice needs two note-offs. Threads: owned by whoever sends.
    """

    def __init__(self) -> None:
        self._struck: Counter[tuple[int, int]] = Counter()

    def follow(self, message: MidiMessage) -> None:
        """Take note of one message that has been sent."""
        if not message.of_note:
            return
        key = message.channel, message.number
        if message.kind == NOTE_ON:
            self._struck[key] += 1
        elif self._struck[key] > 1:
            self._struck[key] -= 1
        else:
            del self._struck[key]

    def note_offs(self) -> list[bytes]:
        """The note-offs that would end all of them; empty where nothing sounds."""
        return [note_off(pitch, channel) for channel, pitch in self._struck.elements()]
