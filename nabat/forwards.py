"""Keeps what people forward to the bot: stored and matched as any other article."""

from datetime import datetime, timedelta

from alerts.forwarded import Forwarded
from alerts.spans import clip
from crawler.ingest import Ingest
from storage.database import Database
from storage.feeds import SourceEntry
from storage.records import NewArticle


def keep(database: Database, ingest: Ingest, given: Forwarded, *, now: datetime) -> int:
    """Store the message with its provenance; answers how many brands it newly mentions.

    Its source is one that nobody visits: its address says who forwarded the
    first message and from where.
    """
    entry = SourceEntry(
        key=given.origin,
        kind="forwarded",
        address=f"Telegram: {given.publisher}, forwarded by {given.by}",
        publisher=given.publisher,
        interval=timedelta(days=1),
    )
    with database.begin() as tx:
        source = tx.feeds.add_unvisited(entry, now)
    article = NewArticle(
        source_id=source,
        url=given.url,
        canonical_url=given.url,
        title=clip(given.text.strip().split("\n")[0], 120),
        text=given.text,
        author=given.author or None,
        published_at=min(given.at, now),
        seen_at=now,
    )
    ingest.refresh()
    return ingest.add([article], now).mentions
