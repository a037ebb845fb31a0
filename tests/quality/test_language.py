"""A floor for telling the language of four words, on texts that nothing was learned from."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from crawler.language import detect

CORPUS = Path(__file__).parents[2] / "corpus" / "test.jsonl"
WORDS = 4
LEAST = {"ru": 0.985, "uk": 0.98, "en": 0.985}


def stretches() -> dict[str, list[str]]:
    """Every stretch of four words of the test part, one beginning where the last one ended."""
    found: dict[str, list[str]] = defaultdict(list)
    for record in map(json.loads, CORPUS.read_text("utf-8").splitlines()):
        words = record["text"].split()
        for start in range(0, len(words) - WORDS + 1, WORDS):
            found[record["lang"]].append(" ".join(words[start : start + WORDS]))
    return found


@pytest.mark.parametrize("lang", sorted(LEAST))
def test_four_words_tell_their_language(lang: str) -> None:
    """The tone model and the alert's facts go by it."""
    texts = stretches()[lang]

    right = sum(detect(text) == lang for text in texts)

    assert right >= LEAST[lang] * len(texts), f"{right} of {len(texts)}"
