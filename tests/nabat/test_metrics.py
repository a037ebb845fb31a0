"""What Prometheus is told."""

from datetime import UTC, datetime, timedelta

from nabat.metrics import metrics
from storage.database import Database
from tests.storage.making import entry, notification

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_every_figure_has_its_help_and_hostile_names_are_escaped(database: Database) -> None:
    """Of the outbox, the jobs and the sources."""
    with database.begin() as tx:
        tx.feeds.sync([entry('a"b\\c\nd')], NOON)
        one, two = tx.outbox.add([notification("a"), notification("b")], NOON)
        tx.outbox.confirm(one, provider_id="1", now=NOON + timedelta(seconds=2))
        tx.leases.beat("crawl", now=NOON, ok=False)

    said = metrics(database, NOON + timedelta(minutes=1))

    assert two
    for line in (
        'nabat_outbox{channel="telegram",state="pending"} 1',
        'nabat_outbox{channel="telegram",state="sent"} 1',
        "nabat_outbox_oldest_pending_seconds 60",
        'nabat_delivery_seconds{quantile="0.99"} 2',
        'nabat_job_age_seconds{job="crawl"} 60',
        'nabat_job_ok{job="crawl"} 0',
        'nabat_sources{state="alive"} 1',
    ):
        assert f"{line}\n" in said
    assert said.count("# HELP") == said.count("# TYPE") == 7


def test_an_empty_database_has_figures_too(sqlite_database: Database) -> None:
    """Before the first pass."""
    assert "nabat_outbox_oldest_pending_seconds 0\n" in metrics(sqlite_database, NOON)
