"""A new watch finds its past in the stored articles."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from crawler.habits import Habits
from crawler.ingest import Ingest
from crawler.matching import Match, Matcher
from crawler.rematch import BATCH, rematch
from storage.articles import Articles
from storage.database import Database
from storage.mention_filter import MentionFilter
from storage.records import Article, Tone, Watch
from tests.crawler.pages import PARAGRAPHS
from tests.crawler.test_ingest import WATCHES, article, ingest_of, marked, prepare

ONLY_TULIP = (Watch(brand="Тюльпан"),)


def fill(database: Database, now: datetime, texts: list[str]) -> None:
    """Store these texts with only one of the brands watched."""
    source = prepare(database, now)
    ingest = Ingest(database, Matcher(ONLY_TULIP))
    ingest.refresh()
    ingest.add([article(source, n, now, text) for n, text in enumerate(texts, 1)], now)


def test_a_new_watch_is_looked_for_in_the_past(database: Database, now: datetime) -> None:
    """With progress, and only once: the second run has nothing to do."""
    fill(database, now, [PARAGRAPHS[0], "", PARAGRAPHS[0] + " Снова."])
    heard: list[tuple[int, int]] = []
    matcher = Matcher(WATCHES)
    done = rematch(
        database, matcher, clock=lambda: now, progress=lambda n, total: heard.append((n, total))
    )
    assert (done.articles, done.new_mentions) == (3, 2)
    assert heard == [(3, 3)]
    assert rematch(database, matcher, clock=lambda: now).articles == 0
    with database.read() as tx:
        assert {brand.watch_hash for brand in tx.brands.active()} == {matcher.version}


def test_what_people_and_models_said_stays(sqlite_database: Database, now: datetime) -> None:
    """Matching again renews the words found, not the judgement."""
    fill(sqlite_database, now, [PARAGRAPHS[0]])
    rematch(sqlite_database, Matcher(WATCHES), clock=lambda: now)
    tone = Tone(label="negative", negative=1, neutral=0, positive=0, unsure=False, model="m")
    with sqlite_database.begin() as tx:
        (view,) = tx.mentions.views(MentionFilter())
        tx.mentions.record_tones([(view.mention.id, tone)], now)
        tx.mentions.correct(view.mention.id, "neutral", by="Анна", now=now)
    rematch(sqlite_database, Matcher(WATCHES), clock=lambda: now, brand="Ромашка")
    with sqlite_database.read() as tx:
        (again,) = tx.mentions.views(MentionFilter())
    assert again.mention.tone == tone
    assert again.mention.corrected == "neutral"


def test_a_mention_in_which_other_words_match_is_judged_anew(
    database: Database, now: datetime
) -> None:
    """Its tone was that of other passages; until then it counts as it did."""
    fill(database, now, [PARAGRAPHS[0]])
    rematch(database, Matcher(WATCHES), clock=lambda: now)
    tone = Tone(label="negative", negative=1, neutral=0, positive=0, unsure=False, model="m")
    with database.begin() as tx:
        (view,) = tx.mentions.views(MentionFilter())
        tx.mentions.record_tones([(view.mention.id, tone)], now)
    word = PARAGRAPHS[0].split()[0].strip("«».,")
    other = (replace(WATCHES[0], aliases=(word,)), *WATCHES[1:])

    rematch(database, Matcher(other), clock=lambda: now, brand="Ромашка")

    with database.read() as tx:
        (again,) = tx.mentions.views(MentionFilter())
        assert [one.mention.id for one in tx.mentions.unscored("m", limit=9)] == [view.mention.id]
    assert (again.mention.matched == view.mention.matched, again.mention.tone) == (
        False,
        replace(tone, model=""),
    )


def test_one_brand_can_be_looked_for_alone(sqlite_database: Database, now: datetime) -> None:
    """And only in the articles since a moment."""
    fill(sqlite_database, now, [PARAGRAPHS[0], PARAGRAPHS[0] + " Ещё."])
    done = rematch(
        sqlite_database,
        Matcher(WATCHES),
        clock=lambda: now,
        brand="Ромашка",
        since=now - timedelta(seconds=90),
    )
    assert (done.articles, done.new_mentions) == (1, 1)
    with sqlite_database.read() as tx:  # the rest of the past is as unknown as before
        assert {brand.watch_hash for brand in tx.brands.active()} == {""}


def test_stopped_half_way_it_goes_on_where_it_stopped(
    sqlite_database: Database, now: datetime
) -> None:
    """Each batch is kept by itself."""
    fill(sqlite_database, now, [""] * (BATCH + 10))

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    matcher = Matcher(WATCHES)
    with pytest.raises(KeyboardInterrupt):
        rematch(sqlite_database, matcher, clock=lambda: now, progress=stop)
    assert rematch(sqlite_database, matcher, clock=lambda: now).articles == 10


def test_each_article_is_walked_through_once_and_those_that_come_meanwhile_too(
    sqlite_database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch begins below the one before it, so that a long past costs no more than its length."""
    fill(sqlite_database, now, [""] * (2 * BATCH))
    begun: list[int | None] = []
    plain = Articles.unmatched

    def unmatched(self: Articles, version: str, **given: Any) -> list[Article]:
        begun.append(given.get("before_id"))
        return plain(self, version, **given)

    def store_one(done: int, _total: int) -> None:
        if done == 2 * BATCH:
            other = Ingest(sqlite_database, Matcher(ONLY_TULIP))
            other.add([article(1, 2 * BATCH + 1, now, "")], now)

    monkeypatch.setattr(Articles, "unmatched", unmatched)
    done = rematch(sqlite_database, Matcher(WATCHES), clock=lambda: now, progress=store_one)

    assert done.articles == 2 * BATCH + 1
    assert begun[:3] == [None, BATCH + 1, 1]


def test_what_no_longer_matches_is_withdrawn_until_it_matches_again(
    database: Database, now: datetime
) -> None:
    """Left out of the counts, and known as changed, so that they are counted anew."""
    fill(database, now, [PARAGRAPHS[0]])
    rematch(database, Matcher(WATCHES), clock=lambda: now)
    later = now + timedelta(hours=1)

    done = rematch(
        database, Matcher((Watch(brand="Ромашка", exclude=("Ромашка",)),)), clock=lambda: later
    )
    with database.read() as tx:
        assert done.withdrawn == 1
        assert tx.mentions.views(MentionFilter()) == []
        (brand,) = {one.mention.brand_id for one in tx.mentions.views(MentionFilter(excluded=True))}
        assert tx.mentions.changes(brand, later) is not None
        assert tx.mentions.marks(brand) == ([], [])

    rematch(database, Matcher(WATCHES), clock=lambda: later + timedelta(hours=1))
    with database.read() as tx:
        assert len(tx.mentions.views(MentionFilter())) == 1


def test_what_marks_have_taught_holds_in_the_past_too(database: Database, now: datetime) -> None:
    """A namesake found by a new alias is left out, and the filter stays what it was."""
    source = prepare(database, now)
    ingest = ingest_of(database)
    marked(database, ingest, source, now)
    texts = ["Аптека Тюльпанис: скидка, лекарство и таблетки", "Тюльпанис открыл магазин и склад"]
    ingest.add([article(source, n, now, text) for n, text in enumerate(texts, 1)], now)

    widened = (Watch(brand="Тюльпан", aliases=("Тюльпанис",)),)
    assert rematch(database, Matcher(widened), clock=lambda: now).new_mentions == 2

    with database.read() as tx:
        found = tx.mentions.views(MentionFilter(brand="Тюльпан", excluded=True))
        by_url = {view.url[-2:]: view.mention.excluded_by or "" for view in found}
        assert (by_url["/1"].startswith("filter: "), by_url["/2"]) == (True, "")
        assert len(tx.mentions.marks(found[0].mention.brand_id)[0]) == 10


def test_a_namesake_withdrawn_and_found_again_stays_left_out(
    database: Database, now: datetime
) -> None:
    """The watch finds it as before, and so does the filter."""
    source = prepare(database, now)
    ingest = ingest_of(database)
    marked(database, ingest, source, now)
    ingest.add([article(source, 1, now, "Аптека Тюльпан: скидка, лекарство и таблетки")], now)
    rematch(database, Matcher((Watch(brand="Тюльпан", exclude=("таблетки",)),)), clock=lambda: now)
    rematch(database, Matcher(WATCHES), clock=lambda: now)
    with database.read() as tx:
        found = tx.mentions.views(MentionFilter(brand="Тюльпан", excluded=True))
    (again,) = (view.mention.excluded_by for view in found if view.url.endswith("/1"))
    assert (again or "").startswith("filter: ")
    assert "the watch was changed" not in (again or "")


def test_articles_forgotten_meanwhile_are_passed_over(database: Database, now: datetime) -> None:
    """The daily job lets old ones go while a long look back reads them."""
    fill(database, now, [PARAGRAPHS[0], PARAGRAPHS[0] + " Снова."])

    class Slow(Matcher):
        def match(self, title: str, text: str, lang: str = "") -> tuple[Match, ...]:
            with database.begin() as tx:
                tx.articles.forget([1])
            return super().match(title, text, lang)

    assert rematch(database, Slow(WATCHES), clock=lambda: now).new_mentions == 1


def test_a_look_back_does_not_count_writing_again(sqlite_database: Database, now: datetime) -> None:
    """Brands would open their gates on the same few texts, seen with each new brand."""
    watches = (Watch(brand="Озон"), Watch(brand="Тюльпан"))
    source = prepare(sqlite_database, now, watches)
    ingest = Ingest(sqlite_database, Matcher(watches))
    ingest.refresh()
    ingest.add([article(source, 1, now, "Вчера купили в Озон товар.")], now)
    with sqlite_database.read() as tx:
        learned = tx.habits.all()
    matcher = Matcher(watches, habits=Habits(learned))
    rematch(sqlite_database, matcher, clock=lambda: now, brand="Тюльпан")
    again = Ingest(sqlite_database, matcher)
    again.refresh()
    again.add([article(source, 2, now)], now)
    with sqlite_database.read() as tx:
        assert tx.habits.all() == learned == {"озон": (0, 1)}


def test_what_a_long_look_withdraws_late_is_known_as_changed_late(
    sqlite_database: Database, now: datetime
) -> None:
    """Each batch by its own time: who counts beside it looks only at what changed of late."""
    fill(sqlite_database, now, [PARAGRAPHS[0]] * (BATCH + 1))
    rematch(sqlite_database, Matcher(WATCHES), clock=lambda: now)
    hours = iter(now + n * timedelta(hours=1) for n in (1, 2))

    changed = Matcher((Watch(brand="Ромашка", exclude=("Ромашка",)),))
    assert rematch(sqlite_database, changed, clock=lambda: next(hours)).withdrawn == BATCH + 1
    with sqlite_database.read() as tx:
        brand = next(one.id for one in tx.brands.active() if one.name == "Ромашка")
        assert tx.mentions.changes(brand, now + timedelta(hours=2)) is not None


def test_what_a_person_marked_is_not_withdrawn(sqlite_database: Database, now: datetime) -> None:
    """Their word stands above the watch."""
    fill(sqlite_database, now, [PARAGRAPHS[0]])
    rematch(sqlite_database, Matcher(WATCHES), clock=lambda: now)
    with sqlite_database.begin() as tx:
        (view,) = tx.mentions.views(MentionFilter())
        tx.mentions.correct(view.mention.id, "neutral", by="Анна", now=now)

    changed = Matcher((Watch(brand="Ромашка", exclude=("Ромашка",)),))
    assert rematch(sqlite_database, changed, clock=lambda: now).withdrawn == 0
