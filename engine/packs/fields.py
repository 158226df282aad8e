"""The kinds of values that several fields of pack.json hold."""

from fractions import Fraction
from typing import Annotated

from engine.codec import Bounds, Shaped

Count = Annotated[int, Bounds(1, 2**40)]
Whole = Annotated[int, Bounds(0, 2**40)]
Share = Annotated[float, Bounds(0, 1)]
Rate = Annotated[Fraction, Bounds(Fraction(1, 100), 1_000_000)]
Name = Annotated[
    str, Shaped(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", "a name (letters, digits, - and _)")
]
FilePath = Annotated[
    str,
    Shaped(
        r"(?!.*(^|/)\.{1,2}(/|$))(?![/~])[^\\:\0]*[^\\:/\0]",
        "a path inside the pack's folder, with forward slashes",
    ),
]
