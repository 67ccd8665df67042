"""A cable that leads back here, measured: how long a message takes, and how evenly they come."""

from dataclasses import dataclass

from jambot.evaluation.take.kpi import Latency
from jambot.realtime.clock import Clock
from jambot.realtime.ports import InputPort, OutputPort
from jambot.realtime.priority import STAGE, priority_for

PROBE_STATUS, PROBE_CONTROL = 0xBF, 119
"""A control change that MIDI leaves undefined, on channel 16: no instrument sounds or moves."""
PROBES = 100
APART_SECONDS = 0.0137
"""Another place in a driver's period each time."""
AHEAD_SECONDS = 0.02
WAIT_SECONDS = 0.5
"""For the last of them; what comes later counts as lost."""


@dataclass(frozen=True, slots=True)
class Cable:
    """What came back of the probes; `lost` did not.

    `latency_ms` is from sending at once to arrival. `jitter_ms` is how far from the median of their
    delays messages come that are sent as the stage sends notes: ahead, where the port can.
    """

    latency_ms: Latency
    jitter_ms: Latency
    lost: int


def measure_cable(source: InputPort, sink: OutputPort, clock: Clock) -> Cable:
    """Send `PROBES` messages into `sink` and await them at `source`; two seconds."""
    with priority_for(STAGE):
        arrived, due, ahead = _probe_cable(source, sink, clock)
    took_ms = {number: (at - due[number]) * 1e3 for number, at in arrived.items()}
    at_once = [took for number, took in took_ms.items() if number not in ahead]
    as_notes = [took for number, took in took_ms.items() if number in ahead] or at_once
    middle = Latency.of(as_notes).p50 or 0.0
    jitter = Latency.of([abs(took - middle) for took in as_notes])
    return Cable(Latency.of(at_once), jitter, PROBES - len(arrived))


def _probe_cable(
    source: InputPort, sink: OutputPort, clock: Clock
) -> tuple[dict[int, float], list[float], set[int]]:
    """When each probe arrived and was due, by its number, and which were sent ahead."""
    source.poll()
    start = clock.now() + 2 * AHEAD_SECONDS
    due = [start + number * APART_SECONDS for number in range(PROBES)]
    arrived: dict[int, float] = {}
    ahead = {number for number in range(PROBES) if sink.schedules_ahead and number % 2}
    for number, at in enumerate(due):
        if number in ahead:
            clock.sleep_until(at - AHEAD_SECONDS, spin=False)
            sink.send(_probe(number), at)
        else:
            clock.sleep_until(at)
            sink.send(_probe(number))
        _gather(source, arrived)
    end = due[-1] + WAIT_SECONDS
    while len(arrived) < PROBES and clock.now() < end:
        clock.sleep_until(clock.now() + APART_SECONDS, spin=False)
        _gather(source, arrived)
    return arrived, due, ahead


def _probe(number: int) -> bytes:
    return bytes((PROBE_STATUS, PROBE_CONTROL, number))


def _gather(source: InputPort, arrived: dict[int, float]) -> None:
    for message in source.poll():
        if message.data[:2] == bytes((PROBE_STATUS, PROBE_CONTROL)):
            arrived.setdefault(message.data[2], message.seconds)
