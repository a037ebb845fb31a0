"""From a replayed history to verdicts: what is to be said of every brand now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from monitor.basis import basis_of
from monitor.counts import StoryKey, is_negative, story_key
from monitor.detect import probability
from monitor.incidents import level_of
from monitor.reasons import (
    blind_reason,
    calm_reason,
    learning_reason,
    spike_reason,
    turn_reason,
)
from monitor.replay import Checkpoints, Replay, replay
from monitor.settings import DetectorSettings
from monitor.share import turned
from storage.database import Transaction
from storage.incident_records import Point
from storage.records import BUCKET, Basis, Brand, Verdict

_CHART = timedelta(days=7)
_HOUR = timedelta(hours=1)
_LONGEST = 9.0  # log10 days; rarer than that is no different to anybody
_NEWEST = _HOUR // BUCKET + 1  # buckets that tell what there is now, the running one among them


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
    checkpoints: Checkpoints | None = None,
) -> list[Judged]:
    """Judge brands as of ``now``, in the given order.

    The running bucket is judged against the expectation of the whole one: its count
    can only grow, so looking every minute raises no more false alarms than looking once.
    The whole ones of the last hour are judged with it: articles come late and runs are
    apart, so what a bucket held is often known only when the next ones run.
    """
    groups: dict[DetectorSettings, list[Brand]] = {}
    for brand in brands:
        groups.setdefault(settings[brand.name], []).append(brand)
    judged = {}
    for shared, members in groups.items():
        replayed = replay(tx, members, shared, now=now, checkpoints=checkpoints)
        for column, brand in enumerate(members):
            verdict = _verdict_now(replayed, column, brand, shared, now)
            judged[brand.id] = Judged(
                brand=brand,
                verdict=_with_tone(verdict, replayed, column, shared),
                last_negative_at=_last_negative_at(tx, brand, replayed, column),
                series=_series(replayed, column),
            )
    return [judged[brand.id] for brand in brands]


def _verdict_now(
    replayed: Replay, column: int, brand: Brand, settings: DetectorSettings, now: datetime
) -> Verdict:
    """The newest bucket's verdict, or of the last hour's spikes the newest of the highest level."""
    last = len(replayed.coverage) - 1

    def said(row: int) -> Verdict:
        return verdict_at(replayed, row, column, brand, settings, now)

    newest = said(last)
    if newest.state not in ("raised", "spike"):
        return newest
    hour = [newest, *map(said, range(last - 1, max(-1, last - _NEWEST), -1))]
    spikes = [verdict for verdict in hour if verdict.state == "spike"]
    return max(spikes, key=lambda one: level_of(one, budget=settings.budget), default=newest)


def verdict_at(
    replayed: Replay,
    row: int,
    column: int,
    brand: Brand,
    settings: DetectorSettings,
    at: datetime,
) -> Verdict:
    """Word one bucket of a replay as the verdict it was, or is."""
    judgements, cell = replayed.judgements, (row, column)
    days = 10.0 ** min(float(judgements.log_return[cell]), _LONGEST)
    baseline = timedelta(days=float(replayed.baseline_days[column]))
    coverage = float(judgements.coverage[cell])
    observed, expected = float(judgements.observed[cell]), float(judgements.expected[cell])
    window = int(judgements.window[cell]) * BUCKET
    state = _state(replayed, cell)
    if state == "learning":
        known = int(judgements.known[cell]) * BUCKET
        reason = learning_reason(known=known, needed=timedelta(days=settings.warmup_days))
    elif state == "blind":
        reason = blind_reason(coverage=coverage, floor=settings.min_coverage)
    elif state == "calm":
        reason = calm_reason(observed=observed, expected=expected, window=window)
    else:
        reason = spike_reason(
            observed=observed,
            expected=expected,
            window=window,
            return_days=days,
            opening=state == "spike",
        )
    return Verdict(
        brand_id=brand.id,
        at=at,
        alarm=bool(judgements.alarm[cell]),
        state=state,
        observed=observed,
        expected=expected,
        window=window,
        since=replayed.at(row + 1) - window,
        probability=probability(float(judgements.rarity[cell])),
        return_days=days,
        reason=reason,
        baseline=baseline,
        coverage=coverage,
        basis=_basis(replayed, row, column, brand, settings),
    )


def _basis(
    replayed: Replay, row: int, column: int, brand: Brand, settings: DetectorSettings
) -> Basis:
    """Of the buckets that the baseline of this one could learn from."""
    end = row + 1
    start = max(0, end - timedelta(days=settings.history_days) // BUCKET)
    return basis_of(
        brand,
        replayed.coverage[start:end, column],
        start_at=replayed.at(start),
        gathered_since=replayed.gathered_since,
    )


def _with_tone(
    verdict: Verdict, replayed: Replay, column: int, settings: DetectorSettings
) -> Verdict:
    """The verdict, or the turn of tone where the number of stories alone is nothing special."""
    if verdict.state not in ("calm", "raised"):
        return verdict
    history, mean = replayed.history, replayed.judgements.mean
    turn = turned(history.stories[:, column], history.told[:, column], mean[:, column], settings)
    if turn is None:
        return verdict
    reason = turn_reason(
        negative=turn.negative,
        stories=turn.stories,
        usual=turn.usual,
        window=turn.window,
        return_days=turn.return_days,
    )
    return replace(
        verdict,
        state="spike",
        observed=turn.negative,
        expected=turn.usual,
        window=turn.window,
        since=replayed.at(len(history.stories)) - turn.window,
        probability=turn.probability,
        return_days=turn.return_days,
        reason=reason,
    )


def _state(replayed: Replay, cell: tuple[int, int]) -> str:
    judgements = replayed.judgements
    if judgements.blind[cell]:
        return "blind"
    if judgements.learning[cell]:
        return "learning"
    if judgements.spike[cell]:
        return "spike" if judgements.over[cell] else "raised"
    return "calm"


def _last_negative_at(
    tx: Transaction, brand: Brand, replayed: Replay, column: int
) -> datetime | None:
    """When the newest negative story was first told; its bucket knows only the quarter hour."""
    some = replayed.history.stories[:, column].nonzero()[0]
    if not len(some):
        return None
    start = replayed.at(int(some[-1])).astimezone(UTC)
    first: dict[StoryKey, datetime] = {}
    for mention in tx.mentions.counted(brand.id, start, start + BUCKET):
        if is_negative(mention):
            first.setdefault(story_key(mention), mention.happened_at)
    return max(first.values(), default=start)


def _series(replayed: Replay, column: int) -> tuple[Point, ...]:
    """Hours of the last week, the running one included; replays begin at a midnight."""
    per_hour = _HOUR // BUCKET
    stories, mean = replayed.history.stories, replayed.judgements.mean
    first = max(0, -(-len(stories) // per_hour) - _CHART // _HOUR) * per_hour
    return tuple(
        Point(
            start_at=replayed.at(row).astimezone(UTC),
            observed=float(stories[row : row + per_hour, column].sum()),
            expected=float(mean[row : row + per_hour, column].sum()),
        )
        for row in range(first, len(stories), per_hour)
    )
