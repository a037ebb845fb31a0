"""Passages as the padded arrays a network reads.

Pure. The target's pieces are flagged, or replaced by one mask piece so that
the name itself says nothing; a long passage is cut around its target.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.sentiment.protocol import Passage
from monitor.sentiment.spelling import calm
from monitor.sentiment.unigram import BEGIN, END, PAD, Unigram

LONGEST = 128  # pieces, the two at the ends included
REACH = 500  # characters read on each side of the target; of a whole text twice that
PLAIN, TARGET, MASKED = 0, 1, 2

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """One passage: piece numbers and what each is to the target."""

    ids: list[int]
    flags: list[int]

    @property
    def targeted(self) -> bool:
        """Whether any of its pieces belongs to the target."""
        return any(self.flags)

    @property
    def wordless(self) -> bool:
        """Whether nothing stands between beginning and end."""
        return len(self.ids) <= 2


def encode(passage: Passage, unigram: Unigram, *, masked: bool, longest: int = LONGEST) -> Encoded:
    """The passage as pieces, its target flagged or masked."""
    text, start, end = _window(passage)
    pieces = unigram.split(calm(text), start, end)
    ids, flags = list(pieces.ids), [TARGET if flag else PLAIN for flag in pieces.flags]
    if masked and TARGET in flags:
        first = flags.index(TARGET)
        last = len(flags) - flags[::-1].index(TARGET)
        ids[first:last], flags[first:last] = [PAD], [MASKED]
    room = longest - 2
    if len(ids) > room:
        centre = next((place for place, flag in enumerate(flags) if flag), 0)
        low = max(0, min(centre - room // 2, len(ids) - room))
        ids, flags = ids[low : low + room], flags[low : low + room]
    return Encoded(ids=[BEGIN, *ids, END], flags=[PLAIN, *flags, PLAIN])


def padded(batch: Sequence[Encoded]) -> tuple[Ints, Ints, NDArray[np.float32]]:
    """Piece numbers, flags and attention of a batch, padded to its longest passage."""
    longest = max(len(one.ids) for one in batch)
    ids = np.full((len(batch), longest), PAD, dtype=np.int64)
    flags = np.zeros((len(batch), longest), dtype=np.int64)
    attention = np.zeros((len(batch), longest), dtype=np.float32)
    for row, one in enumerate(batch):
        ids[row, : len(one.ids)] = one.ids
        flags[row, : len(one.flags)] = one.flags
        attention[row, : len(one.ids)] = 1
    return ids, flags, attention


def batches(lengths: Sequence[int], *, pieces: int) -> Iterator[list[int]]:
    """Places of passages in batches of like length and at most so many padded pieces."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[place] * (len(batch) + 1) > pieces:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _window(passage: Passage) -> tuple[str, int, int]:
    """The part of the text worth splitting, with the target's place in it."""
    span = passage.span
    if span is None:
        return passage.text[: 2 * REACH], -1, -1
    start, end = span
    low = max(0, start - REACH)
    return passage.text[low : end + REACH], start - low, end - low
