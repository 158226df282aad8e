from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.timeline.path_mapping import PathMapping


def mapping(folder: Path, *rules: tuple[str, str, str]) -> PathMapping:
    names = ("source_path_format", "source_path", "destination_path")
    file = folder / "rules.json"
    entries = [dict(zip(names, rule, strict=True)) for rule in rules]
    file.write_text(json.dumps({"version": "pathmapping-1.0", "path_mapping_rules": entries}))
    return PathMapping.load(file)


@pytest.mark.parametrize(
    ("named", "here"),
    [
        ("/mnt/films/a/dog.mp4", "/net/films/a/dog.mp4"),
        ("/mnt/films/proxies/dog.mp4", "/net/small/dog.mp4"),  # the deeper folder's rule
        ("/mnt/films-2/dog.mp4", "/mnt/films-2/dog.mp4"),
        ("P:\\Films\\a\\dog.mp4", "/net/p/a/dog.mp4"),
        ("p:/films/dog.mp4", "/net/p/dog.mp4"),
        ("Q:\\Films\\dog.mp4", "Q:\\Films\\dog.mp4"),
    ],
)
def test_a_file_is_found_where_its_folder_lies_here(tmp_path: Path, named: str, here: str) -> None:
    rules = mapping(
        tmp_path,
        ("POSIX", "/mnt/films", "/net/films"),
        ("POSIX", "/mnt/films/proxies", "/net/small"),
        ("WINDOWS", "P:\\Films", "/net/p"),
    )
    assert rules.applied(Path(named)) == Path(here)


def test_a_session_without_rules_leaves_all_where_it_is(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text("{}")
    assert PathMapping.load(file).applied(Path("/a/b.mp4")) == Path("/a/b.mp4")


@pytest.mark.parametrize("text", ["[]", "x", '{"path_mapping_rules": [{}]}'])
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rules.json"
    file.write_text(text)
    with pytest.raises(InputError, match=r"rules\.json cannot be read as rules for paths"):
        PathMapping.load(file)
