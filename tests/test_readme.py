"""What README tells the reader to type and to look at exists."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from engine.cli import parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for line in re.findall(r"^    \$? ?(lumiphone .*)$", README, re.MULTILINE)
]
MODULES = sorted(set(re.findall(r"python -m (engine[\w.]*)", README)))
FILES = [
    *re.findall(r"\]\((?!https?:)([^)#]+)\)", README),
    *re.findall(r"`((?:samples|tools|exported_models)/[\w./-]*)`", README),
]
TARGETS = sorted(set(re.findall(r"(?:`|^ {4}(?:\S+=\S+ )?)make ([a-z]+)", README, re.MULTILINE)))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_command_line_understands(words: list[str]) -> None:
    parser().parse_args([word for word in words if word != "COMMAND"])


@pytest.mark.parametrize("module", MODULES)
def test_there_is_a_module(module: str) -> None:
    assert importlib.util.find_spec(module) is not None


@pytest.mark.parametrize("path", FILES)
def test_there_is_a_file(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
