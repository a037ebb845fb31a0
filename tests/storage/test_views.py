"""The views for analysts, as a server of another zone answers them."""

from sqlalchemy import text

from storage.database import Database
from tests.storage.making import NOON, begun, mentioned


def test_hours_are_those_of_utc_in_any_session(postgres_url: str) -> None:
    """An analyst in India, half an hour off, sees the same hours."""
    database = Database(postgres_url)
    database.upgrade()
    source, brand = begun(database)
    with database.begin() as tx:
        mentioned(tx, source, brand)
    with database.engine.connect() as connection:
        connection.execute(text("SET TIME ZONE 'Asia/Kolkata'"))
        (hour,) = connection.execute(text("SELECT hour FROM v_hourly")).scalars()
    assert (hour.minute, (NOON - hour).total_seconds()) == (30, 3600)
    database.close()
