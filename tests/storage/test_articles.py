"""Articles: stored once, whatever they are made of."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import event

from storage.database import Database
from storage.records import Article
from tests.running import until
from tests.storage.making import (
    HOSTILE,
    HOUR,
    KEPT,
    NOON,
    article,
    begun,
    entry,
    mention,
    mentioned,
    somebody_waits,
)


def test_an_article_is_stored_once_by_its_canonical_address(database: Database) -> None:
    """Gathering the same again adds nothing."""
    source, _ = begun(database)
    with database.begin() as tx:
        assert len(tx.articles.add_new([article(source), article(source)])) == 1
        assert tx.articles.add_new([article(source)]) == []
        assert tx.articles.add_new([]) == []
        assert tx.articles.count() == 1


def test_an_article_comes_back_as_it_was_given(database: Database) -> None:
    """Nothing is lost on the way, and its publisher comes along."""
    source, _ = begun(database)
    given = article(source, author="Иванов")
    with database.begin() as tx:
        stored = tx.articles.add_new([given])[0]
    assert (stored.url, stored.canonical_url, stored.title) == (
        given.url,
        given.canonical_url,
        given.title,
    )
    assert (stored.author, stored.publisher) == ("Иванов", "Новости")
    assert stored.happened_at == NOON - HOUR


@pytest.mark.parametrize(
    ("published", "happened"),
    [(None, NOON), (NOON + HOUR, NOON), (NOON - HOUR, NOON - HOUR)],
    ids=["undated", "from the future", "dated"],
)
def test_an_article_happened_no_later_than_it_was_seen(
    database: Database, published: datetime | None, happened: datetime
) -> None:
    """A source's clock cannot put a mention into the future."""
    source, _ = begun(database)
    with database.begin() as tx:
        stored = tx.articles.add_new([article(source, published_at=published)])[0]
    assert stored.happened_at == happened


@pytest.mark.parametrize(
    "published",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=3))),
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-3))),
    ],
    ids=["the first day", "the last day"],
)
def test_a_date_at_the_end_of_the_calendar_is_kept(database: Database, published: datetime) -> None:
    """A source may claim any year with any offset."""
    source, _ = begun(database)
    with database.begin() as tx:
        stored = tx.articles.add_new([article(source, published_at=published)])[0]
    assert stored.published_at is not None
    assert stored.published_at.tzinfo is UTC
    assert stored.published_at.year == published.year


def test_a_guess_stands_in_for_a_missing_date_only(database: Database) -> None:
    """What the source says goes before what we suppose."""
    source, _ = begun(database)
    guess = NOON - 3 * HOUR
    dated = article(source, guessed_at=guess)
    undated = article(source, canonical_url="https://a/2", published_at=None, guessed_at=guess)
    with database.begin() as tx:
        stored = tx.articles.add_new([dated]) + tx.articles.add_new([undated])
    assert [one.happened_at for one in stored] == [NOON - HOUR, guess]
    assert stored[1].published_at is None


def test_hostile_texts_are_stored(database: Database) -> None:
    """NUL, half characters and huge texts are normal; offsets stay true."""
    source, _ = begun(database)
    url = f"https://site.example/{HOSTILE}/{'я' * 5000}"
    given = article(
        source,
        url=url,
        canonical_url=url,
        title=HOSTILE,
        text=HOSTILE * 100_000,
        author=HOSTILE * 50,
        lang=HOSTILE,
        content_hash="f" * 100,
    )
    with database.begin() as tx:
        stored = tx.articles.add_new([given])[0]
        again = tx.articles.add_new([given])
    assert stored.canonical_url == url
    assert (stored.title, stored.text) == (KEPT, KEPT * 100_000)
    assert len(stored.author or "") <= 300
    assert again == []


def test_addresses_known_are_answered_as_they_were_asked(database: Database) -> None:
    """However long or odd an address is, its article is not fetched twice."""
    source, _ = begun(database)
    long = "https://site.example/" + "я" * 3000
    with database.begin() as tx:
        tx.articles.add_new([article(source, canonical_url=long), article(source, "b")])
        asked = [long, f"{long}2", "https://site.example/b", HOSTILE]
        assert tx.articles.known(asked) == {long, "https://site.example/b"}
        assert tx.articles.known([]) == set()
        assert "https://site.example/b?utm=1" in tx.articles.addresses_of(source)


def test_articles_alike_are_found_by_time_or_hash(database: Database) -> None:
    """Those of the source alone, each once."""
    source, _ = begun(database)
    with database.begin() as tx:
        other = tx.feeds.sync([entry("other")], NOON)[0].id
        given = [
            article(source, name, published_at=NOON - number * HOUR)
            for number, name in enumerate("abc")
        ]
        tx.articles.add_new([*given, article(other, "d", published_at=NOON)])
        found = tx.articles.alike(source, [NOON, NOON + HOUR], ["a", "b", "d"])
        assert [one.title for one in found] == ["Заголовок a", "Заголовок b"]
        assert tx.articles.alike(source, [], []) == []


def test_articles_alike_are_looked_up_by_the_index_of_what_is_asked(
    sqlite_database: Database,
) -> None:
    """A source with a past of years is visited every few minutes."""
    given: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        given.append((statement, values))

    with sqlite_database.read() as tx:
        event.listen(tx.connection, "before_cursor_execute", note)
        assert tx.articles.alike(1, [NOON], ["a", "b"]) == []
        event.remove(tx.connection, "before_cursor_execute", note)
        plans = [
            str(tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
            for statement, values in given
        ]
    assert ["happened_at=?" in plans[0], "content_hash=?" in plans[1]] == [True, True]


def test_many_articles_come_in_the_order_of_their_ids(database: Database) -> None:
    """More than one statement holds, none lost."""
    source, _ = begun(database)
    with database.begin() as tx:
        stored = tx.articles.add_new([article(source, str(n)) for n in range(1203)])
        ids = [one.id for one in stored]
        assert len(set(ids)) == 1203
        assert ids == sorted(ids)
        assert [one.id for one in tx.articles.by_ids(ids[::-1])] == ids
        assert [one.id for one in tx.articles.after(ids[2], since=NOON - HOUR, limit=2)] == ids[3:5]


def test_articles_wait_until_they_are_matched(database: Database) -> None:
    """A new version of the watches makes every article wait again."""
    source, _ = begun(database)
    with database.begin() as tx:
        one, two = tx.articles.add_new([article(source), article(source, "b")])
        tx.articles.mark_matched([], "v1")
        tx.articles.mark_matched([one.id], "v1")
        assert [left.id for left in tx.articles.unmatched("v1", limit=9)] == [two.id]
        assert tx.articles.unmatched("v1", limit=9, since=NOON) == []
        assert [left.id for left in tx.articles.unmatched("v2", limit=1)] == [two.id]
        below = tx.articles.unmatched("v2", limit=9, before_id=two.id)
        assert [left.id for left in below] == [one.id]
        assert tx.articles.count_unmatched("v1") == 1
        assert tx.articles.count_unmatched("v2") == 2
        assert tx.articles.count_unmatched("v2", since=NOON) == 0
        assert tx.articles.count(since=NOON) == 0


def test_old_articles_without_mentions_are_forgotten_with_their_stories(
    database: Database,
) -> None:
    """What nobody was mentioned in goes; mentions and their stories stay."""
    source, brand = begun(database)
    with database.begin() as tx:
        mentioned(tx, source, brand, "kept")
        old, new = tx.articles.add_new(
            [article(source, "old"), article(source, "young", seen_at=NOON + HOUR)]
        )
        told = {one.id: tx.stories.add(one.id, "").id for one in (old, new)}
        tx.articles.set_stories(told)
        assert tx.articles.unmentioned_before(NOON + HOUR) == [old.id]
        assert tx.articles.forget([old.id]) == 1
        assert tx.articles.count() == 2
        assert tx.stories.find(told[old.id]) is None
        assert tx.stories.find(told[new.id]) is not None


def test_a_story_lives_as_long_as_any_article_of_it(database: Database) -> None:
    """Whether that began it or only retells it; one mentioned meanwhile is not let go."""
    source, brand = begun(database)
    with database.begin() as tx:
        first, second, third = tx.articles.add_new([article(source, name) for name in "abc"])
        told, other = tx.stories.add(first.id, "").id, tx.stories.add(third.id, "").id
        tx.articles.set_stories({first.id: told, second.id: told})
        tx.mentions.add_new([mention(third, brand)], NOON)
        old = tx.articles.unmentioned_before(NOON + HOUR, limit=1)
        assert [tx.articles.forget(old), tx.articles.forget([third.id])] == [1, 0]
        assert tx.stories.find(told) is not None
        assert tx.articles.forget([second.id]) == 1
        assert tx.stories.find(told) is None
        assert tx.stories.find(other) is not None


def test_a_story_forgotten_meanwhile_takes_no_articles(database: Database) -> None:
    """A process that remembers an old story does not fail over it."""
    source, _ = begun(database)
    with database.begin() as tx:
        stored = tx.articles.add_new([article(source)])[0]
        tx.articles.set_stories({stored.id: 12345})
        tx.articles.set_stories({})
        assert tx.articles.by_ids([stored.id])[0].story_id is None


def test_two_writers_of_the_same_articles_in_two_orders_both_finish(database: Database) -> None:
    """They neither wait for one another for ever nor store anything twice."""
    source, _ = begun(database)
    new = [article(source, str(n)) for n in range(60)]

    def add(order: int) -> int:
        with database.begin() as tx:
            return len(tx.articles.add_new(new[::order]))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(add, [1, -1, 1, -1])) == 60


def _forget(database: Database, ids: list[int]) -> int:
    with database.begin() as tx:
        return tx.articles.forget(ids)


def _one_of_a_story_and_one_of_none(database: Database) -> tuple[Article, Article, int]:
    source, _ = begun(database)
    with database.begin() as tx:
        old, new = tx.articles.add_new([article(source), article(source, "b")])
        told = tx.stories.add(old.id, "").id
        tx.articles.set_stories({old.id: told})
    return old, new, told


def test_an_article_mentioned_while_it_is_forgotten_stays(postgres_database: Database) -> None:
    """The others go; whoever looks back beside it loses nothing, and neither fails."""
    source, brand = begun(postgres_database)
    with postgres_database.begin() as tx:
        one, two = tx.articles.add_new([article(source), article(source, "b")])
    with ThreadPoolExecutor() as pool:
        with postgres_database.begin() as tx:
            tx.articles.held([one.id, two.id])
            tx.mentions.put([mention(one, brand)], NOON)
            forgotten = pool.submit(_forget, postgres_database, [two.id, one.id])
            assert until(lambda: somebody_waits(postgres_database))
        assert forgotten.result(60) == 1
    with postgres_database.read() as tx:
        assert [left.id for left in tx.articles.by_ids([one.id, two.id])] == [one.id]


def test_a_story_that_a_new_article_joins_while_its_last_is_forgotten_stays(
    postgres_database: Database,
) -> None:
    """Neither of the two fails."""
    old, new, told = _one_of_a_story_and_one_of_none(postgres_database)
    with ThreadPoolExecutor() as pool:
        with postgres_database.begin() as tx:
            tx.articles.set_stories({new.id: told})
            forgotten = pool.submit(_forget, postgres_database, [old.id])
            assert until(lambda: somebody_waits(postgres_database))
        assert forgotten.result(60) == 1
    with postgres_database.read() as tx:
        assert [left.story_id for left in tx.articles.by_ids([new.id])] == [told]


def test_an_article_that_joins_a_story_while_that_is_forgotten_is_without_one(
    postgres_database: Database,
) -> None:
    """It is stored all the same."""
    old, new, told = _one_of_a_story_and_one_of_none(postgres_database)

    def join() -> None:
        with postgres_database.begin() as tx:
            tx.articles.set_stories({new.id: told})

    with ThreadPoolExecutor() as pool:
        with postgres_database.begin() as tx:
            tx.articles.forget([old.id])
            joined = pool.submit(join)
            assert until(lambda: somebody_waits(postgres_database))
        joined.result(60)
    with postgres_database.read() as tx:
        assert [left.story_id for left in tx.articles.by_ids([new.id])] == [None]


def test_a_retired_source_keeps_its_articles(database: Database) -> None:
    """Leaving the config deletes nothing."""
    source, _ = begun(database)
    with database.begin() as tx:
        tx.articles.add_new([article(source)])
        tx.feeds.sync([entry("rss:other")], NOON)
        assert tx.articles.count() == 1
