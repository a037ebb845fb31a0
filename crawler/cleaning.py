"""Make markup and hostile characters into plain text.

Pure. What comes out is safe to store, to show and to count offsets in: no
tags, no control or direction-changing characters, one Unicode form.
"""

import html
import re
import unicodedata

from lxml import etree
from lxml import html as lxml_html

LONGEST_TITLE = 1_000
LONGEST_TEXT = 500_000
LONGEST_NAME = 200
LONGEST_TAG = 10_000

_HIDDEN = frozenset(
    [
        "script",
        "style",
        "template",
        "iframe",
        "object",
        "embed",
        "applet",
        "noscript",
        "noframes",
        "svg",
        "math",
        "head",
        "form",
        "button",
        "select",
        "textarea",
        "input",
        "canvas",
        "audio",
        "video",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
# C0 and C1 controls, lone surrogates, direction overrides, byte order marks, tag characters.
_HOSTILE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff"
    r"\U000e0000-\U000e007f\ufffe\uffff]"
)
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r" ?\n ?(?:\n ?)*")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_TAG_START = re.compile(r"<[a-zA-Z]")
_PAGE_END = re.compile(r"</(?:body|html)\b[^<>]*>", re.I)
_LAST_OF_OTHERS = re.compile(r"(?:</[\w:.-]{1,50}\s?|--|]])\Z")  # before a ">"
_MARKUP_SIGN = re.compile(r"<\s*+(?:/\s*+)?[a-zA-Z!]|&(?:#\d|#x|[a-zA-Z]\w{1,20};)")


def clean_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """Plain text without hostile characters; lines kept, empty ones dropped."""
    text = _LINE_ENDS.sub("\n", text[: longest * 2])
    text = _HOSTILE.sub("", text)
    text = unicodedata.normalize("NFC", text)
    text = _EMPTY_LINES.sub("\n", _SPACES.sub(" ", text))
    return text.strip()[:longest].rstrip()


def clean_line(text: str, longest: int = LONGEST_TITLE) -> str:
    """One line of plain text: a title or a name, markup and entities resolved."""
    text = text[: longest * 20]
    if _MARKUP_SIGN.search(text):
        text = text_of_html(text)
        if _MARKUP_SIGN.search(text):  # escaped twice: "&amp;quot;"
            text = html.unescape(_TAG.sub(" ", text))
    return " ".join(clean_text(text, longest * 2).split())[:longest].rstrip()


def shorten_tags(markup: str) -> str:
    """The markup without the end of very long tags; everything that is parsed passes here.

    Parsers look each attribute up among all others of its tag. Where a tag ends is a matter
    of dispute: here at the first ">" that nobody takes for a part of a quoted value.
    """
    if len(markup) <= LONGEST_TAG:
        return markup
    parts = markup.split(">")
    is_open, room = False, LONGEST_TAG
    may_be_quoted = {'"': False, "'": False}
    for number, part in enumerate(parts):
        begun = None if is_open else _TAG_START.search(part)
        if is_open or begun:
            is_open, start = True, begun.start() if begun else 0
            if len(part) - start >= room:
                parts[number] = _cut(part, start + room)
            room = max(room - len(part) + start, 0)
            for quote in may_be_quoted:
                if (last := part.rfind(quote, start)) >= 0:
                    may_be_quoted[quote] = part[start:last].rstrip().endswith("=")
            if True not in may_be_quoted.values():
                is_open, room = False, LONGEST_TAG
    return ">".join(parts)


def without_page_ends(markup: str) -> str:
    """The markup without ``</body>`` and ``</html>``: careless pages go on after them.

    Browsers read on there, and the parser leaves out all that follows.
    """
    return _PAGE_END.sub("", markup)


def _cut(tag: str, length: int) -> str:
    """So much of a tag, its quotes closed; a script or comment taken for one keeps its end.

    No length is left of what follows, which is still the same tag to some.
    """
    other = _LAST_OF_OTHERS.search(tag, max(len(tag) - 60, 0))
    return tag[:length] + ("\"'" if length else "") + (other[0] if other else "")


def text_of_html(fragment: str) -> str:
    """What a reader sees of a piece of HTML, one block a line; scripts and forms dropped."""
    fragment = fragment[: LONGEST_TEXT * 4]
    if not _MARKUP_SIGN.search(fragment):
        return clean_text(fragment)
    try:
        source = shorten_tags(without_page_ends(_HOSTILE.sub("", fragment)))
        tree = lxml_html.fragment_fromstring(source, create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError, TypeError):
        return clean_text(html.unescape(_TAG.sub(" ", fragment)))
    return clean_text(text_of_tree(tree))


def text_of_tree(tree: etree._Element) -> str:
    """The visible text under an element, a line break at every block."""
    parts: list[str] = []
    hidden: etree._Element | None = None
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        if event == "start":
            if hidden is None and element.tag in _HIDDEN:
                hidden = element
            if hidden is None:
                _open(element, parts)
            continue
        if event == "end":
            if hidden is None and element.tag in _BLOCKS:
                parts.append("\n")
            hidden = None if hidden is element else hidden
        if hidden is None and element is not tree and element.tail:
            parts.append(_flat(element.tail))
    return "".join(parts)


def _open(element: etree._Element, parts: list[str]) -> None:
    if element.tag in _BLOCKS:
        parts.append("\n")
    if element.text:
        parts.append(_flat(element.text))


def _flat(text: str) -> str:
    """Line breaks inside a paragraph are only spaces in HTML."""
    return text.replace("\n", " ").replace("\r", " ")
