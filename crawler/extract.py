"""Title, text, author and date out of a page.

Pure: bytes or text in, a record out; never an exception. trafilatura finds
the main text; where it finds nothing, what the page says of itself in JSON-LD
and then a plainer reader stand in.
"""

import copy
import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import htmldate
import trafilatura
from lxml import etree
from lxml import html as lxml_html
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement
from resiliparse.extract.html2text import extract_plain_text

from crawler.addresses import canonical_address
from crawler.cleaning import (
    LONGEST_NAME,
    clean_line,
    clean_text,
    shorten_tags,
    text_of_html,
    text_of_tree,
    without_page_ends,
)
from crawler.dates import clamp, parse_date
from crawler.encodings import decode
from crawler.page_metadata import PageMetadata, read_metadata

ENOUGH_TEXT = 120  # characters below which another reader is asked too
LONGEST_PAGE = 8 * 1024 * 1024
MOST_NESTING = 2_000_000  # depths of all elements together; of real pages hardly a tenth

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LANGUAGES = {"ru": "ru", "uk": "uk", "ua": "uk", "en": "en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """CSS selectors of one site, for pages no general reader understands; "" asks nothing."""

    title: str = ""
    text: str = ""
    author: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What a page says, as plain text."""

    title: str = ""
    text: str = ""
    author: str | None = None
    published_at: datetime | None = None  # never later than the moment it was read
    lang: str = ""
    canonical_url: str | None = None


NO_SELECTORS = Selectors()


def extract(
    page: bytes | str,
    *,
    now: datetime,
    url: str = "",
    content_type: str = "",
    zone: tzinfo = UTC,
    selectors: Selectors = NO_SELECTORS,
) -> Extracted:
    """The article on a page; empty fields where it has none."""
    text = page if isinstance(page, str) else decode(page, content_type).text
    tree = _parse(text[:LONGEST_PAGE])
    if tree is None:
        return Extracted(text=text_of_html(text))
    said = read_metadata(tree, url)
    chosen = _select(tree, selectors)
    title = chosen.title or said.title
    main = chosen.text or _main_text(tree, said)
    dates = (chosen.date, *said.dates)
    return Extracted(
        title=title,
        text=_without_title(main, title),
        author=chosen.author or said.author or None,
        published_at=clamp(_published_at(tree, dates, url, now, zone), now),
        lang=_language(said.lang),
        canonical_url=said.canonical_url or (canonical_address(url) if url else None),
    )


def _parse(text: str) -> HtmlElement | None:
    """The page as a tree, or None when there is no markup in it."""
    plain = _NOT_XML.sub("", _XML_DECLARATION.sub("", text, count=1))
    source = shorten_tags(without_page_ends(plain))
    if not source.strip():
        return None
    try:
        tree = lxml_html.document_fromstring(source)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    return tree if isinstance(tree, HtmlElement) else None


def _select(tree: HtmlElement, selectors: Selectors) -> "_Chosen":
    dates = _nodes(tree, selectors.date)
    date = (dates[0].get("datetime") or text_of_tree(dates[0])) if dates else ""
    names = [
        clean_line(text_of_tree(node), LONGEST_NAME) for node in _nodes(tree, selectors.author)
    ]
    return _Chosen(
        title=next((clean_line(text_of_tree(n)) for n in _nodes(tree, selectors.title)), ""),
        text=clean_text("\n".join(text_of_tree(node) for node in _nodes(tree, selectors.text))),
        author=next(filter(None, names), ""),
        date=date,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    title: str
    text: str
    author: str
    date: str


def _nodes(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    return list(CSSSelector(selector, translator="html")(tree)) if selector else []


def _main_text(tree: HtmlElement, said: PageMetadata) -> str:
    text = _by_trafilatura(tree)
    if len(text) >= ENOUGH_TEXT:
        return text
    plain = text_of_html(said.body)
    if len(plain) > 2 * len(text):
        return plain
    rest = clean_text(_by_resiliparse(tree))
    return rest if len(rest) > 2 * len(text) else text


def _without_title(text: str, title: str) -> str:
    """The text without its own heading: it is stored beside the title and matched with it."""
    first, _, rest = text.partition("\n")
    return rest if rest and first.strip().casefold() == title.casefold() else text


def _by_trafilatura(tree: HtmlElement) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = trafilatura.bare_extraction(
                copy.deepcopy(tree),
                favor_precision=True,
                include_comments=False,
                with_metadata=False,
            )
        except Exception:  # hostile markup makes it raise nearly anything; others stand in
            return ""
    return clean_text(_without_table_lines(getattr(found, "text", None) or ""))


def _without_table_lines(text: str) -> str:
    """The text without what trafilatura draws around the rows of a table, and under its head."""
    rows = (line.strip("| \t") if line.startswith("|") else line for line in text.split("\n"))
    return "\n".join(row for row in rows if not row or row.strip("-| "))


def _by_resiliparse(tree: HtmlElement) -> str:
    """What it makes of the tree, whose depth is bounded and whose every element is closed.

    Its work is the depths of all elements together, and nothing else runs meanwhile.
    """
    if _nesting(tree) > MOST_NESTING:
        return ""
    source = lxml_html.tostring(tree, encoding="unicode")
    try:
        return str(extract_plain_text(source, main_content=True, comments=False, alt_texts=False))
    except (ValueError, TypeError, RuntimeError):
        return ""


def _nesting(tree: HtmlElement) -> int:
    """How deep each element lies, all of them together."""
    depth = total = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        total += depth
    return total


def _published_at(
    tree: HtmlElement, dates: tuple[str, ...], url: str, now: datetime, zone: tzinfo
) -> datetime | None:
    for date in dates:
        found = parse_date(date, now=now, zone=zone) if date else None
        if found is not None:
            return found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            day = htmldate.find_date(
                copy.deepcopy(tree),
                original_date=True,
                url=url or None,
                max_date=now.strftime("%Y-%m-%d"),
            )
        except Exception:  # hostile markup makes it raise nearly anything
            return None
    return parse_date(day, now=now, zone=zone) if day else None


def _language(said: str) -> str:
    code = re.split(r"[-_]", said.strip().lower())[0]
    return _LANGUAGES.get(code, "other" if code else "")
