"""The job's template: chunks of clips made side by side, then the edit put together.

After the Open Job Description specification, revision 2023-09, with its extension TASK_CHUNKING.
What a person typed never stands in the template itself, whose texts are format strings, but in
parameters, whose values are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

SOUND, ASSEMBLE = "Sound", "Assemble"
_LONGEST_VALUE = 1024  # of a parameter, in the specification
_LONGEST_NAME = 128
_PATHS = {
    "INPUT": {"objectType": "FILE", "dataFlow": "IN"},
    "RESULTS": {"objectType": "DIRECTORY", "dataFlow": "OUT"},
    "PLACE": {"objectType": "DIRECTORY", "dataFlow": "NONE"},
}
_SECONDS_TO_END = 30  # after SIGTERM; a step of the sampler takes a fraction of one


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that may be changed when the job is sent.

    Attributes:
        name: In the template.
        value: What it is unless it is changed; absolute for paths.
        what: For people.
        kind: "STRING", "INT", or of paths: "INPUT" (a file to send along), "RESULTS" (a folder to
            bring back) or "PLACE" (a folder that is only named).
        option: Of ``lumiphone timeline``, that takes it in both steps; empty: none.
        beside: Of a path: the same from the template's folder, if it lies in there.
    """

    name: str
    value: str | int
    what: str
    kind: str = "STRING"
    option: str = ""
    beside: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return its definition.

        Of paths only those in the template's folder have their value there: no others are allowed.

        Raises:
            InputError: The value is longer than farms take.
        """
        data: dict[str, Any] = {"name": self.name, "description": self.what}
        if self.kind in _PATHS:
            value = {"default": self.beside} if self.beside else {}
            return data | {"type": "PATH"} | _PATHS[self.kind] | value
        if len(str(self.value)) > _LONGEST_VALUE:
            raise InputError(
                f"{self.name} has {len(str(self.value))} letters, and farms take {_LONGEST_VALUE}",
                "Say it shorter, or write it into a file: --prompts FILE",
            )
        return data | {"type": self.kind, "default": self.value}


@dataclass(frozen=True, slots=True)
class Work:
    """What the job does.

    Attributes:
        title: What people see.
        parameters: "Lumiphone", "Edit", "Output", "Seed", "Clips" and "ClipsPerTask" among them.
        settings: More of the words of ``lumiphone timeline``, the same in both steps.
        gpu: Whether the chunks need a machine with a GPU.
    """

    title: str
    parameters: Sequence[Parameter]
    settings: Sequence[str]
    gpu: bool


def numbers_text(numbers: Collection[int]) -> str:
    """Return whole numbers as the ranges that both sides read: "1-4,7".

    Raises:
        InputError: They are too scattered for a parameter.
    """
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in parts)


def job_template(work: Work) -> dict[str, Any]:
    """Return the template as plain JSON values.

    Raises:
        InputError: A parameter's value is longer than farms take.
    """
    chunks = {
        "name": "Clips",
        "type": "CHUNK[INT]",
        "range": "{{Param.Clips}}",
        "chunks": {
            "defaultTaskCount": "{{Param.ClipsPerTask}}",
            "rangeConstraint": "CONTIGUOUS",
        },
    }
    sound = {
        "name": SOUND,
        "parameterSpace": {"taskParameterDefinitions": [chunks]},
        **_script(work, "{{Task.Param.Clips}}", "--sounds-only"),
    }
    if work.gpu:
        needed = [{"name": "amount.worker.gpu", "min": 1}]
        sound["hostRequirements"] = {"amounts": needed}
    assemble = {
        "name": ASSEMBLE,
        "dependencies": [{"dependsOn": SOUND}],
        **_script(work, "{{Param.Clips}}"),
    }
    return {
        "specificationVersion": "jobtemplate-2023-09",
        "extensions": ["TASK_CHUNKING"],
        "name": work.title.replace("{", "(").replace("}", ")")[:_LONGEST_NAME],
        "parameterDefinitions": [parameter.to_json() for parameter in work.parameters],
        "steps": [sound, assemble],
    }


def _script(work: Work, clips: str, *more: str) -> dict[str, Any]:
    given = [
        word
        for parameter in work.parameters
        if parameter.option
        for word in (parameter.option, f"{{{{Param.{parameter.name}}}}}")
    ]
    run = {
        "command": "{{Param.Lumiphone}}",
        "args": [
            *("timeline", "{{Param.Edit}}", "-o", "{{Param.Output}}", "--clips", clips, *given),
            *("--path-mapping", "{{Session.PathMappingRulesFile}}", *work.settings, *more),
        ],
        "cancelation": {
            "mode": "NOTIFY_THEN_TERMINATE",
            "notifyPeriodInSeconds": _SECONDS_TO_END,
        },
    }
    return {"script": {"actions": {"onRun": run}}}
