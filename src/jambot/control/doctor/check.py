"""One part of a set-up: how it is, what was found, what to do."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from jambot.errors import JamBotError


class State(StrEnum):
    """How a part is; only `BROKEN` keeps a jam from being played."""

    GOOD = "good"
    WEAK = "weak"
    BROKEN = "broken"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Check:
    """One part: what was found, and what to do where it is not good.

    `cure` is empty where nothing needs one; `figures` are what was measured, in the units of their
    names.
    """

    name: str
    state: State
    found: str
    cure: str = ""
    figures: dict[str, Any] | None = None

    @classmethod
    def refused(cls, name: str, error: JamBotError) -> "Check":
        """A part that raised an error of ours."""
        return cls(name, State.BROKEN, error.found, error.cure or f"expected {error.expected}")


@dataclass(frozen=True, slots=True)
class DoctorWishes:
    """What is to be looked at: the ports and the adapter of the jam to come.

    `clock_in` is where a host gives its clock, if not among the keys. `loopback` names the two ends
    of a cable that leads back here: where it is heard, and where it is played into. `takes` is
    where takes go; `fl_folder` FL Studio's user data, if it was moved; `fl` the cables from and to
    its script.
    """

    backend: str = "auto"
    in_name: str | None = None
    out_name: str | None = None
    clock_in: str | None = None
    loopback: tuple[str, str] | None = None
    adapter: str = "piano"
    takes: Path = Path("takes")
    fl_folder: Path | None = None
    fl: tuple[str, str] | None = None
