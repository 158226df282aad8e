from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from addon.runtime import InstallError, Runtime
from tests.addon.tiny_wheel import write_libraries, write_lock, write_wheel

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle that carries its wheels."""
    bundle = tmp_path / "bundle"
    write_lock(bundle, write_libraries(bundle / "wheels"))
    return bundle


@pytest.fixture
def runtime(bundle: Path, tmp_path: Path) -> Runtime:
    return Runtime(bundle, tmp_path / "home")


def refusal(runtime: Runtime) -> InstallError:
    """Return why it cannot be installed, after a look at what was left."""
    with pytest.raises(InstallError) as raised:
        runtime.install()
    assert not runtime.ready
    if runtime.home.is_dir():
        assert {path.name for path in runtime.home.iterdir()} <= {"install.log"}
    return raised.value


def test_carried_wheels_are_installed_without_a_network(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert runtime.wheels
    assert runtime.download == 0
    assert not runtime.packages.exists()
    runtime.install()
    assert runtime.ready
    assert (runtime.packages / "onnxruntime.py").is_file()
    assert sorted(path.name for path in runtime.home.iterdir()) == [
        "install.log",
        runtime.packages.name,
    ]


def test_wheels_that_are_not_carried_are_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = write_libraries(tmp_path / "server")
    write_lock(tmp_path / "bundle", wheels)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "server"))
    runtime = Runtime(tmp_path / "bundle", tmp_path / "home")
    assert runtime.download == sum(wheel.stat().st_size for wheel in wheels)
    runtime.install()
    assert runtime.ready


def test_what_is_installed_is_not_installed_again(runtime: Runtime) -> None:
    runtime.install()
    (runtime.packages / "mark").touch()
    runtime.install()
    assert (runtime.packages / "mark").exists()


def test_progress_grows_to_one_and_says_what_is_going_on(runtime: Runtime) -> None:
    told: list[tuple[float, str]] = []
    runtime.install(lambda fraction, text: told.append((fraction, text)))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert told[-1] == (1.0, "Installed")
    assert told[0][1] == "Checking the packages"


def test_a_cancelled_installation_leaves_nothing(runtime: Runtime) -> None:
    with pytest.raises(InstallError) as raised:
        runtime.install(cancelled=lambda: True)
    assert raised.value.reason == "cancelled"
    assert [path.name for path in runtime.home.iterdir()] == ["install.log"]


def test_a_wheel_with_another_checksum_is_refused(bundle: Path, runtime: Runtime) -> None:
    write_wheel(bundle / "wheels", "second", {"onnxruntime": "print('not ours')"})
    assert refusal(runtime).reason == "damaged"


def test_an_unreachable_server_is_named_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lock(tmp_path / "bundle", write_libraries(tmp_path / "server"))
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    fault = refusal(Runtime(tmp_path / "bundle", tmp_path / "home"))
    assert fault.reason == "offline"
    assert "internet" in fault.remedy
    assert "install.log" in fault.remedy


def test_a_python_that_there_are_no_packages_for_is_named(tmp_path: Path) -> None:
    runtime = Runtime(tmp_path, tmp_path / "home")
    fault = refusal(runtime)
    assert fault.reason == "unsupported"
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in fault.what
    assert runtime.fault is not None


def test_a_disk_without_the_space_is_refused_before_anything_happens(tmp_path: Path) -> None:
    write_lock(tmp_path / "bundle", write_libraries(tmp_path / "server"), size=10**17)
    fault = refusal(Runtime(tmp_path / "bundle", tmp_path / "home"))
    assert fault.reason == "no_space"
    assert not (tmp_path / "home" / "install.log").exists()


def test_a_home_that_cannot_be_made_is_named(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fault = refusal(Runtime(bundle, tmp_path / "file" / "home"))
    assert fault.reason == "not_writable"
    assert str(tmp_path / "file" / "home") in fault.what


def test_packages_that_do_not_load_are_not_kept(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    write_lock(bundle, write_libraries(bundle / "wheels", without="onnxruntime"))
    fault = refusal(Runtime(bundle, tmp_path / "home"))
    assert fault.reason == "failed"
    assert "onnxruntime" in fault.what


def test_two_editors_may_install_at_once(bundle: Path, tmp_path: Path) -> None:
    both = [Runtime(bundle, tmp_path / "home") for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(Runtime.install, both))
    assert both[0].ready
    assert len(list((tmp_path / "home").glob("packages-*"))) == 1
    assert not list((tmp_path / "home").glob("installing-*"))


def test_new_packages_replace_the_old_ones_of_this_python_alone(
    bundle: Path, runtime: Runtime
) -> None:
    runtime.install()
    other_python = runtime.home / "packages-cp27-0123456789ab"
    other_python.mkdir()
    write_lock(bundle, write_libraries(bundle / "wheels", "2.0"))
    newer = Runtime(bundle, runtime.home)
    newer.install()
    assert set(runtime.home.glob("packages-*")) == {newer.packages, other_python}


def test_what_a_killed_installation_left_is_removed_after_a_day(runtime: Runtime) -> None:
    old, recent = (runtime.home / f"installing-{name}" for name in ("old", "recent"))
    for folder in (old, recent):
        folder.mkdir(parents=True)
    yesterday = time.time() - 90_000
    os.utime(old, (yesterday, yesterday))
    runtime.install()
    assert not old.exists()
    assert recent.exists()


def test_settings_of_the_users_pip_that_choose_another_place_do_not_count(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_REQUIRE_VIRTUALENV", "1")
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "elsewhere"))
    runtime.install()
    assert runtime.ready
    assert not (tmp_path / "elsewhere").exists()


def test_a_command_sees_the_bundle_the_packages_and_the_standard_library_alone(
    runtime: Runtime, tmp_path: Path
) -> None:
    runtime.install()
    (tmp_path / "stranger").mkdir()
    witness = runtime.command("witness", "--flag", "two words")
    done = subprocess.run(
        witness,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "stranger")},
        capture_output=True,
        check=True,
    )
    seen = json.loads(done.stdout)
    assert seen["arguments"] == ["--flag", "two words"]
    assert seen["path"][:2] == [str(ROOT), str(runtime.packages)]
    assert not [path for path in seen["path"] if "site-packages" in path or "stranger" in path]
    assert (seen["isolated"], seen["site"], seen["utf8"]) == (1, False, 1)
    assert seen["sibling"] == [*witness[: witness.index("witness")], "json.tool", "x"]


def test_in_a_development_tree_siblings_are_plain_modules() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from addon.boot import sibling; print(sibling('m', 'a'))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == str([sys.executable, "-m", "m", "a"])
