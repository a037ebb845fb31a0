"""A message before any channel's markup: lines of spans, and their honest length.

Text from outside is cleaned once, here; each channel then only has to escape.
Lengths are UTF-16 units, as Telegram counts them.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Line and paragraph separators, the byte-order mark and interlinear marks show nothing useful.
_UNSEEN = re.compile(f"[{_BIDI}\ufeff\ufff9-\ufffb\u2028\u2029\u00ad]")
_SPACES = re.compile(r"\s+")
# Two letters are a flag; one that lost the other would be shown as itself.
_FLAG = "[\U0001f1e6-\U0001f1ff]"
_HALF_FLAG = re.compile(f"(?<!{_FLAG})((?:{_FLAG}{_FLAG})*){_FLAG}$")
_URL_LIMIT = 1500


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style, maybe a link."""

    text: str
    style: str = ""  # "" | "bold" | "italic"
    link: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line and its part in the message."""

    kind: str  # "head" | "fact" | "section" | "item" | "note" | "foot" | "gap"
    spans: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The line without its styles."""
        return "".join(span.text for span in self.spans)


def clean(text: str) -> str:
    """One line without control, direction and unpaired characters; any string gives one."""
    text = _UNSEEN.sub("", text)
    text = _SPACES.sub(" ", text)
    if text.isprintable():
        return text.strip()
    seen = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    return _SPACES.sub(" ", seen).strip()


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, limit: int) -> str:
    """The cleaned text within the limit of UTF-16 units, cut at a word where one is near."""
    # What lies far beyond the limit is not even looked at: texts may be megabytes.
    text = clean(text[: limit * 8 + 256])
    if units(text) <= limit:
        return text
    kept, used = [], 1  # the ellipsis
    for character in text:
        used += 1 + (ord(character) > 0xFFFF)
        if used > limit:
            break
        kept.append(character)
    # A combining mark or joiner must not lose the letter it sits on.
    short = _HALF_FLAG.sub(r"\1", "".join(kept)).rstrip("\u200d\ufe0f")
    space = short.rfind(" ")
    is_whole_word = text[len(short) : len(short) + 1] == " "
    if not is_whole_word and space >= len(short) * 2 // 3:
        short = short[:space]
    return f"{short.rstrip(' ,.;:—-(«')}…"


def length(lines: Sequence[Line]) -> int:
    """UTF-16 units of the lines as a channel shows them."""
    return units("\n".join(line.text for line in lines))


def safe_link(url: str) -> str:
    """The address if a browser may open it, its odd characters quoted; otherwise nothing."""
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    try:
        quoted = quote(url.strip(), safe="%/:=&?~#+!$,;@()*[]", errors="strict")
    except UnicodeEncodeError:
        return ""
    return quoted if len(quoted) <= _URL_LIMIT else ""


def plain(lines: Sequence[Line]) -> str:
    """Plain text, links written out after what they belong to."""
    out = []
    for line in lines:
        links = [clean(span.link) for span in line.spans if span.link and safe_link(span.link)]
        out.append(line.text)
        out.extend(f"   {link}" for link in links)
    return "\n".join(out)
