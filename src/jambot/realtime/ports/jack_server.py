"""The JACK library and its server: loading, opening a client, asking for names.

A server is never started here: a musician starts JACK, or has none.
"""

import importlib
from typing import Any

from jambot.errors import PortError, add_extra


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
    jack.set_error_function(_say_nothing)
    jack.set_info_function(_say_nothing)
    return jack


def open_client(jack: Any, name: str) -> Any:
    """A new, inactive client on the running server; PortError where none runs."""
    try:
        return jack.Client(name, no_start_server=True)
    except jack.JackError as error:
        raise PortError(
            "no JACK server is running, or it does not answer",
            "a running JACK server",
            "start JACK (qjackctl, or jackd -d alsa), or use --backend rtmidi",
        ) from error


def peer_names(client: Any, is_physical: bool = False) -> tuple[list[str], list[str]]:
    """Full names of the MIDI ports to hear and of those to play to, the client's own left out."""
    own = f"{client.name}:"
    sources = client.get_ports(is_midi=True, is_output=True, is_physical=is_physical)
    sinks = client.get_ports(is_midi=True, is_input=True, is_physical=is_physical)
    return (
        [port.name for port in sources if not port.name.startswith(own)],
        [port.name for port in sinks if not port.name.startswith(own)],
    )


def _say_nothing(message: str) -> None:
    """What libjack would print on the terminal is told by PortError and `alive`."""
