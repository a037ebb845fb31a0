"""Split words into the pieces the embedded model knows.

The most probable split of each word under the piece scores (Viterbi), with the
offsets it came from. Pure Python and remembered by word, so that the model
needs no tokenizer package; training uses this same code.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.sentiment.spelling import in_one_script, visible

BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3
LONGEST_WORD = 64  # characters; a longer run is cut, as nothing is learnt from it
CACHED_WORDS = 50_000

_CHUNK = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]+")  # control characters part words as spaces do
_LINK = re.compile(r"https?://\S+|www\.\S+")
_HANDLE = re.compile(r"@\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """A text as piece numbers; which of them touch the target."""

    ids: list[int]
    flags: list[bool]


@dataclass(slots=True)
class Unigram:
    """Splits texts by a fixed vocabulary; the first four pieces are the special ones."""

    pieces: Sequence[str]
    scores: Sequence[float]
    _known: dict[str, tuple[int, float]] = field(init=False, repr=False)
    _longest: int = field(init=False, repr=False)
    _unknown_score: float = field(init=False, repr=False)
    _words: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Index the vocabulary once."""
        pairs = enumerate(zip(self.pieces, self.scores, strict=True))
        self._known = {piece: (place, score) for place, (piece, score) in pairs if place > UNKNOWN}
        self._longest = max(len(piece) for piece in self.pieces)
        self._unknown_score = min(self.scores) - 10

    def split(self, text: str, start: int = -1, end: int = -1) -> Pieces:
        """The pieces of the text; those that overlap ``[start, end)`` are flagged."""
        ids: list[int] = []
        flags: list[bool] = []
        for chunk in _CHUNK.finditer(text):
            raw, base = chunk.group(), chunk.start()
            touched = start < chunk.end() and base < end
            word = raw if touched else _HANDLE.sub("@user", _LINK.sub("url", raw))
            normal = _spelled(word)[:LONGEST_WORD]
            if not normal:  # signs that nobody sees, alone
                continue
            even = len(normal) == len(raw)
            for piece, first, last in self._split_word("▁" + normal):
                ids.append(piece)
                if touched and even:
                    flags.append(base + last - 1 > start and base + max(0, first - 1) < end)
                else:
                    flags.append(touched)
        return Pieces(ids=ids, flags=flags)

    def _split_word(self, word: str) -> list[tuple[int, int, int]]:
        """Pieces of one word with their offsets in it; neighbours unknown become one."""
        known = self._words.get(word)
        if known is not None:
            return known
        if len(self._words) >= CACHED_WORDS:
            self._words.clear()
        split: list[tuple[int, int, int]] = []
        for piece, first, last in self._best_path(word):
            if split and piece == UNKNOWN == split[-1][0]:
                split[-1] = (UNKNOWN, split[-1][1], last)
            else:
                split.append((piece, first, last))
        self._words[word] = split
        return split

    def _best_path(self, word: str) -> list[tuple[int, int, int]]:
        size = len(word)
        best = [0.0] + [-1e18] * size
        came: list[tuple[int, int]] = [(UNKNOWN, 0)] * (size + 1)
        for last in range(1, size + 1):
            for first in range(max(0, last - self._longest), last):
                piece, score = self._known.get(word[first:last], (UNKNOWN, -1e18))
                if piece == UNKNOWN and last - first == 1:
                    score = self._unknown_score
                if best[first] + score > best[last]:
                    best[last], came[last] = best[first] + score, (piece, first)
        path: list[tuple[int, int, int]] = []
        last = size
        while last > 0:
            piece, first = came[last]
            path.append((piece, first, last))
            last = first
        return path[::-1]


def _spelled(word: str) -> str:
    return in_one_script(visible(unicodedata.normalize("NFKC", word)))
