"""The readers behind feeds: each alone, and where each gives up."""

import pytest

from crawler.feed_formats import FeedError, RawFeed, read_fast, read_json, read_slowly

RSS = """<rss version="2.0"><channel><title>Лента</title><link>https://news.example/</link>
  <item><guid>g1</guid><title>Новость</title><link>https://news.example/1</link>
  <description>Текст</description><pubDate>Mon, 02 Mar 2026 10:00:00 +0300</pubDate></item>
  </channel></rss>"""


@pytest.mark.parametrize("read", [read_slowly, read_fast])
def test_both_readers_agree_on_a_sound_feed(read: object) -> None:
    """Whichever reads it, the entry is the same; only dates differ in their spelling."""
    found: RawFeed = read(RSS)  # type: ignore[operator]
    (entry,) = found.entries
    assert (found.title, found.home) == ("Лента", "https://news.example/")
    assert (entry.id, entry.link, entry.title) == ("g1", "https://news.example/1", "Новость")
    assert (entry.summary or entry.content) == "Текст"
    assert entry.date in ("Mon, 02 Mar 2026 10:00:00 +0300", "2026-03-02T07:00:00+00:00")


@pytest.mark.parametrize("read", [read_slowly, read_fast, read_json])
@pytest.mark.parametrize("text", ["", "words", "<html><p>x</html>", "{}", "[]", "\x00"])
def test_what_is_no_feed_is_a_feed_error(read: object, text: str) -> None:
    """Whatever its library raised."""
    with pytest.raises(FeedError):
        read(text)  # type: ignore[operator]


def test_bare_ampersands_survive_the_slow_reader() -> None:
    """In titles and in CDATA alike."""
    feed = RSS.replace("Новость", "A & B").replace("Текст", "<![CDATA[C & D]]>")
    (entry,) = read_slowly(feed).entries
    assert (entry.title, entry.summary) == ("A & B", "C & D")


def test_cdata_that_nothing_closes_takes_nothing_along() -> None:
    """What comes before it is read as ever."""
    feed = RSS.replace("Новость", "<![CDATA[A & B]]> & C").replace("Текст", "<![CDATA[D & E")
    (entry,) = read_slowly(feed).entries
    assert entry.title == "A & B & C"


def test_an_entry_of_many_attributes_is_read() -> None:
    """Whatever compares each of them with all the others would take hours."""
    many = " ".join(f'a{n}=""' for n in range(500_000))
    (entry,) = read_slowly(RSS.replace("<item>", f"<item {many}>")).entries
    assert entry.title == "Новость"
