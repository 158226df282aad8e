from __future__ import annotations

import subprocess
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.blender.process import Blender


def test_the_built_zip_is_a_valid_extension_that_blender_installs(
    blender_without_packages: Blender,
) -> None:
    found = blender_without_packages.run(
        """
        import addon_utils
        modules = [module for module in addon_utils.modules() if "lumiphone" in module.__name__]
        result = {module.__name__: module.bl_info["name"] for module in modules}
        """,
        enable=False,
    )
    assert found == {"bl_ext.user_default.lumiphone": "Lumiphone"}


def test_the_add_on_can_be_enabled_and_disabled(blender_without_packages: Blender) -> None:
    found = blender_without_packages.run(
        """
        import addon_utils
        there = hasattr(bpy.types.Scene, "lumiphone")
        addon_utils.disable("bl_ext.user_default.lumiphone")
        result = [there, hasattr(bpy.types.Scene, "lumiphone")]
        """
    )
    assert found == [True, False]


def test_the_private_packages_run_the_carried_pack_and_are_unknown_to_blender(
    blender: Blender, carried_pack: str
) -> None:
    found = blender.run(
        """
        import importlib.util, json, subprocess, sys
        from pathlib import Path
        bundle = Path(bpy.utils.user_resource("EXTENSIONS"), "user_default", "lumiphone")
        home = Path(bpy.utils.extension_path_user("bl_ext.user_default.lumiphone", create=True))
        sys.path.insert(0, str(bundle))
        from addon.runtime import Runtime
        runtime = Runtime(bundle, home)
        doctor = subprocess.run(
            runtime.command("engine", "doctor", "--json"), capture_output=True, text=True)
        result = {
            "ready": runtime.ready,
            "doctor": json.loads(doctor.stdout.splitlines()[-1]),
            "seen by Blender": importlib.util.find_spec("onnxruntime") is not None,
        }
        """,
        enable=False,
    )
    assert found["ready"]
    assert not found["seen by Blender"]
    assert [pack["id"] for pack in found["doctor"]["packs"]] == [carried_pack]
    assert all(found["doctor"]["libraries"].values())


def test_a_plain_script_with_the_add_on_comes_to_its_end(
    blender_without_packages: Blender,
) -> None:
    script = """
        import bpy
        import addon_utils
        addon_utils.enable("bl_ext.user_default.lumiphone", default_set=True)
        print("generate" in dir(bpy.ops.lumiphone))
    """
    done = subprocess.run(
        [str(blender_without_packages.python), "-c", textwrap.dedent(script)],
        env=blender_without_packages.environment,
        check=True,
        timeout=240,
        capture_output=True,
        text=True,
    )
    assert "True" in done.stdout.splitlines()
    assert "Traceback" not in done.stderr
