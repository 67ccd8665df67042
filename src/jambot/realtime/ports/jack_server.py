"""The JACK library and its server: loading, opening a client, asking for names.

A server is never started here: a musician starts JACK, or has none.
"""

import importlib
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from jambot.errors import PortError, add_extra

ASKED_AGAIN = 5
"""So often ports are asked for while others come and go, and a client by a server that is busy."""
PAUSE_SECONDS = 0.2
"""Between two requests for a client."""

_said: deque[str] = deque(maxlen=1)
"""What libjack complained of last."""


def load_jack() -> Any:
    """The `jack` module, with the library's own printing turned off.

    PortError where the Python package or libjack is missing.
    """
    try:
        jack = importlib.import_module("jack")
    except (ImportError, OSError) as error:
        raise PortError(
            f"JACK cannot be used here ({error})",
            "libjack and the Python package JACK-Client",
            f"install JACK (Debian: jackd2), {add_extra('jack')}, or use --backend rtmidi",
        ) from error
    jack.set_error_function(_said.append)
    jack.set_info_function(_say_nothing)
    return jack


def open_client(jack: Any, name: str) -> Any:
    """A new, inactive client on the running server.

    A server that is there and does not answer is asked again for a second. PortError where none
    runs, where it goes on like that, and where it refuses, with what libjack says of it.
    """
    said = ""
    for asked in range(ASKED_AGAIN):
        if asked:
            time.sleep(PAUSE_SECONDS)
        try:
            return jack.Client(name, no_start_server=True)
        except jack.JackOpenError as error:
            if error.status.server_failed:
                raise PortError(
                    "no JACK server is running",
                    "a running JACK server",
                    "start JACK (qjackctl, or jackd -d alsa), or use --backend rtmidi",
                ) from error
            said = " ".join(_said) or str(error)
            if not error.status.server_error:
                break
    raise PortError(
        f"JACK accepts no new client ({said})",
        "a server that answers",
        "start JACK again (qjackctl, or jackd -d alsa), or use --backend rtmidi",
    )


def peer_names(client: Any, is_physical: bool = False) -> tuple[list[str], list[str]]:
    """Full names of the MIDI ports to hear and of those to play to, the client's own left out."""
    own = f"{client.name}:"
    which = {"is_midi": True, "is_physical": is_physical}
    sources = names_of(lambda: client.get_ports(is_output=True, **which))
    sinks = names_of(lambda: client.get_ports(is_input=True, **which))
    return (
        [name for name in sources if not name.startswith(own)],
        [name for name in sinks if not name.startswith(own)],
    )


def names_of(ask: Callable[[], Iterable[Any]]) -> list[str]:
    """Full names of the ports that `ask` lists.

    The library lists names, then looks each of them up, and fails where a port has gone in between:
    then it is asked again. PortError where that never ends.
    """
    for _ in range(ASKED_AGAIN):
        with suppress(load_jack().JackError):
            return [port.name for port in ask()]
    raise PortError(
        "JACK's ports come and go too fast to be listed",
        "ports that stay",
        "look what opens and closes them (qjackctl), and try again",
    )


def _say_nothing(message: str) -> None:
    """What libjack would tell a terminal is no fault."""
