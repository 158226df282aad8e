"""What the engine loads: nothing until it is needed, and never torch, Qt or an editor."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.command_line import ROOT, environment
from tests.flashes import flash_film

if TYPE_CHECKING:
    from pathlib import Path

FOREIGN = ("torch", "torchaudio", "PyQt6", "bpy", "engine.training", "scipy", "onnx", "matplotlib")
HEAVY = ("numpy", "av", "cv2", "onnxruntime", "tokenizers")


def loaded(code: str, packs: Path) -> set[str]:
    """Modules that a fresh process has loaded after running ``code``."""
    tell = "import sys; sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"],
        env=environment(packs),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return set(done.stderr.split())


def test_importing_the_engine_loads_nothing_heavy(tiny_pack: Path) -> None:
    modules = loaded("import engine", tiny_pack)
    assert "engine" in modules
    assert modules.isdisjoint(FOREIGN + HEAVY)


def test_help_loads_nothing_heavy(tiny_pack: Path) -> None:
    code = "from engine.cli import main\ntry: main(['generate', '--help'])\nexcept SystemExit: pass"
    modules = loaded(code, tiny_pack)
    assert "engine.commands.generate" in modules
    assert modules.isdisjoint(FOREIGN + HEAVY)


def test_making_a_take_loads_neither_torch_nor_an_editor(tiny_pack: Path, tmp_path: Path) -> None:
    film = flash_film(tmp_path)
    words = ["generate", str(film), "-o", str(tmp_path / "takes"), "--pack", "tiny", "--json"]
    modules = loaded(f"from engine.cli import main\nassert main({words}) == 0", tiny_pack)
    assert "onnxruntime" in modules
    assert modules.isdisjoint(FOREIGN)


def test_onnxruntime_reports_to_nobody_and_leaves_nothing(tiny_pack: Path, tmp_path: Path) -> None:
    places = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    kept = {n: v for n, v in environment(tiny_pack).items() if n != "ORT_DISABLE_TELEMETRY"}
    start = [sys.executable, "-c", "import engine.inference.session"]
    subprocess.run(start, env={**kept, **places}, cwd=ROOT, check=True, timeout=120)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
