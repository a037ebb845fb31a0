"""Buckets: counts per brand and quarter of an hour, rebuilt from mentions at will."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.records import Bucket
from storage.tables import buckets
from storage.upsert import put


@dataclass(frozen=True, slots=True)
class Buckets:
    """The operations on buckets."""

    connection: Connection

    def replace(
        self, brand_id: int, since: datetime, until: datetime, new: Sequence[Bucket]
    ) -> None:
        """Put these buckets in place of all the brand has in ``[since, until)``."""
        self.connection.execute(
            delete(buckets).where(
                buckets.c.brand_id == brand_id,
                buckets.c.start_at >= since,
                buckets.c.start_at < until,
            )
        )
        put(
            self.connection,
            buckets,
            [asdict(bucket) for bucket in new],
            key=["brand_id", "start_at"],
            change=[column.name for column in buckets.c if not column.primary_key],
        )

    def between(self, brand_id: int, since: datetime, until: datetime) -> list[Bucket]:
        """Answer the brand's buckets in ``[since, until)``, oldest first; no row means none."""
        rows = self.connection.execute(
            select(buckets)
            .where(
                buckets.c.brand_id == brand_id,
                buckets.c.start_at >= since,
                buckets.c.start_at < until,
            )
            .order_by(buckets.c.start_at)
        )
        return [Bucket(**row._mapping) for row in rows]
