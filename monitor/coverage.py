"""How much of the expected collection really happened, bucket by bucket.

Silence of a dead source is not calm: what was not gathered is unknown, not zero.
Pure: source records and stored rows in, shares out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from storage.feeds import Reach
from storage.records import BUCKET, Source

Floats = NDArray[np.float64]

_PATIENCE = 3  # intervals without a success before a source counts as dead
_LEAST_PATIENCE = timedelta(minutes=45)
_REACH_BACK = timedelta(hours=48)  # how far behind a revived source's backlog is trusted to go
_SETTING_UP = timedelta(days=1)  # sources added later than that were no part of the archive


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
    """Count the sources with a success within three of their intervals.

    One that was added just now and never visited is not expected yet, unless all are such.
    """
    expected = [source for source in sources if not _just_added(source, now)] or sources
    alive = sum(_within_patience(source, source.last_success_at, now) for source in expected)
    return Alive(alive, len(expected))


def _just_added(source: Source, now: datetime) -> bool:
    was_visited = source.last_success_at is not None or source.failures > 0
    return not was_visited and _within_patience(source, source.created_at, now)


def _within_patience(source: Source, at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at <= max(_PATIENCE * source.interval, _LEAST_PATIENCE)


def coverage_of(
    recorded: Mapping[datetime, tuple[int, int]],
    reach: Sequence[Reach],
    *,
    start_at: datetime,
    buckets: int,
) -> Floats:
    """Answer the share of collection in each bucket from ``start_at`` on.

    Before the first recorded bucket there is only the archive: a source counts from
    its oldest article on (``reach``), and one added long after collection began does not
    count at all: what it had to say then was never missed. A dark stretch is taken as
    read once sources are back, for as long as their backlog is trusted to reach; till
    then it is unknown.
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
    answer[:before] = _archive(_first(reach, first), start_at, before)
    return _restored(answer, known, before)


def _first(reach: Sequence[Reach], begun: datetime) -> Sequence[Reach]:
    """The sources that collection began with; all, where none of those is left."""
    until = begun + _SETTING_UP
    return [one for one in reach if one.added_at is None or one.added_at <= until] or reach


def _archive(reach: Sequence[Reach], start_at: datetime, buckets: int) -> Floats:
    """Share of the sources whose archive reaches back to each bucket."""
    answer = np.zeros(buckets)
    for one in reach:
        index = max(0, (one.oldest_at - start_at) // BUCKET)
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
