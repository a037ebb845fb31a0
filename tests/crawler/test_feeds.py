"""Feeds of every kind and state become entries, or an error that says why not."""

import json
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.feed_formats import FeedError, suits_fast_reader
from crawler.feeds import MOST_ENTRIES, Entry, read_feed

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URL = "https://news.example/rss.xml"


def rss(*items: str, head: str = "", encoding: str = "utf-8") -> bytes:
    """An RSS document with these items."""
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    channel = f"<title>Лента</title><link>https://news.example/</link>{head}"
    text = f'{declaration}<rss version="2.0"><channel>{channel}{"".join(items)}</channel></rss>'
    return text.encode(encoding)


def item(number: int = 1, **fields: str) -> str:
    """An RSS item; give a field as empty to leave it out."""
    filled = {
        "title": f"Новость {number}",
        "link": f"https://news.example/{number}",
        "description": "Текст новости.",
        "pubDate": "Mon, 02 Mar 2026 10:00:00 +0300",
    } | fields
    return "<item>" + "".join(f"<{k}>{v}</{k}>" for k, v in filled.items() if v) + "</item>"


def entries(body: bytes, **options: object) -> tuple[Entry, ...]:
    """The entries of a feed at its usual address."""
    return read_feed(body, url=URL, now=NOW, **options).entries  # type: ignore[arg-type]


def test_an_entry_has_all_that_is_said_of_it() -> None:
    """Title, text without markup, address without tracking, moment in UTC."""
    body = rss(
        item(
            link="https://news.example/1?utm_source=rss",
            description="&lt;p&gt;Первый &lt;b&gt;абзац&lt;/b&gt;&lt;/p&gt;&lt;p&gt;Второй&lt;/p&gt;",
            author="И. Петров",
        )
    )
    (entry,) = entries(body)
    assert entry.title == "Новость 1"
    assert entry.text == "Первый абзац\nВторой"
    assert entry.canonical_url == "https://news.example/1"
    assert entry.author == "И. Петров"
    assert entry.published_at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    assert entry.has_page
    assert not entry.is_whole


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r"])
@pytest.mark.parametrize("declared", [True, False])
def test_cyrillic_feeds_are_read_in_their_charset(encoding: str, declared: bool) -> None:
    """Declared or not."""
    body = rss(*(item(number) for number in range(9)), encoding=encoding)
    if not declared:
        body = body.split(b"?>", 1)[1]
    assert entries(body)[0].title == "Новость 0"


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("anna@mail.example (Анна Лис)", "Анна Лис"),
        ("Анна Лис &lt;anna@mail.example&gt;", "Анна Лис"),
        ("Анна Лис, anna@mail.example", "Анна Лис"),
        ("anna@mail.example", "anna@mail.example"),
        ("Анна (Тверь)", "Анна (Тверь)"),
        ("@anna", "@anna"),
    ],
)
def test_an_author_goes_by_name(author: str, name: str) -> None:
    """RSS wants a mail address there, with which one person would be two."""
    (entry,) = entries(rss(item(author=author)))
    assert entry.author == name


def test_atom_is_read() -> None:
    """Links by relation, dates by their own names."""
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><title>т</title>
      <entry><id>tag:1</id><title>Заметка</title><link rel="alternate" href="/n/1"/>
      <published>2026-03-02T10:00:00+03:00</published>
      <content type="html">&lt;p&gt;Полный текст&lt;/p&gt;</content></entry></feed>"""
    (entry,) = entries(body.encode())
    assert entry.url == "https://news.example/n/1"
    assert entry.text == "Полный текст"
    assert entry.published_at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def test_json_feed_is_read() -> None:
    """Version 1.1, with authors and relative links."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Лента",
        "home_page_url": "https://news.example/",
        "items": [
            {"id": 5, "url": "/5", "title": "Пятая", "content_html": "<p>текст</p>",
             "date_published": "2026-03-02T10:00:00+03:00", "authors": [{"name": "А. Б."}]},
            {"id": "6", "content_text": "без заголовка"},
            "not an item",
        ],
    }  # fmt: skip
    first, second = entries(json.dumps(feed).encode(), content_type="application/feed+json")
    assert (first.url, first.title, first.author) == ("https://news.example/5", "Пятая", "А. Б.")
    assert (second.title, second.text, second.has_page) == ("", "без заголовка", False)


def test_plain_text_of_a_json_feed_is_no_markup() -> None:
    """Its title and text say "<" where they mean it, and their lines are lines."""
    body = """{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "7",
             "title": "Если a<b, то и c<d", "content_text": "Цена <ромашка> упала, a<b.\\nВторая."}]}"""
    (entry,) = entries(body.encode())
    assert entry.title == "Если a<b, то и c<d"
    assert entry.text == "Цена <ромашка> упала, a<b.\nВторая."


def test_russian_dates_are_read_and_naive_ones_get_the_zone_of_the_source() -> None:
    """The fast reader knows neither and is not used."""
    body = rss(
        item(1, pubDate="Пн, 02 мар 2026 10:00:00 +0300"), item(2, pubDate="02.03.2026 10:00")
    )
    moments = {e.published_at for e in entries(body, zone=ZoneInfo("Europe/Moscow"))}
    assert moments == {datetime(2026, 3, 2, 7, 0, tzinfo=UTC)}


def test_nothing_is_published_after_it_was_seen() -> None:
    """A clock that runs ahead, or an embargo date."""
    (entry,) = entries(rss(item(pubDate="Mon, 09 Mar 2026 10:00:00 +0300")))
    assert entry.published_at == NOW


def test_an_entry_without_link_keeps_a_stable_address() -> None:
    """Made of the feed's address and its id, or of what it says."""
    body = rss(item(1, link="", guid="id 1"), item(2, link=""))
    first, second = entries(body)
    assert first.canonical_url == f"{URL}#id%201"
    assert second.canonical_url.startswith(f"{URL}#")
    assert [e.canonical_url for e in entries(body)] == [first.canonical_url, second.canonical_url]


def test_an_entry_without_title_is_kept_for_its_text() -> None:
    """Microblogs have no titles."""
    (entry,) = entries(rss(item(title="")))
    assert (entry.title, entry.text) == ("", "Текст новости.")


def test_entries_that_all_point_home_are_told_apart() -> None:
    """The home page is nobody's address."""
    body = rss(*(item(n, link="https://news.example/", guid=f"g{n}") for n in range(3)))
    assert len({entry.canonical_url for entry in entries(body)}) == 3


def test_two_texts_under_one_link_are_both_kept() -> None:
    """The older keeps the link, the newer gets its id behind it, visit after visit."""
    body = rss(item(2, link="https://news.example/topic", guid="b"),
               item(1, link="https://news.example/topic", guid="a"))  # fmt: skip
    newer, older = entries(body)
    assert older.canonical_url == "https://news.example/topic"
    assert newer.canonical_url == "https://news.example/topic#b"


@pytest.mark.parametrize(
    ("link", "guid", "address"),
    [
        ("/topic#comment-7", "g7", "/topic#g7"),
        ("/topic#comment-7", "", "/topic#comment-7"),
        ("/topic#rss", "g7", "/topic"),
        ("/topic#utm_campaign=7", "g7", "/topic"),
        ("/topic#", "g7", "/topic"),
    ],
)
def test_a_comment_is_no_page(link: str, guid: str, address: str) -> None:
    """Alone in its feed too, it neither takes the address of the page it is on nor loses to it."""
    (entry,) = entries(rss(item(link=f"https://news.example{link}", guid=guid)))
    assert entry.canonical_url == f"https://news.example{address}"
    assert entry.has_page == (address == "/topic")


def test_an_entry_listed_twice_is_one() -> None:
    """Some feeds repeat themselves."""
    assert len(entries(rss(item(1), item(1), item(2)))) == 2


def test_long_content_counts_as_the_whole_text() -> None:
    """Its page need not be fetched."""
    content = "<content:encoded><![CDATA[<p>" + "слово " * 300 + "</p>]]></content:encoded>"
    head = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    body = rss(item().replace("</item>", content + "</item>")).replace(
        b'version="2.0"', f'version="2.0" {head}'.encode()
    )
    (entry,) = entries(body)
    assert entry.is_whole
    assert entry.text.startswith("слово слово")


@pytest.mark.parametrize("name", ["yandex:full-text", "ya:full-text", "turbo:content"])
def test_the_whole_text_of_a_russian_feed_is_read(name: str) -> None:
    """As feeds for Yandex carry it beside a summary."""
    prefix = name.split(":")[0]
    whole = f'<{name} xmlns:{prefix}="http://{prefix}.example">Весь текст о заводе</{name}>'
    (entry,) = entries(rss(item().replace("</item>", f"{whole}</item>")))
    assert entry.text == "Весь текст о заводе"


def test_of_a_very_long_feed_the_newest_entries_are_read() -> None:
    """At whichever end of it they stand."""
    dates = (NOW - timedelta(minutes=number) for number in range(MOST_ENTRIES + 50))
    news = [item(number, pubDate=date.isoformat()) for number, date in enumerate(dates)]
    for feed in (rss(*news), rss(*reversed(news))):
        assert {entry.title for entry in entries(feed)} == {
            f"Новость {number}" for number in range(MOST_ENTRIES)
        }


def test_broken_xml_gives_what_can_be_read() -> None:
    """Control characters, bare ampersands, undeclared entities, a torn end."""
    body = rss(item(1, title="A & B \x08&nbsp;C"), item(2))[:-30]
    assert entries(body)[0].url == "https://news.example/1"


@pytest.mark.parametrize("lost", [20, 60, 130, 180])
def test_of_a_feed_that_breaks_off_no_half_entry_is_read(lost: int) -> None:
    """Its link would lead elsewhere, and the whole entry come as another one at the next visit."""
    feed = read_feed(rss(item(1), item(2))[:-lost], url=URL, now=NOW)
    assert [entry.url for entry in feed.entries] == ["https://news.example/1"]
    assert feed.breaks_off


def test_a_feed_without_an_end_is_read_to_its_last_entry() -> None:
    """Some never have one."""
    feed = read_feed(rss(item(1), item(2)).partition(b"</channel>")[0], url=URL, now=NOW)
    assert len(feed.entries) == 2
    assert not feed.breaks_off


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "feed is empty", id="empty"),
        pytest.param(rss(item(1))[:-30], "breaks off", id="broken off in the first item"),
        pytest.param(b" \n ", "feed is empty", id="blank"),
        pytest.param(rss(), "feed has no items$", id="no items"),
        pytest.param(
            rss(head="&nbsp;<atom:x/><br>"), "feed has no items$", id="no items, mistakes"
        ),
        pytest.param(rss() + b"\n<!-- 9 ms -->\0", "feed has no items$", id="no items, comment"),
        pytest.param(rss()[:-3], "breaks off", id="broken off before the first item"),
        pytest.param(rss() + b"<b>Fatal error</b>", "breaks off", id="no items, error"),
        pytest.param(b"<!DOCTYPE html><html><p>x</html>", "an HTML page", id="page"),
        pytest.param(b"just words", "not a feed", id="words"),
        pytest.param(b'{"a": 1}', "not a feed", id="other json"),
        pytest.param(b'{"items": [', "broken JSON", id="broken json"),
        pytest.param(b"[" * 100_000, "broken JSON", id="deep json"),
        pytest.param(b"\x00\x01\x02" * 100, "not a feed", id="binary"),
    ],
)
def test_what_is_no_feed_says_why(body: bytes, reason: str) -> None:
    """The reason is for a person who has to mend it."""
    with pytest.raises(FeedError, match=reason):
        entries(body)


def test_entities_are_never_expanded_to_fill_memory() -> None:
    """A billion laughs stay a joke; files are not read."""
    bomb = '<!DOCTYPE r [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    evil = bomb + '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    body = rss(item(title="&j; &f;")).replace(b"?>", b"?>" + evil.encode(), 1)
    assert all(len(entry.title) < 1_001 and "root:" not in entry.title for entry in entries(body))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<!---->" * 26 + rss(item(1)), id="comments"),
        pytest.param(b"<!--" * 20_000 + rss(item(1)), id="open comments"),
        pytest.param(rss(item(1, title="&lt;" + " " * 20_000 + "1")), id="spaces"),
        pytest.param(rss(item(1, title="<![CDATA[" * 20_000)), id="open cdata"),
        pytest.param(rss(item(1, title="A & B" + "<![CDATA[" * 20_000)), id="bare ampersand"),
        pytest.param(rss(item(1)) + b"<pubDate " * 20_000, id="open dates"),
        pytest.param(rss(item(1)) + b"<date><![CDATA[" + b" " * 400_000 + b"x", id="blank date"),
    ],
)
def test_no_feed_holds_the_process_up(body: bytes) -> None:
    """Patterns let nothing else run meanwhile, so their work may grow only with the feed."""
    begun = time.process_time()
    with suppress(FeedError):
        entries(body)
    assert time.process_time() - begun < 5


def test_deep_tags_are_survived() -> None:
    """Nesting is no way to stop the crawler."""
    body = rss(item()).replace(b"<channel>", b"<channel>" + b"<a>" * 20_000)
    try:
        assert isinstance(entries(body), tuple)
    except FeedError as error:
        assert str(error)  # noqa: PT017


@pytest.mark.parametrize(
    ("date", "fast"),
    [("Mon, 02 Mar 2026 10:00:00 +0300", True), ("\n 2026-03-02T10:00:00Z \n", True), (" ", True),
     ("02.03.2026 10:00", False), ("2026-03-02 10:00", False), ("Mon, 02 Mar 2026 10:00 MSK", False)],
)  # fmt: skip
def test_the_fast_reader_gets_only_dates_it_cannot_get_wrong(date: str, fast: bool) -> None:
    """It turns day and month around, and reads every naive date as UTC."""
    assert suits_fast_reader(f"<item><pubDate>{date}</pubDate></item>") is fast


@pytest.mark.parametrize("title", ["A & B", "A&nbsp;B", "Q&A", "AT&T;"])
def test_no_ampersand_is_lost(title: str) -> None:
    """Bare ones and foreign entities are for the slow reader."""
    (entry,) = entries(rss(item(title=title)))
    assert entry.title == title.replace("&nbsp;", " ")
    assert not suits_fast_reader(f"<title>{title}</title>")
    assert suits_fast_reader(f"<title><![CDATA[{title}]]> &amp; &#38;</title>")


@given(st.binary(max_size=300))
def test_any_bytes_give_entries_or_a_reason(body: bytes) -> None:
    """A hostile feed is a recorded failure, never a crash."""
    for document in (body, b"<rss><channel>" + body, b'{"items": [' + body):
        try:
            found = entries(document)
        except FeedError:
            continue
        assert all(entry.url for entry in found)


def test_the_age_of_an_entry_is_its_own() -> None:
    """An old entry stays old: it must not look like news."""
    old = NOW - timedelta(days=400)
    (entry,) = entries(rss(item(pubDate=old.strftime("%a, %d %b %Y %H:%M:%S +0000"))))
    assert entry.published_at == old
