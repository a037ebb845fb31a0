"""Buckets: counts that can be rebuilt at will."""

from datetime import datetime

from storage.database import Database
from storage.records import BUCKET, Bucket
from tests.storage.making import HOUR, NOON, begun


def _bucket(
    brand_id: int,
    start_at: datetime,
    mentions: int = 1,
    expected_negative: float | None = 0.5,
) -> Bucket:
    return Bucket(
        brand_id=brand_id,
        start_at=start_at,
        mentions=mentions,
        negative=1,
        stories=1,
        negative_stories=1,
        authors=0,
        coverage=0.5,
        expected_negative=expected_negative,
    )


def test_rebuilding_replaces_what_was_there(database: Database) -> None:
    """Counts of a stretch are those of the last rebuild, others stay."""
    _, brand = begun(database)
    with database.begin() as tx:
        old = [_bucket(brand, NOON + n * BUCKET) for n in range(4)]
        tx.buckets.replace(brand, NOON, NOON + HOUR, old)
        tx.buckets.replace(brand, NOON, NOON + 2 * BUCKET, [_bucket(brand, NOON, 7)])
        found = tx.buckets.between(brand, NOON, NOON + HOUR)
        assert found == [_bucket(brand, NOON, 7), *old[2:]]


def test_nothing_counted_has_no_buckets(database: Database) -> None:
    """No row means none."""
    _, brand = begun(database)
    with database.begin() as tx:
        tx.buckets.replace(brand, NOON, NOON + HOUR, [])
        assert tx.buckets.between(brand, NOON, NOON + HOUR) == []


def test_a_bucket_counted_by_another_meanwhile_is_counted_over(database: Database) -> None:
    """Two evaluations at once must not fail on one another's rows."""
    _, brand = begun(database)
    with database.begin() as tx:
        tx.buckets.replace(brand, NOON, NOON + HOUR, [_bucket(brand, NOON)])
        tx.buckets.replace(brand, NOON + BUCKET, NOON + HOUR, [_bucket(brand, NOON, 9, 4.5)])
        assert tx.buckets.between(brand, NOON, NOON + HOUR) == [_bucket(brand, NOON, 9, 4.5)]
