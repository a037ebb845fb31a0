"""Learn from "not us" marks which company of words means somebody else of the same name.

Pure, and kept nowhere: the filter is made anew from the marks of one brand, so taking a
mark back takes back what it taught. Each verdict names the words that led to it. A filter
that would have misjudged the very texts it was taught on is not made at all.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.folding import fold_words

LEAST_MARKS = 20
_LEAST_OF_EACH = 5
_STEM = 5  # letters of a word that count; its ending does not
_LEAST_TEXTS = 2  # marked texts that have a word before it counts
_SURE = 0.95  # how probable "somebody else" must be
_MOST_WRONG = 0.05  # share of texts about the brand that may be lost in trying it out


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How probably a text is about somebody else, and the words that say so, strongest first."""

    probability: float
    is_other: bool
    words: tuple[str, ...]


class ContextFilter:
    """What the marks of one brand have taught."""

    def __init__(self, others: Sequence[frozenset[str]], own: Sequence[frozenset[str]]) -> None:
        """Take the words of texts about somebody else and about the brand."""
        seen_others, seen_own = _counted(others), _counted(own)
        self._weights = {
            word: _odds(seen_others[word], len(others)) - _odds(seen_own[word], len(own))
            for word in seen_others.keys() | seen_own.keys()
            if seen_others[word] + seen_own[word] >= _LEAST_TEXTS
        }

    def judge(self, text: str) -> Verdict:
        """Whether the words around the name are somebody else's."""
        return self.judge_words(context_words(text))

    def judge_words(self, words: frozenset[str]) -> Verdict:
        """The same for words already cut."""
        speaking = sorted((self._weights[word], word) for word in words & self._weights.keys())
        total = sum(weight for weight, _ in speaking)
        probability = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
        return Verdict(
            probability=probability,
            is_other=probability >= _SURE,
            words=tuple(word for weight, word in reversed(speaking) if weight > 0),
        )


def learn(others: Iterable[str], own: Iterable[str]) -> ContextFilter | None:
    """The filter of a brand from its marked texts; None while too few or contradicting.

    Each text is tried with a filter made of all the rest; one that would lose texts about
    the brand, or recognise hardly any of the others, is worth nothing.
    """
    other_words, own_words = _distinct(others), _distinct(own)
    enough = len(other_words) + len(own_words) >= LEAST_MARKS
    if not enough or min(len(other_words), len(own_words)) < _LEAST_OF_EACH:
        return None
    lost = sum(
        ContextFilter(other_words, _without(own_words, place)).judge_words(words).is_other
        for place, words in enumerate(own_words)
    )
    caught = sum(
        ContextFilter(_without(other_words, place), own_words).judge_words(words).is_other
        for place, words in enumerate(other_words)
    )
    if lost > _MOST_WRONG * len(own_words) or 2 * caught < len(other_words):
        return None
    return ContextFilter(other_words, own_words)


def context_words(text: str) -> frozenset[str]:
    """The beginnings of a text's words of four letters and more, disguises seen through."""
    return frozenset(
        word.decode("cp1251")[:_STEM] for word in fold_words(text) if len(word) >= _STEM - 1
    )


def _distinct(texts: Iterable[str]) -> list[frozenset[str]]:
    """Each set of words once: a reprint teaches nothing new."""
    return list(dict.fromkeys(words for text in texts if (words := context_words(text))))


def _counted(texts: Sequence[frozenset[str]]) -> Counter[str]:
    return Counter(word for words in texts for word in words)


def _odds(count: int, texts: int) -> float:
    return math.log((count + 0.5) / (texts + 1))


def _without(texts: Sequence[frozenset[str]], place: int) -> list[frozenset[str]]:
    return [*texts[:place], *texts[place + 1 :]]
