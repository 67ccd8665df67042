"""The cables to FL Studio, opened and closed."""

from collections.abc import Iterator
from contextlib import contextmanager

from jambot.control.fl_studio import FLStudio
from jambot.realtime.clock import SystemClock
from jambot.realtime.ports import open_ports


@contextmanager
def open_studio(backend: str, in_name: str | None, out_name: str | None) -> Iterator[FLStudio]:
    """The other end of the cables that these names mean; PortError where one is not there."""
    clock = SystemClock()
    ports = open_ports(backend, in_name, out_name, clock)
    try:
        studio = FLStudio(ports.input, ports.output, clock)
        try:
            yield studio
        finally:
            studio.close()
    finally:
        ports.close()
