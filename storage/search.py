"""Conditions for finding texts by words, alike in both databases.

A word is given in all its forms and found whole, in capitals or small letters, ё as е.
Neither database folds Cyrillic the same way everywhere, so the letters are spelled out.
"""

import itertools
import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_

from storage.storable import storable

_NO_LETTER = "[^0-9A-Za-zА-Яа-яЁёІіЇїЄєҐґ]"
_MARKED = {"е": "[ЕеЁё]", "ё": "[ЕеЁё]"}
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
