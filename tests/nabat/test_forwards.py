"""What people forward to the bot becomes an article and a mention like any other."""

from datetime import UTC, datetime, timedelta

from alerts.forwarded import Forwarded
from crawler.ingest import Ingest
from crawler.matching import Matcher
from nabat.forwards import keep
from storage.database import Database
from storage.records import Watch

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
GIVEN = Forwarded(
    text="Ромашка обманула жильцов\nвот как это было",
    url="https://t.me/c/1234567890/17",
    origin="forwarded:-1001234567890",
    publisher="Закрытый клуб",
    author="Анна",
    at=NOON - timedelta(hours=1),
    by="Олег Орлов (5)",
)


def test_a_forward_is_a_mention_with_its_provenance_once(database: Database) -> None:
    """Of a source that nobody visits, and that no change of the config brings to life."""
    with database.begin() as tx:
        tx.brands.sync(["Ромашка"], NOON)
    ingest = Ingest(database, Matcher([Watch(brand="Ромашка")]))

    first = keep(database, ingest, GIVEN, now=NOON)
    again = keep(database, ingest, GIVEN, now=NOON)

    assert (first, again) == (1, 0)
    with database.begin() as tx:
        tx.feeds.sync([], NOON)
        assert (tx.mentions.count(), tx.feeds.active(), tx.feeds.due(NOON)) == (1, [], [])
