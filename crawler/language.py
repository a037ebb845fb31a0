"""Which language a text is in: Russian, Ukrainian, English or another.

Letters settle most texts. Where Russian and Ukrainian use the same ones, pieces of words
vote with weights learned by ``benchmarks/learn_language.py``, which ship beside this module,
and so does each word that only one of the two dictionaries has.
"""

import functools
import re
from collections.abc import Iterator
from importlib import resources

from crawler.dictionary import language_alone

_WEIGHTS = "language_ru_uk.tsv"
_LOOKED_AT = 600  # characters; more would change nothing
_LONGEST_PIECE = 4
_VOTES = {"ru": -1000, "uk": 1000, "": 0}  # of a word, as much as some of its pieces together

_RUSSIAN = re.compile("[ыэъё]")
_UKRAINIAN = re.compile("[іїєґ]")
_CYRILLIC_WORD = re.compile("[а-яёіїєґ'’ʼ]+")
_CYRILLIC = re.compile("[а-яёіїєґ]")
_STRANGE_CYRILLIC = re.compile("[ўјљњћђџѓќѕәғқңөұүһӣҷҳ]")
_LATIN = re.compile("[a-z]")
_STRANGE_LATIN = re.compile("[ąćęłńśźżäöüßñèêëçãõåøæœîïâûôčšžřěůğışțăđ]")
_LETTER = re.compile(r"[^\W\d_]")
_ONE_APOSTROPHE = str.maketrans("’ʼ", "''")  # the dictionary's own
_LINK = re.compile(r"https?://\S+|www\.\S+|@\w+|\S+@\S+")
_LATIN_WORD = re.compile("[a-z]+")
_ENGLISH = frozenset(
    _LATIN_WORD.findall(
        "the of and to in is it that for on with as was at by this from are be have has not you "
        "they she we an or but his her their will would been which who what when all my your its "
        "our i if up out just about can there more how get were had one after said"
    )
)
_OTHER_LATIN = frozenset(
    re.findall(
        r"\w+",
        "der die das und ist nicht ein eine mit von zu auf für den dem des im sich es auch wie "
        "le la les et est une dans que pour pas sur qui ne il elle vous nous el los las del "
        "en y por con para una lo su se di che per non un sono gli della nie jest na się z w o "
        "jak ale og det da som av til er på och att inte de het een van niet met voor om não os "
        "em uma ve bir bu için si ne kao",
    )
)


def detect(text: str) -> str:
    """One of "ru", "uk", "en" and "other"; "" when the text has no letters."""
    sample = _LINK.sub(" ", text[: 2 * _LOOKED_AT].lower())[:_LOOKED_AT]
    letters = len(_LETTER.findall(sample))
    if not letters:
        return ""
    cyrillic = len(_CYRILLIC.findall(sample))
    latin = len(_LATIN.findall(sample))
    strange = len(_STRANGE_CYRILLIC.findall(sample))
    if 2 * cyrillic >= latin and 3 * (cyrillic + strange) >= letters:
        return "other" if 20 * strange > letters else _russian_or_ukrainian(sample)
    return _english_or_other(sample) if 2 * latin > letters else "other"


def pieces(word: str) -> Iterator[str]:
    """The runs of one to four letters of a word, its ends marked."""
    marked = f"^{word}$"
    for length in range(1, _LONGEST_PIECE + 1):
        for start in range(len(marked) - length + 1):
            yield marked[start : start + length]


def _russian_or_ukrainian(sample: str) -> str:
    russian, ukrainian = len(_RUSSIAN.findall(sample)), len(_UKRAINIAN.findall(sample))
    if bool(russian) != bool(ukrainian) and russian + ukrainian >= 2:
        return "ru" if russian else "uk"
    weights, words = _weights(), _CYRILLIC_WORD.findall(sample)
    vote = sum(weights.get(piece, 0) for word in words for piece in pieces(word))
    vote += sum(_VOTES[language_alone(word.translate(_ONE_APOSTROPHE))] for word in words)
    return "uk" if vote > 0 else "ru"


def _english_or_other(sample: str) -> str:
    words = _LATIN_WORD.findall(sample)
    english = sum(word in _ENGLISH for word in words)
    other = sum(word in _OTHER_LATIN for word in words) + len(_STRANGE_LATIN.findall(sample))
    return "other" if other > english else "en"


@functools.cache
def _weights() -> dict[str, int]:
    """Positive for Ukrainian, negative for Russian."""
    lines = resources.files(__package__).joinpath(_WEIGHTS).read_text("utf-8").splitlines()
    return {piece: int(weight) for piece, weight in (line.split("\t") for line in lines)}
