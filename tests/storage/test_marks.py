"""A later copy of a story is marked as the older ones are, where they agree."""

from collections.abc import Callable

import pytest

from storage.database import Database, Transaction
from storage.marks import FILTER
from storage.records import Mention
from tests.storage.making import HOUR, NOON, article, begun, mention

LATER = NOON + HOUR
Come = Callable[[Database, str], int]


@pytest.fixture(params=["added", "looked for again"])
def come(request: pytest.FixtureRequest) -> Come:
    """Let a copy come; answers its mention's id."""

    def copy(database: Database, name: str) -> int:
        with database.begin() as tx:
            return _come(tx, name, is_put=request.param != "added")

    return copy


def _come(tx: Transaction, name: str, *, is_put: bool = False) -> int:
    source, brand = tx.feeds.active()[0].id, tx.brands.active()[0].id
    (stored,) = tx.articles.add_new([article(source, name)])
    first = tx.articles.after(0, since=NOON - 24 * HOUR, limit=1)[0]
    story = first.story_id or tx.stories.add(first.id, "fingerprint").id
    tx.articles.set_stories({stored.id: story})
    new = mention(stored, brand)
    if not is_put:
        return tx.mentions.add_new([new], LATER)[0]
    tx.mentions.put([new], LATER)
    return tx.mentions.count()


def standing(database: Database, key: int) -> Mention:
    with database.read() as tx:
        return tx.mentions.by_ids([key])[0].mention


@pytest.fixture
def copies(database: Database) -> list[int]:
    """Two mentions in copies of one story."""
    begun(database)
    with database.begin() as tx:
        return [_come(tx, name) for name in "ab"]


def test_a_later_copy_is_marked_as_all_older_ones(
    database: Database, copies: list[int], come: Come
) -> None:
    """By the same person at the same time, so that one word takes all of it back."""
    with database.begin() as tx:
        for key in copies:
            tx.mentions.correct(key, "neutral", by="Анна", now=NOON)
            tx.mentions.exclude(key, by="Борис", now=NOON)

    found = standing(database, come(database, "c"))

    assert (found.corrected, found.corrected_by, found.corrected_at) == ("neutral", "Анна", NOON)
    assert (found.excluded_by, found.excluded_at) == ("Борис", NOON)


def test_copies_that_differ_have_no_word_in_common(
    database: Database, copies: list[int], come: Come
) -> None:
    """One marked alone says nothing of the others."""
    with database.begin() as tx:
        tx.mentions.correct(copies[0], "neutral", by="Анна", now=NOON)

    assert standing(database, come(database, "c")).corrected is None


def test_a_filter_has_no_say(database: Database, copies: list[int], come: Come) -> None:
    """Neither for the copies nor against what a person said of the others."""
    with database.begin() as tx:
        tx.mentions.exclude(copies[0], by=f"{FILTER}ромашка", now=NOON)
        tx.mentions.correct(copies[1], "neutral", by="Анна", now=NOON)

    found = standing(database, come(database, "c"))

    assert (found.corrected, found.excluded_at) == ("neutral", None)


def test_looking_again_does_not_mark_what_was_stored(database: Database, copies: list[int]) -> None:
    """A person left that one as it is."""
    with database.begin() as tx:
        tx.mentions.correct(copies[0], "neutral", by="Анна", now=NOON)
        brand = tx.brands.active()[0].id
        stored = tx.articles.after(0, since=NOON - 24 * HOUR, limit=2)[1]
        tx.mentions.put([mention(stored, brand)], LATER + HOUR)

    assert standing(database, copies[1]).corrected is None


def test_another_brand_of_the_story_is_not_marked(database: Database, copies: list[int]) -> None:
    """It is bad for one and not for the other."""
    with database.begin() as tx:
        other = next(
            one for one in tx.brands.sync(["Ромашка", "Лютик"], NOON) if one.name == "Лютик"
        )
        for key in copies:
            tx.mentions.correct(key, "neutral", by="Анна", now=NOON)
        stored = tx.articles.after(0, since=NOON - 24 * HOUR, limit=2)[1]
        (key,) = tx.mentions.add_new([mention(stored, other.id)], LATER)

    assert standing(database, key).corrected is None
