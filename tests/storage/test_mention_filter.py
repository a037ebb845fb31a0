"""Mentions are looked up by an index: a history of years makes a look at a day no slower."""

from typing import Any

import pytest
from sqlalchemy import event

from storage.database import Database
from storage.mention_filter import MentionFilter, find_ids
from tests.storage.making import HOUR, NOON, begun


@pytest.mark.parametrize(
    "asked",
    [
        {"since": NOON - HOUR},
        {"until": NOON, "negative": True},
        {"brand": "Ромашка", "since": NOON - HOUR},
        {"brand_id": 1, "limit": 50},
        {"source": "Новости"},
        {"source": "Новости", "since": NOON - HOUR},
        {"search": (("суд", "суда"),)},
        {"story_id": 1},
    ],
    ids=str,
)
def test_no_table_is_read_whole(sqlite_database: Database, asked: dict[str, Any]) -> None:
    """But the one of sources, which is small."""
    begun(sqlite_database)
    given: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        given.append((statement, values))

    event.listen(sqlite_database.engine, "before_cursor_execute", note)
    with sqlite_database.read() as tx:
        assert find_ids(tx.connection, MentionFilter(**asked)) == []
        statement, values = given[-1]
        plan = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()

    scanned = {step.detail.split()[1] for step in plan if step.detail.startswith("SCAN")}
    assert scanned <= {"sources", "article_search"}
