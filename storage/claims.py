"""Claims: the register of complaints, with the times by which they are due."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.records import Claim
from storage.tables import claims


@dataclass(frozen=True, slots=True)
class Claims:
    """The operations on claims."""

    connection: Connection

    def listed(
        self,
        *,
        brand_id: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[Claim]:
        """Answer claims, the soonest due first."""
        query = select(claims).order_by(claims.c.answer_due_at, claims.c.id)
        if brand_id is not None:
            query = query.where(claims.c.brand_id == brand_id)
        if since is not None:
            query = query.where(claims.c.received_at >= since)
        if until is not None:
            query = query.where(claims.c.received_at < until)
        if limit is not None:
            query = query.limit(limit)
        return [Claim(**row._mapping) for row in self.connection.execute(query)]
