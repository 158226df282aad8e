"""Runs inside the Python that has bpy: one script of a test, its result into a JSON file."""

import atexit
import json
import os
import runpy
import sys
import threading
import traceback
from pathlib import Path
from typing import NoReturn

import bpy

MODULE = "bl_ext.user_default.lumiphone"


def main() -> None:
    import addon_utils  # noqa: PLC0415 - appears with bpy

    script, answer, enable, arguments = sys.argv[1:]
    if enable == "1":
        addon_utils.enable(MODULE, default_set=True)
        if not addon_utils.check(MODULE)[1]:
            sys.exit(f"{MODULE} could not be enabled (its traceback stands above)")
    names = runpy.run_path(script, {"bpy": bpy, "arguments": json.loads(arguments)})
    unfinished = Path(answer).with_suffix(".unfinished")
    unfinished.write_text(json.dumps(names.get("result")), "utf-8")
    unfinished.replace(answer)


def leave(status: int) -> NoReturn:
    """End as Python does: wait for threads, call what atexit knows.

    Without what follows in a common end: the bpy module of 4.5 hangs there for ever once an add-on
    has registered a handler (it waits for a thread of its sound system). Blender itself does not.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


try:
    main()
except SystemExit as end:
    print(end, file=sys.stderr)  # noqa: T201 - the test shows it
    leave(1)
except BaseException:  # noqa: BLE001 - the process's edge
    traceback.print_exc()
    leave(1)
leave(0)
