"""The one path from a gathered text to stored articles and mentions.

Pollers and spiders hand their articles in; each is stored once by canonical
address, told its language, folded into its story and matched against every
watch. Article, story and mentions are written in one transaction, so a crash
leaves all of them or none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from crawler.context import ContextFilter, learn
from crawler.identity import Folded, StoryIndex, content_hash
from crawler.language import detect
from crawler.matching import Match, Matcher
from crawler.snippets import snippet
from storage.database import Database, Transaction
from storage.marks import FILTER
from storage.records import Article, NewArticle, NewMention

FOLDING_WINDOW = timedelta(days=7)  # how far back a story is remembered for its reprints
TELLING = 250  # characters of a text by which its language is told
READ_AT_ONCE = 500  # articles, when that memory is built


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What one batch brought."""

    articles: int = 0
    mentions: int = 0


class Ingest:
    """Long-lived: it holds the watches made ready and the stories of the last days."""

    def __init__(self, database: Database, matcher: Matcher) -> None:
        """Nothing is read before the first use."""
        self._database = database
        self._matcher = matcher
        self._brands: dict[str, int] = {}
        self._filters: dict[int, ContextFilter] = {}
        self._stories = _Stories()
        self._lock = Lock()

    def refresh(self) -> None:
        """Learn which brands are watched now, what people marked "not us" since, and how the
        stream writes their names."""
        with self._lock, self._database.read() as tx:
            self._brands = {brand.name: brand.id for brand in tx.brands.active()}
            self._filters = filters_of(tx, self._brands.values())
            self._matcher.learn(tx.habits.all())

    def add(self, articles: Sequence[NewArticle], now: datetime) -> Added:
        """Store the articles not stored yet, with their stories and mentions."""
        with self._lock:
            fresh = self._fresh(articles, now)
            matches = {one.canonical_url: self._match(one) for one in fresh}
            try:
                with self._database.begin() as tx:
                    stored = tx.articles.add_new(fresh)
                    if stored:
                        self._stories.fold(tx, stored, now)
                    mentions = [
                        mention
                        for article in stored
                        for mention in self._mentions(article, matches[article.canonical_url])
                    ]
                    added = tx.mentions.add_new(mentions, now)
                    ids = [article.id for article in stored]
                    tx.articles.mark_matched(ids, self._matcher.version)
                    tx.habits.add(self._matcher.habits.take())
            except BaseException:
                self._stories = _Stories()  # it has heard of articles that are not stored
                self._matcher.habits.take()  # and what was seen in them will be seen again
                raise
            return Added(articles=len(stored), mentions=len(added))

    def _fresh(self, articles: Sequence[NewArticle], now: datetime) -> list[NewArticle]:
        """Those not stored yet, once each, with language and hash."""
        unique = {article.canonical_url: article for article in reversed(articles)}
        with self._database.read() as tx:
            known = tx.articles.known(list(unique))
            if len(known) < len(unique):  # a pass that finds nothing new needs no stories
                self._stories.catch_up(tx, now)
        return [
            replace(
                article,
                lang=detect(f"{article.title}\n{article.text[:TELLING]}") or article.lang,
                content_hash=content_hash(article.title, article.text),
            )
            for url, article in reversed(unique.items())
            if url not in known
        ]

    def _match(self, article: NewArticle) -> tuple[Match, ...]:
        return self._matcher.match(article.title, article.text, article.lang)

    def _mentions(self, article: Article, matches: Sequence[Match]) -> list[NewMention]:
        return [
            new_mention(article, match, self._brands[match.brand], self._filters)
            for match in matches
            if match.brand in self._brands
        ]


def filters_of(tx: Transaction, brand_ids: Iterable[int]) -> dict[int, ContextFilter]:
    """What people's "not us" marks have taught until now, of the brands they have taught enough."""
    marks = {brand: tx.mentions.marks(brand) for brand in brand_ids}
    learned = {brand: learn(others, own) for brand, (others, own) in marks.items()}
    return {brand: one for brand, one in learned.items() if one is not None}


def new_mention(
    article: Article, match: Match, brand_id: int, filters: Mapping[int, ContextFilter]
) -> NewMention:
    """The mention that a match in a stored article makes.

    It is left out of the counts where people's marks say it is somebody else.
    """
    mention = NewMention(
        article_id=article.id,
        brand_id=brand_id,
        matched=match.matched,
        crisis=match.crisis,
        snippet=snippet(article.title, article.text, match),
        kind=match.kind,
        happened_at=article.happened_at,
    )
    taught = filters.get(brand_id)
    verdict = taught.judge(mention.snippet) if taught else None
    if verdict is None or not verdict.is_other:
        return mention
    return replace(mention, excluded_by=f"{FILTER}{', '.join(verdict.words[:5])}")


class _Stories:
    """The stories of the last days in memory, under the ids they have in the database.

    The index names a story by the article that began it; one restored from
    the database goes by the negative of its id, which no article has.
    """

    def __init__(self) -> None:
        self._index = StoryIndex(FOLDING_WINDOW)
        self._begun: dict[int, int] = {}  # article that began it -> story id
        self._last_id = 0

    def catch_up(self, tx: Transaction, now: datetime) -> None:
        """Take in what was stored since the last look, by other processes or before a restart."""
        since = now - FOLDING_WINDOW
        while found := tx.articles.after(self._last_id, since=since, limit=READ_AT_ONCE):
            for article in found:
                if article.story_id is not None:
                    self._index.restore(
                        article.id,
                        article.title,
                        article.text,
                        article.happened_at,
                        story=-article.story_id,
                    )
            self._last_id = found[-1].id

    def fold(self, tx: Transaction, articles: Sequence[Article], now: datetime) -> None:
        """Put new articles into their stories, oldest first, beginning stories for the rest.

        What others stored since the last look is heard of first; on SQLite nobody else can
        write now.
        """
        self.catch_up(tx, now)
        self._forget()
        ordered = sorted(articles, key=lambda one: (one.happened_at, one.id))
        folded = [self._index.add(one.id, one.title, one.text, one.happened_at) for one in ordered]
        self._begin(tx, ordered, folded)
        stories = [self._story_of(where) for where in folded]
        tx.articles.set_stories(dict(zip((one.id for one in ordered), stories, strict=True)))
        for article, where, story in zip(ordered, folded, stories, strict=True):
            if where.is_earliest and where.kind != "new":
                tx.stories.set_first(story, article.id)

    def _begin(
        self, tx: Transaction, articles: Sequence[Article], folded: Sequence[Folded]
    ) -> None:
        begun = [
            (where.story, article.id, article.content_hash)
            for article, where in zip(articles, folded, strict=True)
            if where.kind == "new"
        ]
        ids = tx.stories.add_all([(first, fingerprint) for _, first, fingerprint in begun])
        self._begun.update(zip((key for key, _, _ in begun), ids, strict=True))

    def _forget(self) -> None:
        """Drop the stories that nothing can be folded into any more, once they are half of all."""
        if len(self._begun) > 2 * len(self._index):
            self._begun = {key: one for key, one in self._begun.items() if self._index.holds(key)}

    def _story_of(self, where: Folded) -> int:
        return -where.story if where.story < 0 else self._begun[where.story]
