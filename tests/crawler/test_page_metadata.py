"""What a page says about itself, the best source first."""

import pytest
from lxml import html

from crawler.page_metadata import PageMetadata, read_metadata


def said(head: str, body: str = "", url: str = "https://news.example/a/1") -> PageMetadata:
    """The metadata of a page with this head and body."""
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return read_metadata(html.document_fromstring(page), url)


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        pytest.param("<title>Банк закрыт | Новости</title>", "<h1>Банк закрыт</h1>", "Банк закрыт", id="h1"),
        pytest.param(
            '<title>x</title><meta property="og:title" content="Банк закрыт">', "", "Банк закрыт", id="og"
        ),
        pytest.param(
            '<meta property="og:title" content="Банк закрыт — РИА"><meta property="og:site_name" content="РИА">',
            "", "Банк закрыт", id="site name cut",
        ),
        pytest.param(
            '<meta property="og:title" content="Почему в городе закрылся банк - РБК">',
            "", "Почему в городе закрылся банк", id="short tail cut",
        ),
        pytest.param("<title>Итог — ничья</title>", "", "Итог — ничья", id="dash is part of it"),
        pytest.param("<title>Сайт</title>", "<h1>Меню</h1>", "Сайт", id="foreign heading"),
        pytest.param("", "<h1>Только заголовок</h1>", "Только заголовок", id="heading alone"),
        pytest.param("", "", "", id="nothing"),
    ],
)  # fmt: skip
def test_the_title_is_the_headline(head: str, body: str, title: str) -> None:
    """Without the name of the site, and not its menu."""
    assert said(head, body).title == title


@pytest.mark.parametrize(
    ("body", "author"),
    [
        ('<span itemprop="author">Фото: А. Б.</span><span itemprop="author">В. Г.</span>', "В. Г."),
        ('<a rel="author" href="/u/1">В. Г.</a>', "В. Г."),
        ('<span itemprop="author">' + "слово " * 40 + "</span>", ""),
    ],
)
def test_the_author_is_who_wrote(body: str, author: str) -> None:
    """Not who took the picture, and not a paragraph."""
    assert said("", body).author == author


def test_an_address_is_no_author() -> None:
    """Some put a link to a profile there."""
    assert said('<meta name="author" content="https://f.example/u">').author == ""


def test_dates_come_most_trustworthy_first() -> None:
    """JSON-LD, then the head, then the page."""
    head = """<meta property="article:published_time" content="2">
      <script type="application/ld+json">{"@type": "Article", "datePublished": "1"}</script>"""
    body = '<b itemprop="datePublished" datetime="3">x</b><time pubdate datetime="4">y</time>'
    assert said(head, body).dates == ("1", "2", "3", "4")


@pytest.mark.parametrize(
    "json",
    ["", "{", "[[[[", '"text"', "null", '{"@type": null}', '{"@graph": [1, [], {"@type": {}}]}',
     '{"@type": "Article", "author": 5, "headline": [], "datePublished": {}}'],
)  # fmt: skip
def test_odd_json_ld_is_passed_over(json: str) -> None:
    """Whatever stands in it."""
    found = said(f'<title>Заголовок</title><script type="application/ld+json">{json}</script>')
    assert found.title == "Заголовок"
