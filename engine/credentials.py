"""Content Credentials (C2PA): a signed statement in a file that its sound was generated.

The certificate is the user's; c2pa-python writes and signs. It is an extra that few need.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine import __version__
from engine.errors import InputError
from engine.media.staging import staged

if TYPE_CHECKING:
    from pathlib import Path

Algorithm = Literal["es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"]

_FORMATS = {
    ".wav": "audio/wav",
    ".mp4": "video/mp4",
    ".m4v": "video/x-m4v",
    ".mov": "video/quicktime",
}
_SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs.

    Attributes:
        certificate: PEM file with the signer's certificate and those above it.
        key: PEM file with its private key, PKCS#8.
        algorithm: Of that key.
        timestamp: Address of a time-stamp authority; None: without, and nothing goes online.
    """

    certificate: Path
    key: Path
    algorithm: Algorithm = "es256"
    timestamp: str | None = None

    def sign(self, file: Path, facts: dict[str, Any]) -> None:
        """Put a signed manifest into a WAV, MP4 or MOV; the file is replaced whole or not at all.

        A WAV is declared as made by a trained model, a video as a composite with such media, for
        its pictures come from the clip.

        Args:
            file: What to sign.
            facts: What made it, see :class:`engine.inspection.Inspection`.

        Raises:
            InputError: c2pa-python is not there, another kind of file, or the certificate and key
                do not do.
            OutputError: The file cannot be written.
        """
        if importlib.util.find_spec("c2pa") is None:
            raise InputError(
                "Content Credentials need the package c2pa-python", "pip install c2pa-python"
            )
        form = _FORMATS.get(file.suffix.lower())
        if form is None:
            raise InputError(f"{file} cannot carry Content Credentials", "Sign WAV, MP4 or MOV")
        import c2pa  # noqa: PLC0415 - only who signs needs it

        try:
            certificate, key = self.certificate.read_bytes(), self.key.read_bytes()
        except OSError as error:
            raise InputError(
                f"{error.filename} cannot be read ({error.strerror})", "Check certificate and key"
            ) from error
        info = c2pa.C2paSignerInfo(self.algorithm, certificate, key, self.timestamp)
        try:
            with (
                c2pa.Signer.from_info(info) as signer,
                c2pa.Builder(json.dumps(_manifest(file, facts, form))) as builder,
                staged(file) as draft,
                file.open("rb") as source,
                draft.open("x+b") as target,
            ):
                builder.sign(signer, form, source, target)
        except c2pa.C2paError as error:
            raise InputError(
                f"{file} cannot be signed ({error})",
                f"Check that certificate chain and key fit {self.algorithm} and each other",
            ) from error


def _manifest(file: Path, facts: dict[str, Any], form: str) -> dict[str, Any]:
    kind = "trainedAlgorithmicMedia"
    if form.startswith("video"):
        kind = "compositeWithTrainedAlgorithmicMedia"
    agent = {"name": f"Lumiphone model pack {facts['pack']['id']}"}
    action = {
        "action": "c2pa.created",
        "digitalSourceType": _SOURCES + kind,
        "softwareAgent": agent,
    }
    return {
        "claim_generator_info": [{"name": "Lumiphone", "version": __version__}],
        "title": file.name,
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [action]}}],
    }
