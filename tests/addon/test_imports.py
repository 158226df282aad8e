from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import addon

EDITORS_PART = (
    *("boot", "errors", "host", "installation", "launcher", "link", "marker_names", "messages"),
    *("resolve.__main__", "resolve.menu", "runtime"),
)
FACES = ("PyQt6", "pyqtgraph", "bpy", "numpy", "av", "cv2", "onnxruntime", "torch")

OWN = ("__main__", "__mp_main__")  # the process itself, by the names that Python gives it
TELL = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"


def loaded(code: str, *switches: str, folder: Path) -> set[str]:
    """Top-level modules that a fresh process has loaded after running ``code`` in a folder."""
    done = subprocess.run(
        [sys.executable, *switches, "-c", f"{code}\n{TELL}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", EDITORS_PART)
def test_in_an_editor_our_part_is_standard_library_only_whatever_its_package_is_called(
    module: str, tmp_path: Path
) -> None:
    # As Blender has it: bl_ext.user_default.lumiphone.addon, and no package of ours on the path.
    package = tmp_path / "bl_ext" / "lumiphone"
    package.mkdir(parents=True)
    (package / "addon").symlink_to(Path(addon.__file__).parent, target_is_directory=True)
    code = f"import sys; sys.path.insert(0, '.'); import bl_ext.lumiphone.addon.{module}"
    others = loaded(code, "-I", "-S", folder=tmp_path) - set(sys.stdlib_module_names)
    assert others - {*OWN} == {"bl_ext"}


def test_the_panel_s_session_loads_no_window_and_nothing_heavy() -> None:
    root = Path(addon.__file__).parents[1]
    modules = loaded("import addon.panel.__main__", folder=root)
    assert {"addon", "engine"} <= modules
    assert modules.isdisjoint(FACES)
