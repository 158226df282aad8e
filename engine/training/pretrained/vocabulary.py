"""The part of a published vocabulary that the pack keeps: one row of 388 bytes per word.

The model understands English. Of the words in its table, the reserved ones are never met and those
in other scripts only say that a letter was there; without them the pack is a megabyte smaller.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

_RESERVED = "[unused"


def kept_words(published: str) -> list[int]:
    """Return the ids of the words to keep, in order.

    Args:
        published: ``tokenizer.json`` of a WordPiece or word-level model.
    """
    words: dict[str, int] = json.loads(published)["model"]["vocab"]
    return sorted(number for word, number in words.items() if _is_kept(word))


def renumbered(published: str, kept: list[int]) -> str:
    """Return ``tokenizer.json`` with only the words of ``kept``, numbered by their place in it."""
    tokenizer: dict[str, Any] = json.loads(published)
    place = {number: row for row, number in enumerate(kept)}
    model = tokenizer["model"]
    model["vocab"] = {
        word: place[number] for word, number in model["vocab"].items() if number in place
    }
    for token in tokenizer["added_tokens"]:
        token["id"] = place[token["id"]]
    ends = tokenizer.get("post_processor") or {}
    for token in ends.get("special_tokens", {}).values():
        token["ids"] = [place[number] for number in token["ids"]]
    return json.dumps(tokenizer, ensure_ascii=False)


def _is_kept(word: str) -> bool:
    return not word.startswith(_RESERVED) and all(_is_readable(sign) for sign in word)


def _is_readable(sign: str) -> bool:
    return not sign.isalpha() or "LATIN" in unicodedata.name(sign, "")
