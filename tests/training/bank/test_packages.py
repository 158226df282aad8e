from __future__ import annotations

import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

from engine.errors import InputError
from engine.training.bank.packages import fetch_deb, find_deb, unpack

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.training,
    pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs Debian's dpkg-deb"),
]


@pytest.fixture
def deb(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    sounds = root / "usr/share/game/sounds"
    sounds.mkdir(parents=True)
    (sounds / "dog.ogg").write_bytes(b"woof")
    (sounds / "dog.png").write_bytes(b"picture")
    archive = root / "usr/share/game/public/public.zip"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("audio/cat.ogg", b"meow")
        file.writestr("art/cat.png", b"picture")
    doc = root / "usr/share/doc/game"
    doc.mkdir(parents=True)
    (doc / "copyright").write_text("Files: *\nLicense: CC0\n")
    control = root / "DEBIAN/control"
    control.parent.mkdir()
    control.write_text(
        "Package: game\nVersion: 1.2-3\nArchitecture: all\nMaintainer: T <t@t>\nDescription: t\n"
    )
    (tmp_path / "debs").mkdir()
    path = tmp_path / "debs" / "game_1.2-3_all.deb"
    subprocess.run(["dpkg-deb", "--build", str(root), str(path)], check=True, capture_output=True)
    return path


def test_audio_and_copyright_come_out_of_a_package(deb: Path, tmp_path: Path) -> None:
    package = unpack("game", deb, tmp_path / "out")
    assert package.version == "1.2-3"
    assert "CC0" in package.copyright
    assert package.audio_paths() == [
        "usr/share/game/public/public.zip/audio/cat.ogg",
        "usr/share/game/sounds/dog.ogg",
    ]


def test_an_unpacked_package_is_not_unpacked_again(deb: Path, tmp_path: Path) -> None:
    unpack("game", deb, tmp_path / "out")
    deb.unlink()
    assert unpack("game", deb, tmp_path / "out").version == "1.2-3"


def test_a_damaged_package_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    deb = tmp_path / "game_1_all.deb"
    deb.write_bytes(b"not a package")
    with pytest.raises(InputError, match="game_1_all"):
        unpack("game", deb, tmp_path / "out")
    assert not (tmp_path / "out" / "game").exists()


def test_ready_packages_are_found_by_name(deb: Path) -> None:
    assert find_deb("game", (deb.parent,)) == deb
    assert find_deb("gam", (deb.parent,)) is None


def test_a_package_that_cannot_be_fetched_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="--debs"):
        fetch_deb("game", tmp_path)
