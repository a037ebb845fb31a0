"""Words that are denied where they stand."""

import pytest

from storage.denial import is_denied


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("На складе пожар, пострадавших нет", "пострадавших"),
        ("Никто не пострадал", "пострадал"),
        ("Обошлось без жертв", "жертв"),
        ("Не подтвердилось: всё прошло без жертв", "жертв"),
        ("Пострадавших не было", "Пострадавших"),
        ("Не было пострадавших", "пострадавших"),
        ("Пожежа, загиблих немає", "загиблих"),
        ("Постраждалих не виявлено", "Постраждалих"),
        ("Fire at the warehouse, no injuries", "injuries"),
        ("Nobody was injured", "injured"),
        ("No one injured in the fire", "injured"),
        ("There were no serious injuries", "injuries"),
        ("Это не скандал", "скандал"),
    ],
)
def test_a_denied_word(text: str, word: str) -> None:
    """Before it, behind it, or with a word between."""
    assert is_denied(text, text.index(word), text.index(word) + len(word))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Есть пострадавшие, врачей нет", "пострадавшие"),
        ("Воды нет, жертвы есть", "жертвы"),
        ("Это не только скандал", "скандал"),
        ("Не ответили. Скандал растёт", "Скандал"),
        ("Пострадавшим не помогли", "Пострадавшим"),
        ("Two injured, no comment", "injured"),
        ("скандал", "скандал"),
        ("Пожар не обошёлся без пострадавших", "пострадавших"),
        ("Без жертв не обошлось", "жертв"),
        ("Ни дня без скандала", "скандала"),
        ("Не обійшлося без постраждалих", "постраждалих"),
        ("Ні дня без скарг", "скарг"),
        ("Not without victims", "victims"),
        ("Обману нет предела", "Обману"),
    ],
)
def test_a_word_that_stands(text: str, word: str) -> None:
    """A denial of something else near by changes nothing."""
    assert not is_denied(text, text.index(word), text.index(word) + len(word))
