"""A small world for the monitor's tests: sources, articles and scored mentions of a brand."""

from datetime import datetime, timedelta

import pytest

from monitor.replay import Checkpoints
from storage.database import Database
from storage.feeds import SourceEntry
from storage.records import CrisisTerm, FetchOutcome, MatchedTerm, NewArticle, NewMention, Tone

NEGATIVE = Tone(
    label="negative", negative=0.9, neutral=0.08, positive=0.02, unsure=False, model="test"
)
NEUTRAL = Tone(
    label="neutral", negative=0.05, neutral=0.9, positive=0.05, unsure=False, model="test"
)


class World:
    """Writes articles and mentions as the crawler and the scorer would."""

    def __init__(
        self,
        database: Database,
        now: datetime,
        sources: int = 3,
        *,
        brands: tuple[str, ...] = ("Ромашка",),
    ) -> None:
        """The mentions are of the first of the brands; all are watched."""
        self.database = database
        entries = [
            SourceEntry(
                key=f"rss:{n}",
                kind="rss",
                address=f"https://source{n}.example/rss",
                publisher=f"Издатель {n}",
                interval=timedelta(minutes=15),
            )
            for n in range(sources)
        ]
        with database.begin() as tx:
            self.sources = [source.id for source in tx.feeds.sync(entries, now)]
            for brand in tx.brands.sync(sorted(brands), now):
                tx.brands.mark_matched(brand.id, "v")
            self.brand_id = next(one.id for one in tx.brands.all() if one.name == brands[0])
        self.checkpoints = Checkpoints()
        self._count = 0

    def watch(self, *names: str) -> list[int]:
        """Watch these brands from now on; answers their ids."""
        with self.database.begin() as tx:
            brands = tx.brands.sync(names, tx.brands.active()[0].created_at)
            for brand in brands:
                tx.brands.mark_matched(brand.id, "v")
            return [brand.id for brand in brands]

    def answer(self, now: datetime, sources: list[int] | None = None) -> None:
        """Let the sources (all by default) have been read well at this moment."""
        with self.database.begin() as tx:
            for source in self.sources if sources is None else sources:
                tx.feeds.record(
                    FetchOutcome(source_id=source, at=now, next_due_at=now + timedelta(minutes=15))
                )

    def mention(  # one argument per fact a test may care about
        self,
        happened_at: datetime,
        *,
        tone: Tone | None = NEGATIVE,
        title: str = "Жалобы на Ромашку",
        story_id: int | None = None,
        source: int | None = None,
        author: str | None = None,
        crisis: str | None = None,
        seen_at: datetime | None = None,
        brand_id: int | None = None,
    ) -> int:
        """Store one article that mentions the brand; answers the mention's id."""
        self._count += 1
        seen_at = seen_at or happened_at
        article = NewArticle(
            source_id=self.sources[(source or self._count) % len(self.sources)],
            url=f"https://source.example/{self.brand_id}/{self._count}",
            canonical_url=f"https://source.example/{self.brand_id}/{self._count}",
            title=title,
            text=f"{title}. Клиенты недовольны.",
            seen_at=seen_at,
            published_at=happened_at,
            author=author,
            lang="ru",
            content_hash=f"{self.brand_id}/{self._count}",
        )
        with self.database.begin() as tx:
            (stored,) = tx.articles.add_new([article])
            if story_id is not None:
                tx.articles.set_stories({stored.id: story_id})
            mention = NewMention(
                article_id=stored.id,
                brand_id=brand_id or self.brand_id,
                matched=(
                    MatchedTerm(start=0, end=7, text="Ромашку", term="Ромашка", kind="brand"),
                ),
                crisis=(CrisisTerm(start=0, end=6, text=crisis, term=crisis),) if crisis else (),
                snippet=title,
                kind="brand",
                happened_at=happened_at,
            )
            (mention_id,) = tx.mentions.add_new([mention], seen_at)
            if tone is not None:
                tx.mentions.record_tones([(mention_id, tone)], seen_at)
        return mention_id

    def reprints(self, copies: int, *, since: datetime, until: datetime, seen_at: datetime) -> None:
        """Store so many negative copies of one story, evenly spread."""
        with self.database.begin() as tx:
            story = tx.stories.add(1, "reprinted").id
            stored = tx.articles.add_new(
                [
                    NewArticle(
                        source_id=self.sources[0],
                        url=f"https://source.example/copy/{number}",
                        canonical_url=f"https://source.example/copy/{number}",
                        title="Перепечатка",
                        text="Перепечатка о Ромашке",
                        seen_at=seen_at,
                        published_at=since + (until - since) * number / copies,
                        content_hash=f"copy/{number}",
                    )
                    for number in range(copies)
                ]
            )
            tx.articles.set_stories({one.id: story for one in stored})
            mentions = [
                NewMention(
                    article_id=one.id,
                    brand_id=self.brand_id,
                    matched=(),
                    crisis=(),
                    snippet="Перепечатка",
                    kind="brand",
                    happened_at=one.happened_at,
                )
                for one in stored
            ]
            ids = tx.mentions.add_new(mentions, seen_at)
            tx.mentions.record_tones([(one, NEGATIVE) for one in ids], seen_at)

    def quiet_weeks(
        self, until: datetime, *, negative: int = 10, weeks: int = 4, brand_id: int | None = None
    ) -> None:
        """Four weeks with a mention every few hours, a few of them negative, evenly spread."""
        days = 7 * weeks
        for index in range(days * 3):
            at = until - timedelta(days=days) + timedelta(hours=8 * index + 1)
            tone = NEGATIVE if index % (days * 3 // negative) == 5 else NEUTRAL
            self.mention(at, tone=tone, title="Новости Ромашки", seen_at=until, brand_id=brand_id)


@pytest.fixture
def world(sqlite_database: Database, now: datetime) -> World:
    """A watched brand and three live sources in a SQLite file."""
    built = World(sqlite_database, now)
    built.answer(now)
    return built
