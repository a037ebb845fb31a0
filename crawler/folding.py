"""Fold text so that one look-up finds a word however it was typed.

Letters become one byte each: lower case, ё as е, й as и, э as е, Latin and Greek
letters as the Cyrillic ones they look like. Stress marks, soft hyphens, zero-width
characters and apostrophes vanish, whatever is no letter or digit becomes a space. The
folded bytes say only where to look; ``spelling`` and ``script`` settle what stands there.
"""

import codecs
import functools
import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_ERRORS = "nabat-fold"
_SHORT = 40  # characters; the spelling of a longer word is not kept
_VANISH = "'"  # stands for every character that disappears inside a word
_OTHER_LETTER = "ђ"  # a letter of cp1251 that ru, uk and en do not use
_DELETED = b"\xad'`\x91\x92"
_APOSTROPHES = "'’‘ʼʹ`´ʻ＇"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"

_TWINS = dict(zip("aceopxykmthbi03", "асеорхукмтнвіоз", strict=True))
_GREEK = dict(zip("αβεηικμνορτυχ", "авенікмнортух", strict=True))
_SPELLING = {"ё": "е", "й": "и", "ї": "і", "ґ": "г", "э": "е", "ў": "у"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedText:
    """Folded bytes between two spaces, and the way back to the original characters."""

    folded: bytes
    places: npt.NDArray[np.intp] | None  # original offset of each folded byte; None: shifted by 1

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original [start, end) of a stretch of folded bytes that is a whole word."""
        if self.places is None:
            return start - 1, end - 1
        return int(self.places[start - 1]), int(self.places[end - 2]) + 1


def fold(text: str) -> FoldedText:
    """Fold a whole text; lengths differ only where characters vanish inside words."""
    encoded = text.encode("cp1251", _ERRORS)
    folded = encoded.translate(_TABLE, _DELETED)
    if len(folded) == len(text):
        return FoldedText(folded=b" " + folded + b" ", places=None)
    kept = ~_IS_DELETED[np.frombuffer(encoded, np.uint8)]
    return FoldedText(folded=b" " + folded + b" ", places=np.flatnonzero(kept))


def word_spans(folded: FoldedText) -> tuple[list[int], list[int]]:
    """Original starts and ends of all words, in order."""
    blank = np.frombuffer(folded.folded, np.uint8) == ord(" ")
    edges = np.flatnonzero(blank[1:] != blank[:-1])  # a word starts, ends, the next one starts
    starts, ends = edges[::2], edges[1::2]
    if folded.places is None:
        return starts.tolist(), ends.tolist()
    return folded.places[starts].tolist(), (folded.places[ends - 1] + 1).tolist()


def words(text: str) -> list[str]:
    """The words of a text as they are written, apostrophes inside words included."""
    starts, ends = word_spans(fold(text))
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def fold_words(text: str) -> list[bytes]:
    """The folded words of a text, in order."""
    return text.encode("cp1251", _ERRORS).translate(_TABLE, _DELETED).split()


def spelling(word: str) -> str:
    """A word in lower case without stress, accents, apostrophes and hidden characters.

    Unlike the folded bytes it keeps the script and й, so that «сор» and "cop" differ.
    """
    return _short_spelling(word) if len(word) < _SHORT else _spelling_of(word)


@functools.lru_cache(50_000)
def _short_spelling(word: str) -> str:
    return _spelling_of(word)


def _spelling_of(word: str) -> str:
    if not word.isascii() and not unicodedata.is_normalized("NFC", word):
        word = unicodedata.normalize("NFC", word)
    return word.lower().translate(_SPELLED)


def script(word: str) -> str:
    """Which letters a word is written in: "cyrillic", "latin", "other", "mixed" or "none"."""
    if word.isascii():
        return "latin" if _LATIN.search(word) else "none"
    kinds = [
        name
        for name, letters in (("cyrillic", _CYRILLIC), ("latin", _LATIN), ("other", _GREEK_LETTER))
        if letters.search(word)
    ]
    return kinds[0] if len(kinds) == 1 else "mixed" if kinds else "none"


class _Folds(dict[int, str]):
    """What becomes of each character that cp1251 does not have, one for one; filled on demand."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_strange(chr(code))
        return folded


class _Spelled(dict[int, str]):
    """How each character is written in a spelling; filled on demand."""

    def __missing__(self, code: int) -> str:
        self[code] = spelled = _spell(chr(code))
        return spelled


def _fold_strange(char: str) -> str:
    if char in _INVISIBLE or char in _APOSTROPHES or unicodedata.combining(char):
        return _VANISH
    base = unicodedata.normalize("NFKD", char)[0].lower()
    base = _GREEK.get(base, base)
    try:
        base.encode("cp1251")
    except UnicodeEncodeError:
        return _OTHER_LETTER if base.isalnum() else " "
    return base


def _spell(char: str) -> str:
    if char in _INVISIBLE or char in _APOSTROPHES or unicodedata.combining(char):
        return ""
    if char in "йїґ":
        return char
    base = unicodedata.normalize("NFKD", char)[0].lower()
    return {"ё": "е", "э": "е"}.get(base, base)


def _encode_strange(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end].translate(_FOLDS), error.end


def _fold_table() -> bytes:
    table = bytearray(b" " * 256)
    for code in range(256):
        char = bytes([code]).decode("cp1251", "replace")
        if char.isalnum() and char != "\ufffd":
            low = char.lower()
            low = _TWINS.get(low, _SPELLING.get(low, low))
            table[code] = low.encode("cp1251")[0]
    return bytes(table)


_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[a-zA-Z\u00c0-\u024f]")
_GREEK_LETTER = re.compile("[\u0370-\u03ff]")
_FOLDS = _Folds()
_SPELLED = _Spelled()
_TABLE = _fold_table()
_IS_DELETED = np.isin(np.arange(256), np.frombuffer(_DELETED, np.uint8))
codecs.register_error(_ERRORS, _encode_strange)
