"""The machine a session or an exam ran on, as reports name it."""

import platform


def this_machine() -> dict[str, str]:
    """System, processor architecture and Python version; nothing that names its owner."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "python": platform.python_version(),
    }
