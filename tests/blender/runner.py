"""Runs inside the Python that has bpy: one script of a test, its result into a JSON file."""

import json
import runpy
import sys
from pathlib import Path

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


main()
