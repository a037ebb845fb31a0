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
SOUND = 0.7  # share of the characters beyond ASCII that must stand where people put them
SAMPLE = 100_000

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
_LONG_ASCII = re.compile(rb"(?<![\x00-\x7f])[\x00-\x7f]{200,}")
_MARKUP = re.compile(rb"<[^<>]{0,1000}>|&[#\w]{1,10};")
_CYRILLIC_CHARSETS = ("windows-1251", "koi8-r", "cp866", "iso-8859-5")
_WORD = re.compile(r"[а-яёіїєґўА-ЯЁІЇЄҐЎ]+")
_FREQUENT = re.compile(r"[оеаинтсрвлі]")
_ACCENTED_RUN = re.compile(r"[\u00a1-\u00ff\u0152-\u0178\u02c6-\u02dc\u2013-\u2122]{4,}")
_TYPOGRAPHY = frozenset(
    "\u00a0\u00ad«»“”„‟’‘‚‹›—–―‑…•·№°§©®™€₽£±×÷½¼¾²³µ¿¡ªº´¨¸¯\u200b\u2009\u202f"
)
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
    believed = ["utf-8"] if _is_utf8(body) else claims
    sound = (charset for charset in believed if _soundness(body, charset) >= SOUND)
    charset = next(sound, None) or _guess(body)
    return Decoded(
        text=body.decode(charset, "replace"),
        charset=charset,
        as_declared=all(_same(claim, charset) for claim in claims),
    )


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


def _guess(body: bytes) -> str:
    """The charset in which the bytes read most like language."""
    if body.isascii():
        return "utf-8"
    sample = _MARKUP.sub(b" ", _sample(body))
    found = chardet.detect(sample if not sample.isascii() else body, prefer_superset=True)
    named = _known(str(found.get("encoding") or ""))
    candidates = [*([named] if named else []), "utf-8", *_CYRILLIC_CHARSETS, "windows-1252"]
    # The first of equally good ones: chardet's word, then the more usual.
    return max(candidates, key=lambda charset: _soundness(body, charset))


def _soundness(body: bytes, charset: str) -> float:
    """How much a decoding reads like language, 0 to 1; mojibake lies far below."""
    text = body.decode(charset, "replace")
    broken = text.count("\ufffd")
    if broken > len(text) * MOST_BROKEN:
        return 0.0
    is_utf = charset.startswith("utf")
    if is_utf and not broken:
        return 1.0
    sample = _sample(body).decode(charset, "replace")
    foreign = [letter for letter in sample if letter > "\x7f"]
    # Where most is ASCII, the wrong charset breaks little of the whole.
    if foreign.count("\ufffd") > len(foreign) / 2:
        return 0.0
    if is_utf:
        return 1.0
    if len(foreign) < 6:
        return 0.9  # too little to tell
    return _readable(sample, foreign) / len(foreign)


def _sample(body: bytes) -> bytes:
    """What a charset is judged by; not long stretches of ASCII, which is the same in all."""
    return _LONG_ASCII.sub(b" ", body)[:SAMPLE]


def _readable(text: str, foreign: list[str]) -> float:
    """How many of the characters beyond ASCII stand where people would put them."""
    words = _WORD.findall(text)
    cyrillic = sum(map(len, words))
    shaped = sum(len(word) for word in words if word[1:].islower() or word.isupper())
    frequent = sum(len(_FREQUENT.findall(word.lower())) for word in words)
    if cyrillic >= 12 and frequent < 0.4 * cyrillic:
        shaped //= 5
    marks = sum(letter in _TYPOGRAPHY for letter in foreign)
    others = [
        letter
        for letter in foreign
        if letter not in _TYPOGRAPHY and letter.isalpha() and not _WORD.match(letter)
    ]
    jumbled = sum(len(run) for run in _ACCENTED_RUN.findall(text))
    return shaped + marks + max(0.0, 0.8 * len(others) - jumbled)


def _same(claim: str, charset: str) -> bool:
    return codecs.lookup(claim).name == codecs.lookup(charset).name
