"""Choose the pieces the shipped model keeps: Russian, Ukrainian and English ones.

A piece is worth what it is used: counted over the training texts and over word
lists with their frequencies. Signs and single letters of the three alphabets
are always kept, so that any word can be spelt.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import wordfreq

from monitor.sentiment.unigram import UNKNOWN, Unigram

SIZE = 32_768
WORD_LISTS = (("ru", 120_000, 4e6), ("uk", 60_000, 2.5e6), ("en", 50_000, 2.5e6))

_WRITABLE = re.compile(
    r"^[▁\u0020-\u007e\u00a0-\u00ff\u0400-\u045f\u0490\u0491–—…«»“”„‘’№€₴₽•"
    r"\u2600-\u27bf\U0001f300-\U0001faff]+$"
)


def choose_pieces(full: Unigram, texts: Iterable[str]) -> list[int]:
    """Numbers of the pieces to keep, in order; the special ones first."""
    used: Counter[int] = Counter()
    for text in texts:
        used.update(full.split(text).ids)
    for words, weight in _listed_words():
        for piece in full.split(words).ids:
            used[piece] += weight
    kept = set(range(UNKNOWN + 1))
    kept.update(n for n, piece in enumerate(full.pieces) if len(piece) == 1 and writable(piece))
    for number, _ in used.most_common():
        if len(kept) >= SIZE:
            break
        if writable(full.pieces[number]):
            kept.add(number)
    return sorted(kept)


def writable(piece: str) -> bool:
    """Whether the piece can occur in a text of the three languages."""
    return bool(_WRITABLE.match(piece))


def _listed_words() -> Iterator[tuple[str, float]]:
    """Words in lower case and capitalised, with what a use of them counts."""
    for lang, count, weight in WORD_LISTS:
        for word in wordfreq.top_n_list(lang, count):
            frequency = wordfreq.word_frequency(word, lang)
            yield word, 0.8 * frequency * weight + 0.02
            yield word.capitalize(), 0.2 * frequency * weight + 0.02
