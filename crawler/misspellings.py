"""How people mistype a name: keys hit beside the right one, letters doubled, dropped, swapped.

Pure; made once for each name. A misspelling that is a word, a name or a place of its own
is never among them, since it would bring noise.
"""

import itertools
from collections.abc import Iterable, Iterator

from crawler.dictionary import is_common_word, is_place, tags

SHORTEST = 6  # letters; the misspellings of a shorter name are other words too often
_ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_ALIKE = (
    "ао", "еи", "ея", "бп", "вф", "гк", "дт", "жш", "зс", "иы", "шщ", "їі", "иі",
    "ck", "sz", "ei", "iy", "vw", "ao",
)  # fmt: skip


def misspellings(name: str, budget: int) -> list[str]:
    """At most so many misspellings of a one-word name, the likeliest first.

    Sound-alikes come first, then doubled, dropped and swapped letters, then keys beside;
    the first letter is hardly ever wrong and stays.
    """
    word = name.lower()
    if len(word) < SHORTEST or not word.isalpha():
        return []
    kinds = (_sound_alikes(word), _slips(word), _neighbour_keys(word))
    likely = dict.fromkeys(itertools.chain.from_iterable(kinds))
    likely.pop(word, None)
    return list(itertools.islice(filter(_is_no_word, likely), max(0, budget)))


def _sound_alikes(word: str) -> Iterator[str]:
    for place, letter in _later(word):
        for pair in _ALIKE:
            if letter in pair:
                yield _with(word, place, pair.replace(letter, ""))
    for place, letter in _later(word):
        if letter == word[place - 1]:
            yield word[:place] + word[place + 1 :]
    yield word.replace("ь", "")


def _slips(word: str) -> Iterator[str]:
    for place, letter in _later(word):
        yield word[:place] + word[place + 1 :]
        yield _with(word, place, letter * 2)
        if place + 1 < len(word):
            yield word[:place] + word[place + 1] + letter + word[place + 2 :]


def _neighbour_keys(word: str) -> Iterator[str]:
    for place, letter in _later(word):
        for row in _ROWS:
            if (key := row.find(letter)) >= 0:
                for beside in row[max(0, key - 1) : key] + row[key + 1 : key + 2]:
                    yield _with(word, place, beside)


def _later(word: str) -> Iterable[tuple[int, str]]:
    return list(enumerate(word))[1:]


def _with(word: str, place: int, letters: str) -> str:
    return word[:place] + letters + word[place + 1 :]


def _is_no_word(word: str) -> bool:
    return not (is_common_word(word) or is_place(word) or tags(word, "ru") or tags(word, "uk"))
