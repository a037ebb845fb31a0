"""Words are found whole, in any form and case, in both databases."""

import pytest

from storage.database import Database
from storage.mentions import MentionFilter
from tests.storage.making import article, entry, mention
from tests.storage.test_mentions import NOON

TITLES = {
    "court": "СУД над Ромашкой",
    "ship": "судно и посуда",
    "yolka": "Ёлка у суда",
    "signs": "a.b 100% (скидка)",
    "ua": "Ґанок і Їжак",
}


@pytest.mark.parametrize(
    ("search", "found"),
    [
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
