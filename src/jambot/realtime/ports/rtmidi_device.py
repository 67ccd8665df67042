"""One open device of python-rtmidi: an input stamped on arrival, an output sent to at once."""

from collections import deque
from contextlib import suppress
from typing import Any

from jambot.realtime.clock import Clock
from jambot.realtime.ports.port import SentMessage, SoundingNotes, TimedMessage

KEPT_RECORDS = 65536


class RtMidiInput:
    """One rtmidi input, stamped as each message reaches this process.

    Threads: rtmidi's own thread stamps and appends to a deque; the stage polls it.
    """

    def __init__(self, midi: Any, clock: Clock) -> None:
        self.alive = True
        self._midi = midi
        self._clock = clock
        self._arrived: deque[TimedMessage] = deque(maxlen=KEPT_RECORDS)
        midi.ignore_types(sysex=False, timing=False, active_sense=True)
        midi.set_callback(self._on_message)

    def poll(self) -> list[TimedMessage]:
        return [self._arrived.popleft() for _ in range(len(self._arrived))]

    def close(self) -> None:
        if self.alive:
            self.alive = False
            with suppress(Exception):  # closing what is already gone
                self._midi.cancel_callback()
            _let_go(self._midi)

    def _on_message(self, event: tuple[list[int], float], _: object = None) -> None:
        self._arrived.append(TimedMessage(self._clock.now(), bytes(event[0])))


class RtMidiOutput:
    """One rtmidi output; every message leaves at the moment of the call.

    Threads: for one at a time; see `lasting`.
    """

    schedules_ahead = False

    def __init__(self, midi: Any, clock: Clock) -> None:
        self.alive = True
        self._midi = midi
        self._clock = clock
        self._open = True
        self._departed: deque[SentMessage] = deque(maxlen=KEPT_RECORDS)
        self._sounding = SoundingNotes()

    def send(self, data: bytes, at_seconds: float | None = None) -> None:
        due = self._clock.now() if at_seconds is None else at_seconds
        if not self.alive:
            return
        try:
            self._midi.send_message(data)
        except Exception:  # a driver may fail in any way: on stage that is a lost port, no more
            self.alive = False
            return
        sent = SentMessage(due, self._clock.now(), data)
        self._sounding.follow(sent.midi)
        self._departed.append(sent)

    def sent(self) -> list[SentMessage]:
        return [self._departed.popleft() for _ in range(len(self._departed))]

    def silence(self) -> None:
        for note_off in self._sounding.note_offs():
            self.send(note_off)

    def close(self) -> None:
        if self._open:
            self._open = False
            self.silence()
            self.alive = False
            _let_go(self._midi)


def _let_go(midi: Any) -> None:
    with suppress(Exception):  # closing what is already gone
        midi.close_port()
        midi.delete()
