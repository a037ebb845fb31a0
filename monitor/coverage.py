"""How much of the expected collection really happened, bucket by bucket.

Silence of a dead source is not calm: what was not gathered is unknown, not zero.
Pure: source records and stored rows in, shares out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median_low

import numpy as np
from numpy.typing import NDArray

from storage.feeds import Archive
from storage.records import BUCKET, Source

Floats = NDArray[np.float64]

_DAY = timedelta(days=1)
_PATIENCE = 3  # intervals without a success before a source counts as dead
_LEAST_PATIENCE = timedelta(minutes=45)
_REACH_BACK = timedelta(hours=48)  # how far behind a revived source's backlog is trusted to go
_SETTING_UP = timedelta(days=1)  # sources added later than that were no part of the archive
_ORDINARY_GAP = timedelta(days=1)  # between two articles of one source
_ORDINARY_TIMES = 64  # the median gap
_HOLIDAYS = timedelta(days=4)  # a silence so long is ordinary behind a run of articles
_A_RUN = 10
_LEAST_SHOWN = 0.25  # of what was published; an archive that shows less of it says nothing


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
    A success further in the future than that was dated by a clock that jumped.
    """
    expected = [source for source in sources if not _just_added(source, now)] or sources
    alive = sum(_within_patience(source, source.last_success_at, now) for source in expected)
    return Alive(alive, len(expected))


def _just_added(source: Source, now: datetime) -> bool:
    was_visited = source.last_success_at is not None or source.failures > 0
    return not was_visited and _within_patience(source, source.created_at, now)


def _within_patience(source: Source, at: datetime | None, now: datetime) -> bool:
    return at is not None and abs(now - at) <= max(_PATIENCE * source.interval, _LEAST_PATIENCE)


def coverage_of(
    recorded: Mapping[datetime, tuple[int, int]],
    archives: Sequence[Archive],
    *,
    start_at: datetime,
    buckets: int,
) -> Floats:
    """Answer the share of collection in each bucket from ``start_at`` on.

    Before the first recorded bucket there is only the archive: a source counts from
    where its articles begin to follow each other without a long gap, and one added long
    after collection began does not count at all: what it had to say then was never missed.
    A dark stretch is taken as read once sources are back, for as long as their backlog is
    trusted to reach; till then it is unknown.
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
    answer[:before] = _archived(_first(archives, first), start_at, before)
    return _restored(answer, known, before)


def unbroken(times: Sequence[datetime]) -> Sequence[datetime]:
    """The newest of these ordered times, back to the first gap that is not ordinary.

    A feed shows its last entries, and often an old one pinned among them: what lies
    between was never shown. A newsroom that rests at weekends shows a run before each.
    """
    if len(times) < 2:
        return times
    gaps = [later - earlier for earlier, later in pairwise(times)]
    longest = max(_ORDINARY_GAP, _ORDINARY_TIMES * median_low(gaps))
    broken = [
        place
        for place, gap in enumerate(gaps)
        if gap > longest and (gap > _HOLIDAYS or place + 1 < _A_RUN)
    ]
    return times[broken[-1] + 1 :] if broken else times


def _first(archives: Sequence[Archive], begun: datetime) -> Sequence[Archive]:
    """The sources that collection began with; all, where none of those is left."""
    until = begun + _SETTING_UP
    return [one for one in archives if one.added_at is None or one.added_at <= until] or archives


def _archived(archives: Sequence[Archive], start_at: datetime, buckets: int) -> Floats:
    """Share of what was published that the archives show of each bucket.

    By sources, and by how much each publishes a day; the smaller counts, because two
    slow blogs that go back for weeks know little of what a busy site said then. Of what
    is shown by less than a quarter nothing is known.
    """
    by_source, by_article = np.zeros(buckets), np.zeros(buckets)
    published = 0.0
    for one in archives:
        times = unbroken(one.times)
        if not times:
            continue
        index = max(0, (times[0] - start_at) // BUCKET)
        pace = len(times) / max((times[-1] - times[0]) / _DAY, 1.0)
        by_source[index:] += 1
        by_article[index:] += pace
        published += pace
    shown = np.minimum(by_source / max(1, len(archives)), by_article / max(published, 1e-9))
    return np.where(shown < _LEAST_SHOWN, 0.0, shown)


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
