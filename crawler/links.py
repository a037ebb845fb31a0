"""Which links of a listing or sitemap lead to articles.

Pure: a page in, addresses out, in the order in which they should be read.
"""

import gzip
import io
import re
import zlib
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from lxml import html as lxml_html

from crawler.addresses import canonical_address, find_address, host_of, is_same_site
from crawler.cleaning import shorten_tags, without_page_ends
from crawler.dates import EARLIEST, parse_date
from crawler.encodings import decode
from crawler.turns import choose

LARGEST_SITEMAP = 32 * 1024 * 1024  # unpacked
MOST_LINKS = 50_000  # as many as one sitemap may name
MOST_SITEMAPS = 10  # of an index, in one visit

_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js|json|xml|rss|pdf|docx?|xlsx?|zip|gz|rar|mp[34]|avi)$",
    re.I,
)
# A number, a date, a part with four words, or a usual beginning.
_LIKE_ARTICLE = re.compile(
    r"\d{4,}|/\d{4}/\d\d/|(?<![^/])[^/](?:[^/_-]*+[-_][^/]){3}|/(?:topic|thread|post|news)/."
)
_SAID = ("loc", "lastmod", "publication_date")  # in a sitemap, of each page
_SITEMAP_ROOT = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What a sitemap lists: pages, or further sitemaps; newest first where it dates them."""

    addresses: tuple[str, ...]
    dates: tuple[datetime, ...]  # of each; EARLIEST where it gives none
    is_index: bool
    left_over: bool = False  # it names others that are as new


def article_links(body: bytes, url: str, *, follow: str = "", content_type: str = "") -> list[str]:
    """The addresses a listing links to that look like articles, in its own order.

    ``follow`` is searched in the whole address; without it, a link of the same
    site counts when it looks like an article: a number, a date or a long name.
    """
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", decode(body, content_type).text, count=1)
    try:
        source = shorten_tags(without_page_ends(text.replace("\x00", "")))
        tree = lxml_html.document_fromstring(source)
    except (etree.LxmlError, ValueError, AssertionError):
        return []
    base_node = tree.find(".//base[@href]")
    base = (find_address(base_node.get("href", ""), url) if base_node is not None else None) or url
    here = canonical_address(url)
    found: dict[str, str] = {}
    for node in tree.iter("a", "area"):
        address = find_address(node.get("href") or "", base)
        if address is None or not _is_wanted(address, url, follow):
            continue
        canonical = canonical_address(address)
        if canonical != here:
            found.setdefault(canonical, address.split("#")[0])
        if len(found) >= MOST_LINKS:
            break
    return list(found.values())


def looks_like_sitemap(body: bytes) -> bool:
    """Whether the bytes are a sitemap, packed or not."""
    head = body[:4096]
    if head.startswith(b"\x1f\x8b"):
        head = _unpack(body, 4096)
    return _SITEMAP_ROOT.search(head) is not None


def read_sitemap(
    body: bytes, *, now: datetime, follow: str = "", room: int = MOST_SITEMAPS
) -> Sitemap:
    """The addresses of a sitemap; broken ones give what can be read of them.

    An index gives no more than there is ``room`` for, as ``crawler.turns`` chooses.
    """
    if body.startswith(b"\x1f\x8b"):
        body = _unpack(body, LARGEST_SITEMAP)
    root = _SITEMAP_ROOT.search(body[:4096])
    is_index = root is not None and root[1] == b"sitemapindex"
    dated: dict[str, datetime] = {}
    for address, date in _sitemap_entries(body):
        found = find_address(address)
        if found is None or (not is_index and follow and not re.search(follow, found)):
            continue
        moment = parse_date(date, now=now) if date else None
        dated[found] = max(moment or EARLIEST, dated.get(found, EARLIEST))
    if is_index:
        listed, left_over = choose(dated, room, now)
    else:
        # Sorting keeps the order of those equally old, so an undated sitemap keeps its own.
        listed = sorted(dated, key=lambda address: dated[address], reverse=True)[:MOST_LINKS]
        left_over = len(listed) < len(dated)
    return Sitemap(
        addresses=tuple(listed),
        dates=tuple(dated[address] for address in listed),
        is_index=is_index,
        left_over=left_over,
    )


def _is_wanted(address: str, url: str, follow: str) -> bool:
    if not (is_same_site(address, url) or _shares_domain(address, url)):
        return False
    path = address.split("?")[0].split("#")[0]
    if follow:
        return re.search(follow, address) is not None
    return (
        not _NOT_PAGES.search(path) and _LIKE_ARTICLE.search(address.split("//", 1)[1]) is not None
    )


def _shares_domain(address: str, url: str) -> bool:
    """Whether one host lies under the other: ``news.site.ru`` under ``site.ru``."""
    one, other = host_of(address), host_of(url).removeprefix("www.")
    return one.endswith(f".{other}") or other.endswith(f".{one.removeprefix('www.')}")


def _sitemap_entries(body: bytes) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    parts: dict[str, str] = {}
    walker = etree.iterparse(
        io.BytesIO(body), recover=True, resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        for _, element in walker:
            name = etree.QName(element).localname
            if name in ("url", "sitemap"):
                if "loc" in parts:
                    date = parts.get("publication_date") or parts.get("lastmod", "")
                    found.append((parts["loc"], date))
                parts = {}
                element.clear()
            elif name in _SAID and element.text and _is_of_page(element):
                parts.setdefault(name, element.text.strip())
    except (etree.LxmlError, ValueError):
        return found
    return found


def _is_of_page(element: etree._Element) -> bool:
    """Whether it speaks of the page or sitemap itself, not of an image or video of the page."""
    parent = element.getparent()
    return parent is not None and etree.QName(parent).localname in ("url", "sitemap", "news")


def _unpack(body: bytes, limit: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            return packed.read(limit)
    except (OSError, EOFError, zlib.error):
        return b""
