from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from engine.cli import main
from engine.feature_store import CACHE_VARIABLE
from engine.packs.registry import DEFAULT_PACK
from tests.feature_pack import write_feature_pack
from tests.flashes import flash_film
from tests.timeline.edits import twelve_clips
from tests.tiny_pack import write_tiny_pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.command_line import Lumiphone

# No deadline: a busy machine is no fault of the code.
settings.register_profile("lumiphone", deadline=None, max_examples=40)
settings.load_profile("lumiphone")


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of the tests is filed in the user's folders, whatever makes an engine first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which this test's features are filed; empty at first."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packs with the pack "tiny". All tests share it: copy it before changing it."""
    packs = tmp_path_factory.mktemp("packs")
    write_tiny_pack(packs)
    return packs


@pytest.fixture(scope="session")
def default_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packs with the tiny pack as the default: it hides the one that ships."""
    packs = tmp_path_factory.mktemp("default-packs")
    write_tiny_pack(packs, DEFAULT_PACK)
    return packs


@pytest.fixture(scope="session")
def feature_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packs with the pack "features", which has the form of MMAudio's."""
    packs = tmp_path_factory.mktemp("feature-packs")
    write_feature_pack(packs)
    return packs


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a red wall that lights up twice. All tests share it: they leave it alone."""
    return flash_film(tmp_path_factory.mktemp("films"))


@pytest.fixture(scope="session")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edit of twelve clips. All tests share it: they leave it alone."""
    return twelve_clips(tmp_path_factory.mktemp("reel"))


@pytest.fixture
def tiny_packs(tiny_pack: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the pack "tiny", where the program looks for packs."""
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tiny_pack))
    return tiny_pack


@pytest.fixture
def lumiphone(capsys: pytest.CaptureFixture[str], tiny_packs: Path) -> Lumiphone:
    """Run a command with --json and return its object; it must end with the given code."""
    assert tiny_packs.is_dir()

    def run(*words: str | Path, code: int = 0) -> dict[str, Any]:
        ended = main([*map(str, words), "--json"])
        output = capsys.readouterr()
        assert ended == code, output.err
        data: dict[str, Any] = json.loads(output.out.splitlines()[-1])
        return data

    return run


@pytest.fixture
def generate(lumiphone: Lumiphone, tmp_path: Path) -> Lumiphone:
    """Run `lumiphone generate` with the tiny pack and a seed into tmp_path/takes."""
    words = ("generate", "-o", tmp_path / "takes", "--pack", "tiny", "--seed", "3")
    return lambda *more, code=0: lumiphone(*words, *more, code=code)
