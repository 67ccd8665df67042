"""The doctor's look at FL Studio: the steps of docs/fl_studio.md, and which of them fails."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from jambot.control.doctor.check import Check, DoctorWishes, State
from jambot.control.fl_studio.install import SCRIPT, hardware_folder, inspect, shipped_version
from jambot.control.fl_studio.link import open_studio
from jambot.control.fl_studio.studio import INSTALL_CURE, FLStudio
from jambot.errors import FLStudioError, PortError, UsageError


def studio_checks(wishes: DoctorWishes) -> Iterator[Check]:
    """The script's place; with the cables named, the talk over them too."""
    yield installed(wishes.fl_folder, wanted=wishes.fl is not None)
    if wishes.fl is not None:
        yield from talk(partial(open_studio, wishes.backend, *wishes.fl))


def installed(folder: Path | None, wanted: bool = False) -> Check:
    """Whether FL Studio has been here (step 3) and which script it has, beside ours (step 4).

    Where it was not looked for by `folder` and is not `wanted`, none is no fault.
    """
    name = "FL Studio"
    try:
        path = hardware_folder(folder) / SCRIPT
        there = inspect(path)
    except UsageError as error:
        if folder is None and not wanted:
            return Check(name, State.ABSENT, error.found)
        cure = "step 3: start FL Studio once, or name its user data folder with --fl-folder"
        state = State.WEAK if folder is None else State.BROKEN
        return Check(name, state, error.found, cure)
    shipped = shipped_version()
    figures = {"installed": there.version if there else None, "shipped": shipped}
    if there is None:
        cure = "step 4: jambot fl install"
        return Check(name, State.WEAK, "its script is not installed", cure, figures)
    found = f"script {there.version}, this JAM_BOT has {shipped}"
    if not there.own:
        cure = "step 4: keep a copy of it, then jambot fl install --force"
        return Check(name, State.WEAK, f"{found}; changed by hand", cure, figures)
    if there.version is None or there.version < shipped:
        cure = "step 4: jambot fl install, then restart FL Studio"
        return Check(name, State.WEAK, found, cure, figures)
    if there.version > shipped:
        return Check(name, State.WEAK, found, "upgrade JAM_BOT", figures)
    return Check(name, State.GOOD, found, figures=figures)


def talk(link: Callable[[], AbstractContextManager[FLStudio]]) -> Iterator[Check]:
    """The cables (step 2), the script at their other end (6 to 8) and its age, a channel (9)."""
    try:
        with link() as studio:
            yield Check("FL cables", State.GOOD, "both are there")
            status = studio.connect()
    except PortError as error:
        cure = f"step 2: {error.cure}"
        yield Check("FL cables", State.BROKEN, error.found, cure)
        return
    except FLStudioError as error:
        step = "step 4" if error.cure == INSTALL_CURE else "steps 6 and 7"
        yield Check("FL link", State.BROKEN, error.found, f"{step}: {error.cure}")
        return
    state = status.state
    assert state is not None
    doing = "playing" if state.playing else "at rest"
    found = f"{status.fl_version}, {doing}, {state.bpm:g} bpm"
    yield _answered(status.script_version or "", found)
    if state.channel is None:
        cure = "step 9: put an instrument in the channel rack and click its name"
        yield Check("FL channel", State.WEAK, "none is selected: the solo has no sound", cure)
    else:
        yield Check("FL channel", State.GOOD, f"the solo sounds on {state.channel_name}")


def _answered(script: str, found: str) -> Check:
    """That it answered; another script than ours may lie where FL Studio took it from."""
    name, shipped = "FL link", shipped_version()
    figures = {"answered": script, "shipped": shipped}
    if script == str(shipped):
        return Check(name, State.GOOD, found, figures=figures)
    found += f"; script {script or 'of no version'} answered, this JAM_BOT has {shipped}"
    newer = script.isdecimal() and int(script) > shipped
    cure = "upgrade JAM_BOT" if newer else "step 4: jambot fl install, then restart FL Studio"
    return Check(name, State.WEAK, found, cure, figures)
