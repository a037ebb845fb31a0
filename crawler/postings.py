"""Which numbered texts hold which hashes: an inverted index of twelve bytes a posting.

Fresh postings lie in a dictionary, older ones in sorted arrays that are merged as they
grow, so adding stays cheap and memory compact at hundreds of thousands of texts.
"""

import numpy as np
import numpy.typing as npt

from crawler.shingles import Hashes

Numbers = npt.NDArray[np.uint32]

_FRESH = 1_024  # texts held in the dictionary before they become an array
_NOTHING = np.empty(0, np.uint32)


class Postings:
    """Hash to text numbers; a hash that very many texts share says nothing and is skipped."""

    def __init__(self, *, shared_by: int) -> None:
        """Skip hashes held by more than ``shared_by`` texts: they are a site's boilerplate."""
        self._shared_by = shared_by
        self._fresh: dict[int, list[int]] = {}
        self._fresh_texts = 0
        self._segments: list[tuple[Hashes, Numbers]] = []

    def add(self, number: int, hashes: Hashes) -> None:
        """Take one text's hashes; numbers may come in any order."""
        fresh = self._fresh
        for value in hashes.tolist():
            if (held := fresh.get(value)) is None:
                fresh[value] = [number]
            else:
                held.append(number)
        self._fresh_texts += 1
        if self._fresh_texts >= _FRESH:
            self._settle()

    def find(self, hashes: Hashes) -> tuple[Numbers, Hashes]:
        """Text numbers, one for each shared hash, and the hashes skipped as boilerplate."""
        held, skipped = self._find_fresh(hashes)
        found = [np.array(held, np.uint32)] if held else []
        for keys, numbers in self._segments:
            places, common = _find_settled(keys, hashes, self._shared_by)
            if len(places):
                found.append(numbers[places])
            skipped += common
        return (
            np.concatenate(found) if found else _NOTHING,
            np.unique(np.array(skipped, np.uint64)),
        )

    def keep(self, renumbered: npt.NDArray[np.int64]) -> None:
        """Give every text its new number; those with a negative one are forgotten."""
        self._settle()
        segments = []
        for keys, numbers in self._segments:
            moved = renumbered[numbers]
            alive = moved >= 0
            segments.append((keys[alive], moved[alive].astype(np.uint32)))
        self._segments = segments

    def _find_fresh(self, hashes: Hashes) -> tuple[list[int], list[int]]:
        held: list[int] = []
        skipped: list[int] = []
        get = self._fresh.get
        for value in hashes.tolist():
            if (numbers := get(value)) is not None:
                if len(numbers) > self._shared_by:
                    skipped.append(value)
                else:
                    held += numbers
        return held, skipped

    def _settle(self) -> None:
        """Turn the dictionary into an array, merging arrays of its size on the way."""
        if not self._fresh:
            return
        counts = [len(numbers) for numbers in self._fresh.values()]
        keys = np.repeat(np.fromiter(self._fresh, np.uint64, len(counts)), counts)
        numbers = np.fromiter(
            (number for held in self._fresh.values() for number in held), np.uint32, len(keys)
        )
        self._fresh, self._fresh_texts = {}, 0
        while self._segments and len(self._segments[-1][0]) < 2 * len(keys):
            older_keys, older_numbers = self._segments.pop()
            keys = np.concatenate([older_keys, keys])
            numbers = np.concatenate([older_numbers, numbers])
        order = np.argsort(keys, kind="stable")
        self._segments.append((keys[order], numbers[order]))


def _find_settled(
    keys: Hashes, hashes: Hashes, shared_by: int
) -> tuple[npt.NDArray[np.intp], list[int]]:
    """Places in the array that hold one of the hashes, and the hashes too common to say much."""
    starts = np.searchsorted(keys, hashes, "left")
    inside = starts < len(keys)
    hit = np.flatnonzero(inside)
    hit = hit[keys[starts[hit]] == hashes[hit]]
    if not len(hit):
        return hit, []
    starts = starts[hit]
    widths = np.searchsorted(keys, hashes[hit], "right") - starts
    common = widths > shared_by
    skipped = hashes[hit[common]].tolist()
    starts, widths = starts[~common], widths[~common]
    if not len(widths):
        return starts, skipped
    runs = np.arange(int(widths.sum())) - np.repeat(np.cumsum(widths) - widths, widths)
    return np.repeat(starts, widths) + runs, skipped
