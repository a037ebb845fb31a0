"""Replay stored counts through the detector, from the archive's first day to now.

The stored buckets and the time decide alone: a restart cannot change a verdict.
What a replay keeps between runs saves work and nothing else; it is thrown away
as soon as the counts it was made from are no longer exactly the same.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

import numpy as np

from monitor.basis import basis_of, known_to
from monitor.counts import History, bucket_start, load_history
from monitor.coverage import Floats, coverage_of, unbroken
from monitor.detect import Judgements, SpikeDetector, joined
from monitor.settings import DetectorSettings, Grid
from storage.database import Transaction
from storage.records import BUCKET, Basis, Brand

HISTORY = timedelta(days=60)
_GRID = Grid(round(BUCKET.total_seconds()))
_LEARNED = timedelta(days=DetectorSettings().history_days) // BUCKET
_SETTLED = timedelta(days=1)  # late mentions seldom change what is older


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Every bucket of some brands' history, judged; columns are the brands in order."""

    history: History
    coverage: Floats  # [buckets, brands]
    gathered_since: datetime | None  # when collection began; what is before came from archives
    judgements: Judgements
    baseline_days: Floats  # [brands], of real collection behind the expectation

    def at(self, row: int) -> datetime:
        """The start of a bucket."""
        return self.history.start_at + row * BUCKET


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    digest: bytes
    detector: SpikeDetector
    judgements: Judgements


class Checkpoints:
    """Detectors kept half way, so that a daemon repeats only the newest day.

    ``counted`` holds what is in the counts already, by brand: nothing is counted twice
    for the same changes.
    """

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: dict[tuple[object, ...], _Checkpoint] = {}
        self.counted: dict[int, tuple[object, ...]] = {}

    def run(
        self, history: History, coverage: Floats, settings: DetectorSettings
    ) -> tuple[Judgements, Floats]:
        """Judge all of a history, from the latest checkpoint that still holds.

        Answers the days of collection behind each brand's expectation beside it.
        """
        counts = history.stories
        settled = self._settled(history)
        key = (history.start_at, counts.shape[1], settings)
        digest = _digest(counts[:settled], coverage[:settled])
        kept = self._kept.get(key)
        if kept is None or kept.digest != digest:
            start = round(history.start_at.timestamp())
            detector = SpikeDetector(counts.shape[1], _GRID, start, settings)
            before = detector.run(counts[:settled], coverage[:settled])
            kept = _Checkpoint(digest, detector, before)
            self._forget(settings)
            self._kept[key] = kept
        detector = deepcopy(kept.detector)
        after = detector.run(counts[settled:], coverage[settled:])
        return joined([kept.judgements, after], counts.shape[1]), detector.baseline_days()

    def _settled(self, history: History) -> int:
        """Buckets up to the last midnight that is a day old; replays begin at a midnight."""
        per_day = timedelta(days=1) // BUCKET
        return max(0, (len(history.stories) - _SETTLED // BUCKET) // per_day * per_day)

    def _forget(self, settings: DetectorSettings) -> None:
        """Drop what an earlier day kept for the same settings."""
        self._kept = {key: kept for key, kept in self._kept.items() if key[-1] != settings}


def replay(
    tx: Transaction,
    brands: Sequence[Brand],
    settings: DetectorSettings,
    *,
    now: datetime,
    length: timedelta = HISTORY,
    checkpoints: Checkpoints | None = None,
) -> Replay:
    """Judge these brands' history as of ``now``, causally, at most ``length`` of it."""
    known = collected(tx, brands, now=now, length=length)
    history = load_history(tx, [brand.id for brand in brands], known.start_at, known.until)
    judgements, days = (checkpoints or Checkpoints()).run(history, known.coverage, settings)
    return Replay(
        history=history,
        coverage=known.coverage,
        gathered_since=known.gathered_since,
        judgements=judgements,
        baseline_days=days,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """How much of what was to be gathered about some brands really was, bucket by bucket."""

    start_at: datetime
    until: datetime
    coverage: Floats  # [buckets, brands]
    gathered_since: datetime | None

    def basis(self, brand: Brand, column: int) -> Basis:
        """What this brand's baseline stands on at the end."""
        size = min(len(self.coverage), _LEARNED)
        return basis_of(
            brand,
            self.coverage[-size:, column],
            start_at=self.until - size * BUCKET,
            gathered_since=self.gathered_since,
        )


def collected(
    tx: Transaction, brands: Sequence[Brand], *, now: datetime, length: timedelta = HISTORY
) -> Collected:
    """Answer the coverage from the archive's first day on, at most ``length`` back from now."""
    until = bucket_start(now) + BUCKET
    earliest = _midnight(until - length)
    recorded = tx.feeds.coverage(earliest, until)
    first_seen = tx.articles.first_seen_at()
    archives = tx.feeds.archives(earliest, first_seen + BUCKET) if first_seen else []
    shown = [unbroken(one.times)[0] for one in archives if one.times]
    known = [*shown, *recorded] if first_seen else []  # who gathered nothing ever knows nothing
    begin = _midnight(min([*known, until - BUCKET]))
    share = coverage_of(recorded, archives, start_at=begin, buckets=(until - begin) // BUCKET)
    columns = [known_to(brand, share, begin) for brand in brands]
    return Collected(
        start_at=begin,
        until=until,
        coverage=np.stack(columns, axis=1) if columns else np.zeros((len(share), 0)),
        gathered_since=tx.feeds.first_success_at(),
    )


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _digest(*arrays: Floats) -> bytes:
    summary = blake2b(digest_size=16)
    for array in arrays:
        summary.update(np.ascontiguousarray(array).tobytes())
    return summary.digest()
