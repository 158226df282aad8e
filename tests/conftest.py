from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from engine.feature_store import CACHE_VARIABLE
from engine.packs.registry import DEFAULT_PACK
from tests.feature_pack import write_feature_pack
from tests.tiny_pack import write_tiny_pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
