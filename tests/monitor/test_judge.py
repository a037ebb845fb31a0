"""Verdicts as of now, in the order asked for."""

from datetime import datetime, timedelta

import pytest

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
