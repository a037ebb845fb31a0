"""Russian surnames in every case, both sexes and the plural, by rule alone.

Knows nothing of dictionaries, so a surname nobody has ever seen declines as well as
Иванов. Answers with a paradigm: three columns of six cases, each with its variants.
"""

import itertools
from dataclasses import dataclass

VOWELS = "аеёиоуыэюя"

Column = tuple[tuple[str, ...], ...]  # the variants of each of the six cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Paradigm:
    """All forms of one word: by sex and number, then by case."""

    masculine: Column
    feminine: Column
    plural: Column

    def columns(self, gender: str | None) -> tuple[Column, ...]:
        """The singular of one sex ("m", "f") or of both (None), and the plural."""
        singular = {"m": (self.masculine,), "f": (self.feminine,)}
        return (*singular.get(gender or "", (self.masculine, self.feminine)), self.plural)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declension:
    """Endings of the six cases; "-" is no ending, "=" the whole word unchanged."""

    masculine: str
    feminine: str
    plural: str

    def of(self, stem: str, word: str) -> Paradigm:
        """The paradigm of a word, its endings put on the stem."""
        return Paradigm(
            masculine=_column(self.masculine, stem, word),
            feminine=_column(self.feminine, stem, word),
            plural=_column(self.plural, stem, word),
        )


_POSSESSIVE = Declension(
    masculine="= а у а ым е", feminine="а ой ой у ой/ою ой", plural="ы ых ым ых ыми ых"
)
_POSSESSIVE_IN = Declension(
    masculine="= а у а ым/ом е", feminine="а ой ой у ой/ою ой", plural="ы ых ым ых ыми ых"
)
_ADJECTIVE = Declension(
    masculine="= ого ому ого ым ом",
    feminine="ая ой ой ую ой/ою ой",
    plural="ые ых ым ых ыми ых",
)
_ADJECTIVE_VELAR = Declension(
    masculine="= ого ому ого им ом",
    feminine="ая ой ой ую ой/ою ой",
    plural="ие их им их ими их",
)
_ADJECTIVE_HUSHING = Declension(
    masculine="= его ему его им ем",
    feminine="ая ей ей ую ей/ею ей",
    plural="ие их им их ими их",
)
_ADJECTIVE_SOFT = Declension(
    masculine="= его ему его им ем",
    feminine="яя ей ей юю ей/ею ей",
    plural="ие их им их ими их",
)
_HARD = Declension(masculine="= а у а ом е", feminine="= = = = = =", plural="ы ов ам ов ами ах")
_VELAR = Declension(masculine="= а у а ом е", feminine="= = = = = =", plural="и ов ам ов ами ах")
_HUSHING = Declension(
    masculine="= а у а ем/ом е", feminine="= = = = = =", plural="и ей ам ей ами ах"
)
_TS = Declension(
    masculine="= а у а ем/ом е", feminine="= = = = = =", plural="ы ев/ов ам ев/ов ами ах"
)
_SHORT_I = Declension(masculine="= я ю я ем е", feminine="= = = = = =", plural="и ев ям ев ями ях")
_SHORT_I_AFTER_I = Declension(
    masculine="= я ю я ем и", feminine="= = = = = =", plural="и ев ям ев ями ях"
)
_SOFT_SIGN = Declension(
    masculine="= я ю я ем е", feminine="= = = = = =", plural="и ей ям ей ями ях"
)
_A = Declension(masculine="= ы е у ой/ою е", feminine="= ы е у ой/ою е", plural="ы - ам - ами ах")
_A_VELAR = Declension(
    masculine="= и е у ой/ою е", feminine="= и е у ой/ою е", plural="и - ам - ами ах"
)
_A_HUSHING = Declension(
    masculine="= и е у ой/ою/ей/ею е", feminine="= и е у ой/ою/ей/ею е", plural="и - ам - ами ах"
)
_A_TS = Declension(
    masculine="= ы е у ой/ою/ей/ею е", feminine="= ы е у ой/ою/ей/ею е", plural="ы - ам - ами ах"
)
_YA = Declension(
    masculine="= и е ю ей/ею е", feminine="= и е ю ей/ею е", plural="и ь/ей ям ь/ей ями ях"
)
_YA_AFTER_VOWEL = Declension(
    masculine="= и е ю ей/ею е", feminine="= и е ю ей/ею е", plural="и й ям й ями ях"
)
_YA_AFTER_I = Declension(
    masculine="= и и/е ю ей/ею и/е", feminine="= и и/е ю ей/ею и/е", plural="и й ям й ями ях"
)
_UNCHANGED = Declension(masculine="= = = = = =", feminine="= = = = = =", plural="= = = = = =")


def surname_forms_ru(surname: str, gender: str | None = None) -> frozenset[str]:
    """All forms of a surname given in the nominative of either sex, in lower case.

    Both parts of a hyphenated surname decline, and the first may stay as it is
    (Бонч-Бруевича). Without a gender both sexes are given; the plural always.
    """
    word = surname.lower()
    parts = word.split("-")
    paradigms = [paradigm_ru(part) for part in parts]
    forms = _joined(paradigms, gender)
    if len(parts) > 1:
        still = [_UNCHANGED.of(part, part) for part in parts[:-1]]
        forms |= _joined([*still, paradigms[-1]], gender)
    return frozenset(forms | {word})


def paradigm_ru(word: str) -> Paradigm:
    """How one word of a surname declines."""
    if len(word) < 2 or word[-1] in "оеёиуюыэ":
        return _UNCHANGED.of(word, word)
    if word.endswith(("ых", "их")) and _syllables(word) >= 2:
        same = _UNCHANGED.of(word, word)
        return _merged(same, second_ru(word)) if len(word) <= 5 else same
    return _feminine_nominative(word) or _masculine_adjective(word) or _noun(word)


def first_ru(word: str) -> Paradigm:
    """A word in -а or -я, declined as a noun."""
    stem = word[:-1]
    if word.endswith("а"):
        kinds = ((_A_VELAR, "гкх"), (_A_HUSHING, "жшщч"), (_A_TS, "ц"))
        declension = next((kind for kind, ends in kinds if stem.endswith(tuple(ends))), _A)
        return declension.of(stem, word)
    if stem.endswith("и"):
        return _YA_AFTER_I.of(stem, word)
    return (_YA_AFTER_VOWEL if stem.endswith(tuple(VOWELS)) else _YA).of(stem, word)


def second_ru(word: str, stem: str | None = None) -> Paradigm:
    """A man's name in a consonant, -й or -ь as a noun; a woman's then stays as it is."""
    if word.endswith("й"):
        stem = word[:-1] if stem is None else stem
        return (_SHORT_I_AFTER_I if stem.endswith("и") else _SHORT_I).of(stem, word)
    if word.endswith("ь"):
        return _SOFT_SIGN.of(word[:-1] if stem is None else stem, word)
    kinds = ((_HUSHING, "жшщч"), (_TS, "ц"), (_VELAR, "гкх"))
    declension = next((kind for kind, ends in kinds if word.endswith(tuple(ends))), _HARD)
    return declension.of(word if stem is None else stem, word)


def _feminine_nominative(word: str) -> Paradigm | None:
    """Иванова, Толстая, Синяя: the masculine is not known, both readings are kept."""
    if len(word) > 3 and word.endswith("ая"):
        stem = word[:-2]
        return _with_masculine(_adjective_for(stem).of(stem, word), stem)
    if len(word) > 3 and word.endswith("яя"):
        return _with_masculine(_ADJECTIVE_SOFT.of(word[:-2], word), word[:-2])
    if len(word) > 4 and word.endswith(("ова", "ева", "ёва", "ина", "ына")):
        possessive = _POSSESSIVE_IN if word[-2] == "н" else _POSSESSIVE
        return _merged(possessive.of(word[:-1], word[:-1]), first_ru(word))
    return None


def _masculine_adjective(word: str) -> Paradigm | None:
    if len(word) > 3 and word.endswith(("ов", "ев", "ёв")):
        return _POSSESSIVE.of(word, word)
    if len(word) > 3 and word.endswith(("ин", "ын")):
        return _POSSESSIVE_IN.of(word, word)
    stem = word[:-2]
    if word.endswith("ый"):
        return _ADJECTIVE.of(stem, word)
    if len(word) > 3 and word.endswith("ий"):
        return _adjective_in_iy(stem, word)
    if len(word) > 3 and word.endswith("ой"):
        return _adjective_in_oy(stem, word)
    return None


def _adjective_in_iy(stem: str, word: str) -> Paradigm:
    if stem[-1] in "гкх":
        return _ADJECTIVE_VELAR.of(stem, word)
    if stem[-1] == "н":
        other = _ADJECTIVE.of(stem, word) if _syllables(word) > 2 else second_ru(word)
        return _merged(_ADJECTIVE_SOFT.of(stem, word), other)
    if stem[-1] in "жшщч":
        return _merged(_ADJECTIVE_HUSHING.of(stem, word), second_ru(word))
    return second_ru(word)


def _adjective_in_oy(stem: str, word: str) -> Paradigm:
    if _syllables(word) == 1:
        return second_ru(word)
    velar = stem[-1] in "гкхжшщч"
    adjective = (_ADJECTIVE_VELAR if velar else _ADJECTIVE).of(stem, word)
    if _syllables(word) > 2 or len(word) > 5:
        return adjective
    return _merged(adjective, second_ru(word))


def _noun(word: str) -> Paradigm:
    if word.endswith("а"):
        if word[-2] in "уюое":
            return _UNCHANGED.of(word, word)
        noun = first_ru(word)
        return _merged(_UNCHANGED.of(word, word), noun) if word.endswith("иа") else noun
    if word.endswith("я"):
        return first_ru(word)
    plain = second_ru(word)
    stem = _stem_without_fleeting_vowel(word)
    return plain if stem is None else _merged(plain, second_ru(word, stem))


def _stem_without_fleeting_vowel(word: str) -> str | None:
    """Жилец -> Жильц-, Воробей -> Воробь-, Павлюченок -> Павлюченк-."""
    if len(word) <= 3:
        return None
    head, end = word[:-2], word[-2:]
    soft = "й" if head[-1] in VOWELS else "" if head[-1] in "жшчщц" else "ь"
    stems = {
        "ец": head + ("й" if head[-1] in VOWELS else "ь" if head[-1] == "л" else "") + "ц",
        "ок": head + "к",
        "ек": head + soft + "к",
        "ёк": head + soft + "к",
        "ел": head + "л",
        "ёл": head + "л",
        "ёр": head + "р",
    }
    if end == "ей" and len(word) > 4:
        return head + "ь"
    if word.endswith("ень") and len(word) > 4:
        return word[:-3] + "н"
    return stems.get(end)


def _adjective_for(stem: str) -> Declension:
    if stem[-1] in "гкх":
        return _ADJECTIVE_VELAR
    return _ADJECTIVE_HUSHING if stem[-1] in "жшщч" else _ADJECTIVE


def _with_masculine(paradigm: Paradigm, stem: str) -> Paradigm:
    """Put the likely masculine nominative in place of the feminine one it was made from."""
    ending = "ий" if stem[-1] in "гкхжшщчн" else "ый"
    nominative = (stem + ending, stem + "ой")
    return Paradigm(
        masculine=(nominative, *paradigm.masculine[1:]),
        feminine=paradigm.feminine,
        plural=paradigm.plural,
    )


def _column(endings: str, stem: str, word: str) -> Column:
    return tuple(
        tuple(
            word if ending == "=" else stem + ending.replace("-", "") for ending in cell.split("/")
        )
        for cell in endings.split()
    )


def _merged(first: Paradigm, second: Paradigm) -> Paradigm:
    def both(left: Column, right: Column) -> Column:
        return tuple((*a, *b) for a, b in zip(left, right, strict=True))

    return Paradigm(
        masculine=both(first.masculine, second.masculine),
        feminine=both(first.feminine, second.feminine),
        plural=both(first.plural, second.plural),
    )


def _joined(paradigms: list[Paradigm], gender: str | None) -> set[str]:
    """Forms of a hyphenated surname: its parts agree in case, sex and number."""
    columns = zip(*(paradigm.columns(gender) for paradigm in paradigms), strict=True)
    return {
        "-".join(parts)
        for column in columns
        for cells in zip(*column, strict=True)
        for parts in itertools.product(*cells)
    }


def _syllables(word: str) -> int:
    return sum(letter in VOWELS for letter in word)
