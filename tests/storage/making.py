"""Rows to begin with: a source, a brand, articles, mentions, notifications."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from storage.database import Database, Transaction
from storage.feeds import SourceEntry
from storage.incident_records import Facts
from storage.outbox import NewNotification
from storage.records import Article, MatchedTerm, NewArticle, NewMention, Tone

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

# A text with all that a database may refuse, and what is kept of it.
HOSTILE = "Ромаш\x00ка \ud83d 'quoted\" \\ \u202e%_"
KEPT = "Ромаш\ufffdка \ufffd 'quoted\" \\ \u202e%_"


def entry(key: str = "rss:one", **changes: Any) -> SourceEntry:
    values = {"kind": "rss", "address": f"https://{key}", "publisher": "Новости"}
    return SourceEntry(**{"key": key, "interval": timedelta(minutes=15)} | values | changes)


def begun(database: Database) -> tuple[int, int]:
    """One source and one brand; answers their ids."""
    with database.begin() as tx:
        source = tx.feeds.sync([entry()], NOON)[0]
        return source.id, tx.brands.sync(["Ромашка"], NOON)[0].id


def article(source_id: int, name: str = "a", **changes: Any) -> NewArticle:
    values: dict[str, Any] = {
        "source_id": source_id,
        "url": f"https://site.example/{name}?utm=1",
        "canonical_url": f"https://site.example/{name}",
        "title": f"Заголовок {name}",
        "text": f"Ромашка обманула {name}",
        "seen_at": NOON,
        "published_at": NOON - HOUR,
        "lang": "ru",
        "content_hash": name,
    }
    return NewArticle(**values | changes)


def mention(article: Article, brand_id: int, **changes: Any) -> NewMention:
    term = MatchedTerm(start=0, end=7, text="Ромашка", term="Ромашка", kind="brand")
    values: dict[str, Any] = {
        "article_id": article.id,
        "brand_id": brand_id,
        "matched": (term,),
        "crisis": (),
        "snippet": article.text,
        "kind": "brand",
        "happened_at": article.happened_at,
    }
    return NewMention(**values | changes)


def mentioned(
    tx: Transaction, source_id: int, brand_id: int, name: str = "a", **changes: Any
) -> int:
    """An article with its mention; answers the mention's id."""
    stored = tx.articles.add_new([article(source_id, name, **changes)])
    return tx.mentions.add_new([mention(stored[0], brand_id)], changes.get("seen_at", NOON))[0]


def tone(label: str = "negative", **changes: Any) -> Tone:
    values: dict[str, Any] = {"negative": 0.7, "neutral": 0.2, "positive": 0.1}
    return Tone(**{"label": label, "unsure": False, "model": "linear-1"} | values | changes)


def facts(**changes: Any) -> Facts:
    values: dict[str, Any] = {"observed": 14.0, "expected": 2.1, "window": HOUR}
    values |= {"probability": 1e-6, "return_days": 400.0, "reason": "14 вместо 2", "coverage": 1.0}
    values |= {"sources_alive": 3, "sources_total": 3, "mentions": 20, "negative": 15, "stories": 9}
    return Facts(**values | changes)


def notification(key: str = "1:telegram:PR:opened:1", **changes: Any) -> NewNotification:
    values: dict[str, Any] = {"key": key, "recipient": "PR", "channel": "telegram"}
    values |= {"address": "-100123", "kind": "opened", "language": "ru", "payload": "{}"}
    return NewNotification(**values | changes)


def somebody_waits(database: Database) -> bool:
    """Whether anybody on this PostgreSQL waits for what another has locked."""
    waiting = text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with database.read() as tx:
        return tx.connection.execute(waiting).first() is not None
