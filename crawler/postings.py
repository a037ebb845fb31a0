"""Which numbered texts hold which hashes: an inverted index of twelve bytes a posting.

Fresh postings lie in a dictionary, older ones in sorted arrays that are merged as they
grow, so adding stays cheap and memory compact at hundreds of thousands of texts.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crawler.shingles import Hashes

Numbers = npt.NDArray[np.uint32]

_FRESH = 1_024  # texts held in the dictionary before they become an array
_AT_ONCE = 65_536  # hashes marked together; all at once would take as much room as they do
_SPARSE = 16  # bits of the sieve for each hash in it
_NOTHING = np.empty(0, np.uint32)
_NO_HASHES = np.empty(0, np.uint64)


@dataclass(slots=True)
class _Segment:
    """Sorted hashes, and the text of each."""

    keys: Hashes
    numbers: Numbers


class Postings:
    """Hash to text numbers; a hash that very many texts share says nothing and is skipped."""

    def __init__(self, *, shared_by: int) -> None:
        """Skip hashes held by more than ``shared_by`` texts: they are a site's boilerplate."""
        self._shared_by = shared_by
        self._fresh: dict[int, int] = {}  # the first text with a hash
        self._further: dict[int, list[int]] = {}  # the other ones
        self._fresh_texts = 0
        self._segments: list[_Segment] = []
        self._sieve = _Sieve()

    def add(self, number: int, hashes: Hashes) -> None:
        """Take one text's hashes; numbers may come in any order."""
        fresh, values = self._fresh, hashes.tolist()
        if fresh.keys().isdisjoint(values):
            fresh.update(dict.fromkeys(values, number))
        else:
            for value in values:
                if fresh.setdefault(value, number) != number:
                    self._further.setdefault(value, []).append(number)
        self._fresh_texts += 1
        if self._fresh_texts >= _FRESH:
            self._settle()

    def find(self, hashes: Hashes) -> tuple[Numbers, Hashes]:
        """Text numbers, one for each shared hash, and the hashes skipped as boilerplate."""
        held, skipped = self._find_fresh(hashes)
        found = [np.array(held, np.uint32)] if held else []
        settled = self._sieve.sift(hashes)
        for segment in self._segments if len(settled) else ():
            places, common = _find_settled(segment.keys, settled, self._shared_by)
            if len(places):
                found.append(segment.numbers[places])
            skipped += common
        return (
            np.concatenate(found) if found else _NOTHING,
            np.unique(np.array(skipped, np.uint64)) if skipped else _NO_HASHES,
        )

    def keep(self, renumbered: npt.NDArray[np.int64]) -> None:
        """Give every text its new number; those with a negative one are forgotten."""
        self._settle()
        for segment in self._segments:
            moved = renumbered[segment.numbers]
            alive = moved >= 0
            segment.keys, segment.numbers = segment.keys[alive], moved[alive].astype(np.uint32)
        self._segments = [segment for segment in self._segments if len(segment.keys)]
        self._sieve = _Sieve()
        for segment in self._segments:
            self._sieve.add(segment.keys, self._segments)

    def _find_fresh(self, hashes: Hashes) -> tuple[list[int], list[int]]:
        held: list[int] = []
        skipped: list[int] = []
        fresh, values = self._fresh, hashes.tolist()
        if fresh.keys().isdisjoint(values):
            return held, skipped
        for value in values:
            if (first := fresh.get(value)) is not None:
                further = self._further.get(value, ())
                if len(further) >= self._shared_by:
                    skipped.append(value)
                else:
                    held += (first, *further)
        return held, skipped

    def _settle(self) -> None:
        """Turn the dictionaries into an array, merging arrays of its size on the way."""
        if not self._fresh:
            return
        further = [(value, number) for value, held in self._further.items() for number in held]
        values = itertools.chain(self._fresh, (value for value, _ in further))
        texts = itertools.chain(self._fresh.values(), (number for _, number in further))
        count = len(self._fresh) + len(further)
        keys = np.fromiter(values, np.uint64, count)
        order = np.argsort(keys, kind="stable")
        segment = _Segment(keys[order], np.fromiter(texts, np.uint32, count)[order])
        self._fresh, self._further, self._fresh_texts = {}, {}, 0
        self._sieve.add(segment.keys, self._segments)
        while self._segments and len(self._segments[-1].keys) < 2 * len(segment.keys):
            segment = _merged(self._segments.pop(), segment)
        self._segments.append(segment)


class _Sieve:
    """Bits that tell of most hashes that no array has them, so that few have to be looked for."""

    def __init__(self) -> None:
        """Begin with nothing in it."""
        self._size = 20  # of a hash, so many bits are looked at
        self._bits = np.zeros(1 << (self._size - 3), np.uint8)
        self._count = 0

    def add(self, keys: Hashes, others: Iterable[_Segment]) -> None:
        """Let hashes through from now on; ``others`` are all that it let through before."""
        self._count += len(keys)
        if self._count * _SPARSE > 1 << self._size:
            while self._count * _SPARSE > 1 << self._size:
                self._size += 1
            self._bits = np.zeros(1 << (self._size - 3), np.uint8)
            for older in others:
                self._mark(older.keys)
        self._mark(keys)

    def sift(self, hashes: Hashes) -> Hashes:
        """Those that may be in one of the arrays."""
        places = hashes >> np.uint64(64 - self._size)
        bits = self._bits[places >> np.uint64(3)] >> (places & np.uint64(7)).astype(np.uint8)
        maybe: Hashes = hashes[(bits & 1) != 0]
        return maybe

    def _mark(self, keys: Hashes) -> None:
        for start in range(0, len(keys), _AT_ONCE):
            places = keys[start : start + _AT_ONCE] >> np.uint64(64 - self._size)
            bits = np.uint8(1) << (places & np.uint64(7)).astype(np.uint8)
            np.bitwise_or.at(self._bits, places >> np.uint64(3), bits)


def _merged(one: _Segment, other: _Segment) -> _Segment:
    """Two segments as one in order, the first one's texts before the other's.

    Their own hashes are let go as soon as they are copied: there are tens of megabytes of them.
    """
    places = np.searchsorted(one.keys, other.keys, "right")
    places += np.arange(len(other.keys))
    rest = np.ones(len(one.keys) + len(other.keys), bool)
    rest[places] = False
    keys = np.empty(len(rest), np.uint64)
    keys[places] = other.keys
    np.place(keys, rest, one.keys)
    one.keys = other.keys = _NO_HASHES
    numbers = np.empty(len(rest), np.uint32)
    numbers[places] = other.numbers
    np.place(numbers, rest, one.numbers)
    return _Segment(keys, numbers)


def _find_settled(
    keys: Hashes, hashes: Hashes, shared_by: int
) -> tuple[npt.NDArray[np.intp], list[int]]:
    """Places in the array that hold one of the hashes, and the hashes too common to say much."""
    starts = keys.searchsorted(hashes, "left")
    hit = np.flatnonzero(keys.take(starts, mode="clip") == hashes)
    if not len(hit):
        return hit, []
    starts = starts[hit]
    widths = keys.searchsorted(hashes[hit], "right") - starts
    common = widths > shared_by
    skipped = hashes[hit[common]].tolist()
    starts, widths = starts[~common], widths[~common]
    if not len(widths):
        return starts, skipped
    runs = np.arange(int(widths.sum())) - np.repeat(np.cumsum(widths) - widths, widths)
    return np.repeat(starts, widths) + runs, skipped
