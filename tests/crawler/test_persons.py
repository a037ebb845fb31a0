"""A surname is told from towns, letters and namesakes, in both languages."""

import pytest

from crawler.matching import Matcher
from storage.records import Person, Watch


def named(name: str, text: str) -> list[str]:
    """What a watch for one person finds."""
    matcher = Matcher([Watch(brand="ъъъ", persons=(Person(name=name, role=""),))])
    return [term.text for match in matcher.match("", text) for term in match.matched]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("Вашингтон", "Вашингтон против", [], id="a town"),
        pytest.param("Вашингтон", "Уго Вашингтон. Вашингтон", ["Вашингтон"] * 2, id="a person"),
        pytest.param("Вашингтон", "музей имени Вашингтона", ["Вашингтона"], id="named after"),
        pytest.param("Вашингтон", "музей имени\u00a0Вашингтона", ["Вашингтона"], id="one line"),
        pytest.param("Орлов Глеб", "Глеб Орлов, А.\u2009Орлов", ["Орлов"], id="a thin space"),
        pytest.param("Петренко", "https://a.ru/b\nпетренко", ["петренко"], id="after an address"),
        pytest.param("Петренко", "https://a.ru/b-петренко", [], id="in an address"),
        pytest.param("Гоу", "управление ГОУ ждёт", [], id="an abbreviation"),
        pytest.param("Гоу", "СУДЬЯ ГОУ ЖДЁТ", ["ГОУ"], id="all in capitals"),
        pytest.param("II", "орден II степени", [], id="a degree"),
        pytest.param("II", "Павел II умер", ["II"], id="a pope"),
        pytest.param("III", "Отечества III степени", [], id="a degree after a capital"),
        pytest.param("СССР", "артист СССР Лев Дуров", [], id="a country"),
        pytest.param("Усама бен Ладен", "Усамы бен Ладена", ["Ладена"], id="a particle between"),
        pytest.param("Орлов Иван", "Ивaн Орлов", ["Орлов"], id="first name of two scripts"),
        pytest.param("Доминик де Вильпен", "Доминик де Вильпен", ["Вильпен"], id="another one"),
        pytest.param("Жан-Поль Сартр", "Жан-Поль Сартр", ["Сартр"], id="double first name"),
        pytest.param("Миа Фэрроу", "брат Мии Фэрроу", ["Фэрроу"], id="rare first name"),
        pytest.param("Анджелина Джоли", "с Анжелиной Джоли", ["Джоли"], id="a letter of a name"),
        pytest.param("Джеффри Уильямс", "Джефф Уильямс", ["Уильямс"], id="short first name"),
        pytest.param("Орлов Александр", "Алексей Орлов", [], id="a namesake"),
        pytest.param("Орлов Глеб Викторович", "Виктор Орлов", [], id="the father"),
        pytest.param("Зеленський Володимир", "Зеленський Володимир", ["Зеленський"], id="turned"),
        pytest.param("Зеленський Володимир", "Зеленського Володимира", ["Зеленського"], id="both"),
        pytest.param("Зеленский Владимир", "Володимира Зеленського", ["Зеленського"], id="to uk"),
        pytest.param("Зеленський Володимир", "Владимиру Зеленскому", ["Зеленскому"], id="to ru"),
        pytest.param("Соловьёв Николай", "Микола Соловйов", ["Соловйов"], id="both spelled anew"),
        pytest.param("Юрьев", "скарга на Юр'єва", ["Юр'єва"], id="an apostrophe for a soft sign"),
        pytest.param("Залужний Валерій", "Валерия Залужного", ["Залужного"], id="adjective"),
        pytest.param("Орлов Николай", "М. Орлов", ["Орлов"], id="initial of Микола"),
        pytest.param("Орлов Глеб Ильич", "Глеба Петровича Орлова", [], id="another's son"),
        pytest.param("Орлов Глеб Ильич", "Глеба Ильича Орлова", ["Орлова"], id="his own father's"),
        pytest.param("Орлов Глеб Ильич", "Г. П. Орлов, Орлов Г. П.", [], id="another's initials"),
        pytest.param("Орлов Глеб Ильич", "Г. И. Орлов, Орлов Г.", ["Орлов"] * 2, id="his own"),
        pytest.param("Орлов Глеб", "Глеб Петрович Орлов, Г. П. Орлов", ["Орлов"] * 2, id="untold"),
        pytest.param(
            "Орлов Олег Алексеевич", "Олег Олексійович Орлов", ["Орлов"], id="father's other name"
        ),
        pytest.param("Орлов Олег Алексеевич", "О.О. Орлов", ["Орлов"], id="and its initial"),
        pytest.param("Орлов Олег Сергеевич", "Олег Сергеич Орлов", ["Орлов"], id="as people say"),
        pytest.param(
            "Орлов Глеб", "Г. Орлов и Орлов. Анна спит", ["Орлов"] * 2, id="the next sentence"
        ),
        pytest.param(
            "Орлов Глеб", "Г. Орлов спит. Анна. Орлов", ["Орлов"] * 2, id="the one before"
        ),
        pytest.param("Орлов Дж.", "Дж. Орлов", ["Орлов"], id="a shortened first name"),
        pytest.param("Орлов Г.П.", "Г. П. Орлову", ["Орлову"], id="known by initials"),
        pytest.param("Орлов Г.П.", "с Глебом Орловым", ["Орловым"], id="a name they stand for"),
        pytest.param("Орлов Г.П.", "Иван Орлов, П. Орлов", [], id="names they do not stand for"),
        pytest.param("Иванов И.П.", "Пётр Иванов", [], id="a surname that a name could be"),
        pytest.param("Орлов І.П.", "Иван Орлов", ["Орлов"], id="an initial in the other language"),
        pytest.param("Орлов И.П.", "И Орлов", [], id="a conjunction"),
        pytest.param("Орлов Глеб", "уволен Орлов Г.", ["Орлов"], id="an initial that ends a text"),
        pytest.param("Орлов Глеб Аман оглы", "Глеба Орлова", ["Орлова"], id="son of Аман"),
    ],
)
def test_a_surname_is_whose_it_is(name: str, text: str, expected: list[str]) -> None:
    """By the words beside it."""
    assert named(name, text) == expected
