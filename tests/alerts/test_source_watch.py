"""A source that fell silent is told once, and once when it is back."""

from datetime import datetime, timedelta

import pytest

from alerts import payload
from alerts.source_watch import learn_gaps, watch_sources
from storage.database import Database
from storage.feeds import SourceEntry
from storage.records import FetchOutcome
from tests.alerts.making import NOON, chat, mail
from tests.storage.making import article

PEOPLE = [chat(), mail(name="Дежурный", ops=True, levels=())]
HOUR = timedelta(hours=1)


@pytest.fixture
def watched(database: Database) -> Database:
    """Twenty feeds, all well."""
    entries = [
        SourceEntry(key=f"s{n}", kind="rss", address=f"https://s{n}.example", publisher=f"S{n}", interval=HOUR / 4)
        for n in range(20)
    ]  # fmt: skip
    with database.begin() as tx:
        tx.feeds.sync(entries, NOON - 48 * HOUR)
    visit(database, NOON - 24 * HOUR)
    return database


def visit(database: Database, at: datetime, error: str | None = None, times: int = 1) -> None:
    with database.begin() as tx:
        for one in tx.feeds.active():
            for _ in range(times):
                tx.feeds.record(FetchOutcome(source_id=one.id, at=at, next_due_at=at, error=error))


def told(database: Database) -> list[str]:
    with database.read() as tx:
        found = [one for one in reversed(tx.outbox.listed()) if one.recipient == "Дежурный"]
    return [payload.read(one).text for one in found]


def test_all_sources_dead_are_one_message(watched: Database) -> None:
    """With the reason, the first fifteen by name, and what to do; and not again."""
    visit(watched, NOON, error="HTTP 503", times=5)

    added = watch_sources(watched, PEOPLE, now=NOON)
    again = watch_sources(watched, PEOPLE, now=NOON + HOUR)

    assert (added, again) == (1, 0)
    [text] = told(watched)
    assert text.startswith("Молчат источники\ns0: не читается с 01.03 15:00: HTTP 503")
    assert "и ещё 5" in text
    assert "nabat sources --failing" in text


def test_the_way_back_is_told_once_too(watched: Database) -> None:
    """The operator need not look again and again."""
    visit(watched, NOON, error="HTTP 503", times=5)
    watch_sources(watched, PEOPLE, now=NOON)
    visit(watched, NOON + HOUR)

    added = watch_sources(watched, PEOPLE, now=NOON + HOUR)
    again = watch_sources(watched, PEOPLE, now=NOON + HOUR)

    assert (added, again) == (1, 0)
    assert told(watched)[-1].startswith("Источники снова отвечают\ns0\ns1")


def test_an_operator_who_comes_later_is_told_what_is_dead(watched: Database) -> None:
    """Before him there was nobody to tell."""
    visit(watched, NOON, error="HTTP 503", times=5)

    assert watch_sources(watched, [chat()], now=NOON) == 0
    assert watch_sources(watched, PEOPLE, now=NOON + HOUR) == 1


def test_well_sources_are_nothing_to_tell(watched: Database) -> None:
    """Nor is one failure."""
    visit(watched, NOON, error="HTTP 503")

    assert watch_sources(watched, PEOPLE, now=NOON) == 0


def test_a_habit_is_learned_from_stored_articles_and_its_breach_told(watched: Database) -> None:
    """The feed answers, and there is nothing new in it."""
    with watched.begin() as tx:
        source = tx.feeds.active()[0].id
        for n in range(60):
            at = NOON - n * 4 * HOUR
            tx.articles.add_new([article(source, f"a{n}", published_at=at, seen_at=at)])
    assert learn_gaps(watched) == 1
    with watched.begin() as tx:
        late = NOON + 7 * HOUR
        tx.feeds.record(
            FetchOutcome(source_id=source, at=late, next_due_at=late, last_item_at=NOON)
        )

    assert watch_sources(watched, PEOPLE, now=late) == 1
    assert "s0: нет нового с 02.03 15:00, обычно не дольше 4 ч" in told(watched)[0].replace(
        "\u00a0", " "
    )


def test_the_silence_of_a_busy_source_is_told_too(watched: Database) -> None:
    """Its thousand newest articles are of two days, from which no habit can be read."""
    minutes = timedelta(minutes=3)
    with watched.begin() as tx:
        source = tx.feeds.active()[0].id
        times = [NOON - n * minutes for n in range(10 * 480)]
        tx.articles.add_new([article(source, f"{at}", published_at=at, seen_at=at) for at in times])
    assert learn_gaps(watched) == 1
    late = NOON + 4 * HOUR
    with watched.begin() as tx:
        tx.feeds.record(
            FetchOutcome(source_id=source, at=late, next_due_at=late, last_item_at=NOON)
        )

    assert watch_sources(watched, PEOPLE, now=late) == 1
