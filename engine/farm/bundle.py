"""The job's folder: its template, the values of its parameters, and the files that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.farm.template import job_template
from engine.take_folder import write_json, writing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from engine.farm.template import Work

TEMPLATE = "template.json"
PARAMETERS = "parameters.json"


def write_bundle(folder: Path, work: Work, media: Iterable[Path]) -> Path:
    """Write a job bundle and return its template.

    ``parameters.json`` holds the values for ``openjd run``, ``parameter_values.json`` the same in
    Deadline Cloud's form, and ``asset_references.json`` names for Deadline Cloud what to send along
    where no storage is shared.

    Args:
        folder: Made if it is not there.
        work: What the job does.
        media: The files that the edit shows.

    Raises:
        InputError: A parameter's value is longer than farms take.
        OutputError: It cannot be written.
    """
    template = job_template(work)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    values = {parameter.name: parameter.value for parameter in work.parameters}
    results = [parameter.value for parameter in work.parameters if parameter.kind == "RESULTS"]
    named = [{"name": name, "value": value} for name, value in values.items()]
    files = sorted({str(path.absolute()) for path in media})
    references = {
        "inputs": {"filenames": files, "directories": []},
        "outputs": {"directories": results},
        "referencedPaths": [],
    }
    write_json(folder / TEMPLATE, template)
    write_json(folder / PARAMETERS, values)
    write_json(folder / "parameter_values.json", {"parameterValues": named})
    write_json(folder / "asset_references.json", {"assetReferences": references})
    return folder / TEMPLATE
