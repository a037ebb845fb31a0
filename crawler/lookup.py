"""Find which of very many folded words occur in a text, in one pass.

Words are kept in tiers of Aho-Corasick automata: a new brand becomes a small tier of its
own, so nothing big is built again while the daemon runs.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick

_SPACE = ord(" ")
_LARGE = 8_192  # words; a tier this big is never built again by adding to it


@dataclass(frozen=True, slots=True)
class _Tier:
    """Patterns, what each is answered with, and their automaton."""

    patterns: list[bytes]
    keys: list[bytes]
    has_beginnings: bool
    automaton: BytesAhoCorasick


class WordLookup:
    """A growing set of folded words and folded beginnings of words."""

    def __init__(self, words: Iterable[bytes] = ()) -> None:
        """Take many words at once: one tier."""
        self._known: set[bytes] = set()
        self._tiers: list[_Tier] = []
        self.add(words)

    def add(self, words: Iterable[bytes]) -> None:
        """Find these words too, from now on; one that ends with ``*`` is a beginning."""
        patterns = {
            b" " + word[:-1] if word.endswith(b"*") else b" %b " % word for word in words if word
        }
        fresh = sorted(patterns - self._known)
        if not fresh:
            return
        self._known.update(fresh)
        while self._tiers and len(self._tiers[-1].patterns) <= min(2 * len(fresh), _LARGE):
            fresh += self._tiers.pop().patterns
        self._tiers.append(_tier(fresh))

    def find(self, folded: bytes) -> list[tuple[bytes, int, int]]:
        """Each word found, with its [start, end) in the folded bytes; tiers one after another.

        A beginning is answered with ``*`` after it, and with the end of the whole word.
        """
        found: list[tuple[bytes, int, int]] = []
        for tier in self._tiers:
            hits = tier.automaton.find_matches_as_indexes(folded, overlapping=True)
            if hits:
                found += (
                    _with_beginnings(tier, folded, hits)
                    if tier.has_beginnings
                    else [(tier.keys[index], start + 1, end - 1) for index, start, end in hits]
                )
        return found


def _tier(patterns: list[bytes]) -> _Tier:
    keys = [pattern[1:-1] if pattern[-1] == _SPACE else pattern[1:] + b"*" for pattern in patterns]
    return _Tier(
        patterns=patterns,
        keys=keys,
        has_beginnings=any(pattern[-1] != _SPACE for pattern in patterns),
        automaton=BytesAhoCorasick(patterns),
    )


def _with_beginnings(
    tier: _Tier, folded: bytes, hits: Iterable[tuple[int, int, int]]
) -> list[tuple[bytes, int, int]]:
    patterns, keys = tier.patterns, tier.keys
    return [
        (keys[index], start + 1, end - 1)
        if patterns[index][-1] == _SPACE
        else (keys[index], start + 1, folded.index(b" ", end))
        for index, start, end in hits
    ]
