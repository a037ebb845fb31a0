"""A second look at names that are also towns or ordinary words."""

import re
from collections.abc import Sequence

import pytest

from crawler.entities import Entity, NatashaEntities
from crawler.matching import Matcher
from storage.records import Person, Watch

WATCHES = (
    Watch(brand="Барселона", aliases=("ООО «Барселона»",)),
    Watch(brand="Власть"),
    Watch(brand="Слобода", persons=(Person(name="Белый", role=""),)),
    Watch(brand="Газпром"),
)


class Marked:
    """Recognises what a text marks: [Белый person]; remembers what it was asked."""

    def __init__(self, **kinds: str) -> None:
        self.kinds = kinds
        self.asked: list[str] = []

    def find(self, sentence: str) -> Sequence[Entity]:
        self.asked.append(sentence)
        return [
            Entity(start=found.start(), end=found.end(), kind=kind)
            for word, kind in self.kinds.items()
            for found in re.finditer(word, sentence)
        ]


def named(text: str, entities: Marked | NatashaEntities) -> list[str]:
    matcher = Matcher(WATCHES, entities=entities)
    return [term.text for match in matcher.match("", text) for term in match.matched]


@pytest.mark.parametrize(
    ("text", "kinds", "expected"),
    [
        pytest.param("Вчера Белый ушёл", {"Белый": "person"}, ["Белый"], id="a person"),
        pytest.param("Вчера Белый ушёл", {}, [], id="a person nobody sees"),
        pytest.param("Клуб Барселона", {"Барселона": "place"}, [], id="a town after all"),
        pytest.param("Клуб Барселона", {"Клуб Барселона": "company"}, ["Барселона"], id="a club"),
        pytest.param("Читал Власть", {}, ["Власть"], id="a brand nobody sees"),
        pytest.param("Читал Власть", {"Власть": "person"}, [], id="somebody of that name"),
        pytest.param("Газпром", {"Газпром": "place"}, ["Газпром"], id="no doubt, no question"),
    ],
)
def test_a_doubtful_name_has_to_be_what_is_watched(
    text: str, kinds: dict[str, str], expected: list[str]
) -> None:
    """People have to be recognised; brands must not be recognised as something else."""
    assert named(text, Marked(**kinds)) == expected


def test_only_the_sentence_of_a_doubtful_name_is_looked_at() -> None:
    """However long the text is, and however long the sentence."""
    entities = Marked()

    named("Дождь. Читал Власть вчера. Снег.", entities)
    named("дождь " * 10_000 + "Читал Власть " + "снег " * 10_000, entities)

    assert entities.asked[0].strip() == "Читал Власть вчера."
    assert len(entities.asked[1]) < 2_000


def test_a_second_look_is_another_version() -> None:
    """Stored texts are matched again once it is turned on."""
    assert Matcher(WATCHES).version != Matcher(WATCHES, entities=Marked()).version


def test_the_real_recogniser_tells_people_from_places() -> None:
    """And half a character is no error."""
    pytest.importorskip("slovnet", reason="the extra ner is not installed: `make ner`")

    entities = NatashaEntities()

    assert named("Вчера в Москве Андрей Белый выступил с речью.", entities) == ["Белый"]
    kinds = {one.kind for one in entities.find("Матч прошёл в Барселоне \ud800.")}
    assert kinds == {"place"}
