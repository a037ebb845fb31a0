"""What a visit found decides when the next one is."""

from dataclasses import replace
from datetime import datetime, timedelta

from crawler.fetch import FetchError
from crawler.reading import LONGEST_PAUSE, Reading, outcome_of, pause_after
from crawler.sources.protocol import FailedPage, Found, Freshness
from storage.records import NewArticle, Source

SOURCE = Source(
    id=1, key="s", kind="rss", address="a", publisher="a", interval=timedelta(minutes=10)
)


def test_a_pause_never_grows_without_end() -> None:
    """A source that comes back is noticed within hours."""
    failing = replace(SOURCE, failures=99)
    assert pause_after(FetchError("x"), failing) == LONGEST_PAUSE
    rare = replace(failing, interval=timedelta(days=1))
    assert pause_after(FetchError("x"), rare) == timedelta(days=1)


def test_what_is_gone_for_good_is_asked_less_at_once() -> None:
    """A wrong address will not mend itself in ten minutes."""
    passing = pause_after(FetchError("HTTP 500"), SOURCE)
    assert pause_after(FetchError("HTTP 410", permanent=True), SOURCE) > passing


def test_a_site_that_asks_for_longer_gets_it() -> None:
    """Retry-After counts over our own schedule."""
    asked = FetchError("HTTP 429", retry_after=timedelta(days=1))
    assert pause_after(asked, SOURCE) == timedelta(days=1)


def test_a_visit_becomes_one_outcome(now: datetime) -> None:
    """Newest item, failed pages, read pages, what to send along next time."""
    reading = Reading(source=SOURCE)
    for hours, page in ((3, "p"), (1, "")):
        article = NewArticle(
            source_id=1, url="u", canonical_url="u", title="", text="", seen_at=now,
            published_at=now - timedelta(hours=hours),
        )  # fmt: skip
        reading.take(Found(article=article, page=page))
    reading.take(FailedPage(address="q", reason="HTTP 404"))
    reading.take(Freshness(etag='"1"'))
    outcome = outcome_of(reading, None, now)
    assert outcome.last_item_at == now - timedelta(hours=1)
    assert outcome.next_due_at == now + timedelta(minutes=10)
    assert (outcome.etag, outcome.error, outcome.read_pages) == ('"1"', None, ("p",))
    assert [(page.address, page.reason) for page in outcome.failed_pages] == [("q", "HTTP 404")]
