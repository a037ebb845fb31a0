"""What would have been alerted on our own history, by chance and otherwise.

Replays stored buckets causally: every alert listed stands on nothing that came
after it. Two budgets side by side let an operator choose one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.judge import verdict_at
from monitor.replay import HISTORY, Replay, replay
from monitor.settings import MONTH_DAYS, DetectorSettings
from storage.database import Database
from storage.records import BUCKET, Brand, Verdict

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert that would have been sent."""

    at: datetime  # end of the bucket in which it would have been raised
    lasted: timedelta
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the chart."""

    on: datetime  # its midnight, UTC
    observed: float
    expected: float
    alerts: int
    blind: bool  # for more than half of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """A brand's history under one budget."""

    brand: str
    budget: float  # false alarms a month
    since: datetime
    until: datetime
    alerts: tuple[Alert, ...]
    by_chance: float  # alerts the budget allows chance in this time
    days: tuple[Day, ...]


def backtest(
    database: Database, brand: Brand, settings: DetectorSettings, *, now: datetime, days: int
) -> Backtest:
    """Replay the last ``days`` of a brand; what lies before them teaches the baseline."""
    with database.read() as tx:
        replayed = replay(tx, [brand], settings, now=now, length=HISTORY + timedelta(days=days))
    rows = len(replayed.history.stories)
    first = max(0, rows - timedelta(days=days) // BUCKET)
    since, until = replayed.at(first), replayed.at(rows)
    return Backtest(
        brand=brand.name,
        budget=settings.budget,
        since=since,
        until=until,
        alerts=tuple(_alerts(replayed, first, brand, settings)),
        by_chance=settings.budget * ((until - since) / _DAY) / MONTH_DAYS,
        days=tuple(_days(replayed, first)),
    )


def _alerts(
    replayed: Replay, first: int, brand: Brand, settings: DetectorSettings
) -> Iterator[Alert]:
    alarm, spike = replayed.judgements.alarm[:, 0], replayed.judgements.spike[:, 0]
    for row in alarm.nonzero()[0]:
        if row < first:
            continue
        over = (~spike[row:]).nonzero()[0]
        length = int(over[0]) if len(over) else len(spike) - int(row)
        at = replayed.at(int(row) + 1)
        verdict = verdict_at(replayed, int(row), 0, brand, settings, at)
        yield Alert(at=at, lasted=length * BUCKET, verdict=verdict)


def _days(replayed: Replay, first: int) -> Iterator[Day]:
    """Replays begin at a midnight, so whole days are whole rows of buckets."""
    per_day = _DAY // BUCKET
    judgements, stories = replayed.judgements, replayed.history.stories
    for start in range(first // per_day * per_day, len(stories), per_day):
        part = slice(start, start + per_day)
        yield Day(
            on=replayed.at(start),
            observed=float(stories[part, 0].sum()),
            expected=float(judgements.mean[part, 0].sum()),
            alerts=int(judgements.alarm[part, 0].sum()),
            blind=bool(judgements.blind[part, 0].mean() > 0.5),
        )
