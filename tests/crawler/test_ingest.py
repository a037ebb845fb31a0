"""One path from a gathered text to articles, stories and mentions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from crawler.identity import StoryIndex
from crawler.ingest import Added, Ingest
from crawler.matching import Match, Matcher
from storage.articles import Articles
from storage.database import Database
from storage.feeds import SourceEntry
from storage.mention_filter import MentionFilter
from storage.records import Article, NewArticle, Person, Watch
from tests.crawler.pages import PARAGRAPHS

WATCHES = (
    Watch(brand="Ромашка", persons=(Person(name="Иванов Иван Петрович", role="director"),)),
    Watch(brand="Тюльпан"),
)


def prepare(database: Database, now: datetime, watches: Sequence[Watch] = WATCHES) -> int:
    """Make the brands and one source known; gives the source's id."""
    entry = SourceEntry(
        key="test", kind="rss", address="http://a/", publisher="А", interval=timedelta(minutes=5)
    )
    with database.begin() as tx:
        tx.brands.sync([watch.brand for watch in watches], now)
        return tx.feeds.sync([entry], now)[0].id


def article(source: int, number: int, now: datetime, text: str = "") -> NewArticle:
    """An article that says something of its own, unless told what to say."""
    return NewArticle(
        source_id=source,
        url=f"https://news.example/{number}",
        canonical_url=f"https://news.example/{number}",
        title=f"Новость {number}",
        text=text or f"Совсем {number} другая заметка {number} о погоде {number} и дорогах.",
        seen_at=now,
        published_at=now - timedelta(minutes=number),
    )


def ingest_of(database: Database) -> Ingest:
    """A fresh ingest, as after a restart."""
    ingest = Ingest(database, Matcher(WATCHES))
    ingest.refresh()
    return ingest


def stored(database: Database) -> list[Article]:
    """Every stored article."""
    with database.read() as tx:
        return tx.articles.by_ids(range(1, 1_000))


def test_a_mention_is_stored_with_its_article(database: Database, now: datetime) -> None:
    """Brand, words, crisis words, snippet and moment, ready to be scored."""
    source = prepare(database, now)
    text = " ".join(PARAGRAPHS)
    added = ingest_of(database).add([article(source, 1, now, text)], now)
    assert added == Added(articles=1, mentions=1)
    with database.read() as tx:
        (view,) = tx.mentions.views(MentionFilter())
    assert view.brand == "Ромашка"
    assert view.lang == "ru"
    assert view.mention.happened_at == now - timedelta(minutes=1)
    assert {term.text for term in view.mention.matched} >= {"Ромашка"}
    for term in view.mention.matched:
        assert getattr(view, term.field)[term.start : term.end] == term.text


def test_stories_that_cannot_come_back_are_forgotten(
    sqlite_database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A daemon that lives for months remembers the stories of its window, not of its life."""
    monkeypatch.setattr("crawler.ingest.StoryIndex", partial(StoryIndex, most_texts=40))
    source = prepare(sqlite_database, now)
    ingest = ingest_of(sqlite_database)
    sizes = []
    for first in range(1, 601, 20):
        texts = {
            n: " ".join(f"{n}а{place}" for place in range(30)) for n in range(first, first + 20)
        }
        at = now + timedelta(minutes=first)
        ingest.add([article(source, n, at, text) for n, text in texts.items()], at)
        sizes.append(len(ingest._stories._begun))
    ingest.add([article(source, 601, at, texts[581])], at)

    assert max(sizes) <= 2 * 40 + 20
    stories = {one.url: one.story_id for one in stored(sqlite_database)}
    assert stories["https://news.example/601"] == stories["https://news.example/581"]
    assert len(set(stories.values())) == 600


def test_what_is_stored_is_not_stored_again(sqlite_database: Database, now: datetime) -> None:
    """Neither in the same batch, nor in the next, nor after a restart."""
    source = prepare(sqlite_database, now)
    one = article(source, 1, now, PARAGRAPHS[0])
    ingest = ingest_of(sqlite_database)
    assert ingest.add([one, replace(one, url="https://other/1")], now) == Added(
        articles=1, mentions=1
    )
    assert ingest.add([one], now) == Added()
    assert ingest_of(sqlite_database).add([one], now) == Added()
    assert [one.url for one in stored(sqlite_database)] == ["https://news.example/1"]


def test_reprints_share_a_story(sqlite_database: Database, now: datetime) -> None:
    """Within a batch, across batches, and after a restart."""
    source = prepare(sqlite_database, now)
    text = " ".join(PARAGRAPHS)
    first = ingest_of(sqlite_database)
    first.add(
        [article(source, 1, now, text), article(source, 2, now, text), article(source, 3, now)], now
    )
    first.add([article(source, 4, now, text)], now)
    ingest_of(sqlite_database).add([article(source, 5, now, f"Коротко. {text}")], now)
    stories = {one.url[-1]: one.story_id for one in stored(sqlite_database)}
    assert stories["1"] == stories["2"] == stories["4"] == stories["5"] != stories["3"]


def test_a_reprint_is_marked_as_its_story_is(sqlite_database: Database, now: datetime) -> None:
    """It would bring back what a person has settled; another story is not."""
    source = prepare(sqlite_database, now)
    text = " ".join(PARAGRAPHS)
    ingest = ingest_of(sqlite_database)
    ingest.add([article(source, 1, now, text)], now)
    with sqlite_database.begin() as tx:
        for view in tx.mentions.views(MentionFilter()):
            tx.mentions.correct(view.mention.id, "neutral", by="Анна", now=now)
    other = article(source, 3, now, "Ромашка открыла у вокзала новый магазин с детской комнатой.")
    ingest.add([article(source, 2, now, text), other], now)
    with sqlite_database.read() as tx:
        said = {view.url[-1]: view.mention.corrected for view in tx.mentions.views(MentionFilter())}
    assert said == {"1": "neutral", "2": "neutral", "3": None}


def test_what_another_process_stores_meanwhile_is_heard_of(
    sqlite_database: Database, now: datetime
) -> None:
    """Between the look at what is stored and the writing; its reprint begins no story."""
    source = prepare(sqlite_database, now)
    text = " ".join(PARAGRAPHS)
    other = ingest_of(sqlite_database)

    class Meanwhile(Matcher):
        def match(self, title: str, text_: str, lang: str = "") -> tuple[Match, ...]:
            other.add([article(source, 2, now, text)], now)
            return super().match(title, text_, lang)

    ingest = Ingest(sqlite_database, Meanwhile(WATCHES))
    ingest.refresh()
    ingest.add([article(source, 1, now)], now)
    ingest.add([article(source, 3, now, text)], now)
    stories = {one.url[-1]: one.story_id for one in stored(sqlite_database)}
    assert stories["2"] == stories["3"] != stories["1"]


def test_a_late_original_becomes_the_first_of_its_story(
    sqlite_database: Database, now: datetime
) -> None:
    """The story is told by who was first, not by who was read first."""
    source = prepare(sqlite_database, now)
    text = " ".join(PARAGRAPHS)
    ingest = ingest_of(sqlite_database)
    ingest.add([article(source, 1, now, text)], now)
    ingest.add([article(source, 9, now, text)], now)
    original = stored(sqlite_database)[-1]
    assert original.story_id is not None
    with sqlite_database.read() as tx:
        story = tx.stories.find(original.story_id)
    assert story is not None
    assert story.first_article_id == original.id


def test_a_crash_between_article_and_mention_leaves_neither(
    sqlite_database: Database, now: datetime
) -> None:
    """Both or nothing; the next try stores both."""
    source = prepare(sqlite_database, now)
    ingest = ingest_of(sqlite_database)
    broken = replace(article(source, 2, now), seen_at=now.replace(tzinfo=None), published_at=None)
    with pytest.raises(Exception, match="naive"):
        ingest.add([article(source, 1, now, PARAGRAPHS[0]), broken], now)
    assert stored(sqlite_database) == []
    again = ingest.add([article(source, 1, now, PARAGRAPHS[0])], now)
    assert again == Added(articles=1, mentions=1)


def test_a_brand_that_left_the_config_is_not_matched(
    sqlite_database: Database, now: datetime
) -> None:
    """Its articles are kept all the same."""
    source = prepare(sqlite_database, now, watches=WATCHES[1:])
    added = ingest_of(sqlite_database).add([article(source, 1, now, PARAGRAPHS[0])], now)
    assert added == Added(articles=1, mentions=0)


def test_stored_articles_remember_their_watches(sqlite_database: Database, now: datetime) -> None:
    """A changed watch finds what was not matched against it yet."""
    source = prepare(sqlite_database, now)
    ingest_of(sqlite_database).add([article(source, 1, now)], now)
    with sqlite_database.read() as tx:
        operations: Articles = tx.articles
        assert operations.count_unmatched(Matcher(WATCHES).version) == 0
        assert operations.count_unmatched(Matcher(WATCHES[:1]).version) == 1


OTHERS = [
    "скидка",
    "лекарство",
    "таблетки",
    "рецепт",
    "провизор",
    "витамины",
    "микстура",
    "капли",
    "бинты",
    "градусник",
]
OWN = [
    "магазин",
    "доставка",
    "салат",
    "курьер",
    "директор",
    "витрина",
    "пирог",
    "касса",
    "закупка",
    "склад",
]


def marked(database: Database, ingest: Ingest, source: int, now: datetime) -> None:
    """Ten texts about a chemist's that people marked, and ten about the brand."""
    chosen = [
        [words[(number + step) % 10] for step in (0, 1, 3, 6)]
        for words in (["аптека", *OTHERS], ["центр", *OWN])
        for number in range(10)
    ]
    texts = [f"Тюльпан: {', '.join(words)}." for words in chosen]
    ingest.add([article(source, 100 + n, now, text) for n, text in enumerate(texts)], now)
    with database.begin() as tx:
        for view in tx.mentions.views(MentionFilter(brand="Тюльпан")):
            if any(word in view.text for word in OTHERS):
                tx.mentions.exclude(view.mention.id, by="Анна", now=now)


def test_marks_of_people_leave_out_the_next_text_about_somebody_else(
    database: Database, now: datetime
) -> None:
    """After about twenty marks; who decided and by which words is on the mention's record."""
    source = prepare(database, now)
    ingest = ingest_of(database)
    marked(database, ingest, source, now)
    ingest.refresh()

    ingest.add(
        [
            article(source, 1, now, "Аптека Тюльпан: новая скидка, лекарство и таблетки тут"),
            article(source, 2, now, "Тюльпан открыл магазин, доставка и курьер работают"),
        ],
        now,
    )

    with database.read() as tx:
        found = tx.mentions.views(MentionFilter(brand="Тюльпан", excluded=True))
    by_url = {view.url[-2:]: view.mention.excluded_by for view in found}
    assert by_url["/1"].startswith("filter: ")
    assert by_url["/2"] is None


def test_what_the_filter_left_out_does_not_teach_it(database: Database, now: datetime) -> None:
    """Only people's marks do; taking them back takes back what they taught."""
    source = prepare(database, now)
    ingest = ingest_of(database)
    marked(database, ingest, source, now)
    ingest.refresh()
    ingest.add([article(source, 1, now, "Аптека Тюльпан: скидка, лекарство, таблетки")], now)
    with database.begin() as tx:
        brand = tx.brands.find("Тюльпан")
        assert brand is not None
        others, own = tx.mentions.marks(brand.id)
        assert (len(others), len(own)) == (10, 10)
        for view in tx.mentions.views(MentionFilter(brand="Тюльпан", excluded=True)):
            tx.mentions.include(view.mention.id, now=now)
        assert tx.mentions.marks(brand.id)[0] == []


def test_how_the_stream_writes_a_name_is_learned_while_running(
    database: Database, now: datetime
) -> None:
    """No restart is needed: each pass reads what all passes before it have counted."""
    source = prepare(database, now)
    ingest = Ingest(database, Matcher([Watch(brand="Мир")]))
    with database.begin() as tx:
        tx.brands.sync(["Мир"], now)
    ingest.refresh()
    before = ingest.add([article(source, 1, now, "Карта мир не сработала в магазине")], now)
    with database.begin() as tx:
        tx.habits.add({"мир": (0, 100)})

    ingest.refresh()
    after = ingest.add([article(source, 2, now, "Кассир карту мир принять не захотел")], now)

    assert (before.mentions, after.mentions) == (0, 1)
