"""Words as the judges know them, whatever a hand or a page made of their look.

Pure. The judges learned ordinary writing. A word in capitals, with a soft hyphen
in it, with a stress mark, or with a letter of another script that looks the same
is another word to them, or none.
"""

import re

_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЇЄҐ"
_SMALL = str.maketrans(_CAPITALS, _CAPITALS.lower())
_RUN = re.compile(rf"(?<!\w)[{_CAPITALS}]++(?:[\W\d_]++[{_CAPITALS}]++(?!\w))*+(?!\w)")
_WORD = re.compile(r"[^\W\d_]+")
LONG = 4  # letters of a word that is no abbreviation beside another one in capitals
ALONE = 5  # and of one by itself
HEADLINE = 5  # long words that have to begin in capitals,
MOST_OF_IT = 0.8  # or so many of them

_HIDDEN = re.compile(
    "[\u0300\u0301\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_CYRILLIC = re.compile("[а-яёіїєґ]", re.IGNORECASE)
_LATIN = re.compile("[a-z]", re.IGNORECASE)
_TWINS = str.maketrans("aceopxykmtbhiACEOPXYKMTBHI", "асеорхукмтвніАСЕОРХУКМТВНІ")


def calm(text: str) -> str:
    """The text with small letters where whole words are in capitals, or each begins with one.

    As long as before. What may be an abbreviation keeps its capitals.
    """
    long = [word for word in _WORD.findall(text) if len(word) >= LONG]
    if len(long) >= HEADLINE and sum(word[0].isupper() for word in long) >= MOST_OF_IT * len(long):
        return text.translate(_SMALL)
    return _RUN.sub(_calmed, text)


def visible(text: str) -> str:
    """The text without characters that nobody sees, and without stress marks."""
    return text if text.isascii() else _HIDDEN.sub("", text)


def in_one_script(text: str) -> str:
    """The text with Cyrillic letters for Latin ones that look the same in a Cyrillic word."""
    if text.isascii() or not _LATIN.search(text):
        return text
    return _WORD.sub(_respelled, text)


def _calmed(run: re.Match[str]) -> str:
    lengths = [len(word) for word in _WORD.findall(run[0])]
    is_loud = sum(lengths) >= ALONE and max(lengths) >= LONG
    return run[0].translate(_SMALL) if is_loud else run[0]


def _respelled(word: re.Match[str]) -> str:
    cyrillic = word[0].translate(_TWINS)
    return word[0] if _LATIN.search(cyrillic) or not _CYRILLIC.search(word[0]) else cyrillic
