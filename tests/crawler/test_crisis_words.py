"""The shipped families of trouble, in all three languages."""

import pytest

from crawler.crisis_words import CrisisPlace, near, parse_families, shipped_crisis_words
from crawler.document import Document, Occurrence
from crawler.meanings import Meanings, trouble


def _places(document: Document) -> list[CrisisPlace]:
    words = shipped_crisis_words()
    meanings = Meanings(words)
    meanings.look_for(set(words.keys), rousing=set())
    return trouble(meanings.read(document, document.hits(meanings.words)))


@pytest.mark.parametrize(
    ("text", "headword"),
    [
        pytest.param("скандальное", "скандал", id="adjective of a noun"),
        pytest.param("обманувшего", "обман", id="participle"),
        pytest.param("оштрафовали", "штраф", id="verb"),
        pytest.param("задержанный", "задержание", id="passive participle"),
        pytest.param("обыскали", "обыск", id="prefixed verb"),
        pytest.param("звинуватили", "обвинувачення", id="Ukrainian verb"),
        pytest.param("шахраями", "шахрайство", id="Ukrainian noun"),
        pytest.param("defrauded", "fraud", id="English verb"),
        pytest.param("скaндал", "скандал", id="disguised"),
    ],
)
def test_every_word_of_a_family_is_found(text: str, headword: str) -> None:
    """Noun, verb, adjective and participle of one root answer with its headword."""
    places = _places(Document("", text))

    assert [place.headword for place in places] == [headword]


@pytest.mark.parametrize("text", ["Хороший тихий день", "Гарний тихий день", "a fine quiet day"])
def test_ordinary_words_are_no_trouble(text: str) -> None:
    """The list is a sign of trouble, so it must be silent where there is none."""
    assert _places(Document("", text)) == []


def test_a_crisis_word_inside_the_name_is_the_name() -> None:
    """«Пожарный завод» is not on fire."""
    document = Document("", "Пожарный завод открыли")

    assert near(document, [Occurrence(0, 14)], _places(document)) == ()


def test_families_are_read_by_language() -> None:
    """Comments and empty lines are skipped."""
    assert parse_families("# x\n[ru]\nобман: обмануть\n\n[en]\nscam:") == [
        ("ru", "обман", "обман"),
        ("ru", "обман", "обмануть"),
        ("en", "scam", "scam"),
    ]
