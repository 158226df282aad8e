"""CLIP's tokenizer as one file of the ``tokenizers`` library.

Byte pairs in CLIP's own order (Radford et al. 2021). All that has to be known are the merges; the
vocabulary follows from them. They lie beside the weights in one of two forms, or in the package
open_clip_torch.

Two things are not as in the original, which repairs text with ftfy first: damaged encodings
("schÃ¶n") and HTML entities stay as they were typed.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from engine.errors import InputError
from engine.training.pretrained.wheels import Wheel, fetch, read_member

if TYPE_CHECKING:
    from collections.abc import Iterable

OPEN_CLIP = Wheel(
    "open_clip_torch",
    "3.3.0",
    "open_clip_torch-3.3.0-py3-none-any.whl",
    "c549ad5ed6bfc119cc11105033c0a2b9d7a2a4afeb40a58a09aab3da1a0043ce",
)
TOKENIZER_JSON, MERGES_TXT = "tokenizer.json", "merges.txt"
TOKENS = 77
START, END = "<start_of_text>", "<end_of_text>"

_MEMBER = "open_clip/bpe_simple_vocab_16e6.txt.gz"
_MERGES = 48894
_WORD_END = "</w>"
_HEADING = "#version"  # other lines that begin with "#" are merges
# Bytes that stand for themselves; the others borrow letters from 256 on.
_PRINTABLE = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
_PIECES = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_QUOTES = (("[\u02bc\u2018-\u201b]", "'"), ("[\u201c-\u201f]", '"'))


def write_tokenizer(weights: Path, path: Path) -> None:
    """Write ``tokenizer.json`` to ``path``.

    Args:
        weights: The folder that CLIP's weights lie in. Without the tokenizer's own files there,
            the package open_clip_torch is downloaded.
        path: The file to write.

    Raises:
        InputError: The files there are another model's, or there are none and pip gets none.
    """
    merges = _merges_beside(weights)
    if merges is None:
        merges = _published_merges()
    path.write_text(build_tokenizer(merges).to_str(), "utf-8")


def build_tokenizer(merges: list[tuple[str, str]]) -> Tokenizer:
    """Return the tokenizer: start, the text in lower case, end, and zeros up to 77 tokens.

    Longer texts lose what is before the end.

    Args:
        merges: Pairs of pieces, the one to be joined first in front.
    """
    borrowed = range(0x100, 0x200 - len(_PRINTABLE))
    letters = [chr(code) for code in (*_PRINTABLE, *borrowed)]
    joined = ["".join(pair) for pair in merges]
    words = [*letters, *(letter + _WORD_END for letter in letters), *joined, START, END]
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, end_of_word_suffix=_WORD_END))
    quotes = [normalizers.Replace(Regex(pattern), sign) for pattern, sign in _QUOTES]
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), *quotes, normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([START, END])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}",
        special_tokens=[(word, vocabulary[word]) for word in (START, END)],
    )
    tokenizer.enable_truncation(TOKENS)
    tokenizer.enable_padding(pad_id=0, pad_token=words[0], length=TOKENS)
    return tokenizer


def _merges_beside(weights: Path) -> list[tuple[str, str]] | None:
    if (path := weights / TOKENIZER_JSON).is_file():
        return _checked(_from_json(path), path)
    if (path := weights / MERGES_TXT).is_file():
        return _checked(_from_lines(path.read_text("utf-8").splitlines()), path)
    return None


def _from_json(path: Path) -> list[tuple[str, str]]:
    try:
        model: dict[str, Any] = json.loads(path.read_text("utf-8"))["model"]
        return [_pair(merge) for merge in model["merges"]]
    except (ValueError, KeyError, TypeError):
        return []


def _pair(merge: str | list[str]) -> tuple[str, str]:
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return left, right


def _from_lines(lines: Iterable[str]) -> list[tuple[str, str]]:
    return [_pair(line) for line in lines if line.count(" ") == 1 and not line.startswith(_HEADING)]


def _checked(merges: list[tuple[str, str]], path: Path) -> list[tuple[str, str]]:
    if len(merges) == _MERGES:
        return merges
    raise InputError(
        f"{path} is not CLIP's tokenizer (it has {len(merges)} merges instead of {_MERGES})",
        "Take the file from where the weights come from, or move it away",
    )


def _published_merges() -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fetch(OPEN_CLIP, folder)
        packed = read_member(OPEN_CLIP, folder, _MEMBER)
    # The list goes on with merges that the model was not trained with.
    lines = gzip.decompress(packed).decode().splitlines()[1 : 1 + _MERGES]
    return [_pair(line) for line in lines]
