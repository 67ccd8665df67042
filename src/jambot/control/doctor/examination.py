"""Every check in turn."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from jambot import __version__
from jambot.control.doctor.check import Check, DoctorWishes, State
from jambot.control.doctor.machine import machine_checks
from jambot.control.doctor.player import player_checks
from jambot.control.doctor.plugin import plugin_checks
from jambot.control.doctor.ports import port_checks
from jambot.control.doctor.studio import studio_checks

Checking = Callable[[DoctorWishes], Iterator[Check]]
PARTS: tuple[tuple[str, Checking], ...] = (
    ("machine", machine_checks),
    ("ports", port_checks),
    ("plugin", plugin_checks),
    ("FL Studio", studio_checks),
    ("player", player_checks),
)


def examine(wishes: DoctorWishes, said: Callable[[str], None] = lambda words: None) -> list[Check]:
    """Every check there is, in about ten seconds; `said` is told what is looked at."""
    found: list[Check] = []
    for words, checking in PARTS:
        said(words)
        found += _all_of(words, checking, wishes)
    return found


def may_jam(checks: list[Check]) -> bool:
    """Whether nothing is broken."""
    return all(check.state is not State.BROKEN for check in checks)


def as_dict(checks: list[Check]) -> dict[str, Any]:
    """The whole screen in plain JSON values."""
    rows = [asdict(check) for check in checks]
    return {"version": __version__, "may_jam": may_jam(checks), "checks": rows}


def _all_of(words: str, checking: Checking, wishes: DoctorWishes) -> list[Check]:
    """What these checks found; one that fails in a way nobody foresaw is a finding too."""
    found: list[Check] = []
    try:
        for check in checking(wishes):
            found.append(check)
    except Exception as error:  # whatever is wrong with this machine, the other checks go on
        what = f"{type(error).__name__}: {error}"
        found.append(
            Check(words, State.BROKEN, what, "please report it, with the words on this line")
        )
    return found
