"""The views for analysts, as a server of another zone answers them."""

from sqlalchemy import text

from storage.database import Database
from tests.storage.making import NOON, begun, mentioned


def test_hours_are_those_of_utc_in_any_session(postgres_database: Database) -> None:
    """An analyst in India, half an hour off, sees the same hours."""
    source, brand = begun(postgres_database)
    with postgres_database.begin() as tx:
        mentioned(tx, source, brand)
    with postgres_database.engine.connect() as connection:
        connection.execute(text("SET TIME ZONE 'Asia/Kolkata'"))
        (hour,) = connection.execute(text("SELECT hour FROM v_hourly")).scalars()
    assert (hour.minute, (NOON - hour).total_seconds()) == (30, 3600)
