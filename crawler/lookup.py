"""Find which of very many folded words occur in a text, in one pass.

Words are kept in tiers of Aho-Corasick automata: a new brand becomes a small tier of its
own, so nothing big is built again while the daemon runs. Each word has a number, counted
in the order of adding, and it is the number that is answered: most texts hold some words
that nobody asks further about.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick, Implementation

_SPACE = ord(" ")
_LARGE = 8_192  # words; a tier this big is never built again by adding to it
_ROOMY = 150_000  # words; up to here the faster automaton is worth its 0.6 kB a word

Hit = tuple[int, int, int]  # a word's number and [start, end) with the spaces around it


@dataclass(frozen=True, slots=True)
class _Tier:
    """Patterns whose numbers begin with ``first``, and their automaton."""

    first: int
    patterns: list[bytes]
    has_beginnings: bool
    automaton: BytesAhoCorasick


class WordLookup:
    """A growing set of folded words and folded beginnings of words."""

    def __init__(self, words: Iterable[bytes] = ()) -> None:
        """Take many words at once: one tier."""
        self._numbers: dict[bytes, int] = {}
        self._tiers: list[_Tier] = []
        self.words: list[bytes] = []  # by number
        self.add(words)

    def add(self, words: Iterable[bytes]) -> None:
        """Find these words too, from now on; one that ends with ``*`` is a beginning."""
        fresh = sorted({word for word in words if word and word not in self._numbers})
        if not fresh:
            return
        first, patterns = len(self.words), [_pattern(word) for word in fresh]
        self._numbers.update(zip(fresh, range(first, first + len(fresh)), strict=True))
        self.words += fresh
        while self._tiers and len(self._tiers[-1].patterns) <= min(2 * len(fresh), _LARGE):
            last = self._tiers.pop()
            first, patterns = last.first, last.patterns + patterns
        self._tiers.append(_tier(first, patterns))

    def number(self, word: bytes) -> int:
        """The number of a word that was added."""
        return self._numbers[word]

    def find(self, folded: bytes) -> list[Hit]:
        """Each word found; tiers one after another. A beginning ends with the whole word."""
        found: list[Hit] = []
        for tier in self._tiers:
            hits = tier.automaton.find_matches_as_indexes(folded, overlapping=True)
            if hits and tier.has_beginnings:
                hits = _with_beginnings(tier.patterns, folded, hits)
            if hits and tier.first:
                hits = [(tier.first + index, start, end) for index, start, end in hits]
            found = found + hits if found else hits
        return found


def _pattern(word: bytes) -> bytes:
    return b" " + word[:-1] if word.endswith(b"*") else b" %b " % word


def _tier(first: int, patterns: list[bytes]) -> _Tier:
    return _Tier(
        first=first,
        patterns=patterns,
        has_beginnings=any(pattern[-1] != _SPACE for pattern in patterns),
        automaton=BytesAhoCorasick(
            patterns,
            implementation=Implementation.DFA if _LARGE < len(patterns) <= _ROOMY else None,
        ),
    )


def _with_beginnings(patterns: list[bytes], folded: bytes, hits: Iterable[Hit]) -> list[Hit]:
    return [
        (index, start, end if patterns[index][-1] == _SPACE else folded.index(b" ", end) + 1)
        for index, start, end in hits
    ]
