"""A pack's graphs, their tensors, and the pictures that they look at.

These classes are the schema of pack.json, as those of the stages are (see docs/packs.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from engine.codec import Bounds, FieldError
from engine.packs.fields import FilePath, Rate, Whole

Fit = Literal["squash", "centre-crop", "letterbox"]
Scaling = Literal["bilinear", "bicubic"]
Colour = Literal["rgb", "grey"]
TensorType = Literal["float32", "float16", "int64", "int32", "uint8", "bool"]


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input or output of a graph.

    Attributes:
        type: Element type.
        shape: A number for a fixed size, a letter or word for one that varies.
    """

    type: TensorType
    shape: tuple[Whole | str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """An ONNX file and the signature that it must have."""

    file: FilePath
    outputs: Annotated[Mapping[str, Tensor], Bounds(1)]
    inputs: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PictureStream:
    """Pictures as a graph wants them.

    Attributes:
        rate: Pictures per second.
        width: In pixels.
        height: In pixels.
        fit: How another aspect ratio is fitted in.
        colour: Three channels (RGB) or one.
        mean: Per channel, of values from 0 to 1; subtracted first.
        std: Per channel; divided by then.
        scaling: The filter; both are widened where pictures are made smaller.
    """

    rate: Rate
    width: Annotated[int, Bounds(8, 4096)]
    height: Annotated[int, Bounds(8, 4096)]
    fit: Fit
    colour: Colour
    mean: Annotated[tuple[float, ...], Bounds(1, 3)] = (0.0,)
    std: Annotated[tuple[Annotated[float, Bounds(1e-6)], ...], Bounds(1, 3)] = (1.0,)
    scaling: Scaling = "bilinear"

    def __post_init__(self) -> None:
        """Check that mean and std have one value, or one per channel.

        Raises:
            FieldError: They have another number of values.
        """
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) not in {1, self.channels}:
                raise FieldError(name, f"has {len(values)} values for {self.channels} channels")

    @property
    def channels(self) -> int:
        """Colour channels."""
        return 3 if self.colour == "rgb" else 1
