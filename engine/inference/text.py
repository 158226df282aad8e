"""Prompts to text features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from engine.errors import InputError, PackError
from engine.feature_store import text_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.feature_store import FeatureStore
    from engine.inference.arrays import Floats
    from engine.inference.session import GraphRunner
    from engine.packs.registry import Pack
    from engine.packs.stages import TextStage

MAX_PROMPT = 2000  # characters


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A prompt in the text space.

    Attributes:
        features: float32 [width], or [tokens, width] for packs that look at single tokens.
        warning: What the user should know; None if the whole prompt was read.
    """

    features: Floats
    warning: str | None = None


class TextEncoder:
    """A pack's text stage.

    Args:
        runner: Runs the text graph.
        pack: The pack.
        stage: Its text stage.
        store: Where features are filed, so that a prompt's next use need not load the graph.

    Raises:
        PackError: The tokenizer is missing or damaged.
    """

    def __init__(
        self, runner: GraphRunner, pack: Pack, stage: TextStage, store: FeatureStore | None = None
    ) -> None:
        self._runner = runner
        self._pack = pack
        self._stage = stage
        self._store = store
        self._tokenizer = _read_tokenizer(pack, stage)

    def encode(self, prompt: str) -> EncodedText:
        """Return the features of a prompt; an empty one is encoded too.

        Raises:
            InputError: More than 2,000 characters, or bytes that are no text.
            InferenceError: The graph failed.
        """
        words = " ".join(prompt.split())
        if len(words) > MAX_PROMPT:
            raise InputError(
                f"The prompt '{words[:40]}…' has {len(words)} characters",
                f"Use at most {MAX_PROMPT}; a sentence or two is best",
            )
        try:
            words.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                f"The prompt {words!a} has bytes that are no text", "Type it again, as UTF-8"
            ) from error
        tokens = self._tokenizer.encode(words)
        warning = None
        if tokens.overflowing:
            warning = (
                f"The prompt '{words[:40]}…' is longer than the model reads"
                f" ({self._stage.length} tokens); its end was left out"
            )
        feeds = {self._stage.ids: np.array([tokens.ids], np.int64)}
        if self._stage.mask:
            feeds[self._stage.mask] = np.array([tokens.attention_mask], np.int64)
        if self._stage.types:
            feeds[self._stage.types] = np.array([tokens.type_ids], np.int64)
        return EncodedText(self._features(words, feeds), warning)

    def _features(self, words: str, feeds: dict[str, NDArray[np.int64]]) -> Floats:
        key = text_key(self._pack, words) if self._store else ""
        filed = self._store.recall(key) if self._store else None
        if filed is not None:
            return filed
        features: Floats = self._runner.run(self._stage.graph, feeds)[self._stage.output][0]
        if self._store:
            self._store.keep(key, features)
        return features


def _read_tokenizer(pack: Pack, stage: TextStage) -> Tokenizer:
    path = pack.file(stage.tokenizer)
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises nothing narrower
        raise PackError(
            f"Pack '{pack.manifest.id}': {path.name} is no tokenizer ({error})",
            "Get the pack again",
        ) from error
    # The file may carry the settings of its training; pack.json decides.
    padding = tokenizer.padding or {}
    tokenizer.no_padding()
    tokenizer.enable_truncation(stage.length)
    if stage.pad:
        tokenizer.enable_padding(**{**padding, "length": stage.length})
    return tokenizer
