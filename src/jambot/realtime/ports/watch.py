"""The thread in which ports are opened, watched, opened again and closed."""

import threading
import time
from collections.abc import Callable

from jambot.realtime.ports.select import Ports

LOOK_SECONDS = 0.25
"""How often it is looked who has gone and who is back, unless a back end has news before that."""
SETTLE_SECONDS = 0.02
"""News comes in flocks: a program that ends takes out its cables, then its ports, then itself."""
CLOSE_SECONDS = 2.0
"""How long the end waits for a look under way; a driver that hangs longer is left to the system."""


class PortWatch:
    """Ports that come back when a cable is pulled or a server dies, for as long as this is open.

    PortError and UsageError as `open` raises them.

    Threads: everything that may take long happens in one of its own, from opening to closing:
    CoreMIDI tells only the thread that opened the first port of new devices. The thread of whoever
    made this uses the ports and is never waited for; see `lasting` and `jack_port`.
    """

    def __init__(self, open: Callable[[], Ports]) -> None:
        self._open = open
        self._ports: Ports | None = None
        self._refusal: Exception | None = None
        self.trouble: Exception | None = None
        """What last went wrong while looking, None as a rule."""
        self._opened = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="jambot ports", daemon=True)
        self._thread.start()
        self._opened.wait()
        if self._refusal is not None:
            raise self._refusal

    @property
    def ports(self) -> Ports:
        """What was opened."""
        assert self._ports is not None
        return self._ports

    def close(self) -> None:
        """End every sounding note and let go; the ports must not be in use any more."""
        self._ending = True
        self.ports.news.set()
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        try:
            ports = self._ports = self._open()
        except Exception as refusal:  # raised again where it was asked for
            self._refusal = refusal
            return
        finally:
            self._opened.set()
        while not self._ending:
            if ports.news.wait(LOOK_SECONDS) and not self._ending:
                time.sleep(SETTLE_SECONDS)
            ports.news.clear()
            if not self._ending:
                self._look(ports)
        ports.close()

    def _look(self, ports: Ports) -> None:
        for look in ports.looks:
            try:
                look()
            except Exception as trouble:  # whatever a driver does, the next look is taken
                self.trouble = trouble
