"""A newer model's tones take effect brand by brand, all of a brand's at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from storage.database import Database, Transaction
from storage.mention_filter import MentionFilter
from storage.records import Mention, NewMention
from tests.running import until
from tests.storage.making import NOON, begun, mentioned, somebody_waits, tone

LATER = NOON + timedelta(hours=1)


def stored(database: Database, *, brands: int, each: int) -> list[list[int]]:
    """Ids of mentions of some brands, judged by an older model."""
    source, _ = begun(database)
    with database.begin() as tx:
        known = tx.brands.sync([f"Бренд {number}" for number in range(brands)], NOON)
        ids = [
            [mentioned(tx, source, brand.id, f"{brand.id}-{number}") for number in range(each)]
            for brand in known
        ]
        old = tone(model="old")
        tx.mentions.record_tones([(key, old) for part in ids for key in part], NOON)
    return ids


def models(database: Database) -> dict[int, str]:
    with database.read() as tx:
        views = tx.mentions.views(MentionFilter(limit=99))
    return {view.mention.id: view.mention.tone.model for view in views if view.mention.tone}


def test_a_brand_takes_the_new_tones_once_it_has_all(database: Database) -> None:
    """Until then its past and its present are both by the older model."""
    (first, second) = stored(database, brands=2, each=2)

    with database.begin() as tx:
        tx.mentions.record_tones([(first[0], tone(model="new"))], LATER)
    assert set(models(database).values()) == {"old"}
    with database.begin() as tx:
        tx.mentions.record_tones(
            [(first[1], tone(model="new")), (second[0], tone(model="new"))], LATER
        )

    found = models(database)
    assert [found[key] for key in first] == ["new", "new"]
    assert [found[key] for key in second] == ["old", "old"]


def test_what_waits_is_not_judged_again(database: Database) -> None:
    """A run that was killed goes on where it stopped, brand by brand."""
    (first, second) = stored(database, brands=2, each=2)

    with database.begin() as tx:
        tx.mentions.record_tones([(first[1], tone(model="new"))], LATER)
        left = [view.mention.id for view in tx.mentions.unscored("new", limit=9)]

    assert sorted(left) == [first[0], *second]


def test_what_nobody_judged_comes_first_and_counts_at_once(database: Database) -> None:
    """New mentions do not wait for the long past."""
    ((one, other),) = stored(database, brands=1, each=2)
    with database.begin() as tx:
        brand = tx.mentions.by_ids([one])[0].mention.brand_id
        new = mentioned(tx, tx.feeds.active()[0].id, brand, "new")

        assert [found.mention.id for found in tx.mentions.unscored("new", limit=1)] == [new]
        tx.mentions.record_tones([(new, tone(model="new"))], LATER)
        assert [found.mention.id for found in tx.mentions.unscored("new", limit=9)] == [one, other]

    assert models(database)[new] == "new"


def test_a_third_model_begins_anew(database: Database) -> None:
    """What waits by a model that is in use no more never takes effect."""
    ((one, other),) = stored(database, brands=1, each=2)

    with database.begin() as tx:
        tx.mentions.record_tones([(one, tone(model="new"))], LATER)
        tx.mentions.record_tones(
            [(one, tone(model="newest")), (other, tone(model="newest"))], LATER
        )

    assert set(models(database).values()) == {"newest"}


def match_more(tx: Transaction, mention: int) -> None:
    """Other words match in it now than when it was judged."""
    found = tx.mentions.by_ids([mention])[0].mention
    wider = tuple(replace(term, end=term.end + 1) for term in found.matched)
    tx.mentions.put([new_mention(found, matched=wider)], LATER)


def test_what_waits_of_older_passages_never_takes_effect(database: Database) -> None:
    """Where other words match meanwhile, the mention is judged anew, and that stays."""
    ((one, other),) = stored(database, brands=1, each=2)

    with database.begin() as tx:
        tx.mentions.record_tones([(one, tone(model="new"))], LATER)
        match_more(tx, one)
        tx.mentions.record_tones([(one, tone("positive", model="new"))], LATER)
        tx.mentions.record_tones([(other, tone(model="new"))], LATER)
        labels = [
            view.mention.tone.label
            for view in tx.mentions.by_ids([one, other])
            if view.mention.tone
        ]

    assert labels == ["positive", "negative"]


def test_the_last_that_is_judged_straight_away_completes_its_brand(database: Database) -> None:
    """Other words matched in it meanwhile, so that it waited for nothing; the others do not wait on."""
    ((one, other),) = stored(database, brands=1, each=2)

    with database.begin() as tx:
        tx.mentions.record_tones([(one, tone(model="new"))], LATER)
        match_more(tx, other)
        tx.mentions.record_tones([(other, tone(model="new"))], LATER)

    assert set(models(database).values()) == {"new"}


def test_a_mark_for_copies_and_a_new_models_tones_both_get_through(
    postgres_database: Database,
) -> None:
    """Both write the mentions of a brand by number, wherever the rows lie."""
    ((one, other, last),) = stored(postgres_database, brands=1, each=3)

    def judge(*ids: int) -> None:
        with postgres_database.begin() as tx:
            tx.mentions.record_tones([(key, tone(model="new")) for key in ids], LATER)

    def mark(*ids: int) -> None:
        with postgres_database.begin() as tx:
            for key in ids:
                tx.mentions.correct(key, "neutral", by="Анна", now=LATER)

    for key in (other, one):  # so that the rows lie in this order
        mark(key)
        judge(key)
    with ThreadPoolExecutor() as pool:
        with postgres_database.begin() as tx:
            tx.mentions.correct(one, "neutral", by="Анна", now=LATER)
            judged = pool.submit(judge, last)
            assert until(lambda: somebody_waits(postgres_database))
            tx.mentions.correct(other, "neutral", by="Анна", now=LATER)
        judged.result(60)

    assert set(models(postgres_database).values()) == {"new"}


def new_mention(found: Mention, **changes: Any) -> NewMention:
    return NewMention(
        **{field.name: getattr(found, field.name) for field in fields(NewMention)} | changes
    )
