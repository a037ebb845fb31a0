"""One round of visits: everything readable is kept, everything broken is named."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from sqlalchemy import text

from crawler.fetch import FetchSettings
from crawler.ingest import Ingest
from crawler.matching import Matcher
from crawler.poll import PollReport, Round, poll
from crawler.reading import MOST_ATTEMPTS
from crawler.sources.protocol import (
    Finding,
    Found,
    Freshness,
    SourcePlugin,
    Visit,
    entry_of,
    key_of,
)
from crawler.sources.rss import RssSource
from crawler.sources.site import SiteSource
from storage.database import Database
from storage.records import NewArticle, Source, SourceFailure
from tests.crawler.conftest import Reply, Web
from tests.crawler.pages import PARAGRAPHS, article_page, listing, rss_of
from tests.crawler.test_ingest import WATCHES

Poll = Callable[..., PollReport]


@pytest.fixture
def visit_all(sqlite_database: Database, manners: FetchSettings, now: datetime) -> Poll:
    """Poll these sources as a fresh process would."""

    def run(plugins: Sequence[SourcePlugin], at: datetime = now, **options: object) -> PollReport:
        with sqlite_database.begin() as tx:
            tx.brands.sync([watch.brand for watch in WATCHES], at)
            tx.feeds.sync([entry_of(one, interval=timedelta(minutes=10)) for one in plugins], at)
        ingest = Ingest(sqlite_database, Matcher(WATCHES))
        return poll(sqlite_database, plugins, ingest, manners, now=at, **options)  # type: ignore[arg-type]

    return run


def sources(database: Database) -> dict[str, Source]:
    """The stored sources by key."""
    with database.read() as tx:
        return {source.key: source for source in tx.feeds.active()}


def failures(database: Database) -> list[SourceFailure]:
    """What could not be read."""
    with database.read() as tx:
        return tx.feeds.failures()


def feed(web: Web, path: str = "/rss", count: int = 3) -> RssSource:
    """A feed of some entries, the first of them about a watched brand."""
    entries = [(f"{web.base}/{path[1:]}/{n}", f"Новость {n}", f"Текст {n}.") for n in range(count)]
    entries[0] = (entries[0][0], entries[0][1], PARAGRAPHS[0])
    return RssSource(url=web.put(path, rss_of(entries), headers={"ETag": f'"{path}"'}))


@pytest.mark.parametrize("options", [{}, {"full_text": True}], ids=["as it is", "with pages"])
def test_links_that_change_at_every_visit_add_nothing(
    web: Web, visit_all: Poll, sqlite_database: Database, now: datetime, options: dict[str, bool]
) -> None:
    """What is published once is counted once, and its page fetched once."""
    reports = []
    for turn in range(3):
        link = web.put(f"/a?s={turn}", article_page("Проверка"))
        feed = rss_of([(link, "Проверка", PARAGRAPHS[0])], "Mon, 02 Mar 2026 10:07:00 +0300")
        source = RssSource(url=web.put("/rss", feed), **options)  # type: ignore[arg-type]
        reports.append(visit_all([source], now + timedelta(hours=turn)))
    assert [(one.new_articles, one.new_mentions) for one in reports] == [(1, 1), (0, 0), (0, 0)]
    assert sum(web.asked(f"/a?s={turn}") for turn in range(3)) == bool(options)


def test_an_undated_text_under_another_link_adds_nothing(
    web: Web, visit_all: Poll, now: datetime
) -> None:
    """It would be told of as published just now, at every visit anew."""
    for turn in range(2):
        link = f"{web.base}/a?s={turn}"
        feed = re.sub(rb"<pubDate>.*</pubDate>", b"", rss_of([(link, "Отзыв", PARAGRAPHS[0])]))
        report = visit_all([RssSource(url=web.put("/rss", feed))], now + timedelta(hours=turn))
    assert report.new_articles == 0


def test_twins_that_a_feed_names_side_by_side_are_two(
    web: Web, visit_all: Poll, now: datetime
) -> None:
    """Two people may complain in the same words; the address of the first is not gone."""
    twins = [(f"{web.base}/a/{n}", "Отзыв", PARAGRAPHS[0]) for n in range(2)]
    source = RssSource(url=web.put("/rss", rss_of(twins[:1])))
    assert visit_all([source]).new_articles == 1
    web.put("/rss", rss_of(twins))
    assert visit_all([source], now + timedelta(hours=1)).new_articles == 1


def test_a_round_stores_articles_and_mentions(
    web: Web, visit_all: Poll, sqlite_database: Database, now: datetime
) -> None:
    """And the source is due again after its interval, its ETag kept."""
    source = feed(web)
    report = visit_all([source])
    assert (report.visited, report.failed, report.new_articles, report.new_mentions) == (1, 0, 3, 1)
    state = sources(sqlite_database)[key_of(source)]
    assert state.etag == '"/rss"'
    assert state.next_due_at == now + timedelta(minutes=10)
    assert state.last_success_at == now
    assert state.last_item_at == now - timedelta(hours=5)


def test_a_second_round_stores_nothing_twice(web: Web, visit_all: Poll, now: datetime) -> None:
    """Not due: not visited. Due and unchanged: 304. Forced and changed: only what is new."""
    source = feed(web)
    visit_all([source])
    assert visit_all([source]).visited == 0
    later = visit_all([source], now + timedelta(minutes=11))
    assert (later.visited, later.failed, later.new_articles) == (1, 0, 0)
    assert web.seen[-1].headers["if-none-match"] == '"/rss"'
    feed(web, count=4)
    web.replies["/rss"] = replace(web.replies["/rss"], headers={})  # type: ignore[type-var]
    assert (
        visit_all([source], now + timedelta(minutes=12), choice=Round(force=True)).new_articles == 1
    )


def _source_of_a_broken_page(web: Web) -> RssSource:
    link = web.put("/a/1", status=500)
    url = web.put("/rss", rss_of([(link, "", "")]), headers={"ETag": '"1"'})
    return RssSource(url=url, full_text=True)


def test_an_entry_that_is_nothing_without_its_page_is_tried_again(
    web: Web, visit_all: Poll, now: datetime
) -> None:
    """Though the feed has not changed: it is read anew until the page is."""
    source = _source_of_a_broken_page(web)
    assert visit_all([source]).failed_pages == 1
    web.put("/a/1", article_page("Новость"))
    forced = Round(force=True)
    assert visit_all([source], now + timedelta(minutes=9), choice=forced).new_articles == 0
    assert visit_all([source], now + timedelta(minutes=11), choice=forced).new_articles == 1
    visit_all([source], now + timedelta(minutes=22))
    visit_all([source], now + timedelta(minutes=33))
    assert web.seen[-1].headers["if-none-match"] == '"1"'
    assert web.asked("/a/1") == 2


def test_an_entry_whose_page_always_fails_is_given_up(
    web: Web, visit_all: Poll, now: datetime
) -> None:
    """Then the feed is asked for changes only, as ever."""
    source = _source_of_a_broken_page(web)
    for day in range(20):
        visit_all([source], now + timedelta(days=day), choice=Round(force=True))
    assert web.asked("/a/1") == MOST_ATTEMPTS
    assert web.seen[-1].headers["if-none-match"] == '"1"'


def test_one_broken_source_never_stops_the_others(
    web: Web, visit_all: Poll, sqlite_database: Database
) -> None:
    """Each is reported by name and reason."""
    good = [feed(web, f"/good{n}") for n in range(3)]
    broken = {
        "gone": (web.put("/gone", status=410), "HTTP 410"),
        "page": (web.put("/page", "<!doctype html><p>x"), "an HTML page"),
        "empty": (web.put("/empty", rss_of([])[:-3]), "feed has no items"),
        "bytes": (web.put("/bytes", b"\x00\xff" * 99), "not a feed"),
        "ring": (web.put("/ring", status=302, headers={"Location": "/ring"}), "redirects"),
        "private": (
            web.put("/out", status=302, headers={"Location": "http://10.0.0.1/"}),
            "private",
        ),
        "dead": ("http://127.0.0.1:9/rss", "cannot connect"),
        "half": (web.put("/half", b"x" * 999, break_after=9), "breaks off"),
    }
    bad = [RssSource(id=name, url=url) for name, (url, _) in broken.items()]
    report = visit_all([*bad, *good])
    assert report.new_articles == 9
    assert report.failed == len(broken)
    told = {failure.key: failure.reason for failure in report.failures}
    for name, (_, reason) in broken.items():
        assert reason in told[name]
        state = sources(sqlite_database)[name]
        assert state.last_error == told[name]
        assert state.failures == 1


def test_a_search_that_finds_nothing_yet_has_answered(
    web: Web, visit_all: Poll, sqlite_database: Database, now: datetime
) -> None:
    """It is alive and asked as often as any; the first thing it finds is news."""
    url = web.put("/search", rss_of([]), headers={"ETag": '"none"'})
    for turn in range(2):
        at = now + turn * timedelta(minutes=10)
        assert visit_all([RssSource(id="search", url=url)], at).failed == 0
        state = sources(sqlite_database)["search"]
        assert (state.last_error, state.failures, state.last_success_at) == (None, 0, at)
        assert (state.etag, state.last_item_at) == ('"none"', None)


@pytest.mark.parametrize("may_be_empty", [False, True], ids=["news", "a search"])
def test_a_feed_that_has_lost_all_its_items_has_failed(
    web: Web, visit_all: Poll, sqlite_database: Database, now: datetime, may_be_empty: bool
) -> None:
    """But a search, whose findings grow too old; both are asked as often as ever."""
    source = RssSource(id="feed", url=feed(web).url, may_be_empty=may_be_empty)
    visit_all([source])
    web.put("/rss", rss_of([]))
    for turn in range(1, 4):
        at = now + turn * timedelta(minutes=10)
        visit_all([source], at)
        state = sources(sqlite_database)["feed"]
        expected = (None, 0) if may_be_empty else ("feed has no items", turn)
        assert (state.last_error, state.failures) == expected
        assert state.next_due_at == at + timedelta(minutes=10)


def test_a_summary_feed_gets_its_pages(
    web: Web, visit_all: Poll, sqlite_database: Database
) -> None:
    """Where asked for; a page that fails keeps the summary and is recorded."""
    links = [(web.put(f"/a/{n}", article_page(f"Т {n}")), f"Т {n}", "Кратко.") for n in range(2)]
    links.append((f"{web.base}/a/lost", "Т 2", "Кратко о потерянном."))
    source = RssSource(url=web.put("/rss", rss_of(links)), full_text=True)
    report = visit_all([source])
    assert (report.new_articles, report.failed, report.failed_pages) == (3, 0, 1)
    with sqlite_database.read() as tx:
        texts = {article.url[-4:]: article.text for article in tx.articles.by_ids([1, 2, 3])}
    assert texts["/a/0"] == "\n".join(PARAGRAPHS)
    assert texts["lost"] == "Кратко о потерянном."
    (lost,) = failures(sqlite_database)
    assert (lost.address, lost.reason) == (f"{web.base}/a/lost", "HTTP 404 Not Found")


def test_pages_that_robots_txt_forbids_are_not_fetched(
    web: Web, visit_all: Poll, sqlite_database: Database
) -> None:
    """The summary stays, and the reason is recorded."""
    web.put("/robots.txt", "User-agent: *\nDisallow: /a/", type="text/plain")
    links = [(web.put(f"/a/{n}", article_page(f"Т {n}")), f"Т {n}", "Кратко.") for n in range(3)]
    visit_all([RssSource(url=web.put("/rss", rss_of(links)), full_text=True)])
    assert web.asked("/a/0") == 0
    assert web.asked("/robots.txt") == 1
    assert {failure.reason for failure in failures(sqlite_database)} == {
        "robots.txt does not allow it"
    }


def test_a_failing_source_is_asked_less_and_less(
    web: Web, visit_all: Poll, sqlite_database: Database, now: datetime
) -> None:
    """And as soon as it answers, all is forgotten."""
    source = RssSource(id="s", url=web.put("/rss", status=500))
    pauses, moment = [], now
    for _ in range(4):
        visit_all([source], moment)
        due = sources(sqlite_database)["s"].next_due_at
        assert due is not None
        pauses.append(due - moment)
        moment = due
    assert pauses == sorted(pauses)
    assert pauses[-1] > 4 * pauses[0]
    web.put("/rss", rss_of([(f"{web.base}/1", "Т", "т")]))
    assert visit_all([source], moment).new_articles == 1
    assert sources(sqlite_database)["s"].failures == 0


def test_retry_after_is_obeyed_by_the_schedule(
    web: Web, visit_all: Poll, sqlite_database: Database, now: datetime
) -> None:
    """The next visit is not before the site allows it."""
    source = RssSource(id="s", url=web.put("/rss", status=429, headers={"Retry-After": "7200"}))
    visit_all([source])
    assert sources(sqlite_database)["s"].next_due_at == now + timedelta(hours=2)


def test_only_the_chosen_source_is_visited(web: Web, visit_all: Poll) -> None:
    """By key, due or not."""
    plugins = [feed(web, f"/f{n}") for n in range(3)]
    choice = Round(keys=frozenset({key_of(plugins[1])}), force=True)
    assert visit_all(plugins, choice=choice).visited == 1
    assert [one.path for one in web.seen] == ["/f1"]


def test_progress_counts_to_the_end(web: Web, visit_all: Poll) -> None:
    """For a bar on a terminal."""
    heard: list[tuple[int, int]] = []
    visit_all([feed(web, f"/f{n}") for n in range(3)], progress=lambda *step: heard.append(step))
    assert heard == [(1, 3), (2, 3), (3, 3)]


@dataclass(frozen=True, kw_only=True)
class FaultySource:
    """A kind of source with a mistake in its code."""

    kind: ClassVar[str] = "faulty"
    url: str = "http://faulty.example/"
    id: str = "faulty"
    publisher: str = ""
    interval: timedelta | None = None
    enabled: bool = True

    async def read(self, visit: Visit) -> AsyncGenerator[Finding, None]:
        """Give one article, then fall over."""
        yield Found(
            article=NewArticle(
                source_id=visit.source.id,
                url="http://faulty.example/1",
                canonical_url="http://faulty.example/1",
                title="Успели",
                text="",
                seen_at=visit.now,
            )
        )
        raise ZeroDivisionError


def test_a_mistake_in_a_plug_in_stays_with_its_source(web: Web, visit_all: Poll) -> None:
    """What it had given is kept, the others are read, the reason is recorded."""
    report = visit_all([FaultySource(), feed(web)])
    assert report.new_articles == 4
    assert [(one.key, one.reason) for one in report.failures] == [
        ("faulty", "internal error: ZeroDivisionError")
    ]


def test_spoilt_records_of_one_source_stop_no_other(
    web: Web, visit_all: Poll, sqlite_database: Database, now: datetime
) -> None:
    """Its pages that failed cannot be looked up; it is read all the same."""
    half = RssSource(id="half", url=feed(web, "/half", 4).url, full_text=True)
    assert visit_all([half]).failed_pages == 4
    with sqlite_database.engine.begin() as connection:
        connection.execute(text("UPDATE source_failures SET at = 'spoilt'"))
    report = visit_all([half, feed(web)], now + timedelta(minutes=30))
    assert (report.failed, report.visited) == (0, 2)
    assert report.new_articles == 3


@pytest.mark.parametrize("count", [1, 3])
def test_what_could_not_be_stored_is_stored_later(
    count: int, web: Web, visit_all: Poll, sqlite_database: Database, now: datetime
) -> None:
    """Though the feed has not changed meanwhile; its other entries are stored at once."""
    source = feed(web, count=count)
    refuse_articles(sqlite_database, "%/rss/0")
    report = visit_all([source])
    assert (report.new_articles, report.failed_pages) == (count - 1, 1)
    assert [one.address for one in failures(sqlite_database)] == [f"{web.base}/rss/0"]
    with sqlite_database.begin() as tx:
        tx.connection.execute(text("DROP TRIGGER refuse"))
    assert visit_all([source], now + timedelta(hours=1)).new_articles == 1
    assert visit_all([source], now + timedelta(hours=2)).new_articles == 0
    assert [one.headers.get("if-none-match") for one in web.seen] == [None, None, '"/rss"']


def test_an_article_that_cannot_be_stored_ends_no_round(
    web: Web, visit_all: Poll, sqlite_database: Database
) -> None:
    """Though pages of its source could not be read either."""
    entries = [(f"{web.base}/shut/{n}", f"Новость {n}", f"Текст {n}.") for n in range(4)]
    for address, _, _ in entries:
        web.put(address.removeprefix(web.base), status=403)
    shut = RssSource(url=web.put("/shut", rss_of(entries)), full_text=True)
    refuse_articles(sqlite_database, "%/shut/1")
    report = visit_all([shut, feed(web)])
    assert (report.visited, report.failed, report.new_articles) == (2, 0, 6)


def test_a_source_of_which_nothing_can_be_stored_ends_no_round(
    web: Web, visit_all: Poll, sqlite_database: Database, now: datetime
) -> None:
    """It has failed, the others have not, and it is stored once it can be."""
    shut = feed(web, "/shut")
    refuse_articles(sqlite_database, "%/shut/%")
    report = visit_all([shut, feed(web)])
    assert (report.visited, report.failed, report.new_articles) == (2, 1, 3)
    with sqlite_database.begin() as tx:
        tx.connection.execute(text("DROP TRIGGER refuse"))
    assert visit_all([shut], now + timedelta(hours=1)).new_articles == 3


def test_a_database_that_fails_is_no_fault_of_the_articles(
    web: Web, visit_all: Poll, sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """They are not tried one by one, each as long, and none is a page that cannot be read."""
    with sqlite_database.begin() as tx:
        broken = "CREATE TRIGGER broken BEFORE INSERT ON articles BEGIN SELECT 1 FROM nowhere; END"
        tx.connection.execute(text(broken))
    report = visit_all([feed(web)])
    assert (report.failed, report.failed_pages) == (1, 0)
    assert failures(sqlite_database) == []
    assert "batch not stored" not in caplog.text


def refuse_articles(database: Database, address: str) -> None:
    """Let the database take no article with an address like this."""
    with database.begin() as tx:
        condition = f"NEW.url LIKE '{address}' BEGIN SELECT RAISE(ABORT, 'refused'); END"
        tx.connection.execute(
            text(f"CREATE TRIGGER refuse BEFORE INSERT ON articles WHEN {condition}")
        )


@dataclass(frozen=True, kw_only=True)
class SlowSource(FaultySource):
    """A kind of source that takes a process, and gives nothing until something has happened."""

    kind: ClassVar[str] = "slow"
    id: str = "slow"
    has_happened: Callable[[], bool]

    async def read(self, visit: Visit) -> AsyncGenerator[Finding, None]:
        """Wait for it, but not for ever."""
        async with visit.process(), asyncio.timeout(20):
            while not await asyncio.to_thread(self.has_happened):
                await asyncio.sleep(0.01)
        yield Freshness()


def test_sites_that_wait_for_a_process_take_no_turn_of_the_feeds(web: Web, visit_all: Poll) -> None:
    """A site may last minutes, and there may be many of them: the feeds are read meanwhile."""
    last = feed(web)

    def is_read() -> bool:
        return web.asked("/rss") > 0

    slow = [SlowSource(id=f"slow{n}", has_happened=is_read) for n in range(4)]
    report = visit_all([*slow, last], choice=Round(at_once=1))

    assert (report.visited, report.failed) == (5, 0)


def test_what_was_read_is_on_record_while_another_source_is_slow(
    web: Web, visit_all: Poll, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a source is alive is seen there by others, who do not wait for the round's end."""
    monkeypatch.setattr("crawler.poll.OUTCOME_WAITS", timedelta(milliseconds=20))
    quick = feed(web)

    def is_recorded() -> bool:
        return sources(sqlite_database)[key_of(quick)].last_success_at is not None

    assert visit_all([quick, SlowSource(has_happened=is_recorded)]).failed == 0


def test_a_round_that_lasts_leaves_sites_to_the_next(
    web: Web, visit_all: Poll, sqlite_database: Database, now: datetime
) -> None:
    """As if it had not come to them: they stay due, and the feeds are read."""
    slow, quick = SlowSource(has_happened=lambda: True), feed(web)

    report = visit_all([slow, quick], choice=Round(patience=timedelta(0)))

    assert (report.visited, report.failed) == (1, 0)
    with sqlite_database.read() as tx:
        assert [one.key for one in tx.feeds.due(now)] == ["slow"]
    assert visit_all([slow, quick]).visited == 1


@dataclass(frozen=True, kw_only=True)
class CarelessSource(FaultySource):
    """A kind of source that takes a process twice, and whatever goes wrong there for nothing."""

    kind: ClassVar[str] = "careless"
    id: str = "careless"

    async def read(self, visit: Visit) -> AsyncGenerator[Finding, None]:
        """Be well whatever happens."""
        with suppress(Exception):
            async with visit.process():
                pass
        async with visit.process():
            yield Freshness(etag="read")


def test_a_visit_may_take_more_than_one_process(visit_all: Poll) -> None:
    """One after the other, a turn each."""
    assert visit_all([CarelessSource()]).failed == 0


def test_no_plug_in_takes_the_end_of_a_round_for_its_own_failure(
    visit_all: Poll, sqlite_database: Database
) -> None:
    """It would be called read, or broken, without a visit."""
    report = visit_all([CarelessSource()], choice=Round(patience=timedelta(0)))

    assert (report.visited, report.failed) == (0, 0)
    assert sources(sqlite_database)["careless"].last_success_at is None


@pytest.mark.parametrize(("waits", "at_once"), [(20, 50), (2000, 1)], ids=["time", "number"])
def test_a_database_that_is_away_for_a_while_ends_no_round(
    waits: int,
    at_once: int,
    web: Web,
    visit_all: Poll,
    sqlite_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The visits go on, however many; what could not be put on record is, once it can be."""
    monkeypatch.setattr("crawler.poll.OUTCOME_WAITS", timedelta(milliseconds=waits))
    monkeypatch.setattr("crawler.poll.OUTCOMES", at_once)
    quick = feed(web)

    def is_back() -> bool:
        if "outcomes not recorded" not in caplog.text:
            return False
        with sqlite_database.begin() as tx:
            tx.connection.execute(text("DROP TRIGGER IF EXISTS away"))
        return sources(sqlite_database)[key_of(quick)].last_success_at is not None

    plugins = [quick, SlowSource(has_happened=is_back)]
    with sqlite_database.begin() as tx:
        tx.connection.execute(
            text(
                "CREATE TRIGGER away BEFORE UPDATE OF last_success_at ON sources "
                "BEGIN SELECT RAISE(ABORT, 'away'); END"
            )
        )

    assert visit_all(plugins).failed == 0


def test_hosts_that_ask_for_peace_hold_only_themselves(web: Web, visit_all: Poll) -> None:
    """Two feeds of one host: the second hears of the first one's 429."""
    first = RssSource(id="a", url=web.put("/a", status=429, headers={"Retry-After": "600"}))
    second = RssSource(id="b", url=web.put("/b", rss_of([("http://x.example/1", "Т", "т")])))
    report = visit_all([first, second], choice=Round(at_once=1))
    assert report.failed == 2
    assert web.asked("/b") == 0


def test_a_page_that_mends_itself_is_forgiven(
    web: Web, visit_all: Poll, sqlite_database: Database, now: datetime
) -> None:
    """Its failure leaves the list once it is read."""
    link = f"{web.base}/a/1"
    web.put("/rss", rss_of([(link, "", "")]))
    source = RssSource(url=f"{web.base}/rss", full_text=True)
    visit_all([source])
    assert [failure.address for failure in failures(sqlite_database)] == [link]
    web.replies["/a/1"] = Reply(body=article_page("Т"))
    assert visit_all([source], now + timedelta(hours=1)).new_articles == 1
    assert failures(sqlite_database) == []


def test_pages_that_another_source_brought_are_not_fetched(web: Web, visit_all: Poll) -> None:
    """They leave their room in the visit to what is new."""
    paths = [f"/a/{n}" for n in range(4)]
    for path in paths:
        web.put(path, article_page(path))
    entries = [(web.base + path, path, "Кратко.") for path in paths[:3]]
    visit_all([RssSource(url=web.put("/rss", rss_of(entries)))])
    site = SiteSource(url=web.put("/list", listing(paths)), follow="/a/", max_pages=1)
    assert visit_all([site]).new_articles == 1
    assert [web.asked(path) for path in paths] == [0, 0, 0, 1]


def test_an_undated_archive_is_not_news_at_any_visit(
    web: Web, visit_all: Poll, sqlite_database: Database, now: datetime
) -> None:
    """However many visits it takes to read; a topic that comes meanwhile is new."""
    for number in range(5):
        web.put(f"/topic/{number}", f"<h1>Тема {number}</h1><p>{PARAGRAPHS[number % 4]}</p>")
    paths = [f"/topic/{number}" for number in range(1, 5)]
    url = web.put("/list", listing(paths))
    site = SiteSource(url=url, follow="/topic/", max_pages=2)
    visit_all([site])
    assert [one.address for one in failures(sqlite_database)] == [url]
    web.put("/list", listing(["/topic/0", *paths]))
    for visit in (1, 2):
        later = now + timedelta(minutes=10 * visit)
        visit_all([site], later, choice=Round(force=True))
    with sqlite_database.read() as tx:
        stored = {one.url: one for one in tx.articles.by_ids(range(1, 6))}
    ages = {one.url[-1]: one.seen_at - one.happened_at for one in stored.values()}
    assert ages.pop("0") == timedelta()
    assert len(ages) == 4
    assert min(ages["3"], ages["4"]) > max(ages["1"], ages["2"]) > timedelta()
    assert failures(sqlite_database) == []


def test_a_page_of_a_site_that_fails_is_asked_for_again_later(
    web: Web, visit_all: Poll, now: datetime
) -> None:
    """Not at every visit, and until it answers."""
    web.put("/topic/1", status=502)
    source = SiteSource(url=web.put("/list", listing(["/topic/1"])), follow="/topic/")
    forced = Round(force=True)
    assert visit_all([source]).failed_pages == 1
    visit_all([source], now + timedelta(minutes=5), choice=forced)
    assert web.asked("/topic/1") == 1
    web.put("/topic/1", article_page("Тема"))
    assert visit_all([source], now + timedelta(minutes=10), choice=forced).new_articles == 1
