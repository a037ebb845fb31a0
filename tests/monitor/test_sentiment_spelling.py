"""Words as the judges know them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sentiment.encoding import encode
from monitor.sentiment.features import Hasher
from monitor.sentiment.protocol import Passage
from monitor.sentiment.spelling import calm, in_one_script, visible
from monitor.sentiment.weights import shipped_weights


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("НЕ ВЕРЬТЕ ИМ, ЭТО ВОРЫ! 700 РУБЛЕЙ", "не верьте им, это воры! 700 рублей"),
        ("Вернули ВСЁ ДО КОПЕЙКИ и сразу", "Вернули всё до копейки и сразу"),
        ("это ПОЗОРИЩЕ", "это позорище"),
        ("Тарифы АО РЖД и ВТБ в США", "Тарифы АО РЖД и ВТБ в США"),
        ("ЗСУ і НАБУ, B2B", "ЗСУ і НАБУ, B2B"),
        ("Oakstone Homes Fined For Polluting Local River", "oakstone homes fined for polluting local river"),
        ("Oakstone Homes was fined", "Oakstone Homes was fined"),
        ("iPHONE и МакАвто", "iPHONE и МакАвто"),
    ],
    ids=[
        "whole text",
        "some words",
        "one long word",
        "abbreviations",
        "more abbreviations",
        "headline",
        "names",
        "within words",
    ],
)  # fmt: skip
def test_capitals_that_say_nothing_are_made_small(text: str, said: str) -> None:
    """A shouted word is the word, not one the model never saw; an abbreviation stays."""
    assert calm(text) == said


def test_what_nobody_sees_is_left_out() -> None:
    """Soft hyphens, spaces of no width, marks of direction and stress; й keeps its breve."""
    assert visible("\ufeffоб\u00adма\u0301н\u200b \u200eйод") == "обман йод"


@pytest.mark.parametrize(
    ("text", "said"),
    [("вoры", "воры"), ("Ноmе и home", "Номе и home"), ("VIPовский", "VIPовский")],
    ids=["one letter", "some letters", "letters that have no twin"],
)
def test_letters_of_two_scripts_in_a_word_become_one(text: str, said: str) -> None:
    """A Latin o among Cyrillic letters hides no word."""
    assert in_one_script(text) == said


@given(st.text())
def test_places_stay_where_they_were(text: str) -> None:
    """Offsets of a target still point at it."""
    assert len(calm(text)) == len(in_one_script(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    ["ОНИ ОБМАНУЛИ ВСЕХ: РУБИКОН", "они об\u00adма\u0301нули \u200bвсех: рубикон", "они oбмaнули вcех: рубикон"],
    ids=["capitals", "hidden signs", "twins"],
)  # fmt: skip
def test_both_judges_read_the_same_words(text: str) -> None:
    """Neither is blind to a word for its look."""
    given, plain = (
        Passage(text=one, start=one.lower().index("рубикон"), end=len(one))
        for one in (text, "они обманули всех: рубикон")
    )
    unigram = shipped_weights("toward").unigram
    assert encode(given, unigram, masked=False) == encode(plain, unigram, masked=False)
    hashed, expected = Hasher().features([given]), Hasher().features([plain])
    assert hashed.buckets.tolist() == expected.buckets.tolist()
