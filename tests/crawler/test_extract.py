"""The article of a page, and nothing around it."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract import Selectors, extract
from tests.crawler.pages import PARAGRAPHS, article_page

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URL = "https://news.example/2026/03/02/proverka"


def test_a_news_page_gives_its_article() -> None:
    """Title without the site, text without the menu, author, moment, address."""
    found = extract(article_page("Проверка в «Ромашке»"), now=NOW, url=URL + "?utm_source=x")
    assert found.title == "Проверка в «Ромашке»"
    assert found.text == "\n".join(PARAGRAPHS)
    assert found.author == "Анна Петрова"
    assert found.published_at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    assert found.lang == "ru"
    assert found.canonical_url == URL


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "koi8-r"])
@pytest.mark.parametrize("header", ["", "text/html; charset={}", "text/html; charset=utf-8"])
def test_the_charset_of_a_page_does_not_matter(charset: str, header: str) -> None:
    """Declared in the page, in the header, or wrongly there."""
    page = article_page("Проверка", charset=charset)
    found = extract(page, now=NOW, content_type=header.format(charset))
    assert found.text.startswith("Прокуратура начала проверку")


def test_json_ld_tells_what_the_page_does_not_show() -> None:
    """Headline, authors, date and the whole text where scripts would draw it."""
    page = """<html><head><title>Сайт</title><script type="application/ld+json">
      {"@graph": [{"@type": "WebSite", "name": "Сайт"}, {"@type": ["NewsArticle"],
       "headline": "Заголовок", "datePublished": "2026-03-01T10:00:00+03:00",
       "author": [{"@type": "Person", "name": "А. Б."}, {"name": "В. Г."}],
       "articleBody": "%s"}]}</script></head><body><div id="app"></div></body></html>"""
    found = extract(page % " ".join(PARAGRAPHS), now=NOW)
    assert found.title == "Заголовок"
    assert found.author == "А. Б., В. Г."
    assert found.published_at == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
    assert found.text == " ".join(PARAGRAPHS)


def test_what_follows_the_end_of_a_page_is_read() -> None:
    """Careless templates end it after the head, or after the menu."""
    for end in ("</head>", "<article>"):
        page = article_page("Банк закрыт").decode().replace(end, f"{end}</body></html>", 1)
        assert PARAGRAPHS[-1] in extract(page, now=NOW).text


def test_selectors_of_the_config_win() -> None:
    """A forum says where its words stand."""
    page = """<html><body><h2 class="t">Жалоба на «Ромашку»</h2><span class="when">вчера в 12:30</span>
      <b class="who">user1</b><div class="post">Не вернули деньги.</div><div class="ad">Купи</div>
      <div class="post">И мне тоже.</div></body></html>"""
    chosen = Selectors(title=".t", text=".post", author=".who", date=".when")
    found = extract(page, now=NOW, selectors=chosen, zone=ZoneInfo("Europe/Moscow"))
    assert found.title == "Жалоба на «Ромашку»"
    assert found.text == "Не вернули деньги.\nИ мне тоже."
    assert found.author == "user1"
    assert found.published_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def test_a_date_ahead_is_drawn_back() -> None:
    """Nothing is published after it was read."""
    ahead = (NOW + timedelta(days=2)).isoformat()
    assert extract(article_page("Т", published=ahead), now=NOW).published_at == NOW


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        pytest.param("https://news.example/1?utm_source=x", "https://news.example/1", id="own"),
        pytest.param("https://www.news.example/1", "https://www.news.example/1", id="with www"),
        pytest.param("https://other.example/1", URL, id="of another site"),
        pytest.param("https://news.example/", URL, id="home page"),
        pytest.param("javascript:1", URL, id="nonsense"),
    ],
)
def test_a_page_speaks_for_its_own_site_only(canonical: str, expected: str) -> None:
    """A hostile page cannot take the place of somebody else's."""
    found = extract(article_page("Т", canonical=canonical), now=NOW, url=URL)
    assert found.canonical_url == expected


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00\xff\xfe" * 50, id="binary"),
        pytest.param("<html>" * 5_000, id="repeated"),
        pytest.param("<div>" * 30_000 + "слово", id="deep"),
        pytest.param("<p>" + "слово " * 50_000, id="long"),
        pytest.param('<script type="application/ld+json">' + "[" * 50_000, id="deep json"),
        pytest.param('<script type="application/ld+json">{"@type": 5}</script>', id="odd json"),
        pytest.param("<?xml version='1.0' encoding='x'?><html><p>текст</html>", id="declared"),
        pytest.param("<html><head><base href='http://['></head><p>текст", id="broken base"),
        pytest.param("<div>" * 250 + "<b></b>" * 9_000, id="deep and wide"),
        pytest.param(f"<p {' '.join(map('a{}'.format, range(900_000)))}>", id="many attributes"),
    ],
)
def test_hostile_pages_give_a_record(page: bytes | str) -> None:
    """Never an exception."""
    assert isinstance(extract(page, now=NOW, url=URL).text, str)


def test_a_deep_page_holds_nothing_up() -> None:
    """The plainer reader lets nothing else run, and its work grows with the depth squared."""
    begun = time.process_time()
    extract("<html><body>" + "<div>" * 40_000 + "текст", now=NOW)
    assert time.process_time() - begun < 5


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_record(page: bytes) -> None:
    """Whatever a server sends."""
    assert isinstance(extract(b"<html><body><p>" + page, now=NOW).text, str)


def test_a_table_is_read_without_its_lines() -> None:
    """Old sites lay out whole pages in tables; signs of cells are nobody's words."""
    rows = "<tr><th>Год</th><th>Цена</th></tr><tr><td>2025</td><td>-5 %</td></tr>"
    told = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    plain = extract(f"<article><h1>Цены</h1>{told}<table>{rows}</table>{told}</article>", now=NOW)
    assert "\nГод | Цена\n2025 | -5 %\n" in plain.text
    laid_out = extract(f"<table><tr><td>Меню</td><td>{told}</td></tr></table>", now=NOW)
    assert laid_out.text.startswith("Меню | Прокуратура")
    assert laid_out.text.endswith("потребителей.")


def test_text_without_markup_is_its_own_article() -> None:
    """A plain text page is read as it stands."""
    assert "Директор" in extract(" ".join(PARAGRAPHS), now=NOW).text
