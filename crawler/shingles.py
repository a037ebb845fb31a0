"""A text as a small set of numbers that survives editing.

Numbers stand for runs of four words, each word cut to five letters so that inflection
does not matter. Long texts keep a quarter of them; the samples are nested, so texts of
different length can still be compared.
"""

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crawler.folding import fold_words

Hashes = npt.NDArray[np.uint64]
Stems = npt.NDArray[np.uint32]

LEVELS = 3  # 0: every shingle, 1: half of them, 2: a quarter
_RUN = 4
_CUT = 5
_LONG = 4  # letters; shorter words are in every text
_FEW_STEMS = 8  # too few to say anything
_KEPT = 48  # a text thins its shingles out only while more than so many stay
_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What is kept of a text for comparison."""

    hashes: Hashes  # sorted, without repeats, of the text's level and coarser ones
    level: int
    sizes: tuple[int, ...]  # how many of the hashes belong to each level
    words: int
    stems: Stems  # sorted, without repeats: half of the text's longer words


def sketch(text: str) -> Sketch:
    """The sketch of a text; an empty text has no hashes."""
    stems = [word[:_CUT] for word in fold_words(text)]
    hashes = np.unique(_shingles(stems))
    level = LEVELS - 1
    while level and len(hashes) < _KEPT << level:
        level -= 1
    kept = hashes[(hashes & np.uint64((1 << level) - 1)) == 0]
    return Sketch(
        hashes=kept,
        level=level,
        sizes=level_sizes(kept),
        words=len(stems),
        stems=_sampled(stems),
    )


def stems_shared(one: Stems, other: Stems) -> float:
    """The share of the smaller vocabulary that is found in the larger, 0 to 1."""
    small, large = sorted((one, other), key=len)
    if len(small) < _FEW_STEMS:
        return 0.0
    places = np.minimum(np.searchsorted(large, small), len(large) - 1)
    return float(np.count_nonzero(large[places] == small)) / len(small)


def level_sizes(hashes: Hashes) -> tuple[int, ...]:
    """How many hashes belong to each level; every level holds the coarser ones."""
    low = hashes & np.uint64(3)
    fours = int(np.count_nonzero(low == 0))
    return len(hashes), fours + int(np.count_nonzero(low == 2)), fours


def _sampled(stems: list[bytes]) -> Stems:
    hashed = {zlib.crc32(stem) for stem in stems if len(stem) >= _LONG}
    values = np.fromiter(hashed, np.uint32, len(hashed))
    return np.sort(values[values & np.uint32(1) == 0])


def _shingles(stems: list[bytes]) -> Hashes:
    if not stems:
        return np.empty(0, np.uint64)
    stems += [b""] * (_RUN - len(stems))
    count = len(stems) - _RUN + 1
    words = np.fromiter(map(zlib.crc32, stems), np.uint64, len(stems))
    hashes = np.zeros(count, np.uint64)
    for offset in range(_RUN):
        hashes += (words[offset : offset + count] + np.uint64(offset + 1)) * _FACTORS[offset]
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    return hashes ^ (hashes >> np.uint64(32))
