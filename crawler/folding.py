"""Fold text so that one look-up finds a word however it was typed.

Letters become one byte each: lower case, ё as е, й as и, э as е, Latin and Greek
letters as the Cyrillic ones they look like. Stress marks, soft hyphens, zero-width
characters and apostrophes vanish, whatever is no letter or digit becomes a space. The
folded bytes say only where to look; ``spelling`` and ``script`` settle what stands there.
"""

import bisect
import codecs
import functools
import re
import sys
import unicodedata
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.intp]

_ERRORS = "nabat-fold"
_SHORT = 40  # characters; the spelling of a longer word is not kept
_WORD = 64  # characters; what is shorter is folded sooner by the codec than by the array
_SPACE = ord(" ")
_VANISH = "'"  # stands for every character that disappears inside a word
_VANISHED = _VANISH.encode()
_MARK = b"`"  # the same for a mark on the letter before it, which belongs to the word
_GONE = _VANISHED + _MARK
_OTHER_LETTER = "ђ"  # a letter of cp1251 that ru, uk and en do not use
_DELETED = b"\xad'`\x91\x92"
_APOSTROPHES = "'’‘ʼʹ`´ʻ＇"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"

_TWINS = dict(zip("aceopxykmthbi03", "асеорхукмтнвіоз", strict=True))
_CYRILLIC_TWINS = {one: other for one, other in _TWINS.items() if one.isalpha()}
_LATIN_TWINS = {other: one for one, other in _CYRILLIC_TWINS.items()}
_GREEK = dict(zip("αβεηικμνορτυχ", "авенікмнортух", strict=True))
_SPELLING = {"ё": "е", "й": "и", "ї": "і", "ґ": "г", "э": "е", "ў": "у"}


class FoldedText:
    """Folded bytes between two spaces, and the way back to the original characters."""

    __slots__ = ("_marked", "_shifts", "_solid", "folded", "is_shifted")

    def __init__(self, marked: bytes) -> None:
        """Take a byte for each character, those that vanish marked."""
        self._marked = marked
        self._shifts: Places | None = None  # most texts are not asked for them
        self._solid: Places | None = None
        self.is_shifted = _VANISHED in marked or _MARK in marked
        self.folded = marked.translate(None, _GONE) if self.is_shifted else marked

    @property
    def shifts(self) -> Places:
        """The places in the folded bytes before which a character vanished."""
        if self._shifts is None:
            marked = np.frombuffer(self._marked, np.uint8)
            places = np.flatnonzero((marked == _VANISHED[0]) | (marked == _MARK[0]))
            self._shifts = places - 1 - np.arange(len(places))
        return self._shifts

    @property
    def solid(self) -> Places:
        """The original places that hold no mark on a letter; a word ends at one of them.

        Its last letter may be two characters: й written as и and its breve.
        """
        if self._solid is None:
            marked = np.frombuffer(self._marked, np.uint8)
            self._solid = np.flatnonzero(marked != _MARK[0]) - 1
        return self._solid

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original [start, end) of a stretch of folded bytes that is a whole word."""
        if not self.is_shifted:
            return start - 1, end - 1
        first, last = start - 1, end - 2
        after = last + bisect.bisect_right(self.shifts, last) + 1
        return (
            first + bisect.bisect_right(self.shifts, first),
            int(self.solid[bisect.bisect_left(self.solid, after)]),
        )


def fold(text: str) -> FoldedText:
    """Fold a whole text; lengths differ only where characters vanish inside words."""
    return FoldedText(_marked(f" {text} "))


def word_edges(folded: bytes) -> tuple[Places, Places]:
    """Starts and ends of all words of folded bytes, counted from after the first space."""
    blank = np.frombuffer(folded, np.uint8) == _SPACE
    edges = (blank[1:] != blank[:-1]).nonzero()[0]  # a word starts, ends, the next one starts
    return edges[::2], edges[1::2]


def word_spans(folded: FoldedText) -> tuple[Places, Places]:
    """Original starts and ends of all words, in order."""
    starts, ends = word_edges(folded.folded)
    if folded.is_shifted:
        starts = starts + np.searchsorted(folded.shifts, starts, "right")
        ends = ends + np.searchsorted(folded.shifts, ends - 1, "right")
        ends = folded.solid[np.searchsorted(folded.solid, ends)]
    return starts, ends


def words(text: str) -> list[str]:
    """The words of a text as they are written, apostrophes inside words included."""
    starts, ends = word_spans(fold(text))
    spans = zip(starts.tolist(), ends.tolist(), strict=True)
    return [text[start:end] for start, end in spans]


def fold_words(text: str) -> list[bytes]:
    """The folded words of a text, in order."""
    if len(text) < _WORD:
        return text.encode("cp1251", _ERRORS).translate(_TABLE, _DELETED).split()
    return _marked(text).translate(None, _GONE).split()


@functools.lru_cache(1_000)
def fold_spellings(spellings: frozenset[str]) -> frozenset[bytes]:
    """What words of these spellings are folded to; few are asked for theirs."""
    return frozenset(fold_words(" ".join(spellings)))


def spelling(word: str) -> str:
    """A word in lower case without stress, accents, apostrophes and hidden characters.

    Unlike the folded bytes it keeps the script and й, so that «сор» and "cop" differ.
    """
    return _short_spelling(word) if len(word) < _SHORT else _spelling_of(word)


def spellings(words: Iterable[str]) -> frozenset[str]:
    """The spellings of many words: those of all a name's forms are made at one go."""
    return frozenset(filter(None, _spelling_of("\n".join(words)).split("\n")))


@functools.lru_cache(50_000)
def _short_spelling(word: str) -> str:
    return _spelling_of(word)


def _spelling_of(word: str) -> str:
    if not word.isascii() and not unicodedata.is_normalized("NFC", word):
        word = unicodedata.normalize("NFC", word)
    return word.lower().translate(_SPELLED)


def twin(word: str) -> str:
    """A spelling in look-alike letters of the other script, digits kept; "" where there is none."""
    for letters in (_CYRILLIC_TWINS, _LATIN_TWINS):
        if all(letter.isdigit() or letter in letters for letter in word):
            return "".join(letters.get(letter, letter) for letter in word)
    return ""


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


def _marked(text: str) -> bytes:
    """A byte for each character; those that vanish are still there, as a mark."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    marked = _BYTES.take(codes, mode="wrap").tobytes()  # never wraps, but is not asked to check
    if b"\0" in marked:
        _learn(codes[np.frombuffer(marked, np.uint8) == 0])
        marked = _BYTES.take(codes, mode="wrap").tobytes()
    return marked


def _learn(codes: npt.NDArray[np.uint32]) -> None:
    """Ask the codec once for each character not met before."""
    for code in np.unique(codes).tolist():
        encoded = chr(code).encode("cp1251", _ERRORS)
        gone = _MARK if unicodedata.combining(chr(code)) else _VANISHED
        _BYTES[code] = (encoded.translate(_TABLE, _DELETED) or gone)[0]


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
_BYTES = np.zeros(sys.maxunicode + 1, np.uint8)  # by character; 0: not met yet
codecs.register_error(_ERRORS, _encode_strange)
