"""Ukrainian surnames in all seven cases, both sexes and the plural, by rule alone.

Ukrainian alternates sounds inside the stem (Кравець, Кравця; Мороз, Морозові; Бойко,
Бойцеві), so forms are gathered as sets: a few that nobody uses cost nothing, a missed
one costs a mention. Apostrophes are kept as ' here and vanish when text is folded.
"""

import itertools
from dataclasses import dataclass

VOWELS = "аеєиіїоуюя"
_BEFORE_I = {"г": "з", "к": "ц", "х": "с"}  # Вовк -> Вовці
_BEFORE_E = {"г": "ж", "к": "ч", "х": "ш", "ц": "ч"}  # Вовк -> Вовче


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """All forms of one word, by sex and number."""

    masculine: frozenset[str]
    feminine: frozenset[str]
    plural: frozenset[str]

    def sets(self, gender: str | None) -> tuple[frozenset[str], ...]:
        """The singular of one sex ("m", "f") or of both (None), and the plural."""
        singular = {"m": (self.masculine,), "f": (self.feminine,)}
        return (*singular.get(gender or "", (self.masculine, self.feminine)), self.plural)

    def __or__(self, other: "Forms") -> "Forms":
        """Both readings together."""
        return Forms(
            masculine=self.masculine | other.masculine,
            feminine=self.feminine | other.feminine,
            plural=self.plural | other.plural,
        )


def surname_forms_uk(surname: str, gender: str | None = None) -> frozenset[str]:
    """All forms of a surname given in the nominative of either sex, in lower case.

    Both parts of a hyphenated surname decline, and the first may stay as it is.
    Without a gender both sexes are given; the plural always.
    """
    word = surname.lower().replace("’", "'").replace("ʼ", "'")
    parts = word.split("-")
    forms: set[str] = {word}
    for sets in zip(*(forms_uk(part).sets(gender) for part in parts), strict=True):
        still = [{part} for part in parts[:-1]]
        for row in (sets, [*still, sets[-1]]):
            forms |= {"-".join(chosen) for chosen in itertools.product(*row)}
    return frozenset(forms)


def forms_uk(word: str) -> Forms:
    """How one word of a surname declines."""
    if len(word) < 3 or word.endswith(("их", "іх")) or word[-1] in "еєиіїую":
        return _unchanged(word)
    if word.endswith(("ська", "цька", "зька")):
        return _adjective(word[:-1], word)
    if word.endswith("ий"):
        return _adjective(word[:-2], word)
    if word.endswith("ій"):
        return _soft_adjective(word[:-2], word) | second_uk(word)
    if word.endswith("ой") and len(word) > 4:
        return _adjective(word[:-2], word) | second_uk(word)
    return _possessive(word) or (_noun_in_a(word) if word[-1] in "ая" else second_uk(word))


def second_uk(word: str) -> Forms:
    """A man's name in a consonant, -й, -ь or -о as a noun; a woman's then stays as it is."""
    masculine, plural = {word}, set[str]()
    for stem in _stems(word):
        if word.endswith("й"):
            masculine |= _put(stem, "я ю єві єм ї є еві ем і")
            plural |= _put(stem, "ї їв ям ями ях і ів")
        elif word.endswith("ь"):
            masculine |= _put(stem, "я ю еві ем і е")
            plural |= _put(stem, "і ів ям ями ях")
            if stem.endswith("ц"):
                masculine.add(stem[:-1] + "че")
        elif stem[-1:] in tuple("жчшщц"):
            masculine |= _put(stem, "а у еві ем і е ові ом")
            plural |= _put(stem, "і ів ам ами ах и")
        else:
            masculine |= _hard_masculine(stem)
            plural |= _put(stem, "и ів ам ами ах")
    return Forms(
        masculine=frozenset(masculine), feminine=frozenset({word}), plural=frozenset(plural)
    )


def first_uk(word: str) -> Forms:
    """A word in -а or -я, declined as a noun."""
    stem, last = word[:-1], word[-2:-1]
    if word.endswith("а"):
        if last in _BEFORE_I:
            forms = _put(stem, "и у ою о") | {stem[:-1] + _BEFORE_I[last] + "і"}
        else:
            forms = _put(stem, "і у ею е и ою о" if last in "жчшщ" else "и і у ою о")
        plural = _put(stem, "и - ам ами ах ів")
    else:
        forms = _put(stem, "і ю ею е")
        if stem.endswith((*VOWELS, "'", "ь")):
            forms |= _put(stem, "ї ю єю є")
        plural = _put(stem, "і ї ь й ям ями ях ів")
    singular = frozenset(forms | {word})
    return Forms(masculine=singular, feminine=singular, plural=frozenset(plural))


def _unchanged(word: str) -> Forms:
    same = frozenset({word})
    return Forms(masculine=same, feminine=same, plural=same)


def _adjective(stem: str, word: str) -> Forms:
    return Forms(
        masculine=frozenset(_put(stem, "ий ого ому им ім") | {word}),
        feminine=frozenset(_put(stem, "а ої ій у ою")),
        plural=frozenset(_put(stem, "і их им ими")),
    )


def _soft_adjective(stem: str, word: str) -> Forms:
    return Forms(
        masculine=frozenset(_put(stem, "ій ього ьому ім") | {word}),
        feminine=frozenset(_put(stem, "я ьої ій ю ьою")),
        plural=frozenset(_put(stem, "і іх ім іми")),
    )


def _possessive(word: str) -> Forms | None:
    """Ковалів, Петров, Пушкін and their feminine forms; also declined as nouns."""
    if word.endswith(("ова", "ева", "єва")) and len(word) > 5:
        return _possessive_of(word[:-1])
    if word.endswith(("ова", "ева", "єва", "іна", "їна", "ина")):
        return _possessive_of(word[:-1]) | first_uk(word)
    if len(word) > 3 and word.endswith(("ов", "ев", "єв", "їв", "ів", "ін", "їн", "ин")):
        return _possessive_of(word) | second_uk(word)
    return None


def _possessive_of(word: str) -> Forms:
    stems = {word}
    if word.endswith("ів"):
        stems |= {word[:-2] + ending for ending in ("ов", "ев", "єв")}
    elif word.endswith("їв"):
        stems.add(word[:-2] + "єв")
    masculine, feminine, plural = {word}, {word}, set[str]()
    for stem in stems:
        masculine |= _put(stem, "а у ові им ом і е")
        feminine |= _put(stem, "а ої ій у ою")
        plural |= _put(stem, "и их им ими ів ам ами ах")
    return Forms(
        masculine=frozenset(masculine), feminine=frozenset(feminine), plural=frozenset(plural)
    )


def _noun_in_a(word: str) -> Forms:
    """A noun in -а or -я, and for women the adjective it may also be (Зелена, Задорожня)."""
    adjectival: set[str] = set()
    if len(word) > 3 and word.endswith("а"):
        adjectival = _put(word[:-1], "а ої ій у ою")
    elif len(word) > 3 and word.endswith("ня"):
        adjectival = _put(word[:-1], "я ьої ій ю ьою")
    elif word.endswith("няя"):
        adjectival = _put(word[:-2], "я ьої ій ю ьою")
    elif word.endswith("ая"):
        adjectival = _put(word[:-2], "ой ої ій ую ою у")
    noun = first_uk(word)
    return noun | Forms(masculine=frozenset(), feminine=frozenset(adjectival), plural=frozenset())


def _hard_masculine(stem: str) -> set[str]:
    forms = _put(stem, "а у ові ом і е ю")
    last = stem[-1:]
    if last == "р":
        forms |= _put(stem, "я еві ем")
    if last in _BEFORE_I:
        forms.add(stem[:-1] + _BEFORE_I[last] + "і")
    if last in _BEFORE_E:
        forms.add(stem[:-1] + _BEFORE_E[last] + "е")
    return forms


def _stems(word: str) -> set[str]:
    """The stem with and without its fleeting vowel, and with і opened to о or е."""
    if word.endswith("о"):
        return {word[:-1]}
    stems = {word[:-1] if word[-1] in "ьй" else word} | _fleeting(word)
    for stem in tuple(stems):
        stems |= _opened(stem)
    return stems


def _fleeting(word: str) -> set[str]:
    head = word[:-3]
    if word.endswith("ець"):
        return {head + "ц", head + ("ьц" if head.endswith("л") else "йц")}
    if word.endswith("єць"):
        return {head + "йц"}
    if word.endswith("ьок"):
        return {head + "ьк", head + "к"}
    if word.endswith(("ень", "ель")):
        return {head + word[-2]}
    if word.endswith(("ьол", "єл")):
        return {word[:-2] + "л"}
    if word.endswith("ей"):
        return {word[:-2] + "'", word[:-2] + "ь"}
    return {word[:-2] + word[-1]} if word.endswith(("ок", "ек", "ел", "ер", "ес")) else set()


def _opened(stem: str) -> set[str]:
    """і or ї of the last syllable as it sounds when an ending opens the syllable."""
    for index in range(len(stem) - 1, max(len(stem) - 4, 0), -1):
        if stem[index] in "ії":
            variants = ("о", "е") if stem[index] == "і" else ("є", "йо")
            return {stem[:index] + vowel + stem[index + 1 :] for vowel in variants}
        if stem[index] in VOWELS:
            return set()
    return set()


def _put(stem: str, endings: str) -> set[str]:
    return {stem + ending.replace("-", "") for ending in endings.split()}
