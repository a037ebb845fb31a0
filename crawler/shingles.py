"""A text as a small set of numbers that survives editing.

Numbers stand for runs of four words, each word cut to five letters so that inflection
does not matter. Long texts keep a quarter of them; the samples are nested, so texts of
different length can still be compared.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from crawler.folding import Places, word_edges

Hashes = npt.NDArray[np.uint64]
Stems = npt.NDArray[np.uint32]
Number = TypeVar("Number", np.uint32, np.uint64)

LEVELS = 3  # 0: every shingle, 1: half of them, 2: a quarter
_RUN = 4
_CUT = 5
_START = np.uint64(0x2545F4914F6CDD1D)
_MASKS = np.array([(1 << 8 * letters) - 1 for letters in range(_CUT + 1)], np.uint64)
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


def sketch(folded: bytes) -> Sketch:
    """The sketch of a text by its folded bytes; one without words has no hashes."""
    stems, lengths = _stems(folded)
    hashes = _without_repeats(_shingles(stems))
    level = LEVELS - 1
    while level and len(hashes) < _KEPT << level:
        level -= 1
    kept = hashes[(hashes & np.uint64((1 << level) - 1)) == 0]
    return Sketch(
        hashes=kept,
        level=level,
        sizes=level_sizes(kept),
        words=len(stems),
        stems=_sampled(stems[lengths >= _LONG]),
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


def _stems(folded: bytes) -> tuple[Hashes, Places]:
    """The first letters of each word as one number, and how many letters the word has."""
    starts, ends = word_edges(folded)
    lengths = ends - starts
    eights = np.ndarray(len(folded), "<u8", folded + bytes(7), strides=(1,))  # from every byte on
    return eights[starts + 1] & _MASKS[np.minimum(lengths, _CUT)], lengths


def _sampled(stems: Hashes) -> Stems:
    mixed = _mixed(stems * _FACTORS[0]).astype(np.uint32)
    return _without_repeats(mixed[mixed & np.uint32(1) == 0])


def _shingles(stems: Hashes) -> Hashes:
    if not len(stems):
        return np.empty(0, np.uint64)
    if len(stems) < _RUN:
        stems = np.concatenate([stems, np.zeros(_RUN - len(stems), np.uint64)])
    count = len(stems) - _RUN + 1
    hashes = np.full(count, _START, np.uint64)
    for offset in range(_RUN):
        hashes += stems[offset : offset + count] * _FACTORS[offset]
    return _mixed(hashes)


def _mixed(hashes: Hashes) -> Hashes:
    """Every bit of a number spread over all of them."""
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    return hashes ^ (hashes >> np.uint64(32))


def _without_repeats(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """In order; sooner than ``numpy.unique`` for so few."""
    values.sort()
    fresh = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    return values[fresh]
