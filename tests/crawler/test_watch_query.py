"""Watches of the watch language, judged on texts."""

import pytest

from crawler.matching import Matcher
from crawler.watch_language import WatchError
from storage.records import Watch

RIVER = '"дом у реки" /s (обман | (не /3 сдали))'


def _found(query: str, text: str, title: str = "") -> list[str] | None:
    """The words a watch finds, None when it refuses the text."""
    matches = Matcher([Watch(brand="zz", queries=(query,))]).match(title, text)
    return [term.text for term in matches[0].matched] if matches else None


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        pytest.param("обман", "Обманом занялись", ["Обманом"], id="every form"),
        pytest.param("=обман", "обманом занялись", None, id="exact refuses a form"),
        pytest.param("=обман", "Обман!", ["Обман"], id="exact"),
        pytest.param("^Роза", "роза цветёт", None, id="capital refuses"),
        pytest.param("^Роза", "с Розой", ["Розой"], id="capital"),
        pytest.param("мошен*", "мошенники и мошна", ["мошенники"], id="beginning"),
        pytest.param("кредит вклад", "вклады и кредиты", ["вклады", "кредиты"], id="and"),
        pytest.param("кредит вклад", "только кредиты", None, id="and needs both"),
        pytest.param("кредит OR вклад", "только вклады", ["вклады"], id="or"),
        pytest.param("банк -река", "берег реки, банк", None, id="not"),
        pytest.param("банк -река", "банк", ["банк"], id="not absent"),
        pytest.param('"дом у реки"', "дом у реки", ["дом у реки"], id="phrase"),
        pytest.param('"дом у реки"', "доме у реки", None, id="phrase is exact"),
        pytest.param("phrase(дом у реки)", "в Доме у реки", ["Доме у реки"], id="phrase forms"),
        pytest.param("кот /2 пёс", "кот, пёс", ["кот", "пёс"], id="next to it"),
        pytest.param("кот /2 пёс", "пёс не кот", ["пёс", "кот"], id="either order"),
        pytest.param("кот /2 пёс", "кот и ещё пёс", None, id="too far"),
        pytest.param("кот /+2 пёс", "пёс и кот", None, id="wrong order"),
        pytest.param("кот /+2 пёс", "кот и пёс", ["кот", "пёс"], id="right order"),
        pytest.param("кот /s пёс", "Кот спит. Пёс ест.", None, id="two sentences"),
        pytest.param("кот /s пёс", "Кот А. Б. Иванова и пёс", ["Кот", "пёс"], id="initials"),
        pytest.param("кот /s пёс", "кот из г. Тулы, пёс", ["кот", "пёс"], id="abbreviation"),
        pytest.param(RIVER, "Дом у реки: опять не всё сдали", ["Дом у реки", "не", "сдали"],
                     id="the example of the configuration"),
        pytest.param(RIVER, "Дом у реки сдали. Обман?", None, id="the example refuses"),
        pytest.param("name(Иванов)", "Ивановой и Ивановым", ["Ивановой", "Ивановым"], id="name"),
        pytest.param("name(Иванов, m)", "Ивановой", None, id="name of a man"),
        pytest.param("name(Иванов Иван)", "Иванов", None, id="full name needs its anchor"),
        pytest.param("brand(Ozon, Озон)", "Озоном и Ozon'у", ["Озоном", "Ozon'у"], id="brand"),
        pytest.param("brand(Озон)", "слой озона", None, id="brand gate"),
        pytest.param("brand(Озон, any)", "слой озона", ["озона"], id="brand in any case"),
        pytest.param("не /1 работает", "не работает", ["не", "работает"], id="frequent word"),
        pytest.param("Сбербанк-онлайн", "Сбербанк-Онлайне", ["Сбербанк-Онлайне"], id="hyphen"),
    ],
)  # fmt: skip
def test_a_watch_finds_what_it_says(query: str, text: str, expected: list[str] | None) -> None:
    """Words in all forms, phrases, distances and negation."""
    assert _found(query, text) == expected


def test_fields_are_told_apart() -> None:
    """title: and body: look in their own place only."""
    assert _found("title:(кот)", "кот", title="пёс") is None
    assert _found("title:(кот) body:(пёс)", "пёс", title="Кот") == ["Кот", "пёс"]


def test_a_phrase_does_not_cross_from_title_to_text() -> None:
    """The end of the title is an end."""
    assert _found('"дом реки"', "реки текут", title="Дом") is None


def test_what_a_watch_found_is_of_the_kind_watch() -> None:
    """With the word of the watch it is a form of."""
    matcher = Matcher([Watch(brand="Ромашка", queries=("обман /3 ^Роза",))])

    (match,) = matcher.match("", "Роза: обманом всех")

    assert match.kind == "watch"
    assert [(term.term, term.kind) for term in match.matched] == [
        ("Роза", "watch"),
        ("обман", "watch"),
    ]


def test_watches_share_words_and_keep_apart() -> None:
    """The same word in two watches is looked for once, and each is judged alone."""
    matcher = Matcher(
        [Watch(brand="a", queries=("кот пёс",)), Watch(brand="b", queries=("кот рыба",))]
    )

    assert [match.brand for match in matcher.match("", "кот и рыба")] == ["b"]


def test_a_watch_added_later_is_judged_too() -> None:
    """Its words join those the matcher looks for."""
    matcher = Matcher([Watch(brand="a", queries=("кот",))])
    matcher.add(Watch(brand="b", queries=("рыба /2 мошен*",)))

    assert [match.brand for match in matcher.match("", "рыба мошенника")] == ["b"]


def test_a_wrong_watch_is_refused_when_the_matcher_is_made() -> None:
    """With its place and mend, so the config check can show them."""
    with pytest.raises(WatchError, match=r"position 1.*bracket is not closed; add"):
        Matcher([Watch(brand="a", queries=("(кот",))])
