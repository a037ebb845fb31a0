"""Conditions for finding texts by words, alike in both databases.

A word is given in all its forms and found whole, in capitals or small letters, ё as е.
Neither database folds Cyrillic the same way everywhere, so the letters are spelled out.
"""

import itertools
import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, TextClause, and_, or_, text

from storage.storable import storable

_NO_LETTER = "[^0-9A-Za-zА-Яа-яЁёІіЇїЄєҐґ]"
_MARKED = {"е": "[ЕеЁё]", "ё": "[ЕеЁё]"}
_SQLITE = "articles.id IN (SELECT rowid FROM article_search WHERE article_search MATCH :asked)"
_POSTGRESQL = (  # the very expression of the index
    "to_tsvector('simple', left(articles.title || ' ' || articles.text, 200000))"
    " @@ to_tsquery('simple', :asked)"
)
_SIGN = re.compile(r"[^\w\s]", re.ASCII)


def has_word(columns: Sequence[ColumnElement[str]], forms: Sequence[str]) -> ColumnElement[bool]:
    """Whether one of the columns has one of the forms as a word of its own.

    What all forms begin with is looked for first: that is fast, and most texts lack it.
    """
    forms = sorted({storable(form).lower() for form in forms})
    begins = re.split("[её]", _beginning(forms))[0]
    either = "|".join(map(_spelled, forms))
    pattern = f"(^|{_NO_LETTER})({either})($|{_NO_LETTER})"
    return or_(
        *(and_(_may_have(column, begins), column.regexp_match(pattern)) for column in columns)
    )


def may_have_words(connection: Connection, words: Sequence[Sequence[str]]) -> TextClause | None:
    """Whether an article may have a form of each word, as the full-text index tells.

    It only narrows what ``has_word`` looks through. None when the index cannot tell: it
    knows letters and digits, no other signs.
    """
    if not words or not all(form.isalnum() for forms in words for form in forms):
        return None
    either = [sorted({one for form in forms for one in _writings(form)}) for forms in words]
    if connection.dialect.name == "postgresql":
        asked = " & ".join(f"({' | '.join(forms)})" for forms in either)
        return text(_POSTGRESQL).bindparams(asked=asked)
    asked = " AND ".join("(" + " OR ".join(f'"{one}"' for one in forms) + ")" for forms in either)
    return text(_SQLITE).bindparams(asked=asked)


def _writings(form: str) -> set[str]:
    """A form with each е as ё or the other way, in small letters, with a capital, in capitals."""
    form = storable(form).lower().replace("ё", "е")
    places = [place for place, letter in enumerate(form) if letter == "е"]
    marked = [form, *(f"{form[:place]}ё{form[place + 1 :]}" for place in places)]
    return {writing for one in marked for writing in (one, one.capitalize(), one.upper())}


def _beginning(forms: Sequence[str]) -> str:
    """What all of some words in order begin with."""
    letters = zip(forms[0], forms[-1], strict=False)
    return "".join(one for one, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], letters))


def _may_have(column: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
    """Letters of any case, as words are mostly written: Суд, суд, СУД."""
    cases = {beginning, beginning.capitalize(), beginning.upper()}
    return or_(*(column.contains(case, autoescape=True) for case in sorted(cases)))


def _spelled(form: str) -> str:
    return "".join(_MARKED.get(letter) or _letter(letter) for letter in form)


def _letter(letter: str) -> str:
    upper = letter.upper()
    if upper != letter and len(upper) == 1:
        return f"[{upper}{letter}]"
    return f"\\{letter}" if letter.isascii() and _SIGN.match(letter) else letter
