"""Turn the bytes of a feed or page into text, whatever they claim to be.

Pure. Claims are tried from the most to the least binding: byte order mark,
valid UTF-8, HTTP charset, declaration in the document, then chardet. A claim
that yields broken or implausible text is passed over, because Cyrillic sites
lie about windows-1251 and koi8-r more often than they tell the truth.
"""

import codecs
import re
from dataclasses import dataclass

import chardet

MOST_BROKEN = 0.005  # share of replacement characters at which a decoding is refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._:-]{1,40})")
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.I
)
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.I)
_MARKUP = re.compile(rb"<[^<>]{0,1000}>|&[#\w]{1,10};")
_CYRILLIC_INSIDE_UPPER = re.compile(r"[а-яё][А-ЯЁ]")
_CYRILLIC_LOWER = re.compile(r"[а-яёіїєґ]")
_CYRILLIC_UPPER = re.compile(r"[А-ЯЁІЇЄҐ]")
_FREQUENT = re.compile(r"[оеаинтсрвліО]")
_ACCENTED_RUN = re.compile(r"[\u00a0-\u00ff\u0152-\u0178\u2013-\u2122]{4,}")
_LABELS = {
    "cp-1251": "windows-1251",
    "win-1251": "windows-1251",
    "windows1251": "windows-1251",
    "koi-8": "koi8-r",
    "koi8": "koi8-r",
    "iso-8859-1": "windows-1252",  # browsers read it so; the real one is a subset
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "utf8mb4": "utf-8",
    "unicode": "utf-8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A document as text, and how it was read."""

    text: str
    charset: str
    as_declared: bool  # every claim present agrees with the charset that worked


def decode(body: bytes, content_type: str = "") -> Decoded:
    """The text of a document; every byte string has one, at worst with U+FFFD in it."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            text = body[len(mark) :].decode(charset, "replace")
            return Decoded(text=text, charset=charset, as_declared=True)
    claims = _claims(body, content_type)
    tried = [*(["utf-8"] if _is_utf8(body) else []), *claims, *_guesses(body, claims)]
    for charset in tried:
        text = body.decode(charset, "replace")
        if _is_sound(text, charset):
            agreed = all(_same(claim, charset) for claim in claims)
            return Decoded(text=text, charset=charset, as_declared=agreed)
    charset = claims[0] if claims else "utf-8"
    return Decoded(text=body.decode(charset, "replace"), charset=charset, as_declared=False)


def declared_charset(body: bytes, content_type: str = "") -> str | None:
    """The charset a document claims first, when it claims one this Python knows."""
    return next(iter(_claims(body, content_type)), None)


def _claims(body: bytes, content_type: str) -> list[str]:
    head = body[:4096]
    labels = [match[1] for match in [_HTTP_CHARSET.search(content_type)] if match]
    for pattern in (_XML_DECLARATION, _META_CHARSET):
        found = pattern.search(head)
        if found:
            labels.append(found[1].decode("ascii"))
    known = [_known(label) for label in labels]
    return list(dict.fromkeys(charset for charset in known if charset))


def _known(label: str) -> str | None:
    label = label.strip().lower()
    try:
        name = codecs.lookup(_LABELS.get(label, label)).name
    except (LookupError, ValueError):
        return None
    # A mark would say so; "utf-16" claimed in readable ASCII is a mistake. Codecs such as
    # "hex" or "rot13" are no charsets.
    is_text = getattr(codecs.lookup(name), "_is_text_encoding", True)
    return (
        name if is_text and not name.startswith(("utf-16", "utf-32", "idna", "punycode")) else None
    )


def _is_utf8(body: bytes) -> bool:
    """Whether the bytes are UTF-8 beyond doubt: some multi-byte letters, all of them whole."""
    if body.isascii():
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _guesses(body: bytes, claims: list[str]) -> list[str]:
    if body.isascii():
        return ["utf-8"]
    sample = _MARKUP.sub(b" ", body[:200_000])
    found = chardet.detect(sample if not sample.isascii() else body, prefer_superset=True)
    guess = _known(str(found.get("encoding") or ""))
    return list(
        dict.fromkeys([*([guess] if guess else []), "utf-8", "windows-1251", "windows-1252"])
    )


def _is_sound(text: str, charset: str) -> bool:
    """Whether a decoding reads like language: few replacements, no mojibake."""
    if text.count("\ufffd") > len(text) * MOST_BROKEN:
        return False
    if charset.startswith("utf"):
        return True
    sample = text[:200_000]
    return _is_plausible_cyrillic(sample) and _is_plausible_latin(sample)


def _is_plausible_cyrillic(text: str) -> bool:
    """False for koi8-r read as windows-1251 and the like: case inside words, rare letters."""
    lower = len(_CYRILLIC_LOWER.findall(text))
    upper = len(_CYRILLIC_UPPER.findall(text))
    if lower + upper < 12:
        return True
    if len(_CYRILLIC_INSIDE_UPPER.findall(text)) > 0.05 * (lower + upper):
        return False
    if upper > 3 * lower and re.search(r"(?<![а-яёА-ЯЁ])[а-яё][А-ЯЁ]{3}", text):
        return False
    return len(_FREQUENT.findall(text.lower())) > 0.3 * (lower + upper)


def _is_plausible_latin(text: str) -> bool:
    """False for Cyrillic read as western European: words all of accented letters."""
    letters = sum(len(run) for run in _ACCENTED_RUN.findall(text))
    return letters < 12 or letters < 0.02 * len(text)


def _same(claim: str, charset: str) -> bool:
    return codecs.lookup(claim).name == codecs.lookup(charset).name
