"""What the Russian and Ukrainian dictionaries of pymorphy3 know about a word.

The analyzers are loaded on first use and kept; they are read only at the time forms
are made, never while texts stream through.
"""

import functools
import itertools
from collections.abc import Iterable
from typing import Any

import pymorphy3
from pymorphy3.analyzer import Parse

from crawler.folding import words

_PROPER = frozenset({"Surn", "Name", "Patr", "Orgn", "Geox", "Trad", "Abbr"})
_PERSONAL = frozenset({"Surn", "Name", "Patr"})
_STEM = 4  # letters; a longer common beginning that no word has rules all forms out
_FOREIGN = {"ru": frozenset("іїєґ"), "uk": frozenset("ыэъё")}
_MARKED = {"ru": ("е", "ёэ"), "uk": ("г", "ґ")}  # as ``folding.spelling`` writes them
_COMPARED = frozenset({"COMP", "Supr"})
# Rare first names and their forms that are nearly always other words, and begin sentences so.
_NO_GIVEN_NAMES = frozenset(
    words(
        "аби або аж але аль ані дай далі дарма ему иду из іду коли коль ли любой має маю "
        "ніколи ось піти ради радо сами самий сему сьома сьому тай таю тобі тому только хай че "
        "якими якобы"
    )
)


def lexeme(word: str, lang: str) -> frozenset[str]:
    """Every form of a word that may be written as given, participles of verbs included."""
    word = word.lower()
    parses = _analyzer(lang).parse(word)
    same = [parse for parse in parses if _plain(parse.normal_form) == _plain(word)]
    return frozenset(form.word for parse in same or parses[:1] for form in parse.lexeme) | {word}


def surname_lexeme(word: str, lang: str, gender: str | None = None) -> frozenset[str]:
    """The dictionary's forms of a surname: of its surname readings, else of its noun ones."""
    word = word.lower()
    if not _analyzer(lang).word_is_known(word):
        return frozenset({word})  # what it would guess the rules know better
    nominative = [parse for parse in _analyzer(lang).parse(word) if "nomn" in str(parse.tag)]
    readings = [parse for parse in nominative if "Surn" in str(parse.tag)] or [
        parse
        for parse in nominative
        if parse.tag.POS in {"NOUN", "ADJF"} and "plur" not in str(parse.tag)
    ]
    return _forms(readings, gender)


def given_name_lexeme(word: str, lang: str) -> frozenset[str]:
    """The dictionary's forms of a first name or patronymic; empty when it knows none."""
    word = word.lower()
    readings = [
        parse
        for parse in _analyzer(lang).parse(word)
        if "nomn" in str(parse.tag) and {"Name", "Patr"} & _grammemes(str(parse.tag))
    ]
    return _forms(readings, None)


def noun_lexeme(word: str, lang: str) -> frozenset[str]:
    """Forms of a word the dictionary has in the nominative; empty when it has it not."""
    word = word.lower()
    if not _analyzer(lang).word_is_known(word):
        return frozenset()
    return frozenset(
        form.word
        for parse in _analyzer(lang).parse(word)
        if "nomn" in str(parse.tag)
        for form in parse.lexeme
        if form.tag.POS == parse.tag.POS and not _COMPARED & _grammemes(str(form.tag))
    )


def name_gender(word: str) -> str | None:
    """ "m" or "f" when a first name or patronymic says so."""
    genders = {
        gender
        for tag in tags(word, "ru") + tags(word, "uk")
        if {"Name", "Patr"} & _grammemes(tag) and "nomn" in tag
        for gender in ("masc", "femn")
        if gender in tag
    }
    return {"masc": "m", "femn": "f"}[genders.pop()] if len(genders) == 1 else None


@functools.lru_cache(50_000)
def is_given_name(word: str) -> bool:
    """Whether the word may be a form of a first name, and is not nearly always another word.

    Forms of several people of that name are surnames: Иванов, Рустамов.
    """
    return word not in _NO_GIVEN_NAMES and any(
        "Name" in tag and "plur" not in tag for tag in tags(word, "ru") + tags(word, "uk")
    )


def is_first_name(word: str) -> bool:
    """Whether the word may be a first name as a full name has it, in the nominative."""
    named = (tag for tag in tags(word, "ru") + tags(word, "uk") if "Name" in tag)
    return word not in _NO_GIVEN_NAMES and any("nomn" in tag for tag in named)


@functools.lru_cache(50_000)
def is_given_nominative(word: str) -> bool:
    """Whether every reading of the word as a first name is in the nominative."""
    named = [tag for lang in ("ru", "uk") for tag in tags(word, lang) if "Name" in tag]
    return is_given_name(word) and all("nomn" in tag for tag in named)


@functools.lru_cache(20_000)
def is_patronymic_beside(word: str, others: frozenset[str]) -> bool:
    """Whether a word is a patronymic of a language in which one of the others is, too."""
    return any(
        _is_patronymic(word, lang) and any(_is_patronymic(other, lang) for other in others)
        for lang in ("ru", "uk")
    )


@functools.lru_cache(50_000)
def is_place(word: str) -> bool:
    """Whether the word may be a form of a place's name."""
    return any("Geox" in tag for tag in tags(word, "ru") + tags(word, "uk"))


@functools.lru_cache(50_000)
def agree(adjective: str, following: str) -> bool:
    """Whether two words may be an adjective and its noun: «Красной» and «площади».

    The second may be another adjective of the same noun; people's names do not count.
    """
    if len(following) < 4:
        return False
    kinds = ("NOUN", "ADJF") if following.islower() else ("NOUN",)
    return any(
        _agreement(one) & _agreement(other)
        for lang in ("ru", "uk")
        for one in tags(adjective, lang)
        if one.startswith("ADJF")
        for other in tags(following, lang)
        if other.startswith(kinds) and not _PERSONAL & _grammemes(other)
    )


@functools.lru_cache(50_000)
def is_genitive(word: str) -> bool:
    """Whether a form is a noun's genitive and nothing else: «новостей», not «людей» or «банка»."""
    found = [tag for lang in ("ru", "uk") for tag in tags(word, lang)]
    return bool(found) and all(tag.startswith("NOUN") and "gent" in tag for tag in found)


@functools.lru_cache(50_000)
def is_ordinary_noun(word: str) -> bool:
    """Whether a form is an ordinary word that is no adjective."""
    return any(
        not tag.startswith("ADJF") and not _PROPER & _grammemes(tag)
        for lang in ("ru", "uk")
        for tag in tags(word, lang)
    )


@functools.lru_cache(50_000)
def is_ordinary_subject(word: str) -> bool:
    """Whether a form is an ordinary noun in the nominative.

    The Ukrainian dictionary has surnames twice, once without saying that they are some.
    """
    ukrainian = tags(word, "uk")
    known = () if any("Surn" in tag for tag in ukrainian) else ukrainian
    return any(
        tag.startswith("NOUN") and "nomn" in tag and not _PROPER & _grammemes(tag)
        for tag in (*tags(word, "ru"), *known)
    )


def is_surname(word: str) -> bool:
    """Whether the dictionary has the word among surnames."""
    return any("Surn" in tag for tag in tags(word, "ru") + tags(word, "uk"))


@functools.lru_cache(200_000)
def is_common_word(word: str) -> bool:
    """Whether a form, in lower case, is also an ordinary word of Russian or Ukrainian."""
    return any(not _PROPER & _grammemes(tag) for lang in ("ru", "uk") for tag in tags(word, lang))


@functools.lru_cache(50_000)
def language_alone(word: str) -> str:
    """The language, "ru" or "uk", whose dictionary alone has a form in lower case; else ""."""
    russian, ukrainian = (_analyzer(lang).word_is_known(word) for lang in ("ru", "uk"))
    if russian == ukrainian:
        return ""
    return "ru" if russian else "uk"


@functools.lru_cache(100_000)
def tags(word: str, lang: str) -> tuple[str, ...]:
    """The dictionary's grammar notes on exactly this form; nothing is guessed."""
    analyzer, word = _analyzer(lang), word.lower()
    if not _FOREIGN[lang].isdisjoint(word) or not word.isprintable():
        return ()  # a lone surrogate, for one, it cannot even be asked about
    lexicon = analyzer.dictionary.words
    if not any(variant in lexicon for variant in _variants(word, lang)):
        return ()
    found = lexicon.similar_items(word, _substitutes(lang))
    return tuple(
        str(analyzer.dictionary.build_tag_info(paradigm, index))
        for _, places in found
        for paradigm, index in places
    )


def common_words(forms: Iterable[str]) -> frozenset[str]:
    """Those of a name's forms that are also ordinary words; most names have none."""
    forms = frozenset(forms)
    first, last = min(forms, default=""), max(forms, default="")
    stem = "".join(one for one, _ in itertools.takewhile(_alike, zip(first, last, strict=False)))
    if len(stem) >= _STEM and not any(
        next(iter(_analyzer(lang).dictionary.words.iterkeys(variant)), None)
        for lang in ("ru", "uk")
        for variant in _variants(stem, lang)
    ):
        return frozenset()
    return frozenset(form for form in forms if is_common_word(form))


def _alike(letters: tuple[str, str]) -> bool:
    return letters[0] == letters[1]


def _variants(word: str, lang: str) -> list[str]:
    """A word, and how it may stand in the dictionary: with one ё, э or ґ."""
    plain, marks = _MARKED[lang]
    places = [place for place, letter in enumerate(word) if letter == plain]
    return [word, *(word[:place] + mark + word[place + 1 :] for place in places for mark in marks)]


@functools.cache
def _substitutes(lang: str) -> Any:  # whatever the dictionary makes of it
    """Letters that a spelling folds and the dictionary tells apart."""
    plain, marks = _MARKED[lang]
    return _analyzer(lang).dictionary.words.compile_replaces({plain: list(marks)})


def _forms(readings: list[Parse], gender: str | None) -> frozenset[str]:
    other = {"m": "femn", "f": "masc"}.get(gender or "", "none")
    return frozenset(
        form.word
        for parse in readings
        for form in parse.lexeme
        if form.tag.POS in {"NOUN", "ADJF"}
        and not (_COMPARED | {other}) & _grammemes(str(form.tag))
    )


def _is_patronymic(word: str, lang: str) -> bool:
    return any("Patr" in tag for tag in tags(word, lang))


def _agreement(tag: str) -> frozenset[tuple[str, str]]:
    """Each case with its gender or the plural, as far as the tag tells them."""
    grammemes = _grammemes(tag)
    cases = grammemes & {"nomn", "gent", "datv", "accs", "ablt", "loct"}
    kinds = {"plur"} & grammemes or grammemes & {"masc", "femn", "neut"}
    return frozenset((case, kind) for case in cases for kind in kinds)


def _grammemes(tag: str) -> frozenset[str]:
    return frozenset(tag.replace(" ", ",").split(","))


def _plain(word: str) -> str:
    return word.replace("ё", "е")


@functools.cache
def _analyzer(lang: str) -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer(lang=lang)
