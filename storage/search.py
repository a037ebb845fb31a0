"""Conditions for finding texts by words, alike in both databases.

A word is given in all its forms and found whole, in capitals or small letters, ё as е,
with whichever of the signs that stand for an apostrophe.
Neither database folds Cyrillic the same way everywhere, so the letters are spelled out.
"""

import itertools
import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, TextClause, or_, text

from storage.storable import storable

_NO_LETTER = "[^0-9A-Za-zА-Яа-яЁёІіЇїЄєҐґ]"
_APOSTROPHES = "'’‘ʼʹ`´ʻ＇"
_LETTERLIKE = "ʼʹʻ"  # those that are letters to an index: it has the word in one piece
_MARKED = {"е": "[ЕеЁё]", "ё": "[ЕеЁё]"} | dict.fromkeys(_APOSTROPHES, f"[{_APOSTROPHES}]")
_SQLITE = "articles.id IN (SELECT rowid FROM article_search WHERE article_search MATCH :asked)"
_POSTGRESQL = (  # the very expression of the index, which knows no capitals of ours in locale C
    "(to_tsvector('simple', left(articles.title || ' ' || articles.text, 200000))"
    " @@ to_tsquery('simple', :asked) OR lower('Ж') <> 'ж')"
)
_MOST_YO = 2  # no word has more ё
_SIGN = re.compile(r"[^\w\s]", re.ASCII)
_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")


def has_word(columns: Sequence[ColumnElement[str]], forms: Sequence[str]) -> ColumnElement[bool]:
    """Whether one of the columns has one of the forms as a word of its own."""
    either = "|".join(_spelled(form) for form in sorted({storable(one).lower() for one in forms}))
    pattern = f"(^|{_NO_LETTER})({either})($|{_NO_LETTER})"
    return or_(*(column.regexp_match(pattern) for column in columns))


def may_have_words(connection: Connection, words: Sequence[Sequence[str]]) -> TextClause | None:
    """Whether an article may have a form of each word, as the full-text index tells.

    It only narrows what ``has_word`` looks through. None when the index cannot tell: it
    knows letters, digits and apostrophes between them, no other signs.
    """
    if not words or not all(_is_indexed(form) for forms in words for form in forms):
        return None
    either = [sorted({one for form in forms for one in _writings(form)}) for forms in words]
    if connection.dialect.name == "postgresql":
        return text(_POSTGRESQL).bindparams(asked=_asked(either, " & ", " | ", "'"))
    return text(_SQLITE).bindparams(asked=_asked(either, " AND ", " OR ", '"'))


def _is_indexed(form: str) -> bool:
    return all(part.isalnum() for part in _APOSTROPHE.split(form))


def _asked(words: Sequence[Sequence[str]], also: str, otherwise: str, quote: str) -> str:
    """The words in the language of an index, each with its writings."""

    def asked(writing: str) -> str:
        parts = _APOSTROPHE.split(writing)
        apart = also.join(f"{quote}{part}{quote}" for part in parts)
        whole = [f"{quote}{sign.join(parts)}{quote}" for sign in _LETTERLIKE]
        return apart if len(parts) == 1 else otherwise.join((f"({apart})", *whole))

    return also.join(f"({otherwise.join(map(asked, writings))})" for writings in words)


def _writings(form: str) -> set[str]:
    """A form in small letters with each е as it is or as ё, as in «трёхзвёздочный»."""
    form = storable(form).lower().replace("ё", "е")
    places = [place for place, letter in enumerate(form) if letter == "е"]
    marked = itertools.chain.from_iterable(
        itertools.combinations(places, number) for number in range(_MOST_YO + 1)
    )
    return {
        "".join("ё" if place in chosen else letter for place, letter in enumerate(form))
        for chosen in marked
    }


def _spelled(form: str) -> str:
    return "".join(_MARKED.get(letter) or _letter(letter) for letter in form)


def _letter(letter: str) -> str:
    upper = letter.upper()
    if upper != letter and len(upper) == 1:
        return f"[{upper}{letter}]"
    return f"\\{letter}" if letter.isascii() and _SIGN.match(letter) else letter
