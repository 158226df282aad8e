"""The job's folder: its template, the values of its parameters, and copies of what they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.farm.template import job_template
from engine.media.staging import staged
from engine.take_folder import write_json, writing
from engine.timeline.assembly import copy_edit

if TYPE_CHECKING:
    from pathlib import Path

    from engine.farm.template import Work

TEMPLATE = "template.json"
PARAMETERS = "parameters.json"


class Inputs(NamedTuple):
    """The files that the job is made from.

    Attributes:
        edit: The edit.
        prompts: What to hear in which clip; None if there is no such file.
        media: The files that the edit shows.
    """

    edit: Path
    prompts: Path | None
    media: tuple[Path, ...]


def prompts_name(prompts: Path) -> str:
    """Return what the copy of a file of prompts is called in the job's folder."""
    return f"prompts{prompts.suffix}"


def write_bundle(folder: Path, work: Work, inputs: Inputs) -> Path:
    """Write a job bundle and return its template.

    ``parameters.json`` holds the values for ``openjd run``, ``parameter_values.json`` the same in
    Deadline Cloud's form, and ``asset_references.json`` names for Deadline Cloud what to send along
    where no storage is shared.

    Args:
        folder: Made if it is not there.
        work: What the job does.
        inputs: Edit and prompts are copied: the job stays what it is when they change.

    Raises:
        InputError: A parameter's value is longer than farms take, or the edit itself lies there.
        OutputError: It cannot be written.
    """
    template = job_template(work)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    copy_edit(inputs.edit, folder)
    if inputs.prompts:
        with staged(folder / prompts_name(inputs.prompts)) as draft:
            draft.write_bytes(inputs.prompts.read_bytes())
    values = {parameter.name: parameter.value for parameter in work.parameters}
    results = [parameter.value for parameter in work.parameters if parameter.kind == "RESULTS"]
    named = [{"name": name, "value": value} for name, value in values.items()]
    references = {
        "inputs": {
            "filenames": sorted({str(path.absolute()) for path in inputs.media}),
            "directories": [],
        },
        "outputs": {"directories": results},
        "referencedPaths": [],
    }
    write_json(folder / TEMPLATE, template)
    write_json(folder / PARAMETERS, values)
    write_json(folder / "parameter_values.json", {"parameterValues": named})
    write_json(folder / "asset_references.json", {"assetReferences": references})
    return folder / TEMPLATE
