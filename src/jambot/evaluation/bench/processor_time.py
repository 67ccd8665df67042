"""How much processor time a program and the processes it started have used."""

import importlib
import os
from pathlib import Path
from typing import Any


def time_of_tree(pid: int) -> float | None:
    """Seconds of one core that process `pid` and all below it have used so far.

    Read from `/proc` where there is one, else by `psutil` where that is installed (it comes with
    the extras `train` and `dev`); None where neither can tell.
    """
    if Path("/proc/self/stat").is_file():
        return _from_proc(pid)
    try:
        psutil = importlib.import_module("psutil")
    except ImportError:
        return None
    return _from_psutil(psutil, pid)


def _from_proc(pid: int) -> float | None:
    """User and system time of everything whose chain of parents leads to `pid`."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # The name in brackets may hold blanks and brackets: what follows the last one is plain.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        parents[int(folder.name)] = int(fields[1])
        ticks[int(folder.name)] = int(fields[11]) + int(fields[12])
    if pid not in ticks:
        return None
    below = {pid}
    while grown := {child for child, parent in parents.items() if parent in below} - below:
        below |= grown
    return sum(ticks[one] for one in below) / float(os.sysconf("SC_CLK_TCK"))


def _from_psutil(psutil: Any, pid: int) -> float | None:
    try:
        root = psutil.Process(pid)
        used = [process.cpu_times() for process in (root, *root.children(recursive=True))]
    except psutil.Error:
        return None
    return float(sum(times.user + times.system for times in used))
