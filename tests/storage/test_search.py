"""Words are found whole, in any form and case, in both databases."""

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.mention_filter import MentionFilter
from storage.search import may_have_words
from storage.tables import articles
from tests.storage.making import HOUR, NOON, article, entry, mention

TITLES = {
    "court": "СУД над Ромашкой",
    "ship": "судно и посуда",
    "yolka": "Ёлка у суда",
    "signs": "a.b 100% (скидка)",
    "ua": "Ґанок і Їжак",
    "humps": "ВкусВилл и МТСБанк",
    "stars": "Трёхзвёздочный отель",
    "typed": "Об'єкт знайдено",
    "printed": "Цей ОБ’ЄКТ і ще",
    "spelled": "обʼєкт",
    "pieces": "єкт об",
}
OBJECTS = {"typed", "printed", "spelled"}


@pytest.mark.parametrize(
    ("search", "found"),
    [
        pytest.param((("вкусвилл", "вкусвилла"),), {"humps"}, id="capitals inside"),
        pytest.param((("мтсбанк",),), {"humps"}, id="capitals at the beginning"),
        pytest.param((("трехзвездочный",),), {"stars"}, id="two ё"),
        pytest.param((("трёхзвёздочный",),), {"stars"}, id="two ё asked for"),
        pytest.param((("суд", "суда"),), {"court", "yolka"}, id="forms"),
        pytest.param((("судн",),), set(), id="no part of a word"),
        pytest.param((("елка",),), {"yolka"}, id="ё"),
        pytest.param((("ёлка",), ("суда",)), {"yolka"}, id="two words"),
        pytest.param((("ромашка", "ромашкой"),), {"court"}, id="as it is written"),
        pytest.param((("a.b",),), {"signs"}, id="signs are themselves"),
        pytest.param((("a|b",),), set(), id="no pattern"),
        pytest.param((("100%",),), {"signs"}, id="percent"),
        pytest.param((("(скидка)",),), {"signs"}, id="brackets"),
        pytest.param((("ґанок",), ("їжак",)), {"ua"}, id="Ukrainian"),
        pytest.param((("\\",),), set(), id="backslash"),
        pytest.param((("[",),), set(), id="open bracket"),
        pytest.param((("об'єкт", "об'єкта"),), OBJECTS, id="an apostrophe"),
        pytest.param((("об’єкт",),), OBJECTS, id="a printed apostrophe"),
        pytest.param((("обʼєкт",), ("знайдено",)), {"typed"}, id="one that is a letter"),
        pytest.param((("'",),), set(), id="an apostrophe alone"),
        pytest.param((("",),), set(TITLES), id="nothing"),
        pytest.param((), set(TITLES), id="no search"),
    ],
)
def test_words_are_found(
    database: Database, search: tuple[tuple[str, ...], ...], found: set[str]
) -> None:
    """Every word in one of its forms; hostile ones find nothing and break nothing."""
    with database.begin() as tx:
        (source,) = tx.feeds.sync([entry("rss:one")], NOON)
        (brand,) = tx.brands.sync(["Ромашка"], NOON)
        names = {}
        for name, title in TITLES.items():
            (stored,) = tx.articles.add_new([article(source.id, name, title=title, text="")])
            tx.mentions.add_new([mention(stored, brand.id)], NOON)
            names[stored.id] = name
        views = tx.mentions.views(MentionFilter(search=search))

    assert {names[view.mention.article_id] for view in views} == found


def test_the_index_is_kept_in_step(database: Database) -> None:
    """What was stored before it is found, what is let go is not, and signs are no words."""
    with database.begin() as tx:
        (source,) = tx.feeds.sync([entry("rss:one")], NOON)
        tx.articles.add_new([article(source.id, "a", title="Ёлка", text="у СУДА")])

        def found(*words: tuple[str, ...]) -> list[int]:
            condition = may_have_words(tx.connection, words)
            assert condition is not None
            return list(tx.connection.execute(select(articles.c.id).where(condition)).scalars())

        assert len(found(("елка", "елку"), ("суда",))) == 1
        assert found(("елка",), ("судак",)) == []
        tx.articles.forget(tx.articles.unmentioned_before(NOON + HOUR))
        assert found(("елка",)) == []
        assert may_have_words(tx.connection, [("об'єкт",)]) is not None
        assert may_have_words(tx.connection, [("100%",)]) is None
        assert may_have_words(tx.connection, [("'єкт",)]) is None
