"""How much of the expected collection really happened, bucket by bucket.

Silence of a dead source is not calm: what was not gathered is unknown, not zero.
Pure: source records and stored rows in, shares out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from storage.records import BUCKET, Source

Floats = NDArray[np.float64]

_PATIENCE = 3  # intervals without a success before a source counts as dead
_LEAST_PATIENCE = timedelta(minutes=45)
_REACH_BACK = timedelta(hours=48)  # how far behind a revived source's backlog is trusted to go


@dataclass(frozen=True, slots=True)
class Alive:
    """How many of the expected sources answered lately."""

    alive: int
    total: int

    @property
    def share(self) -> float:
        """0..1; with no sources at all nothing is missing."""
        return self.alive / self.total if self.total else 1.0


def count_alive(sources: Sequence[Source], now: datetime) -> Alive:
    """Count the sources with a success within three of their intervals."""
    alive = sum(
        1
        for source in sources
        if source.last_success_at is not None
        and now - source.last_success_at <= max(_PATIENCE * source.interval, _LEAST_PATIENCE)
    )
    return Alive(alive, len(sources))


def coverage_of(
    recorded: Mapping[datetime, tuple[int, int]],
    reach: Sequence[datetime],
    *,
    start_at: datetime,
    buckets: int,
) -> Floats:
    """Answer the share of collection in each bucket from ``start_at`` on.

    Before the first recorded bucket there is only the archive: a source counts from
    its oldest article on (``reach``). A dark stretch is taken as read once sources
    are back, for as long as their backlog is trusted to reach; till then it is unknown.
    """
    answer = np.zeros(buckets)
    known = np.zeros(buckets, bool)
    for start, (alive, total) in recorded.items():
        index = (start - start_at) // BUCKET
        if 0 <= index < buckets:
            answer[index] = Alive(alive, total).share
            known[index] = True
    first = min(recorded) if recorded else start_at + buckets * BUCKET
    before = min(max(0, (first - start_at) // BUCKET), buckets)
    answer[:before] = _archive(reach, start_at, before)
    return _restored(answer, known, before)


def _archive(reach: Sequence[datetime], start_at: datetime, buckets: int) -> Floats:
    """Share of the sources whose archive reaches back to each bucket."""
    answer = np.zeros(buckets)
    for oldest in reach:
        index = max(0, (oldest - start_at) // BUCKET)
        answer[index:] += 1
    return answer / max(1, len(reach))


def _restored(share: Floats, known: NDArray[np.bool_], begin: int) -> Floats:
    """Credit dark buckets with what was alive when collection came back."""
    answer = share.copy()
    reach = _REACH_BACK // BUCKET
    latest, at = 0.0, -1
    for index in range(len(share) - 1, begin - 1, -1):
        if known[index] and share[index] >= latest:
            latest, at = share[index], index
        elif at >= 0 and at - index <= reach:
            answer[index] = max(share[index], latest)
        else:
            latest, at = (share[index], index) if known[index] else (0.0, -1)
    return answer
