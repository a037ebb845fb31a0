"""Mentions: stored once, judged, corrected, counted."""

from typing import Any

import pytest

from storage.database import Database
from storage.marks import FILTER
from storage.mention_filter import MentionFilter
from storage.records import CrisisTerm, MatchedTerm
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
    tone,
)


def test_a_mention_is_stored_once_for_a_brand(database: Database) -> None:
    """Matching the same again adds nothing; renewing changes what matched."""
    source, brand = begun(database)
    with database.begin() as tx:
        (stored,) = tx.articles.add_new([article(source)])
        new = mention(stored, brand)
        (key,) = tx.mentions.add_new([new, new], NOON)
        assert tx.mentions.add_new([new], NOON) == tx.mentions.add_new([], NOON) == []
        tx.mentions.put([], NOON)
        tx.mentions.put([mention(stored, brand, kind="person")], NOON)
        assert tx.mentions.by_ids([key])[0].mention.kind == "person"
        assert tx.mentions.count() == 1


def test_matched_words_of_any_characters_come_back(database: Database) -> None:
    """JSON columns take hostile text too; offsets are kept."""
    source, brand = begun(database)
    term = MatchedTerm(start=1, end=9, text=HOSTILE, term=HOSTILE, kind="brand", field="title")
    crisis = CrisisTerm(start=0, end=3, text=HOSTILE, term="скандал")
    with database.begin() as tx:
        (stored,) = tx.articles.add_new([article(source)])
        new = mention(stored, brand, matched=(term,), crisis=(crisis,), snippet=HOSTILE)
        (view,) = tx.mentions.by_ids(tx.mentions.add_new([new], NOON))
    assert (view.mention.matched[0].text, view.mention.matched[0].end) == (KEPT, 9)
    assert view.mention.crisis[0].text == view.mention.snippet == KEPT


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "cab"),
        ({"oldest_first": True}, "bac"),
        ({"limit": 1}, "c"),
        ({"brand": "Ромашка", "negative": True}, "a"),
        ({"corrected": True}, "b"),
        ({"brand": "нет такой"}, ""),
        ({"since": NOON - HOUR, "until": NOON}, "a"),
        ({"source": "rss:one"}, "cab"),
        ({"source": "Новости"}, "cab"),
        ({"source": "rss:other"}, ""),
        ({"excluded": True}, "cdab"),
        ({"search": (("обманула",), ("ЗАГОЛОВОК", "заголовка"))}, "cab"),
        ({"search": (("обманула",), ("заголов",))}, ""),
        ({"search": (("100%",),)}, ""),
        ({"search": (("\x00\ud800",),)}, ""),
        ({"story_id": 1}, ""),
    ],
    ids=str,
)
def test_mentions_are_found_by(database: Database, asked: dict[str, Any], found: str) -> None:
    """Each condition alone; newest first unless asked otherwise."""
    source, brand = begun(database)
    with database.begin() as tx:
        ids = {
            mentioned(tx, source, brand, name, published_at=NOON - hours * HOUR): name
            for name, hours in (("a", 1), ("b", 2), ("c", 0), ("d", 0.5))
        }
        keys = {name: key for key, name in ids.items()}
        tx.mentions.record_tones([(keys["a"], tone()), (keys["b"], tone("neutral"))], NOON)
        tx.mentions.exclude(keys["d"], by="Анна", now=NOON)
        tx.mentions.correct(keys["b"], "positive", by="Анна", now=NOON)
        views = tx.mentions.views(MentionFilter(brand_id=brand, **asked))
    assert "".join(ids[view.mention.id] for view in views) == found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "ba"),
        ({"negative": True}, "a"),
        ({"excluded": True}, "eba"),
        ({"oldest_first": True, "limit": 1}, "a"),
    ],
    ids=str,
)
def test_worth_marking_is_what_the_model_doubts_and_nobody_marked(
    database: Database, asked: dict[str, Any], found: str
) -> None:
    """A tone corrected and "not us" are marks; what a filter left out is none."""
    source, brand = begun(database)
    with database.begin() as tx:
        ids = {mentioned(tx, source, brand, name): name for name in "abcdefg"}
        a, b, corrected, strange, left_out, sure, _ = ids
        doubted = [(key, tone("neutral", unsure=True)) for key in (b, corrected, strange, left_out)]
        tx.mentions.record_tones([*doubted, (a, tone(unsure=True)), (sure, tone())], NOON)
        tx.mentions.correct(corrected, "neutral", by="Анна", now=NOON)
        tx.mentions.exclude(strange, by="Анна", now=NOON)
        tx.mentions.exclude(left_out, by=f"{FILTER}аптека", now=NOON)
        views = tx.mentions.views(MentionFilter(unsure=True, **asked))
    assert "".join(ids[view.mention.id] for view in views) == found


def test_each_model_judges_each_mention_once(database: Database) -> None:
    """A new version of the model makes all wait again; the judgement comes back whole."""
    source, brand = begun(database)
    with database.begin() as tx:
        one, two = (mentioned(tx, source, brand, name) for name in "ab")
        assert [view.mention.id for view in tx.mentions.unscored("linear-1", limit=1)] == [two]
        tx.mentions.record_tones([], NOON)
        tx.mentions.record_tones([(one, tone())], NOON)
        assert [view.mention.id for view in tx.mentions.unscored("linear-1", limit=9)] == [two]
        assert len(tx.mentions.unscored("linear-2", limit=9)) == 2
        assert tx.mentions.by_ids([one])[0].mention.tone == tone()


def test_a_persons_word_wins(database: Database) -> None:
    """Counting takes the correction, and leaves out what is not about the brand."""
    source, brand = begun(database)
    with database.begin() as tx:
        one, two, three, four = (mentioned(tx, source, brand, name) for name in "abcd")
        tx.mentions.record_tones([(one, tone()), (two, tone("neutral", negative=0.1))], NOON)
        assert tx.mentions.correct(one, "neutral", by=HOSTILE, now=NOON)
        assert tx.mentions.correct(two, "negative", by="Анна", now=NOON)
        assert tx.mentions.exclude(four, by="Анна", now=NOON)
        counted = tx.mentions.counted(brand, NOON - HOUR, NOON)
        assert [(row.id, row.label, row.negative) for row in counted] == [
            (one, "neutral", 0.0),
            (two, "negative", 1.0),
            (three, None, 0.0),
        ]
        assert tx.mentions.include(four, now=NOON)
        assert tx.mentions.uncorrect(one, now=NOON)
        counted = tx.mentions.counted(brand, NOON - HOUR, NOON)
        assert [row.label for row in counted] == ["negative", "negative", None, None]


def test_reprints_marked_together_teach_once(database: Database) -> None:
    """One press on a story in twenty papers is not twenty marks; a filter's word is none."""
    source, brand = begun(database)
    with database.begin() as tx:
        ids = [mentioned(tx, source, brand, name) for name in "abcde"]
        reprints = [view.mention.article_id for view in tx.mentions.by_ids(ids[:2])]
        tx.articles.set_stories(dict.fromkeys(reprints, tx.stories.add(reprints[0], "f").id))
        for key, by in zip(ids, ("Анна", "Анна", "Борис", f"{FILTER}аптека"), strict=False):
            tx.mentions.exclude(key, by=by, now=NOON)
        others, own = tx.mentions.marks(brand)
    assert others == ["Ромашка обманула c", "Ромашка обманула b"]
    assert own == ["Ромашка обманула e"]


def test_a_word_about_no_mention_is_told(database: Database) -> None:
    """False, not an error: buttons outlive what they are under."""
    with database.begin() as tx:
        assert not tx.mentions.correct(1, "negative", by="Анна", now=NOON)
        assert not tx.mentions.uncorrect(1, now=NOON)
        assert not tx.mentions.exclude(1, by="Анна", now=NOON)
        assert not tx.mentions.include(1, now=NOON)


@pytest.mark.parametrize("change", ["add", "score", "correct", "uncorrect", "exclude", "include"])
def test_every_change_is_seen_by_the_next_count(database: Database, change: str) -> None:
    """What changes a count changes its buckets, taking "not us" back included."""
    source, brand = begun(database)
    later = NOON + HOUR
    with database.begin() as tx:
        key = mentioned(tx, source, brand)
        assert tx.mentions.changes(brand, later) is None
        if change == "add":
            mentioned(tx, source, brand, "b", seen_at=later)
        elif change == "score":
            tx.mentions.record_tones([(key, tone())], later)
        elif change == "correct":
            tx.mentions.correct(key, "negative", by="Анна", now=later)
        elif change == "uncorrect":
            tx.mentions.uncorrect(key, now=later)
        elif change == "exclude":
            tx.mentions.exclude(key, by="Анна", now=later)
        else:
            tx.mentions.include(key, now=later)
        changed = tx.mentions.changes(brand, later)
        assert changed is not None
        assert (changed.first, changed.newest, changed.how_many) == (NOON - HOUR, later, 1)


def test_a_mention_is_seen_with_its_article(database: Database) -> None:
    """People read both at once."""
    source, brand = begun(database)
    with database.begin() as tx:
        tx.feeds.sync([entry(publisher="Другие")], NOON)
        (view,) = tx.mentions.by_ids([mentioned(tx, source, brand, author="Иванов")])
    assert (view.brand, view.source, view.publisher) == ("Ромашка", "rss:one", "Другие")
    assert (view.author, view.title, view.story_id) == ("Иванов", "Заголовок a", None)
