"""How much memory this process holds, and has held, on every system, without a library."""

import ctypes
import sys
from pathlib import Path

MB = 1_000_000
_STATUS = Path("/proc/self/status")


def peak_memory_bytes() -> int:
    """Peak resident memory of this process, in bytes; 0 where the system does not tell."""
    if sys.platform == "win32":
        return _windows_counters().peak_working_set
    # getrusage would count what the parent held when it started us.
    return _linux_status("VmHWM") if _STATUS.is_file() else _rusage_peak()


def memory_bytes() -> int:
    """Resident memory of this process now, in bytes; where only the peak is told, that."""
    if sys.platform == "win32":
        return _windows_counters().working_set
    return _linux_status("VmRSS") if _STATUS.is_file() else _rusage_peak()


def _linux_status(name: str) -> int:
    for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


def _rusage_peak() -> int:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class _Counters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of the Windows API."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("page_faults", ctypes.c_uint32),
        ("peak_working_set", ctypes.c_size_t),
        ("working_set", ctypes.c_size_t),
        ("others", ctypes.c_size_t * 6),
    )


def _windows_counters() -> _Counters:
    """All zero where the system does not tell."""
    counters = _Counters()
    counters.size = ctypes.sizeof(counters)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo(
        ctypes.c_void_p(kernel.GetCurrentProcess()), ctypes.byref(counters), counters.size
    )
    return counters
