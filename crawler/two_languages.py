"""Surnames as the other language spells them: Зеленский and Зеленський, Соловьёв and Соловйов.

Spelling follows sound in part only, so a name gets the few spellings that are in use; a
superfluous one costs nothing, since nobody writes it.
"""

import re

_RUSSIAN_ENDINGS = (
    ("ский", "ський"), ("цкий", "цький"), ("ской", "ськой"), ("ская", "ська"),
    ("цкая", "цька"), ("ец", "ець"), ("арь", "ар"),
)  # fmt: skip
_UKRAINIAN_ENDINGS = (
    ("ський", "ский"), ("цький", "цкий"), ("зький", "зкий"), ("ська", "ская"), ("цька", "цкая"),
    ("ець", "ец"), ("ар", "арь"),
)  # fmt: skip
_VOWELS = "аеєиіїоуюяыэё"
_AFTER_VOWEL = re.compile(rf"(?<=[{_VOWELS}ь'])е(?!\u0301)|^е(?!\u0301)")
_SOFT_END = re.compile(r"(?<=[бвгдзклмнпрстф])ев(?=$|а$)")
_MAYBE_YO = re.compile(r"(?<=[бвгдзклмнпрстфжчшщь])ев(?=$|а$)")  # Соловьев is Соловьёв, too
_YO_AFTER_HISS = re.compile(r"(?<=[жчшщ])ё")
_YO_APART = re.compile(rf"(?:ь|^|(?<=[{_VOWELS}]))ё")
_OF_RUSSIANS = re.compile(r"(?:[оеё]в|[иы]н)а?$|[сц]к(?:ий|ой|ая)$")
_HARD_E = re.compile(r"(?<=[бвгдзклмнпрстфц])е(?!\u0301)")  # Белов is Бєлов, as белый is білий
_APOSTROPHE = re.compile(r"(?<=[бвгкмпрфх])ь(?=[єюя])")
_SIGN = re.compile(r"ь(?=[єюя])")
_I_AFTER_VOWEL = re.compile(rf"(?<=[{_VOWELS}ь])[иі]")
_RUSSIAN_LETTERS = str.maketrans("єїґі", "еиги")


def ukrainian_spellings(surname: str) -> frozenset[str]:
    """How Ukrainians write a Russian surname given in the nominative; without it itself."""
    word = surname.lower()
    ends = (end for end in _RUSSIAN_ENDINGS if word.endswith(end[0]))
    russian, ukrainian = next(ends, ("", ""))
    stem = word.removesuffix(russian)
    if word.endswith(("ый", "ий")) and not russian:
        stem, ukrainian = word[:-2], "ий"
    stems = {stem}
    if _OF_RUSSIANS.search(word):
        stems |= {_HARD_E.sub("є", stem, count=1), _HARD_E.sub("є", stem)}
    return frozenset().union(*(_with_stems(one, ukrainian) for one in stems)) - {word}


def russian_spellings(surname: str) -> frozenset[str]:
    """How Russians write a Ukrainian surname given in the nominative; without it itself."""
    word = surname.lower().replace("’", "'").replace("ʼ", "'")
    endings: tuple[str, ...] = ("",)
    for ukrainian, russian in _UKRAINIAN_ENDINGS:
        if word.endswith(ukrainian):
            word, endings = word[: -len(ukrainian)], (russian,)
            break
    else:
        if word.endswith("ий"):
            word, endings = word[:-2], ("ий", "ый")
    word = re.sub(r"(?<=[бвгдзклмнпрстф])йо", "ьё", word).replace("йо", "ё").replace("ьо", "ё")
    stems = {word.replace("'", sign) for sign in ("ъ", "ь", "")} if "'" in word else {word}
    stems |= {stem.replace("и", "ы") for stem in stems}
    plain = {stem.translate(_RUSSIAN_LETTERS) for stem in stems}
    return frozenset(stem + end for stem in plain for end in endings) - {surname.lower()}


def _with_stems(stem: str, ending: str) -> frozenset[str]:
    stem = stem.replace("э", "е\u0301").replace("ъ", "'")
    spelled = set()
    for one in sorted(_sounds(stem) | _sounds(_MAYBE_YO.sub("ёв", stem))):
        iotated = _AFTER_VOWEL.sub("є", one)
        soft = _SOFT_END.sub("єв", iotated)
        spelled |= {iotated, soft, soft.replace("еє", "єє")}
    spelled |= {_SIGN.sub("", _APOSTROPHE.sub("'", one)) for one in spelled}
    letters = (one.replace("ы", "и").replace("\u0301", "") for one in spelled)
    return frozenset(_I_AFTER_VOWEL.sub("ї", one) + ending for one in letters)


def _sounds(stem: str) -> set[str]:
    """A stem with о for ё, and with the ways to hear its и."""
    stem = _YO_APART.sub("йо", _YO_AFTER_HISS.sub("о", stem)).replace("ё", "ьо")
    head, _, last = stem.rpartition("и")
    return {stem, stem.replace("и", "і"), f"{head}і{last}" if "и" in stem else stem}
