"""File names after the Universal Category System (universalcategorysystem.com).

    CatID_FXName_CreatorID_SourceID, such as  DOORWood_Knock On Wood 01_LUMI_SHOW

The list of categories is not checked: it grows with every edition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from engine.errors import InputError

_FORM = "CatID_CreatorID_SourceID"
_CATEGORY = re.compile(r"[A-Z]{2,6}[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,12})?")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,24}")
_LONGEST = 25  # letters of an FXName, as UCS advises


@dataclass(frozen=True, slots=True)
class UcsName:
    """The parts of a name that all files of a delivery share.

    Attributes:
        category: CatID, such as "DOORWood", with a user category if wanted ("DOORWood-INT").
        creator: CreatorID: who made the sound.
        source: SourceID: the show or library.
    """

    category: str
    creator: str
    source: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``DOORWood_LUMI_SHOW``.

        Raises:
            InputError: It has another form.
        """
        parts = text.split("_")
        if (
            len(parts) == 3
            and _CATEGORY.fullmatch(parts[0])
            and all(_ID.fullmatch(part) for part in parts[1:])
        ):
            return cls(*parts)
        raise InputError(
            f"'{text}' is no {_FORM}", "Write three parts of letters and digits: DOORWood_LUMI_SHOW"
        )

    def file_name(self, words: str, number: int) -> str:
        """Return a whole name without suffix.

        Args:
            words: What is heard, such as the prompt; what UCS has no place for is left out.
            number: Of the take, which tells files of the same words apart.
        """
        plain = re.findall(r"[A-Za-z0-9]+", words.replace("'", ""))
        title = " ".join(word[:1].upper() + word[1:] for word in plain)
        if len(title) > _LONGEST:
            title = title[: _LONGEST + 1].rpartition(" ")[0] or title[:_LONGEST]
        return f"{self.category}_{title or 'Sound'} {number:02d}_{self.creator}_{self.source}"
