"""Verdicts as of now, in the order asked for."""

from datetime import datetime, timedelta

import pytest

from monitor.judge import Judged, judge_brands
from monitor.settings import DetectorSettings
from storage.records import BUCKET, Bucket
from tests.monitor.conftest import World


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
def test_the_last_negative_story_is_never_in_the_future(
    world: World, now: datetime, hours: int
) -> None:
    """The end of its bucket, or now where that is still running."""
    at = now - timedelta(hours=hours)
    world.mention(at)
    bucket = Bucket(
        brand_id=world.brand_id, start_at=at, mentions=1, negative=1, stories=1,
        negative_stories=1, authors=1, coverage=1.0,
    )  # fmt: skip
    with world.database.begin() as tx:
        tx.buckets.replace(world.brand_id, at, at + BUCKET, [bucket])
    assert judged(world, now, DetectorSettings()).last_negative_at == at + BUCKET
