"""Blenders for tests, with the built bundle installed as a user would install it.

A test asks for ``blender`` and runs once per version that is set up (4.5, 5.0, and 5.2 where Python
3.13 is at hand); others are skipped with the reason::

    def test_a_strip_is_found(blender: Blender, tmp_path: Path) -> None:
        found = blender.run(
            '''
            scene = bpy.context.scene            # the add-on is enabled by now
            result = {"tab": scene.lumiphone.prompt, "given": arguments[0]}
            ''',
            tmp_path,
            timeout=600,
        )
        assert found["given"] == str(tmp_path)

Each ``run`` is a new Blender process; settings, extension and the files you save stay for the rest
of the test. ``blender.start(script, ...)`` returns at once and ``.result(timeout)`` waits, for two
Blenders at once. Every test has fresh user settings with the bundle installed by
``bpy.ops.extensions.package_install_files`` and the private packages in place;
``blender_without_packages`` lacks the latter. ``blender.version`` is "4.5" and so on.

The bundle carries the base pack where there is one (``exported_models/``, or LUMIPHONE_PACKS), else
the tiny pack of the tests; the fixture ``carried_pack`` is its id.

Which Pythons have bpy: ``.venv-bpy-<version>`` in the tree (``make test`` makes them), or the
variable LUMIPHONE_TEST_BPY, a list of interpreters (separated like PATH). The private packages are
installed into ``.venv-runtime`` once and used again by later sessions.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addon.runtime import platform_name
from build_addon import Order, build
from engine.errors import PackError
from engine.packs.registry import DEFAULT_PACK, get_pack
from tests.blender.process import Blender
from tools.extension_check import find_programs

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
VERSIONS = ("4.5", "5.0", "5.2")
RUNTIME_HOME = ROOT / ".venv-runtime"
_VERSION = "import importlib.metadata as m; print('.'.join(m.version('bpy').split('.')[:2]))"
_INSTALL_BUNDLE = """
    bpy.ops.extensions.package_install_files(
        filepath=arguments[0], repo="user_default", enable_on_install=False
    )
"""
_INSTALL_PACKAGES = """
    import sys
    from pathlib import Path
    sys.path.insert(0, arguments[0])
    from addon.runtime import Runtime
    runtime = Runtime(Path(arguments[0]), Path(arguments[1]))
    runtime.install()
    result = str(runtime.packages)
"""


@pytest.fixture(scope="session")
def blender_pythons() -> dict[str, Path]:
    """The interpreters that have bpy, by Blender's version."""
    named = os.environ.get("LUMIPHONE_TEST_BPY", "").split(os.pathsep)
    found: dict[str, Path] = {}
    for python in [*(Path(name) for name in named if name), *find_programs(ROOT)]:
        asked = subprocess.run(
            [str(python), "-I", "-c", _VERSION], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0:
            found.setdefault(asked.stdout.strip(), python)
    return found


@pytest.fixture(scope="session")
def carried_pack() -> str:
    """The id of the pack in the bundle."""
    try:
        return get_pack(DEFAULT_PACK).manifest.id
    except PackError:
        return "tiny"


@pytest.fixture(scope="session")
def bundle(carried_pack: str, tiny_pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built extension."""
    output = tmp_path_factory.mktemp("bundle")
    with pytest.MonkeyPatch.context() as patch:
        if carried_pack == "tiny":
            patch.setenv("LUMIPHONE_PACKS", str(tiny_pack))
        return build(Order(platform_name(), (carried_pack,), carry_wheels=False, output=output))


@pytest.fixture(scope="session")
def installations(
    bundle: Path, blender_pythons: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Blender]:
    """Gives the Blender of a version with the bundle installed; copy it before using it."""

    @functools.cache
    def installation(version: str) -> Blender:
        if version not in blender_pythons:
            pytest.skip(
                f"no Python with bpy {version} (make test sets it up: .venv-bpy-{version};"
                " LUMIPHONE_TEST_BPY names others)"
            )
        folder = tmp_path_factory.mktemp(f"blender-{version}-")
        blender = Blender(version, blender_pythons[version], folder / "resources", folder)
        blender.resources.mkdir()
        blender.run(_INSTALL_BUNDLE, bundle, enable=False)
        return blender

    return installation


@pytest.fixture(scope="session")
def private_packages(installations: Callable[[str], Blender]) -> Callable[[str], Path]:
    """Gives the folder of the private packages for a version's Python, installed when needed."""

    @functools.cache
    def packages(version: str) -> Path:
        blender = installations(version)
        extension = blender.resources / "extensions" / "user_default" / "lumiphone"
        folder = blender.run(_INSTALL_PACKAGES, extension, RUNTIME_HOME, enable=False, timeout=600)
        return Path(folder)

    return packages


@pytest.fixture(params=VERSIONS)
def blender_without_packages(
    request: pytest.FixtureRequest, installations: Callable[[str], Blender], tmp_path: Path
) -> Blender:
    """A Blender in which the add-on was just installed, and nothing else."""
    original = installations(request.param)
    folder = tmp_path / f"blender-{original.version}"
    shutil.copytree(original.resources, folder / "resources")
    return replace(original, resources=folder / "resources", folder=folder)


@pytest.fixture
def blender(blender_without_packages: Blender, private_packages: Callable[[str], Path]) -> Blender:
    """A Blender in which the add-on is installed with its private packages."""
    fresh = blender_without_packages
    packages = private_packages(fresh.version)
    home = fresh.resources / "extensions" / ".user" / "user_default" / "lumiphone"
    home.mkdir(parents=True, exist_ok=True)
    (home / packages.name).symlink_to(packages, target_is_directory=True)
    return fresh
