"""A brand is told from towns, people and ordinary words of the same name."""

import pytest

from crawler.matching import Matcher
from storage.records import Watch

BRANDS = (
    "Барселона", "Эдвардс", "Алиса", "Наши", "Нова", "Экономист", "Челси", "Ромашка", "Sony",
    "Калашников", "Касперский", "Лента", "Apple",
)  # fmt: skip


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher([Watch(brand=brand) for brand in BRANDS])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Живёт в Барселоне", [], id="a town"),
        pytest.param("Аэропорт Барселоны закрыт", [], id="nothing says it is no town"),
        pytest.param("Клуб Барселона проиграл", ["Барселона"], id="its trade"),
        pytest.param("«Барселона» проиграла", ["Барселона"], id="quotes"),
        pytest.param("ООО Барселона", ["Барселона"], id="legal form"),
        pytest.param("Вчера.\nКлуб Барселона", ["Барселона"], id="its trade begins a paragraph"),
        pytest.param("Вот\u00a0клуб\u00a0Барселона", ["Барселона"], id="spaces that do not break"),
        pytest.param("Вот клуб  Барселона", ["Барселона"], id="two spaces"),
        pytest.param("Вчера\nРоберт Эдвардс", [], id="a person begins a paragraph"),
        pytest.param("Роберт\n\nЭдвардс лжёт", ["Эдвардс"], id="no word of another paragraph"),
        pytest.param("Уход Алисы\u2009Вокс", [], id="somebody's first name and a thin space"),
        pytest.param("Ждут.\n—\u00a0Наши ждут", [], id="a pronoun begins what is said"),
        pytest.param("Остров Новая\u00a0Гвинея", [], id="an adjective and its noun"),
        pytest.param("#Барселона", ["Барселона"], id="hashtag"),
        pytest.param("Клубы Барселоны", [], id="clubs of the town"),
        pytest.param(
            "«Барселона» в Барселоне. За Барселону!", ["Барселона", "Барселону"], id="both"
        ),
        pytest.param("Приз взял Роберт Эдвардс", [], id="a person"),
        pytest.param("Р. Эдвардс. Коллеги Эдвардса рады", [], id="the person again"),
        pytest.param("Роберт Эдвардс и «Эдвардс»", ["Эдвардс"], id="the person and the brand"),
        pytest.param("Акции Эдвардса", ["Эдвардса"], id="nobody's first name"),
        pytest.param("Уход Алисы Вокс", [], id="somebody's first name"),
        pytest.param("Группа «Алиса» и Алиса", ["Алиса", "Алиса"], id="a band"),
        pytest.param("Наши ждут", [], id="a pronoun begins a sentence"),
        pytest.param("За «Наших». Наши ждут", ["Наших", "Наши"], id="a name all the same"),
        pytest.param("Книга «Наши дни»", [], id="a longer title"),
        pytest.param("Остров Новая Гвинея", [], id="an adjective"),
        pytest.param("Экономисты спорят", [], id="a plural"),
        pytest.param("Лента новостей обновлена", [], id="of something, not a name"),
        pytest.param("Стрічка: Лента новин", [], id="of something in Ukrainian"),
        pytest.param("Лента денег так и не вернула", ["Лента"], id="what it did not do"),
        pytest.param("Лента покупателей обманула", ["Лента"], id="what it did to whom"),
        pytest.param("«Лента» новостей не сообщает", ["Лента"], id="quotes before a genitive"),
        pytest.param("She ate an apple at Apple", ["Apple"], id="an English word"),
        pytest.param("Новый apple watch сломался", ["apple"], id="an English word among Russian"),
        pytest.param("#apple, @apple", ["apple", "apple"], id="an English word as a tag"),
        pytest.param("В районе Челси", [], id="a district"),
        pytest.param("Вышла с дочерью Челси", [], id="a daughter"),
        pytest.param("Дочка Ромашки и Ромашка", ["Ромашки", "Ромашка"], id="a subsidiary"),
        pytest.param("Врач Анна Ромашка", [], id="a surname"),
        pytest.param("Из Ромашки. Из Ромашки", ["Ромашки", "Ромашки"], id="no first name"),
        pytest.param("Але Ромашка мовчить", ["Ромашка"], id="no first name in Ukrainian"),
        pytest.param("Рада Ромашки вирішила", ["Ромашки"], id="a council of its own"),
        pytest.param("Вера Ромашка и Вера Ромашки", [], id="a person all the same"),
        pytest.param("Поёт Анна Калашникова", [], id="a woman of that surname"),
        pytest.param("Анна и Пётр Калашниковы", [], id="a couple of that surname"),
        pytest.param("Фирма, где Наталья Касперская", [], id="a woman of a surname in -ий"),
        pytest.param("Вышло в интервью Ефимов Sony", ["Sony"], id="no surname in other letters"),
        pytest.param("Ромашку закрыли", ["Ромашку"], id="nothing speaks against it"),
        pytest.param("Соня спит, Соню будят", [], id="not what Sony is read as"),
        pytest.param("Игры Сони", ["Сони"], id="what Sony is read as"),
    ],
)
def test_what_stands_beside_a_name_tells_what_it_is(
    matcher: Matcher, text: str, expected: list[str]
) -> None:
    """Towns need an anchor, people have first names, sentences give capitals."""
    found = [term.text for match in matcher.match("", text) for term in match.matched]

    assert found == expected


def test_the_title_is_no_neighbour_of_the_text(matcher: Matcher) -> None:
    """What stands before the first word of a text is the beginning of its line."""
    assert matcher.match("Умер Роберт", "Эдвардс рад")
    assert not matcher.match("Весь клуб", "Барселона ждёт")
    assert matcher.match("Новости", "Клуб Барселона ждёт")


def test_who_asks_for_any_case_is_given_every_place() -> None:
    """No anchor is asked for then."""
    matcher = Matcher([Watch(brand="Барселона", any_case=True)])

    assert matcher.match("", "аэропорт барселоны")
