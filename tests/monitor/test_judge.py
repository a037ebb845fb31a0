"""Verdicts as of now, in the order asked for."""

from datetime import datetime, timedelta

import pytest

from monitor.backtest import backtest
from monitor.judge import Judged, judge_brands
from monitor.settings import DetectorSettings
from storage.records import BUCKET, Bucket
from tests.monitor.conftest import NEUTRAL, World


def judged(world: World, now: datetime, settings: DetectorSettings) -> Judged:
    """The one brand's verdict."""
    with world.database.read() as tx:
        (found,) = judge_brands(
            tx, tx.brands.active(), {"Ромашка": settings}, now=now, checkpoints=None
        )
    return found


def counted(world: World, stories: dict[datetime, int]) -> None:
    """Buckets of so many negative stories each, as evaluation would have counted them."""
    with world.database.begin() as tx:
        for start, count in stories.items():
            tx.feeds.record_coverage(start, alive=3, total=3)
            bucket = Bucket(
                brand_id=world.brand_id, start_at=start, mentions=count, negative=count,
                stories=count, negative_stories=count, authors=count, coverage=1.0,
                expected_negative=float(count),
            )  # fmt: skip
            tx.buckets.replace(world.brand_id, start, start + BUCKET, [bucket])


@pytest.mark.parametrize("minutes", [1, 14, 31, 44])
def test_a_short_burst_is_judged_as_in_the_backtest_by_runs_far_apart(
    world: World, now: datetime, minutes: int
) -> None:
    """Whole buckets of the last hour count: cron begins as one ends, and articles come late."""
    usual = {now + BUCKET * step: int(step % 9 == 0) for step in range(-30 * 96, 0)}
    world.mention(min(usual))
    counted(world, usual | {now: 8, now + BUCKET: 0, now + 2 * BUCKET: 0, now + 3 * BUCKET: 0})
    found = judged(world, now + BUCKET + timedelta(minutes=minutes), DetectorSettings())
    with world.database.read() as tx:
        (brand,) = tx.brands.active()
    end = now + 4 * BUCKET
    (alert,) = backtest(world.database, brand, DetectorSettings(), now=end, days=1).alerts
    assert (found.verdict.state, found.verdict.window) == ("spike", BUCKET)
    assert found.verdict.since == now
    assert found.verdict.reason == alert.verdict.reason


def test_of_spikes_of_one_level_the_newest_is_told(world: World, now: datetime) -> None:
    """The numbers are those of now, unless what was a little earlier is graver."""
    usual = {now + BUCKET * step: int(step % 9 == 0) for step in range(-30 * 96, 0)}
    world.mention(min(usual))
    counted(world, usual | {now: 9, now + BUCKET: 9})
    found = judged(world, now + 2 * BUCKET + timedelta(minutes=1), DetectorSettings())
    assert found.verdict.since == now + 3 * BUCKET - found.verdict.window
    assert found.verdict.observed >= 18


def test_what_stood_out_two_hours_ago_is_no_news(world: World, now: datetime) -> None:
    """Only the last hour can open an incident: a daemon that slept rings for nothing old."""
    usual = {now + BUCKET * step: int(step % 9 == 0) for step in range(-30 * 96, 0)}
    world.mention(min(usual))
    counted(world, usual | {now: 8} | {now + BUCKET * step: 0 for step in range(1, 9)})
    found = judged(world, now + timedelta(hours=2), DetectorSettings())
    assert found.verdict.state == "raised"


def test_a_brand_without_history_is_blind_or_learning(world: World, now: datetime) -> None:
    """Never calm."""
    found = judged(world, now, DetectorSettings())
    assert found.verdict.state in ("blind", "learning")
    assert not found.verdict.alarm
    assert found.last_negative_at is None


@pytest.mark.parametrize("hours", [2, 30])
def test_the_last_negative_story_is_timed_by_its_first_mention(
    world: World, now: datetime, hours: int
) -> None:
    """Neither its reprint, nor neutral talk, nor the rest of its bucket is later news."""
    start = now - timedelta(hours=hours)
    with world.database.begin() as tx:
        story = tx.stories.add(1, "f").id
    world.mention(start + timedelta(minutes=2), story_id=story)
    world.mention(start + timedelta(minutes=9), story_id=story)
    world.mention(start + timedelta(minutes=11), tone=NEUTRAL)
    bucket = Bucket(
        brand_id=world.brand_id, start_at=start, mentions=3, negative=2, stories=2,
        negative_stories=1, authors=1, coverage=1.0, expected_negative=1.8,
    )  # fmt: skip
    with world.database.begin() as tx:
        tx.buckets.replace(world.brand_id, start, start + BUCKET, [bucket])
    found = judged(world, now, DetectorSettings())
    assert found.last_negative_at == start + timedelta(minutes=2)
