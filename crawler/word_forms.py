"""Every form a name or a word may take in a text; made once, looked up ever after.

Usable alone. Rules and dictionary are united: the rules know names no dictionary has
seen, the dictionary knows the exceptions. All forms are in lower case, ё kept.
"""

import functools
import re

from crawler.dictionary import (
    given_name_lexeme,
    lexeme,
    noun_lexeme,
    surname_lexeme,
)
from crawler.surnames_ru import Paradigm, first_ru, paradigm_ru, second_ru, surname_forms_ru
from crawler.surnames_uk import forms_uk, surname_forms_uk
from crawler.transliteration import cyrillic_spelling, latin_spellings

_UKRAINIAN = re.compile("[іїєґ']")
_RUSSIAN = re.compile("[ыэёъ]")
_CYRILLIC = re.compile("[а-яёіїєґ]")
_LATIN_ENDINGS = (
    *("а", "у", "ом", "ем", "е", "ы", "и", "ов", "ам", "ами", "ах", "я", "ю", "ой", "ей"),
)

_NO_PLURALS = ("news",)
_LONG = 6  # letters; a shorter unknown name in -и is hardly a plural
_PLURAL_ENDINGS = ("ям", "ями", "ях", "ей", "ам", "ами", "ах", "ов")


def surname_forms(
    surname: str, lang: str = "ru", gender: str | None = None, *, dictionary: bool = True
) -> frozenset[str]:
    """All cases of a surname given in the nominative, for one sex or both, and the plural.

    ``gender`` is "m", "f" or None for both; without the dictionary the rules alone speak.
    """
    rules = {"ru": surname_forms_ru, "uk": surname_forms_uk}[lang](surname, gender)
    return rules | surname_lexeme(surname, lang, gender) if dictionary else rules


@functools.lru_cache(10_000)
def given_name_forms(name: str, *, dictionary: bool = True) -> frozenset[str]:
    """All cases of a first name or patronymic, in Russian and Ukrainian."""
    word = name.lower()
    known = frozenset[str]()
    if dictionary:
        known = given_name_lexeme(word, "ru") | given_name_lexeme(word, "uk")
    if known:
        return known | {word}
    gender = "f" if word.endswith(("а", "я")) else "m"
    rules = {
        form for column in _noun_ru(word).columns(gender)[:1] for cell in column for form in cell
    }
    return frozenset(rules | forms_uk(word).sets(gender)[0])


@functools.lru_cache(1_000)
def brand_forms(name: str, *, dictionary: bool = True) -> frozenset[str]:
    """All forms of a one-word brand in Cyrillic and Latin, whichever it is written in."""
    word = name.lower()
    if not _CYRILLIC.search(word):
        forms = {word, word + "s"} | {word + ending for ending in _LATIN_ENDINGS}
        return frozenset(forms | _cyrillic_brand_forms(cyrillic_spelling(word), dictionary))
    return _cyrillic_brand_forms(word, dictionary) | latin_spellings(word)


def word_forms(word: str) -> frozenset[str]:
    """All forms of an ordinary word, in each language it can belong to."""
    word = word.lower()
    if not _CYRILLIC.search(word):
        return english_forms(word)
    forms = frozenset({word})
    if not _UKRAINIAN.search(word):
        forms |= lexeme(word, "ru")
    if not _RUSSIAN.search(word):
        forms |= _ukrainian_word_forms(word)
    return forms


def asked_forms(word: str) -> frozenset[str]:
    """All forms of a word somebody searches for; with a capital it may be any name, too."""
    word = word.replace("’", "'").replace("ʼ", "'")
    forms = word_forms(word) | {word.lower()}
    for base in _english_bases(word.lower()):
        forms |= english_forms(base)
    if not word[:1].isupper() or word.isdigit():
        return forms
    forms |= brand_forms(word)
    lower = word.lower()
    if _CYRILLIC.search(lower) and not _UKRAINIAN.search(lower):
        forms |= surname_forms(lower, "ru")
    if _CYRILLIC.search(lower) and not _RUSSIAN.search(lower):
        forms |= surname_forms(lower, "uk")
    return forms


def english_forms(word: str) -> frozenset[str]:
    """An English word with its regular plural, past and -ing forms."""
    if not word.isascii() or not word.isalpha() or len(word) < 3:
        return frozenset({word})
    if word.endswith("e"):
        return frozenset({word, word + "s", word + "d", word[:-1] + "ing"})
    if word.endswith("y") and word[-2] not in "aeiou":
        return frozenset({word, word[:-1] + "ies", word[:-1] + "ied", word + "ing"})
    plural = word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")
    return frozenset({word, plural, word + "ed", word + "ing"})


def _english_bases(word: str) -> set[str]:
    """What an English word in its plural, past or -ing form may be a form of."""
    if not word.isascii() or not word.isalpha() or word in _NO_PLURALS:
        return set()
    bases = {word.removesuffix(end) + "y" for end in ("ies", "ied") if word.endswith(end)}
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        bases.add(word.removesuffix("s"))
    if word.endswith(("ses", "xes", "zes", "ches", "shes")):
        bases.add(word.removesuffix("es"))
    for end in ("ed", "ing"):
        if word.endswith(end):
            stem = word.removesuffix(end)
            bases |= {stem, stem + "e"}
            if stem[-1:] == stem[-2:-1]:  # banned: ban
                bases.add(stem[:-1])
    return {base for base in bases if len(base) > 2}


def _noun_ru(word: str) -> Paradigm:
    if word[-1:] in tuple("ая"):
        return first_ru(word)
    if not word or word[-1] in "оеёиуыэю":
        return paradigm_ru(word)
    return second_ru(word)


def _ukrainian_word_forms(word: str) -> frozenset[str]:
    known = noun_lexeme(word, "uk")
    if known or _UKRAINIAN.search(word):
        return lexeme(word, "uk")
    return frozenset()


def _cyrillic_brand_forms(word: str, dictionary: bool) -> frozenset[str]:
    head, hyphen, last = word.removesuffix("ъ").rpartition("-")
    russian = noun_lexeme(word, "ru") if dictionary else frozenset[str]()
    known = russian | noun_lexeme(word, "uk") if dictionary else russian
    if len(known) > 1 and (_UKRAINIAN.search(word) or russian):
        return known | {word}
    if not known and last.endswith(("и", "ы")) and len(last) > _LONG:
        known = frozenset(head + hyphen + last[:-1] + end for end in _PLURAL_ENDINGS)
    forms = {form for column in _noun_ru(last).columns("m") for cell in column for form in cell}
    ukrainian = forms_uk(last)
    forms |= ukrainian.masculine | ukrainian.plural
    return frozenset(head + hyphen + form for form in forms if form) | known | {word}
