"""The column types: what goes in comes out, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select

from storage.columns import kept
from storage.database import Database
from storage.tables import brands, coverage


@pytest.mark.parametrize("hours", [-11, 0, 5.5, 14])
def test_a_time_of_any_zone_comes_back_in_utc(database: Database, hours: float) -> None:
    """And is found by the same moment of another zone."""
    moment = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=hours)))
    with database.begin() as tx:
        tx.connection.execute(insert(coverage).values(start_at=moment, alive=1, total=1))
        query = select(coverage.c.start_at).where(coverage.c.start_at == moment.astimezone(UTC))
        assert tx.connection.execute(query).scalar_one() == moment
        assert tx.connection.execute(query).scalar_one().tzinfo is UTC


def test_a_column_tells_what_it_keeps_of_a_text() -> None:
    """The answer is what a row will hold."""
    assert kept(brands.c.name, "Ромашка") == "Ромашка"
    assert len(kept(brands.c.name, "я" * 300)) == 200
