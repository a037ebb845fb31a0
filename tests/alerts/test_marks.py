"""A mark is for all copies of a story; what a person said otherwise of a copy stays."""

import logging

import pytest

from alerts.marks import Marked, copies, mark
from storage.database import Database
from storage.records import MentionView
from tests.storage.making import HOUR, NOON, begun, mentioned


@pytest.fixture
def story(database: Database) -> list[int]:
    """Ids of three mentions in the copies of one story."""
    source, brand = begun(database)
    with database.begin() as tx:
        ids = [mentioned(tx, source, brand, name) for name in "abc"]
        articles = [view.mention.article_id for view in tx.mentions.by_ids(ids)]
        first = tx.stories.add(articles[0], "fingerprint")
        tx.articles.set_stories(dict.fromkeys(articles, first.id))
    return ids


def said(database: Database, key: int, word: str, hour: int = 1) -> Marked:
    with database.begin() as tx:
        (meant,) = tx.mentions.by_ids([key])
        found = copies(tx, meant)
        return mark(tx, meant, word, among=found, by="Анна", now=NOON + hour * HOUR)


def standing(database: Database, ids: list[int]) -> list[tuple[str | None, bool]]:
    with database.read() as tx:
        views: list[MentionView] = tx.mentions.by_ids(ids)
    return [(one.mention.corrected, one.mention.excluded_at is not None) for one in views]


def test_one_mark_is_for_every_copy_and_taken_back_with_them(
    database: Database, story: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    """And is logged once, with what the counts held before."""
    caplog.set_level(logging.INFO, "alerts.marks")

    first = said(database, story[1], "neutral")
    assert (first.before, first.changed, first.kept) == ((), 3, 0)
    assert standing(database, story) == [("neutral", False)] * 3
    again = said(database, story[0], "unmark", hour=2)

    assert ([one.mark for one in again.before], again.changed) == (["neutral"], 3)
    assert standing(database, story) == [(None, False)] * 3
    logged = [(one.__dict__["from"], one.__dict__["to"]) for one in caplog.records]
    assert logged == [("not scored", "neutral"), ("neutral", "unmark")]


def test_what_a_person_said_otherwise_of_a_copy_stays(database: Database, story: list[int]) -> None:
    """The answer says how many were kept."""
    with database.begin() as tx:
        tx.mentions.correct(story[2], "positive", by="Борис", now=NOON)

    done = said(database, story[0], "not-us")

    assert (done.changed, done.kept) == (2, 1)
    assert standing(database, story) == [(None, True), (None, True), ("positive", False)]


def test_a_mark_that_changes_nothing_is_not_logged(
    database: Database, story: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    """A button pressed twice."""
    said(database, story[0], "not-us")
    caplog.set_level(logging.INFO, "alerts.marks")

    assert said(database, story[0], "not-us", hour=2).changed == 0
    assert not caplog.records


def test_a_tone_given_to_a_mention_that_is_left_out_says_so(
    database: Database, story: list[int]
) -> None:
    """It counts once the mention is ours again."""
    said(database, story[0], "not-us")

    assert said(database, story[0], "negative", hour=2).left_out_by == "Анна"
    assert said(database, story[0], "us", hour=3).left_out_by is None
