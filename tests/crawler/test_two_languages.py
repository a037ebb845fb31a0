"""Surnames as the other language spells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.two_languages import russian_spellings, ukrainian_spellings


@pytest.mark.parametrize(
    ("russian", "ukrainian"),
    [
        ("Зеленский", "зеленський"),
        ("Соловьёв", "соловйов"),
        ("Путин", "путін"),
        ("Медведев", "медведєв"),
        ("Шмыгаль", "шмигаль"),
        ("Ермак", "єрмак"),
        ("Сергеев", "сергєєв"),
        ("Киселёв", "кисельов"),
        ("Высоцкая", "висоцька"),
        ("Соловьев", "соловйов"),
        ("Васильев", "васильєв"),
        ("Игнатьев", "ігнатьєв"),
        ("Григорьев", "григор'єв"),
        ("Зиновьева", "зинов'єва"),
        ("Горбачёв", "горбачов"),
        ("Хрущев", "хрущов"),
        ("Пугачева", "пугачова"),
        ("Киселев", "кисельов"),
        ("Бугаёв", "бугайов"),
        ("Лукьянов", "лук'янов"),
        ("Демьяненко", "дем'яненко"),
        ("Дьяченко", "дяченко"),
        ("Белов", "бєлов"),
        ("Медведев", "мєдвєдєв"),
        ("Сечин", "сєчін"),
        ("Белинский", "бєлінський"),
        ("Цветаева", "цвєтаєва"),
        ("Ильин", "ільїн"),
        ("Кравец", "кравець"),
        ("Бондарь", "бондар"),
    ],
)
def test_a_russian_surname_in_ukrainian(russian: str, ukrainian: str) -> None:
    """Among the few spellings in use."""
    assert ukrainian in ukrainian_spellings(russian)
    assert len(ukrainian_spellings(russian)) <= 12


@pytest.mark.parametrize(
    ("ukrainian", "russian"),
    [
        ("Зеленський", "зеленский"),
        ("Залужний", "залужный"),
        ("Соловйов", "соловьёв"),
        ("Єрмак", "ермак"),
        ("Лук'яненко", "лукьяненко"),
        ("Лук’яненко", "лукьяненко"),
        ("Шмигаль", "шмыгаль"),
    ],
)
def test_a_ukrainian_surname_in_russian(ukrainian: str, russian: str) -> None:
    """Among the few spellings in use."""
    assert russian in russian_spellings(ukrainian)


@given(st.text(max_size=30))
def test_any_string_has_few_spellings(text: str) -> None:
    """None of them itself."""
    for spellings in (ukrainian_spellings(text), russian_spellings(text)):
        assert text.lower() not in spellings
        assert len(spellings) <= 24
