"""The three readers behind crawler.feeds: feedparser, fastfeedparser, JSON Feed.

Pure: text in, raw entries out, still in the feed's own markup. Each reader
raises FeedError on what it cannot read, whatever its library raised.
"""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import fastfeedparser
import feedparser

from crawler.cleaning import shorten_tags
from crawler.dates import LONGEST_DATE

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# Characters no XML reader accepts, written out or as references.
_NOT_XML = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|&#(?:[0-8]|1[124-9]|2\d|3[01]);"
)
_DATES = re.compile(
    r"<(?:\w+:)?(?:pubDate|published|updated|issued|modified|created|date)\b[^<>]{0,300}>"
    r"\s*(?:<!\[CDATA\[)?([^<\]]*)",
    re.I,
)
# Dates that say their zone in a way no reader gets wrong.
_PLAIN_DATE = re.compile(
    r"(?:(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\s+\d{4}\s+\d\d:\d\d(?::\d\d)?\s+"
    r"(?:[+-]\d{4}|GMT|UTC|UT|Z)|\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?"
    r"(?:Z|[+-]\d\d:?\d\d))?"
)
# What the fast reader passes over: bases, lost letters, and the whole texts of Russian feeds.
_SLOW_ALONE = re.compile("xml:base|\ufffd|:full-text|turbo:content")
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,31};)")
# An ampersand that XML does not know: the fast reader leaves it out, with what it stood for.
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#[xX][0-9a-fA-F]+);)")
_END_WITHIN = 4_096  # characters: comments may follow
_END = re.compile(
    r"</(?:\w+:)?(?:rss|feed|rdf)\s*+>\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+\Z", re.I | re.S
)
_ENTRY = re.compile(r"<(/?)(?:\w+:)?(?:item|entry)\b(?!\s*/>)[^<>]*>", re.I)
_WHOLE = ("full-text", "turbo_content")  # of Russian feeds, whatever they call the namespace


class FeedError(Exception):
    """The bytes are no feed, or a feed that says nothing; the message says which."""


class NoItemsError(FeedError):
    """A whole feed without items: a search that found nothing, or a site that broke its feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One entry as its feed writes it."""

    id: str = ""
    link: str = ""
    base: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A feed as it is written: its title, home page and entries."""

    title: str = ""
    home: str = ""
    entries: tuple[RawEntry, ...] = ()


def is_whole_document(text: str) -> bool:
    """Whether a document that could be read goes on to its end, whatever mistakes it has."""
    if text.startswith(("{", "[")):
        return True  # broken JSON is never read
    return _END.search(_NOT_XML.sub("", text[-_END_WITHIN:])) is not None


def ends_inside_entry(text: str) -> bool:
    """Whether the last entry of an XML feed has a beginning and no end."""
    if is_whole_document(text):
        return False
    tags = _ENTRY.findall("".join(_split_cdata(text)[::2]))
    return bool(tags) and tags[-1] == ""


def read_slowly(text: str) -> RawFeed:
    """Read XML with feedparser, which understands nearly every feed there ever was."""
    document = shorten_tags(_mended(_NOT_XML.sub("", _DECLARATION.sub("", text, count=1))))
    try:
        found = feedparser.parse(
            document.encode("utf-8", "replace"),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # hostile markup makes it raise nearly anything
        message = f"feed cannot be read: {type(error).__name__}"
        raise FeedError(message) from error
    if not found.get("version") and not found.get("entries"):
        message = "not a feed: no RSS, Atom or JSON Feed in it"
        raise FeedError(message)
    head = found.get("feed", {})
    return RawFeed(
        title=_text(head, "title"),
        home=_text(head, "link"),
        entries=tuple(_slow_entry(entry) for entry in found.get("entries", ())),
    )


def read_fast(text: str) -> RawFeed:
    """Read XML with fastfeedparser; only for text that is exactly what it claims to be."""
    document = '<?xml version="1.0" encoding="utf-8"?>' + _DECLARATION.sub("", text, count=1)
    try:
        found = fastfeedparser.parse(
            document.encode("utf-8"),
            include_tags=False,
            include_media=False,
            include_enclosures=False,
        )
    except Exception as error:  # hostile markup makes it raise nearly anything
        message = f"feed cannot be read: {type(error).__name__}"
        raise FeedError(message) from error
    head = found.get("feed", {})
    return RawFeed(
        title=_text(head, "title"),
        home=_text(head, "link"),
        entries=tuple(_fast_entry(entry) for entry in found.get("entries", ())),
    )


def suits_fast_reader(text: str) -> bool:
    """Whether nothing in the feed needs the slow reader: odd dates, bases, letters."""
    if _SLOW_ALONE.search(text) or _NOT_XML.search(text):
        return False
    if any(_STRAY_AMPERSAND.search(part) for part in _split_cdata(text)[::2]):
        return False
    dates = (date.strip() for date in _DATES.findall(text))
    return all(len(date) <= LONGEST_DATE and _PLAIN_DATE.fullmatch(date) for date in dates)


def read_json(text: str) -> RawFeed:
    """Read a JSON Feed, versions 1 and 1.1."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = "JSON feed cannot be read: broken JSON"
        raise FeedError(message) from error
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        message = "not a feed: JSON without a list of items"
        raise FeedError(message)
    return RawFeed(
        title=_text(found, "title"),
        home=_text(found, "home_page_url"),
        entries=tuple(_json_entry(item) for item in found["items"] if isinstance(item, dict)),
    )


def _mended(text: str) -> str:
    """The document with its bare ampersands escaped, CDATA left as it is."""
    if not _BARE_AMPERSAND.search(text):
        return text
    parts = _split_cdata(text)
    parts[::2] = [_BARE_AMPERSAND.sub("&amp;", part) for part in parts[::2]]
    return "".join(parts)


def _split_cdata(text: str) -> list[str]:
    """Markup and CDATA by turns, markup first; CDATA that nothing closes is markup."""
    parts, end = [], 0
    while (start := text.find("<![CDATA[", end)) >= 0 and (close := text.find("]]>", start)) >= 0:
        parts += [text[end:start], text[start : close + 3]]
        end = close + 3
    return [*parts, text[end:]]


def _slow_entry(entry: Mapping[str, Any]) -> RawEntry:
    bases = [entry.get(f"{name}_detail") or {} for name in ("title", "summary")]
    return RawEntry(
        id=_text(entry, "id"),
        link=_text(entry, "link") or _first_link(entry),
        base=next((_text(detail, "base") for detail in bases if _text(detail, "base")), ""),
        title=_text(entry, "title"),
        summary=_text(entry, "summary"),
        content=max(_longest_content(entry), _whole_text(entry), key=len),
        author=_text(entry, "author"),
        date=_text(entry, "published") or _text(entry, "created") or _text(entry, "updated"),
    )


def _fast_entry(entry: Mapping[str, Any]) -> RawEntry:
    link = _text(entry, "link")
    # It fills a missing id with the link, and a missing link with the id.
    return RawEntry(
        id=_text(entry, "id"),
        link=link,
        title=_text(entry, "title"),
        summary=_text(entry, "description"),
        content=_longest_content(entry),
        author=_text(entry, "author"),
        date=_text(entry, "published") or _text(entry, "updated"),
    )


def _json_entry(item: Mapping[str, Any]) -> RawEntry:
    authors = item.get("authors")
    listed = authors if isinstance(authors, list) else [item.get("author")]
    names = [_text(author, "name") for author in listed if isinstance(author, Mapping)]
    identity = item.get("id", "")
    return RawEntry(
        id=str(identity) if isinstance(identity, str | int) else "",
        link=_text(item, "url") or _text(item, "external_url"),
        title=_as_markup(_text(item, "title")),
        summary=_text(item, "summary"),
        content=_text(item, "content_html") or _as_markup(_text(item, "content_text")),
        author=", ".join(name for name in names if name),
        date=_text(item, "date_published") or _text(item, "date_modified"),
    )


def _as_markup(plain: str) -> str:
    return html.escape(plain, quote=False).replace("\n", "<br>")


def _longest_content(entry: Mapping[str, Any]) -> str:
    parts = entry.get("content") or ()
    texts = [_text(part, "value") for part in parts if isinstance(part, Mapping)]
    return max(texts, key=len, default="")


def _whole_text(entry: Mapping[str, Any]) -> str:
    texts = [_text(entry, name) for name in entry if name.endswith(_WHOLE)]
    return max(texts, key=len, default="")


def _first_link(entry: Mapping[str, Any]) -> str:
    links = [link for link in entry.get("links") or () if isinstance(link, Mapping)]
    return next((_text(link, "href") for link in links if link.get("rel") != "enclosure"), "")


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""
