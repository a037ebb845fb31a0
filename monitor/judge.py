"""From stored counts to verdicts: replay every brand's history through the detector.

Nothing is kept between runs; the stored buckets and the time decide alone, so a
restart cannot change a verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.counts import History, bucket_start, load_history
from monitor.coverage import Floats, coverage_of
from monitor.detect import Judgements, SpikeDetector, probability
from monitor.reasons import blind_reason, calm_reason, learning_reason, spike_reason
from monitor.settings import DetectorSettings, Grid
from storage.database import Transaction
from storage.records import BUCKET, Brand, Point, Verdict

HISTORY = timedelta(days=60)
_CHART = timedelta(days=7)
_HOUR = timedelta(hours=1)
_GRID = Grid(round(BUCKET.total_seconds()))
_LONGEST = 9.0  # log10 days; rarer than that is no different to anybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A brand's verdict as of now, and what an incident needs beside it."""

    brand: Brand
    verdict: Verdict
    last_negative_at: datetime | None
    series: tuple[Point, ...]  # hours of the last week


def judge_brands(
    tx: Transaction,
    brands: Sequence[Brand],
    settings: Mapping[str, DetectorSettings],
    *,
    now: datetime,
) -> list[Judged]:
    """Judge brands as of ``now``, in the given order.

    The running bucket is judged against the expectation of the whole one: its count
    can only grow, so looking every minute raises no more false alarms than looking once.
    """
    until = bucket_start(now) + BUCKET
    coverage_start, reach = _archive(tx, until)
    groups: dict[DetectorSettings, list[Brand]] = {}
    for brand in brands:
        groups.setdefault(settings[brand.name], []).append(brand)
    judged = {}
    for shared, members in groups.items():
        history = load_history(tx, [brand.id for brand in members], coverage_start, until)
        recorded = tx.feeds.coverage(history.start_at, until)
        coverage = coverage_of(
            recorded, reach, start_at=history.start_at, buckets=len(history.stories)
        )
        for one in _judge_group(members, history, coverage, shared, now):
            judged[one.brand.id] = one
    return [judged[brand.id] for brand in brands]


def _archive(tx: Transaction, until: datetime) -> tuple[datetime, list[datetime]]:
    """Where the replay begins, and how far back each source's articles reach."""
    reach = tx.feeds.reach()
    earliest = min(reach, default=until)
    begin = max(earliest, until - HISTORY)
    return begin.replace(hour=0, minute=0, second=0, microsecond=0), reach


def _judge_group(
    brands: Sequence[Brand],
    history: History,
    coverage: Floats,
    settings: DetectorSettings,
    now: datetime,
) -> list[Judged]:
    start = round(history.start_at.timestamp())
    detector = SpikeDetector(len(brands), _GRID, start, settings)
    wide = coverage[:, None].repeat(len(brands), axis=1)
    judgements = detector.run(history.stories, wide)
    baseline = detector.baseline_days()
    return [
        Judged(
            brand=brand,
            verdict=_verdict(brand, judgements, column, float(baseline[column]), settings, now),
            last_negative_at=_last_negative_at(history, column, now),
            series=_series(history, judgements, column),
        )
        for column, brand in enumerate(brands)
    ]


def _verdict(
    brand: Brand,
    judgements: Judgements,
    column: int,
    baseline_days: float,
    settings: DetectorSettings,
    now: datetime,
) -> Verdict:
    at = (-1, column)
    log_return = min(float(judgements.log_return[at]), _LONGEST)
    state = _state(judgements, column)
    window = int(judgements.window[at]) * BUCKET
    coverage = float(judgements.coverage[at])
    observed, expected = float(judgements.observed[at]), float(judgements.expected[at])
    baseline = timedelta(days=baseline_days)
    if state == "learning":
        needed = timedelta(days=settings.warmup_days)
        reason = learning_reason(known=baseline, needed=needed)
    elif state == "blind":
        reason = blind_reason(coverage=coverage, floor=settings.min_coverage)
    elif state == "calm":
        reason = calm_reason(observed=observed, expected=expected, window=window)
    else:
        reason = spike_reason(
            observed=observed,
            expected=expected,
            window=window,
            return_days=10.0**log_return,
            opening=state == "spike",
        )
    return Verdict(
        brand_id=brand.id,
        at=now,
        alarm=bool(judgements.alarm[at]),
        state=state,
        observed=observed,
        expected=expected,
        window=window,
        probability=probability(float(judgements.rarity[at])),
        return_days=10.0**log_return,
        reason=reason,
        baseline=baseline,
        coverage=coverage,
    )


def _state(judgements: Judgements, column: int) -> str:
    at = (-1, column)
    if judgements.blind[at]:
        return "blind"
    if judgements.learning[at]:
        return "learning"
    if judgements.spike[at]:
        return "spike" if judgements.over[at] else "raised"
    return "calm"


def _last_negative_at(history: History, column: int, now: datetime) -> datetime | None:
    some = history.stories[:, column].nonzero()[0]
    if not len(some):
        return None
    return min(history.start_at + (int(some[-1]) + 1) * BUCKET, now)


def _series(history: History, judgements: Judgements, column: int) -> tuple[Point, ...]:
    """Hours of the last week, the running one included; replay and hours begin together."""
    per_hour = _HOUR // BUCKET
    size = len(history.stories)
    first = max(0, -(-size // per_hour) - _CHART // _HOUR) * per_hour
    return tuple(
        Point(
            start_at=(history.start_at + row * BUCKET).astimezone(UTC),
            observed=float(history.stories[row : row + per_hour, column].sum()),
            expected=float(judgements.mean[row : row + per_hour, column].sum()),
        )
        for row in range(first, size, per_hour)
    )
