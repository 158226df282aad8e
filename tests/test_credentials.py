"""Content Credentials, signed with certificates made for the test and read by c2pa-python."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import soundfile

from engine.cli import main
from tests.flashes import flash_film

c2pa = pytest.importorskip("c2pa")
pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="OpenSSL makes certificates")

AUTHORITY = """\
[req]
distinguished_name = name
x509_extensions = authority
prompt = no
[name]
CN = Test authority
O = Test
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = emailProtection
authorityKeyIdentifier = keyid
"""


class Identity(NamedTuple):
    chain: Path
    key: Path


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "c.cnf").write_text(AUTHORITY, "utf-8")

    def openssl(words: str) -> None:
        subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)

    curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    openssl(f"req -x509 {curve} -keyout ca.key -days 9 -config c.cnf -out ca.pem")
    openssl(f"req {curve} -keyout key.pem -subj /CN=Signer/O=Studio -out request.pem")
    issued = "-CA ca.pem -CAkey ca.key -CAcreateserial -extfile c.cnf -extensions signer"
    openssl(f"x509 -req -in request.pem -days 9 {issued} -out own.pem")
    chain = folder / "chain.pem"
    chain.write_bytes((folder / "own.pem").read_bytes() + (folder / "ca.pem").read_bytes())
    return Identity(chain, folder / "key.pem")


@pytest.fixture
def take(
    tmp_path: Path,
    tiny_pack: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> dict[str, Any]:
    monkeypatch.setenv("LUMIPHONE_PACKS", str(tiny_pack))
    words = ["--pack", "tiny", "--wav-format", "bwf", "--seed", "5", "--json"]
    film = flash_film(tmp_path / "films")
    assert main(["generate", str(film), "-o", str(tmp_path / "takes"), *words]) == 0
    made: dict[str, Any] = json.loads(capsys.readouterr().out)["takes"][0]
    return made


def sign(identity: Identity, *files: str | Path) -> int:
    words = ["--certificate", str(identity.chain), "--key", str(identity.key)]
    return main(["sign", *map(str, files), *words])


def manifest(path: str | Path, form: str) -> dict[str, Any]:
    with Path(path).open("rb") as file, c2pa.Reader(form, file) as reader:
        told: dict[str, Any] = json.loads(reader.json())
    return told


@pytest.mark.parametrize(
    ("kind", "form", "expected"),
    [
        ("wav", "audio/wav", "trainedAlgorithmicMedia"),
        ("video", "video/mp4", "compositeWithTrainedAlgorithmicMedia"),
    ],
)
def test_a_signed_file_says_that_a_model_made_it(
    identity: Identity, take: dict[str, Any], kind: str, form: str, expected: str
) -> None:
    assert sign(identity, take[kind]) == 0
    told = manifest(take[kind], form)
    assert told["validation_state"] in {"Valid", "Trusted"}
    said = told["manifests"][told["active_manifest"]]["assertions"]
    (actions,) = [one for one in said if one["label"].startswith("c2pa.actions")]
    (action,) = actions["data"]["actions"]
    assert action["digitalSourceType"].rpartition("/")[2] == expected
    assert action["softwareAgent"]["name"] == "Lumiphone model pack tiny"


def test_signing_leaves_the_sound_and_the_provenance(
    identity: Identity,
    take: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = soundfile.read(take["wav"], dtype="int32")[0]
    assert sign(identity, take["wav"], take["video"]) == 0
    assert (soundfile.read(take["wav"], dtype="int32")[0] == before).all()
    for file in (take["wav"], take["video"]):
        alone = shutil.copy(file, tmp_path / f"alone{Path(file).suffix}")
        capsys.readouterr()
        assert main(["inspect", str(alone), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["facts"]["seed"] == 5


def test_a_change_after_signing_is_found(identity: Identity, take: dict[str, Any]) -> None:
    assert sign(identity, take["wav"]) == 0
    path = Path(take["wav"])
    data = bytearray(path.read_bytes())
    data[data.index(b"data") + 5000] ^= 1
    path.write_bytes(data)
    assert manifest(path, "audio/wav")["validation_state"] == "Invalid"


@pytest.mark.usefixtures("take")
@pytest.mark.parametrize("container", ["mov", "mkv"])
def test_mov_is_signed_and_matroska_refused(
    identity: Identity, tmp_path: Path, container: str
) -> None:
    words = ["--pack", "tiny", "--container", container, "-o", str(tmp_path / "more")]
    assert main(["generate", str(tmp_path / "films" / "dog.mp4"), *words]) == 0
    (video,) = (tmp_path / "more" / "dog").glob(f"*.{container}")
    assert sign(identity, video) == (0 if container == "mov" else 2)


def test_without_its_package_it_says_what_to_install(
    identity: Identity,
    take: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert sign(identity, take["wav"]) == 2
    assert "pip install c2pa-python" in capsys.readouterr().err


def test_a_key_that_does_not_fit_is_refused_and_the_file_stays(
    identity: Identity, take: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Path(take["wav"]).read_bytes()
    (tmp_path / "key.pem").write_text("no key", "utf-8")
    assert sign(Identity(identity.chain, tmp_path / "key.pem"), take["wav"]) == 2
    assert sign(Identity(identity.chain, tmp_path / "missing.pem"), take["wav"]) == 2
    assert "missing.pem cannot be read" in capsys.readouterr().err
    assert Path(take["wav"]).read_bytes() == before
    assert [path.name for path in Path(take["wav"]).parent.glob(".*")] == []
