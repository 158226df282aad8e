"""Memory: what is free, and giving back what is no longer used."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")


class _Status(ctypes.Structure):
    """Windows' MEMORYSTATUSEX."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        ("total", ctypes.c_uint64),
        ("available", ctypes.c_uint64),
        ("rest", ctypes.c_uint64 * 5),
    )


def available() -> int | None:
    """Return the bytes that programs can still take; None where the system does not say."""
    if sys.platform == "win32":
        status = _Status(length=ctypes.sizeof(_Status))
        told = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status.available) if told else None
    try:
        lines = _MEMINFO.read_text("ascii").splitlines()
    except OSError:
        return None
    return next((int(x.split()[1]) * 1024 for x in lines if x.startswith("MemAvailable:")), None)


def give_back() -> None:
    """Return to the system what was freed.

    Without this the GNU C library keeps nearly all that a model took; others give it back unasked.
    """
    gc.collect()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
