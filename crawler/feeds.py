"""Read RSS, Atom and JSON feeds into entries, whatever shape they are in.

Pure: bytes in, records out. Two XML readers stand behind it: a fast one, used
only on bytes that decode exactly as they claim (on anything else it is known
to invent dates), and feedparser, which reads nearly everything. Each stands
in for the other where one raises or finds nothing.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from crawler.addresses import canonical_address, find_address, synthetic_address
from crawler.cleaning import LONGEST_NAME, clean_line, text_of_html
from crawler.dates import clamp, parse_date
from crawler.encodings import decode
from crawler.feed_formats import (
    FeedError,
    NoItemsError,
    RawEntry,
    RawFeed,
    ends_inside_entry,
    is_whole_document,
    read_fast,
    read_json,
    read_slowly,
    suits_fast_reader,
)
from crawler.footers import without_footers

MOST_ENTRIES = 2_000
FULL_LENGTH = 1_000  # characters from which an entry's own content counts as the whole text

_BLANK = "\ufeff \t\r\n"  # before a document
_PAGE = re.compile(
    r"\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_NAME_WITH_MAIL = re.compile(
    r"(?P<before>[^@<>()]*?)[\s,]*[(<]?[^\s@<>()]+@[^\s@<>()]+[)>]?\s*"
    r"(?:\((?P<after>[^@<>()]+)\))?"
)
# A fragment that names one piece of a page, "comment-77"; not "rss", not "utm_source=7".
_PIECE = re.compile(r"[^=#]*\d[^=#]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed as plain text; title and text may be empty where it has a page."""

    url: str
    canonical_url: str
    title: str
    text: str
    author: str | None
    published_at: datetime | None  # never later than the moment it was read
    has_page: bool  # its address is a page of its own that may be fetched
    is_whole: bool  # the feed carries the whole text, not only a summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What one feed says at one moment."""

    title: str
    entries: tuple[Entry, ...]
    charset: str
    unreadable: int = 0  # entries that say nothing: no title, no text, no link
    breaks_off: bool = False  # in the middle of an entry; the next visit has to ask for all again


def read_feed(
    body: bytes, *, url: str, now: datetime, content_type: str = "", zone: tzinfo = UTC
) -> Feed:
    """The entries of a feed; raises FeedError when it is none or says nothing."""
    decoded = decode(body, content_type)
    raw = _read(decoded.text, exact=decoded.as_declared)
    breaks_off = ends_inside_entry(decoded.text)
    if breaks_off:  # half of a link is another link
        raw = replace(raw, entries=raw.entries[:-1])
    if not raw.entries:
        if not is_whole_document(decoded.text.lstrip(_BLANK)):
            message = "feed has no items and breaks off"
            raise FeedError(message)
        message = "feed has no items"
        raise NoItemsError(message)
    chosen = _newest(raw.entries, now, zone)
    shared = _shared_links(raw, url)
    entries: dict[str, Entry] = {}
    identities: set[str] = set()
    unreadable = 0
    # Oldest first: of entries that share a link the first one published keeps it.
    for entry in reversed(chosen):
        read = _entry(entry, _base(raw, url), feed_url=url, now=now, zone=zone, shared=shared)
        identity = _identity(entry)
        if read is None:
            unreadable += 1
        elif read.canonical_url not in entries:
            entries[read.canonical_url] = read
        elif identity not in identities and not _same_text(entries[read.canonical_url], read):
            again = _with_own_address(read, identity)
            entries.setdefault(again.canonical_url, again)
        identities.update([identity] if identity else [])
    read_entries = list(reversed(entries.values()))
    texts = without_footers([entry.text for entry in read_entries])
    return Feed(
        title=clean_line(raw.title),
        entries=tuple(
            replace(entry, text=text) for entry, text in zip(read_entries, texts, strict=True)
        ),
        charset=decoded.charset,
        unreadable=unreadable,
        breaks_off=breaks_off,
    )


def _read(text: str, *, exact: bool) -> RawFeed:
    start = text.lstrip(_BLANK)
    if start.startswith(("{", "[")):
        return read_json(start)
    if not start:
        message = "feed is empty"
        raise FeedError(message)
    if _PAGE.match(start[:4096]):
        message = 'not a feed: an HTML page; give the address of its RSS or use kind = "site"'
        raise FeedError(message)
    readers = [read_slowly, read_fast]
    if exact and suits_fast_reader(start):
        readers.reverse()
    empty: RawFeed | None = None
    for read in readers:
        try:
            found = read(start)
        except FeedError:
            continue
        if found.entries:
            return found
        empty = empty or found
    return empty or read_slowly(start)  # which says best what is wrong


def _newest(raw: tuple[RawEntry, ...], now: datetime, zone: tzinfo) -> tuple[RawEntry, ...]:
    """As many entries as are read: the first ones, or the last where the feed ends with news."""
    if len(raw) <= MOST_ENTRIES:
        return raw
    first, last = (parse_date(entry.date, now=now, zone=zone) for entry in (raw[0], raw[-1]))
    ends_with_news = first is not None and last is not None and last > first
    return raw[-MOST_ENTRIES:] if ends_with_news else raw[:MOST_ENTRIES]


def _base(raw: RawFeed, url: str) -> str:
    return find_address(raw.home, url) or url


def _shared_links(raw: RawFeed, url: str) -> frozenset[str]:
    """Links that name no single entry: the home page, put there for want of a better one."""
    counts = Counter(entry.link for entry in raw.entries)
    base = _base(raw, url)
    repeated = {find_address(link, base) for link, count in counts.items() if count > 1 and link}
    home = canonical_address(base)
    return frozenset(link for link in repeated if link and canonical_address(link) == home)


def _entry(
    raw: RawEntry,
    base: str,
    *,
    feed_url: str,
    now: datetime,
    zone: tzinfo,
    shared: frozenset[str],
) -> Entry | None:
    title = clean_line(raw.title)
    content = text_of_html(raw.content)
    summary = content if raw.summary == raw.content else text_of_html(raw.summary)
    text = content if len(content) >= len(summary) else summary
    link = find_address(raw.link, (raw.base and find_address(raw.base, base)) or base)
    if link in shared:
        link = None
    if not title and not text and link is None:
        return None
    own = synthetic_address(feed_url, raw.id or _digest(title, text))
    entry = Entry(
        url=link or own,
        canonical_url=canonical_address(link) if link else own,
        title=title,
        text=text,
        author=_name_in(clean_line(raw.author, LONGEST_NAME)) or None,
        published_at=clamp(parse_date(raw.date, now=now, zone=zone), now),
        has_page=link is not None,
        is_whole=len(content) >= FULL_LENGTH,
    )
    piece = (link or "").partition("#")[2]
    # Decided by the link alone: at the next visit its neighbours may have left the feed.
    return _with_own_address(entry, _identity(raw) or piece) if _PIECE.fullmatch(piece) else entry


def _name_in(author: str) -> str:
    """A name without the mail address beside it, as RSS wants one: «a@b.example (Анна)»."""
    match = _NAME_WITH_MAIL.fullmatch(author)
    return (match["before"] or match["after"] or author) if match else author


def _identity(raw: RawEntry) -> str:
    """The id of an entry where it says more than the link does."""
    return raw.id if raw.id != raw.link else ""


def _with_own_address(entry: Entry, identity: str) -> Entry:
    """The entry under an address of its own, for its link belongs to another one, or to a page."""
    own = synthetic_address(entry.url, identity or _digest(entry.title, entry.text))
    return replace(entry, canonical_url=own, has_page=False, is_whole=True)


def _same_text(one: Entry, other: Entry) -> bool:
    return (one.title, one.text) == (other.title, other.text)


def _digest(title: str, text: str) -> str:
    return hashlib.sha256(f"{title}\n{text}".encode("utf-8", "replace")).hexdigest()[:32]
