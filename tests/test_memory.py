from __future__ import annotations

import subprocess
import sys

import pytest

from tests.command_line import ROOT

_HOARD = """\
import resource
from pathlib import Path
from engine.memory import give_back

def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20

hoard = [bytes([k % 256]) * 100_000 for k in range(2000)]  # too small for mappings of their own
pin = b"x" * 100_001  # so that the heap cannot just shrink
held = resident()
del hoard
give_back()
print(held - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the memory used")
def test_what_was_freed_goes_back_to_the_system() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _HOARD], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) > 150  # MiB of 190
