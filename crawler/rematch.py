"""Job: look for new or changed watches in the articles stored already.

Works in batches, each its own transaction; it may be stopped anywhere. For
all watches together every article remembers which ones it was last matched
against, so the next run goes on where this one stopped.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from crawler.context import ContextFilter
from crawler.ingest import filters_of, new_mention
from crawler.matching import Matcher
from storage.database import Database, Transaction
from storage.records import Article, NewMention

BATCH = 500
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rematched:
    """What looking again brought."""

    articles: int = 0
    new_mentions: int = 0
    withdrawn: int = 0

    def __str__(self) -> str:
        """Say it in a line."""
        said = f"{self.articles} articles matched again, {self.new_mentions} new mentions"
        return f"{said}, {self.withdrawn} withdrawn" if self.withdrawn else said


def rematch(
    database: Database,
    matcher: Matcher,
    *,
    clock: Callable[[], datetime],
    brand: str | None = None,
    since: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Rematched:
    """Match stored articles again, for one brand or for every watch that changed.

    Mentions stored already keep their tone and what people said of them; only
    what matched in them is renewed. What no longer matches is left out of the counts,
    unless a person has marked it.
    """
    with database.read() as tx:
        brands = {known.name: known.id for known in tx.brands.active()}
        filters = filters_of(tx, brands.values())
        before = tx.mentions.count()
        total = (
            tx.articles.count_unmatched(matcher.version, since=since)
            if brand is None
            else tx.articles.count(since=since)
        )
    wanted = brands if brand is None else {brand: brands[brand]}
    done = withdrawn = 0
    for batch in _batches(database, matcher, brand=brand, since=since):
        with matcher.habits.again():
            found = [
                one for article in batch for one in _mentions(article, matcher, wanted, filters)
            ]
        with database.begin() as tx:
            held = tx.articles.held([article.id for article in batch])
            mentions = [one for one in found if one.article_id in held]  # others are forgotten
            now = clock()  # whoever counts beside this looks only at what changed of late
            tx.mentions.put(mentions, now)
            withdrawn += tx.mentions.withdraw(
                [article.id for article in batch],
                list(wanted.values()),
                but={(one.article_id, one.brand_id) for one in mentions},
                now=now,
            )
            if brand is None:
                tx.articles.mark_matched([article.id for article in batch], matcher.version)
        done += len(batch)
        if progress is not None:
            progress(done, max(done, total))
    if since is None:
        with database.begin() as tx:
            for brand_id in wanted.values():
                tx.brands.mark_matched(brand_id, matcher.version)
    with database.read() as tx:
        added = tx.mentions.count() - before
    return Rematched(articles=done, new_mentions=added, withdrawn=withdrawn)


def _batches(
    database: Database, matcher: Matcher, *, brand: str | None, since: datetime | None
) -> Iterator[list[Article]]:
    last: int | None = None
    while True:
        with database.read() as tx:
            if brand is None:
                found = _unmatched(tx, matcher, since=since, before_id=last)
            else:
                found = tx.articles.after(last or 0, since=since or _BEGINNING, limit=BATCH)
        if not found:
            return
        last = found[-1].id
        yield found


def _unmatched(
    tx: Transaction, matcher: Matcher, *, since: datetime | None, before_id: int | None
) -> list[Article]:
    """Those below the last batch; at the end of the walk those that came meanwhile, if any."""
    wanted = partial(tx.articles.unmatched, matcher.version, limit=BATCH, since=since)
    return wanted(before_id=before_id) or wanted()


def _mentions(
    article: Article,
    matcher: Matcher,
    brands: Mapping[str, int],
    filters: Mapping[int, ContextFilter],
) -> list[NewMention]:
    return [
        new_mention(article, match, brands[match.brand], filters)
        for match in matcher.match(article.title, article.text, article.lang)
        if match.brand in brands
    ]
