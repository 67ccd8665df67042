"""The cables to FL Studio, opened and closed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from jambot.control.fl_studio.clock import FLClock
from jambot.control.fl_studio.studio import FLStudio
from jambot.realtime.clock import Clock, SystemClock
from jambot.realtime.ports import InputPort, PortWatch, open_ports

Hear = Callable[[InputPort, Clock], InputPort]


@contextmanager
def following(backend: str, cables: tuple[str, str], hear: Hear) -> Iterator[Hear]:
    """What hears what `hear` does and FL Studio's beat too; the cables are opened when it first
    does, and stay.
    """
    with ExitStack() as cleaning:
        studio: FLStudio | None = None

        def hear_both(port: InputPort, clock: Clock) -> InputPort:
            nonlocal studio
            if studio is None:
                studio = cleaning.enter_context(open_studio(backend, *cables, clock))
            return FLClock(hear(port, clock), studio, clock.now)

        yield hear_both


@contextmanager
def open_studio(
    backend: str, in_name: str | None, out_name: str | None, clock: Clock | None = None
) -> Iterator[FLStudio]:
    """The other end of the cables that these names mean; PortError where one is not there.

    A cable that is taken out comes back as a jam's ports do.
    """
    clock = clock or SystemClock()
    watch = PortWatch(partial(open_ports, backend, in_name, out_name, clock))
    try:
        studio = FLStudio(watch.ports.input, watch.ports.output, clock)
        try:
            yield studio
        finally:
            studio.close()
    finally:
        watch.close()
