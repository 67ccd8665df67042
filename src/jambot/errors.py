"""Every error JAM_BOT raises on purpose.

::

    JamBotError                 one line: what was found, what was expected, what to do
    ├── UsageError              the call itself is wrong (exit code 2)
    │   └── ChartError          a chord chart holds what is not understood, and where
    ├── BadMidiError            a file is not MIDI, is broken, or holds no music
    ├── DatasetError            a role sample or dataset is incomplete or damaged
    ├── CheckpointError         weights, vocabulary and code do not belong together
    ├── GenerationError         the model cannot go on from this prompt
    ├── PortError               a MIDI port is missing, busy, or has gone
    └── FLStudioError           FL Studio does not answer, or does not do what it was asked

Nothing is raised on stage: there, lateness and faults are counted (see `jambot.realtime`).
"""

import sys

DISTRIBUTION = "jam-bot"
"""What pip calls JAM_BOT: `jambot` on PyPI is somebody else's."""


def add_extra(extra: str) -> str:
    """The command line that adds an extra to the Python that runs, and fetches no other JAM_BOT.

    Typed as it stands in any shell; PowerShell wants a `&` before a path with a space.
    """
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f'{python} -m pip install "{DISTRIBUTION}[{extra}]"'


class JamBotError(Exception):
    """A fault the user can correct; shown as its message alone, without a traceback."""

    exit_code = 1

    def __init__(self, found: str, expected: str = "", cure: str = "") -> None:
        self.found = found
        self.expected = expected
        self.cure = cure
        parts = [found]
        if expected:
            parts.append(f"expected {expected}")
        if cure:
            parts.append(f"what to do: {cure}")
        super().__init__("; ".join(parts))


class UsageError(JamBotError):
    """The call itself is wrong: an unknown name, a value out of range, a missing file."""

    exit_code = 2


class ChartError(UsageError):
    """A chord chart holds what is not understood.

    `marks` are (place in the text, length, nearest reading or ""), in order; of a link, in the
    chart that it holds.
    """

    def __init__(
        self, found: str, expected: str, cure: str, marks: tuple[tuple[int, int, str], ...]
    ) -> None:
        super().__init__(found, expected, cure)
        self.marks = marks


class BadMidiError(JamBotError):
    """A file is not MIDI, is broken, or holds no music."""


class DatasetError(JamBotError):
    """A role sample or a dataset is incomplete or damaged."""


class CheckpointError(JamBotError):
    """Weights, vocabulary and code do not belong together."""


class GenerationError(JamBotError):
    """The model cannot go on from this prompt."""


class PortError(JamBotError):
    """A MIDI port is missing, busy, or has gone."""


class FLStudioError(JamBotError):
    """FL Studio does not answer, or does not do what it was asked."""
