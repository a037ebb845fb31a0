"""What a page says about itself: JSON-LD, OpenGraph and the usual meta tags.

Pure: a parsed page in, strings out, each cleaned but not yet judged. Nothing
here raises on any page.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.addresses import canonical_address, find_address, is_same_site
from crawler.cleaning import LONGEST_NAME, clean_line, text_of_tree

MOST_JSON = 300_000  # characters of JSON-LD read of one page
MOST_OBJECTS = 400

_ARTICLE = re.compile(
    r"Article|Posting|Report|Review|Question|Message|Comment|Advertis|Liveblog|WebPage", re.I
)
_DATE_NAMES = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "published_time",
    "datepublished",
    "mediator_published_time",
    "publish-date",
    "publish_date",
    "publication_date",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "dc.date.issued",
    "dc.date",
    "dcterms.created",
    "ptime",
    "date",
)
_AUTHOR_NAMES = ("mediator_author", "author", "article:author", "og:article:author", "dc.creator")
_NOT_AUTHOR = re.compile(r"фото|иллюстрац|photo|image|источник|source", re.I)
_SEPARATOR = re.compile(r"\s+[|•·—–:»/\\-]\s+|\s+::\s+|\s*\|\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMetadata:
    """What a page says about itself, empty strings where it says nothing."""

    title: str = ""
    author: str = ""
    dates: tuple[str, ...] = ()  # publication dates as written, most trustworthy first
    lang: str = ""
    canonical_url: str = ""
    body: str = ""  # the article's text as JSON-LD carries it


def read_metadata(tree: HtmlElement, url: str = "") -> PageMetadata:
    """What the page says about itself, best source first for every field."""
    metas = _metas(tree)
    things = [thing for thing in _json_ld(tree) if _ARTICLE.search(_type_of(thing))]
    things.sort(key=lambda thing: "Page" in _type_of(thing))
    authors = (_names(thing.get("author") or thing.get("creator")) for thing in things)
    said = next((author for author in authors if author), "")
    return PageMetadata(
        title=_title(tree, metas, things),
        author=clean_line(said, LONGEST_NAME) or _author(tree, metas),
        dates=tuple(_dates(tree, metas, things)),
        lang=(tree.get("lang") or _first(metas, "og:locale", "language"))[:20],
        canonical_url=_canonical(tree, metas, url),
        body=max((_string(thing, "articleBody") for thing in things), key=len, default=""),
    )


def _metas(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        content = (meta.get("content") or "").strip()
        for key in (meta.get("property"), meta.get("name"), meta.get("itemprop")):
            if key and content:
                found.setdefault(key.strip().lower(), content[:2000])
    return found


def _first(metas: Mapping[str, str], *names: str) -> str:
    return next((metas[name] for name in names if metas.get(name)), "")


def _json_ld(tree: HtmlElement) -> Iterator[Mapping[str, Any]]:
    """Every object of the page's JSON-LD, wherever it is nested; a bounded number of them."""
    left = MOST_JSON
    waiting: list[Any] = []
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().lower() != "application/ld+json":
            continue
        text = (script.text or "")[:left]
        left -= len(text)
        try:
            waiting.append(json.loads(text.strip().rstrip(";"), strict=False))
        except (ValueError, RecursionError):
            continue
    seen = 0
    while waiting and seen < MOST_OBJECTS:
        thing = waiting.pop(0)
        seen += 1
        if isinstance(thing, list):
            waiting.extend(thing[:MOST_OBJECTS])
        elif isinstance(thing, dict):
            yield thing
            nested = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item")
            waiting.extend(thing[key] for key in nested if isinstance(thing.get(key), dict | list))


def _type_of(thing: Mapping[str, Any]) -> str:
    kind = thing.get("@type", "")
    return " ".join(str(part) for part in kind) if isinstance(kind, list) else str(kind)


def _string(thing: Mapping[str, Any], name: str) -> str:
    value = thing.get(name)
    if isinstance(value, list) and value:
        value = value[0]
    return value.strip() if isinstance(value, str) else ""


def _names(authors: object) -> str:
    listed = authors if isinstance(authors, list) else [authors]
    names = [
        _string(author, "name") if isinstance(author, dict) else author
        for author in listed[:10]
        if isinstance(author, dict | str)
    ]
    return ", ".join(dict.fromkeys(name for name in names if name and "://" not in name))


def _title(tree: HtmlElement, metas: Mapping[str, str], things: list[Mapping[str, Any]]) -> str:
    """The headline: what the page shows as its one heading, if the head agrees."""
    headlines = [_string(thing, "headline") for thing in things]
    said = [next(filter(None, headlines), ""), _first(metas, "og:title", "twitter:title")]
    head = tree.find(".//title")
    whole = clean_line(head.text_content()) if head is not None else ""
    candidates = [clean_line(text) for text in said if text]
    headings = [clean_line(text_of_tree(node)) for node in tree.iter("h1")]
    shown = next((heading for heading in headings if _agrees(heading, [*candidates, whole])), "")
    if shown:
        return shown
    if candidates:
        return _without_site(candidates[0], _first(metas, "og:site_name"))
    return _without_site(whole, _first(metas, "og:site_name")) or next(filter(None, headings), "")


def _agrees(heading: str, said: list[str]) -> bool:
    """Whether the head of the page means the same heading, give or take the site's name."""
    plain = heading.casefold()
    return len(plain) > 3 and any(
        plain in text.casefold() and len(plain) > 0.4 * len(text) for text in said if text
    )


def _without_site(title: str, site: str) -> str:
    """The title without the name of the site at either end."""
    parts = _SEPARATOR.split(title)
    if len(parts) < 2:
        return title
    plain = site.casefold()
    if plain and parts[-1].casefold() in (plain, f"{plain}.ru"):
        return title[: title.rfind(parts[-1])].rstrip(" |•·—–:»/\\-")
    if plain and parts[0].casefold() == plain:
        return title[len(parts[0]) :].lstrip(" |•·—–:»/\\-")
    cut = re.search(r"\s+[|—–-]\s+[^|—–]{2,40}$", title)
    return title[: cut.start()] if cut and cut.start() > 25 else title


def _author(tree: HtmlElement, metas: Mapping[str, str]) -> str:
    named = _first(metas, *_AUTHOR_NAMES)
    if named and "://" not in named:
        return clean_line(named, LONGEST_NAME)
    for node in _nodes(tree, "//*[@itemprop='author' or @rel='author'][not(self::meta)]"):
        name = clean_line(text_of_tree(node), LONGEST_NAME)
        if 1 < len(name) < 80 and not _NOT_AUTHOR.match(name):
            return name
    return ""


def _dates(
    tree: HtmlElement, metas: Mapping[str, str], things: list[Mapping[str, Any]]
) -> Iterator[str]:
    for thing in things:
        yield from filter(None, (_string(thing, name) for name in ("datePublished", "dateCreated")))
    yield from (metas[name] for name in _DATE_NAMES if name in metas)
    for node in _nodes(tree, "//*[@itemprop='datePublished'][not(self::meta)]"):
        yield node.get("datetime") or node.get("content") or text_of_tree(node)
    for path in ("//time[@pubdate]", "//article//time[@datetime]"):
        for node in _nodes(tree, path)[:1]:
            yield node.get("datetime") or text_of_tree(node)


def _canonical(tree: HtmlElement, metas: Mapping[str, str], url: str) -> str:
    """The address the page asks to be known under, when it may speak for it."""
    links = (
        link.get("href") or ""
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    )
    for href in (*links, _first(metas, "og:url")):
        address = find_address(href, url) if href else None
        if address is None or (url and not is_same_site(address, url)):
            continue
        asked = canonical_address(address)
        if url and urlsplit(asked).path == "/" and canonical_address(url) != asked:
            continue  # every page of a careless site claims to be its home page
        return asked
    return ""


def _nodes(tree: HtmlElement, path: str) -> list[HtmlElement]:
    try:
        return [node for node in tree.xpath(path) if isinstance(node, etree._Element)][:20]
    except etree.XPathError:
        return []
