"""FL Studio from outside: what it is doing, and asking it to play, stop, record, change its tempo.

`device_JamBot.py` sits at the other end of the cables and speaks `protocol`. Nothing is believed
before FL Studio shows it: a request is done when a state, read on a later tick than the deed, has
what was asked for. Notes go their own way, as plain MIDI.
"""

import secrets
from collections.abc import Callable

from jambot.control.fl_studio.protocol import (
    NO_CHANNEL,
    PROTOCOL,
    Frame,
    decode,
    encode,
    protocol_of,
)
from jambot.control.fl_studio.request import StudioRequest, StudioRequests
from jambot.control.fl_studio.state import FLState, FLStatus, StudioLink, state_of
from jambot.errors import FLStudioError, UsageError
from jambot.realtime.clock import Clock
from jambot.realtime.ports import InputPort, OutputPort, TimedMessage

HEARTBEAT_SECONDS = 0.5
# The script speaks every half second at least; loading a project may hold it up for longer.
SILENT_SECONDS = 3.0
# FL Studio's idle tick is about 20 ms, and on Windows one SysEx gets through in each.
FRAME_SECONDS = 0.025
WAIT_STEP_SECONDS = 0.005
# Our own frames may come back by a MIDI thru: they are no sign of life.
FROM_FL_STUDIO = ("welcome", "state", "refused")
SLOWEST_BPM, FASTEST_BPM = 10.0, 522.0
TEMPO_TOLERANCE_BPM = 0.0015
INSTALL_CURE = "run `jambot fl install --force` and restart FL Studio"
CABLE_CURE = (
    "in FL Studio's MIDI settings give input and output one port number and the input the "
    "controller type JamBot; docs/fl_studio.md has the ten steps"
)


class FLStudio:
    """One FL Studio at the end of a pair of ports; `tick` it every few milliseconds.

    A heartbeat twice a second keeps the link; requests are carried out one after the other.
    Threads: for a single thread. The output may be the one the solo leaves by: only whole SysEx
    frames are sent, at once, and what is heard beside frames is passed over.
    """

    def __init__(
        self, heard: InputPort, output: OutputPort, clock: Clock, session: int | None = None
    ) -> None:
        self._heard, self._output, self._clock = heard, output, clock
        self._session = session or 1 + secrets.randbelow(NO_CHANNEL - 1)
        self._link = StudioLink.WAITING
        self._state: FLState | None = None
        self._welcome: Frame | None = None
        self._foreign: int | None = None
        self._spoken_seconds = clock.now()
        self._heartbeat_seconds: float | None = None
        self._frame_seconds: float | None = None
        self._requests = StudioRequests()

    @property
    def status(self) -> FLStatus:
        """Everything there is to know, as of the last tick."""
        there = self._link is StudioLink.CONNECTED
        welcome = self._welcome
        return FLStatus(
            link=self._link,
            state=self._state if there else None,
            fl_version=welcome.texts["fl"] if welcome else None,
            script_version=welcome.texts["script"] if welcome else None,
            api_version=welcome.numbers["api"] if welcome else None,
            cure="" if there else self._absence().cure,
        )

    def play(self) -> StudioRequest:
        """Start the transport; nothing happens where it plays already."""
        return self._requests.ask(
            "play", "the transport to play", lambda state: state.playing, _transport
        )

    def stop(self) -> StudioRequest:
        """Stop the transport."""
        return self._requests.ask(
            "stop", "the transport to stop", lambda state: not state.playing, _transport
        )

    def record(self, on: bool = True) -> StudioRequest:
        """Arm recording, or disarm it."""
        return self._requests.ask(
            "record",
            f"recording {'on' if on else 'off'}",
            lambda state: state.recording == on,
            lambda state: f"recording is {'on' if state.recording else 'off'}",
            on=int(on),
        )

    def set_tempo(self, bpm: float) -> StudioRequest:
        """Set the project's tempo, to a thousandth; UsageError beyond what FL Studio allows."""
        if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
            raise UsageError(f"tempo {bpm:g}", f"{SLOWEST_BPM:g} to {FASTEST_BPM:g} bpm")
        return self._requests.ask(
            "tempo",
            f"{bpm:g} bpm",
            lambda state: abs(state.bpm - bpm) <= TEMPO_TOLERANCE_BPM,
            lambda state: f"the tempo is {state.bpm:g}",
            milli_bpm=round(bpm * 1000),
        )

    def choose_channel(self, index: int) -> StudioRequest:
        """Select one channel of the rack as it is shown, from 0: the solo sounds there."""
        if not 0 <= index < NO_CHANNEL:
            raise UsageError(f"channel {index}", "its place in the channel rack, from 0")
        return self._requests.ask(
            "channel",
            f"channel {index}",
            lambda state: state.channel == index,
            lambda state: f"channel {state.channel} is selected",
            index=index,
        )

    def tick(self) -> None:
        """Hear what came, give up what takes too long, say what is due. Never blocks or raises."""
        for message in self._heard.poll():
            self._hear(message)
        self._output.sent()  # nobody's concern; a lost cable comes back in this call
        now = self._clock.now()
        if self._link is StudioLink.CONNECTED and now - self._spoken_seconds > SILENT_SECONDS:
            self._link = StudioLink.LOST
        state = self._state if self._link is StudioLink.CONNECTED else None
        self._requests.judge(now, state, self._absence)
        self._speak(now)

    def connect(self, seconds: float = SILENT_SECONDS) -> FLStatus:
        """Tick until FL Studio is there and has told its state; FLStudioError after `seconds`."""
        end = self._clock.now() + seconds
        while self.status.state is None:
            if self._clock.now() >= end:
                raise self._absence()
            self._step()
        return self.status

    def wait(self, request: StudioRequest) -> None:
        """Tick until FL Studio shows what was asked; FLStudioError where it never does."""
        while not request.settled:
            self._step()
        if request.error is not None:
            raise request.error

    def watch(self, shows: Callable[[FLState], bool], seconds: float) -> bool:
        """Tick until the state shows something, for `seconds` at most; whether it does."""
        end = self._clock.now() + seconds
        while not (shown := self._state is not None and shows(self._state)):
            if self._clock.now() >= end or self._link is not StudioLink.CONNECTED:
                break
            self._step()
        return shown

    def close(self) -> None:
        """Take leave, so that the script need not wait for heartbeats; the ports stay open."""
        self._output.send(encode("bye", session=self._session))
        self._link = StudioLink.WAITING

    def _step(self) -> None:
        self.tick()
        self._clock.sleep_until(self._clock.now() + WAIT_STEP_SECONDS, spin=False)

    def _hear(self, message: TimedMessage) -> None:
        spoken = protocol_of(message.data)
        if spoken is not None and spoken != PROTOCOL:
            self._link, self._foreign = StudioLink.FOREIGN, spoken
            return
        frame = decode(message.data)
        if frame is None or frame.name not in FROM_FL_STUDIO:
            return
        self._spoken_seconds = message.seconds
        if frame.name == "welcome" and frame.numbers["session"] == self._session:
            self._welcome, self._link = frame, StudioLink.CONNECTED
        elif frame.name == "state" and self._welcome is not None:
            self._link = StudioLink.CONNECTED
            self._state = state_of(frame, message.seconds)
            self._requests.check(self._state, frame.numbers["request"])
        elif frame.name == "refused":
            self._requests.refuse(frame)

    def _speak(self, now: float) -> None:
        """Send one frame where the last has had its tick: a heartbeat, else the next request."""
        if self._frame_seconds is not None and now - self._frame_seconds < FRAME_SECONDS:
            return
        if self._heartbeat_seconds is None or now - self._heartbeat_seconds >= HEARTBEAT_SECONDS:
            self._heartbeat_seconds = now
            self._send(encode("heartbeat", session=self._session), now)
            return
        frame = self._requests.due(now) if self._link is StudioLink.CONNECTED else None
        if frame is not None:
            self._send(frame, now)

    def _send(self, frame: bytes, now: float) -> None:
        self._output.send(frame)
        self._frame_seconds = now

    def _absence(self) -> FLStudioError:
        """Why nobody is there, as far as can be told from here."""
        if self._link is StudioLink.FOREIGN:
            return FLStudioError(
                f"the script in FL Studio speaks protocol {self._foreign}",
                f"protocol {PROTOCOL}",
                INSTALL_CURE,
            )
        if self._link is StudioLink.LOST:
            return FLStudioError(
                f"FL Studio has not answered for {self._clock.now() - self._spoken_seconds:.0f} s",
                "its script to answer twice a second",
                "check whether FL Studio is still running and its MIDI ports are enabled",
            )
        return FLStudioError(
            "FL Studio does not answer",
            "its script JamBot on the other end of the cables",
            CABLE_CURE,
        )


def _transport(state: FLState) -> str:
    return "it plays" if state.playing else "it stands still"
