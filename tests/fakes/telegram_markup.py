"""A reader of Telegram's HTML, as strict as the server's: for judging what we send.

Follows the documented rules and the server's source: which tags are known,
that they close in order, which entities are decoded, what a link may be.
"""

from dataclasses import dataclass, field

TAGS = {
    "a", "b", "strong", "i", "em", "s", "strike", "del", "u", "ins", "tg-spoiler", "tg-emoji",
    "span", "pre", "code", "blockquote",
}  # fmt: skip
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


class MarkupError(ValueError):
    """What the server would say to this text."""


@dataclass
class Parsed:
    """The text as people see it, and its links."""

    text: str
    links: list[str] = field(default_factory=list)
    entities: int = 0


def parse(source: str) -> Parsed:
    """Read the markup as the server does; MarkupError with its words when it refuses."""
    if "\0" in source:
        raise MarkupError("text must be encoded in UTF-8")
    try:
        source.encode("utf-8")
    except UnicodeEncodeError as error:
        raise MarkupError("strings must be encoded in UTF-8") from error
    out: list[str] = []
    open_tags: list[str] = []
    parsed = Parsed("")
    at = 0
    while at < len(source):
        if source[at] == "&":
            decoded, at = _entity(source, at)
            out.append(decoded)
        elif source[at] == "<":
            at = _tag(source, at, open_tags, parsed)
        else:
            out.append(source[at])
            at += 1
    if open_tags:
        raise MarkupError(f'can\'t find end tag corresponding to start tag "{open_tags[-1]}"')
    parsed.text = "".join(out)
    return parsed


def _entity(source: str, at: int) -> tuple[str, int]:
    end = at + 1
    while end < len(source) and (source[end].isalnum() or source[end] == "#") and end - at < 12:
        end += 1
    name = source[at + 1 : end]
    decoded = _ENTITIES.get(name)
    if decoded is None and name.startswith("#"):
        decoded = _numeric(name[1:])
    if decoded is None:
        return "&", at + 1
    return decoded, end + (end < len(source) and source[end] == ";")


def _numeric(digits: str) -> str | None:
    try:
        code = int(digits[1:], 16) if digits[:1] == "x" else int(digits)
    except ValueError:
        return None
    return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code < 0xE000 else None


def _tag(source: str, at: int, open_tags: list[str], parsed: Parsed) -> int:
    if source[at + 1 : at + 2] == "/":
        end = source.find(">", at)
        name = source[at + 2 : end].strip().lower() if end > 0 else ""
        if end < 0:
            raise MarkupError(f"unclosed end tag at byte offset {at}")
        if not open_tags:
            raise MarkupError(f"unexpected end tag at byte offset {at}")
        if name and name != open_tags[-1]:
            raise MarkupError(
                f'unmatched end tag, expected "</{open_tags[-1]}>", found "</{name}>"'
            )
        open_tags.pop()
        return end + 1
    end = at + 1
    while end < len(source) and (source[end].isalnum() or source[end] == "-"):
        end += 1
    name = source[at + 1 : end].lower()
    if name not in TAGS:
        raise MarkupError(f'unsupported start tag "{name}" at byte offset {at}')
    end = _attributes(source, end, name, parsed)
    open_tags.append(name)
    parsed.entities += 1
    return end


def _attributes(source: str, at: int, name: str, parsed: Parsed) -> int:
    while at < len(source) and source[at] != ">":
        if source[at].isspace():
            at += 1
            continue
        equals = source.find("=", at)
        if equals < 0 or equals + 1 >= len(source):
            raise MarkupError(f'empty attribute name in the tag "{name}"')
        attribute, mark = source[at:equals].strip().lower(), source[equals + 1]
        if mark not in "\"'":
            raise MarkupError(f"expected quote in attribute of {name}")
        close = source.find(mark, equals + 2)
        if close < 0:
            raise MarkupError(f"unclosed start tag {name}")
        if name == "a" and attribute == "href":
            parsed.links.append(source[equals + 2 : close])
        at = close + 1
    if at >= len(source):
        raise MarkupError(f"unclosed start tag {name}")
    return at + 1
