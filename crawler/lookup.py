"""Find which of very many folded words occur in a text, in one pass.

Words are kept in tiers of Aho-Corasick automata: a new brand becomes a small tier of its
own, so nothing big is built again while the daemon runs.
"""

from collections.abc import Iterable

from ahocorasick_rs import BytesAhoCorasick

_LARGE = 8_192  # words; a tier this big is never built again by adding to it


class WordLookup:
    """A growing set of folded words and folded beginnings of words."""

    def __init__(self, words: Iterable[bytes] = (), beginnings: Iterable[bytes] = ()) -> None:
        """Take many words at once: one tier."""
        self._known: set[bytes] = set()
        self._tiers: list[tuple[list[bytes], BytesAhoCorasick]] = []
        self.add(words, beginnings)

    def add(self, words: Iterable[bytes], beginnings: Iterable[bytes] = ()) -> None:
        """Find these words too, from now on."""
        patterns = {b" %b " % word for word in words if word}
        patterns |= {b" " + word for word in beginnings if word}
        fresh = sorted(patterns - self._known)
        if not fresh:
            return
        self._known.update(fresh)
        while self._tiers and len(self._tiers[-1][0]) <= min(2 * len(fresh), _LARGE):
            fresh += self._tiers.pop()[0]
        self._tiers.append((fresh, BytesAhoCorasick(fresh)))

    def find(self, folded: bytes) -> list[tuple[bytes, int, int]]:
        """Each word found, with its [start, end) in the folded bytes; tiers one after another.

        A beginning is answered as it was given, with the end where it stops matching.
        """
        found: list[tuple[bytes, int, int]] = []
        for patterns, automaton in self._tiers:
            for index, start, end in automaton.find_matches_as_indexes(folded, overlapping=True):
                pattern = patterns[index]
                stop = end - 1 if pattern[-1] == 32 else end
                found.append((pattern[1:].rstrip(), start + 1, stop))
        return found
