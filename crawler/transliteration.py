"""Names across scripts: Cyrillic ones as passports and newspapers write them in Latin,
Latin ones as Russian readers would spell them."""

import re

_COMMON = {
    **dict(zip("абвгдезийклмнопрстуфыэіґ", "abvgdeziyklmnoprstufyeig", strict=True)),
    **{"ь": "", "ъ": "", "'": "", "є": "ye"},
}
# One table for each habit: how it writes ж х ц ч ш щ ю я ё ї, and what it changes of the rest.
_HABITS: tuple[tuple[str, dict[str, str]], ...] = (
    ("zh kh ts ch sh shch yu ya yo yi", {}),  # English newspapers
    ("zh kh ts ch sh shch iu ia e i", {"й": "i", "є": "ie"}),  # passports
    ("zh kh ts ch sh shch yu ya e i", {"є": "e"}),
    ("zh h ts ch sh sch yu ya yo yi", {}),  # everyday
    ("j h c ch sh sch ju ja jo ji", {"й": "j", "є": "je"}),
    ("z ch c c s sc ju ja e ji", {"й": "j", "є": "je"}),  # scholars, marks dropped
    ("jh kh tc tch ch chtch iou ia io i", {"у": "ou", "й": "i"}),  # French
    ("zh x cz ch sh shh yu ya yo yi", {"й": "j"}),  # the Russian state standard
    ("zh kh ts ch sh shch yu ya yo yi", {"г": "h", "и": "y", "є": "ie"}),  # Ukrainian
    ("zh kh ts ch sh shch iu ia e i", {"г": "h", "и": "y", "й": "i", "є": "ie"}),  # its passports
)
_TABLES = tuple(
    str.maketrans({**_COMMON, **dict(zip("жхцчшщюяёї", row.split(), strict=True)), **own})
    for row, own in _HABITS
)
_ADJECTIVE_END = re.compile(r"(ий|ый|ій)$")
_ADJECTIVE_ENDS = ("y", "iy", "i", "yy", "yi")
# What some write otherwise, whatever their habit: Yevgeny, Andreyev, Vasiliev, Alexey.
_SOMETIMES = (
    (re.compile("ё"), "е"),
    (re.compile("^[еє]"), "ye"),
    (re.compile("^ю"), "yu"),
    (re.compile("^я"), "ya"),
    (re.compile("(?<=[аеёиоуыэюяьъ])е"), "ye"),
    (re.compile("ь(?=[еяю])"), "i"),
    (re.compile("[иіь]я$"), "ia"),
    (re.compile("кс"), "x"),
)

_CLUSTERS = (
    ("shch", "щ"), ("sch", "ш"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"),
    ("sh", "ш"), ("yu", "ю"), ("ya", "я"), ("yo", "е"), ("ju", "ю"), ("ja", "я"), ("oo", "у"),
    ("ee", "и"), ("ck", "к"), ("ph", "ф"), ("th", "т"), ("qu", "кв"),
)  # fmt: skip
_LETTERS = str.maketrans(
    dict(zip("abcdefghiklmnopqrstuvwyz", "абкдефгхиклмнопкрстуввиз", strict=True))
    | {"j": "дж", "x": "кс"}
)


def latin_spellings(word: str) -> frozenset[str]:
    """The Latin spellings of a Cyrillic name in use, lower case, without marks."""
    heard = {word.lower()}
    for sound, letters in _SOMETIMES:
        heard |= {sound.sub(letters, one) for one in heard}
    spelled = {one.translate(table) for one in heard for table in _TABLES}
    stems = {one[: end.start()] for one in heard if (end := _ADJECTIVE_END.search(one))}
    spelled |= {
        stem.translate(table) + end
        for stem in stems
        for table in _TABLES
        for end in _ADJECTIVE_ENDS
    }
    return frozenset(latin for latin in spelled if latin.isascii() and latin)


def cyrillic_spelling(word: str) -> str:
    """One plain Russian reading of a Latin name; a brand's own belongs among its aliases."""
    word = word.lower()
    for cluster, letter in _CLUSTERS:
        word = word.replace(cluster, letter)
    return word.translate(_LETTERS)
