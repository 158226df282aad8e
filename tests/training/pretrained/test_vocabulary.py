from __future__ import annotations

import json

from tokenizers import Tokenizer, models, pre_tokenizers, processors

from engine.training.pretrained.vocabulary import kept_words, renumbered

WORDS = ["[unused0]", "[UNK]", "[CLS]", "rain", "дождь", "##ing", "café", "雨", "42", "&"]


def published() -> str:
    tokenizer = Tokenizer(
        models.WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token=WORDS[1])
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(["[UNK]", "[CLS]"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A", pair=None, special_tokens=[("[CLS]", 2)]
    )
    return tokenizer.to_str()


def test_reserved_words_and_other_scripts_are_left_out() -> None:
    kept = [WORDS[number] for number in kept_words(published())]
    assert kept == ["[UNK]", "[CLS]", "rain", "##ing", "café", "42", "&"]


def test_the_tokenizer_counts_what_is_left() -> None:
    kept = kept_words(published())
    tokenizer = Tokenizer.from_str(renumbered(published(), kept))
    assert tokenizer.encode("raining & café").tokens == ["[CLS]", "rain", "##ing", "&", "café"]
    assert tokenizer.encode("raining & café").ids == [1, 2, 3, 6, 4]
    assert tokenizer.encode("дождь").ids == [1, 0], "the unknown word"


def test_the_file_stays_plain_json() -> None:
    kept = kept_words(published())
    data = json.loads(renumbered(published(), kept))
    assert sorted(data["model"]["vocab"].values()) == list(range(len(kept)))
