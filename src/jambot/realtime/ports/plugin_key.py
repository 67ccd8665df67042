"""The file by which a plugin and its engine find and know each other, and nobody else does.

One line, `jambot-plugin 1 PORT TOKEN`, in the folder of what is a user's own. Whoever can read that
folder may play along; the plugin reads the file and never writes it.
"""

import os
import re
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from jambot.assets.own_styles import own_folder
from jambot.errors import PortError
from jambot.storage import write_whole

KEY_FILE = "plugin.key"
LOOPBACK = "127.0.0.1"
KEY_LINE = re.compile(r"jambot-plugin 1 (\d{1,5}) ([0-9a-f]{32})\s*")


@dataclass(frozen=True, slots=True)
class PluginKey:
    """The port at which the engine listens on loopback, and the word of sixteen bytes."""

    port: int
    token: bytes

    @property
    def line(self) -> str:
        """As it stands in the file."""
        return f"jambot-plugin 1 {self.port} {self.token.hex()}\n"


def key_path() -> Path:
    """Where the key lies, or would."""
    return own_folder() / KEY_FILE


def read_key() -> PluginKey | None:
    """The key of this user; None where there is none, or none that can be read."""
    try:
        found = KEY_LINE.fullmatch(key_path().read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    if found is None or not 0 < int(found[1]) < 65536:
        return None
    return PluginKey(int(found[1]), bytes.fromhex(found[2]))


def make_key() -> PluginKey:
    """A new key, for a port that is free now, in the place of any other. PortError on a full disk.

    Only the user may read it: by the file's mode, on Windows by the folder it lies in.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((LOOPBACK, 0))
        key = PluginKey(free.getsockname()[1], secrets.token_bytes(16))
    path = key_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        before = os.umask(0o077) if os.name == "posix" else None
        try:
            write_whole(path, key.line)
        finally:
            if before is not None:
                os.umask(before)
    except OSError as error:
        raise PortError(
            f"{path}: {error.strerror}",
            "a folder of one's own to write the plugin's key to",
            "make room or give yourself the folder, or name another with JAMBOT_HOME",
        ) from error
    return key
