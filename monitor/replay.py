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

from monitor.counts import History, bucket_start, load_history
from monitor.coverage import Floats, coverage_of
from monitor.detect import Judgements, SpikeDetector, joined
from monitor.settings import DetectorSettings, Grid
from storage.database import Transaction
from storage.records import BUCKET, Brand

HISTORY = timedelta(days=60)
_GRID = Grid(round(BUCKET.total_seconds()))
_SETTLED = timedelta(days=1)  # late mentions seldom change what is older


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Every bucket of some brands' history, judged; columns are the brands in order."""

    history: History
    coverage: Floats  # [buckets]
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
    """Detectors kept half way, so that a daemon repeats only the newest day."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: dict[tuple[object, ...], _Checkpoint] = {}

    def run(self, history: History, coverage: Floats, settings: DetectorSettings) -> Replay:
        """Judge all of a history, from the latest checkpoint that still holds."""
        counts, known = history.stories, coverage[:, None].repeat(history.stories.shape[1], axis=1)
        settled = self._settled(history)
        key = (history.start_at, counts.shape[1], settings)
        digest = _digest(counts[:settled], coverage[:settled])
        kept = self._kept.get(key)
        if kept is None or kept.digest != digest:
            start = round(history.start_at.timestamp())
            detector = SpikeDetector(counts.shape[1], _GRID, start, settings)
            before = detector.run(counts[:settled], known[:settled])
            kept = _Checkpoint(digest, detector, before)
            self._forget(settings)
            self._kept[key] = kept
        detector = deepcopy(kept.detector)
        after = detector.run(counts[settled:], known[settled:])
        return Replay(
            history=history,
            coverage=coverage,
            judgements=joined([kept.judgements, after], counts.shape[1]),
            baseline_days=detector.baseline_days(),
        )

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
    until = bucket_start(now) + BUCKET
    reach = tx.feeds.reach()
    begin = max(reach[0].oldest_at if reach else until - BUCKET, until - length)
    begin = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    history = load_history(tx, [brand.id for brand in brands], begin, until)
    recorded = tx.feeds.coverage(begin, until)
    coverage = coverage_of(recorded, reach, start_at=begin, buckets=len(history.stories))
    return (checkpoints or Checkpoints()).run(history, coverage, settings)


def _digest(*arrays: Floats) -> bytes:
    summary = blake2b(digest_size=16)
    for array in arrays:
        summary.update(np.ascontiguousarray(array).tobytes())
    return summary.digest()
