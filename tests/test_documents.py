"""What README, docs and the engine's messages tell the reader to type and to look at exists."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from engine.cli import parser

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SOURCES = sorted((ROOT / "engine").rglob("*.py"))


def said(pattern: str, files: list[Path] = DOCUMENTS) -> list[str]:
    """Return every match of the pattern's group, once each."""
    texts = (file.read_text("utf-8") for file in files)
    return sorted({found for text in texts for found in re.findall(pattern, text, re.MULTILINE)})


@pytest.mark.parametrize("command", said(r"^ {4}(?:\$ )?lumiphone ([^#\n]*)"))
def test_the_command_line_understands(command: str) -> None:
    parser().parse_args(shlex.split(command))


@pytest.mark.parametrize("module", said(r"python -m (engine[\w.]*)"))
def test_a_module_can_be_run(module: str) -> None:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    if spec.submodule_search_locations is not None:
        assert importlib.util.find_spec(f"{module}.__main__") is not None


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = said(r"\]\((?!https?:)([^)#]+)\)", [document])
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize(
    "path",
    said(r"`((?:addon|docs|engine|samples|tests|tools)/[\w./-]*)`")
    + said(r"\b(docs/\w+\.md)", SOURCES),
)
def test_there_is_a_file(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("target", said(r"(?:`|^ {4})make ([a-z]+)"))
def test_make_knows(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
