"""Silence, at once, on every instrument that can be reached."""

from jambot.control.doctor.check import Check, State
from jambot.errors import PortError
from jambot.music.midi import ALL_NOTES_OFF, ALL_SOUND_OFF, SUSTAIN, control
from jambot.realtime.clock import Clock, SystemClock
from jambot.realtime.ports import OutputPort, list_ports
from jambot.realtime.ports.jack_port import JackOutput, JackPatch
from jambot.realtime.ports.rtmidi_port import RtMidiBackend

CHANNELS = range(16)
LEAVE_SECONDS = 0.5
"""A closed port forgets what has not left yet, so that long is waited for it."""


def panic() -> list[Check]:
    """Lift the pedal and end every note on all channels of every output; one check for each.

    A port that another program holds is told as broken and passed over.
    """
    clock = SystemClock()
    outputs = [(port.backend, port.name) for port in list_ports() if port.direction == "out"]
    return [_silence(backend, name, clock) for backend, name in outputs]


def _silence(backend: str, name: str, clock: Clock) -> Check:
    try:
        port = _open(backend, name, clock)
    except PortError as error:
        return Check.refused(name, error)
    controls = (SUSTAIN, ALL_NOTES_OFF, ALL_SOUND_OFF)
    messages = [control(off, 0, channel) for channel in CHANNELS for off in controls]
    left, end = 0, clock.now() + LEAVE_SECONDS
    try:
        for message in messages:
            port.send(message)
        while (left := left + len(port.sent())) < len(messages) and clock.now() < end:
            clock.sleep_until(clock.now() + LEAVE_SECONDS / 100, spin=False)
    finally:
        port.close()
    if left < len(messages):
        return Check(name, State.BROKEN, "it accepts nothing", "turn the instrument off and on")
    return Check(name, State.GOOD, f"all notes off, {backend}")


def _open(backend: str, name: str, clock: Clock) -> OutputPort:
    if backend == "jack":
        patch = JackPatch(clock, "jambot-panic")
        try:
            patch.connect(None, name)
        except PortError:
            patch.close()
            raise
        return JackOutput(patch)
    return RtMidiBackend().open_output(name, clock)[0]
