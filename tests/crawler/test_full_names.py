"""A full name is taken apart in either order."""

import pytest

from crawler.full_names import is_person_name, split_full_name


@pytest.mark.parametrize(
    ("name", "given", "surname"),
    [
        ("Иванов Иван Петрович", "Иван Петрович", "Иванов"),
        ("Иван Петрович Римский-Корсаков", "Иван Петрович", "Римский Корсаков"),
        ("Кравець Олег Ілліч", "Олег Ілліч", "Кравець"),
        ("Новиков Алексей Силыч", "Алексей Силыч", "Новиков"),
        ("Иванов, Иван", "Иван", "Иванов"),
        ("Иванов Иван", "Иван", "Иванов"),
        ("Роман Абрамович", "Роман", "Абрамович"),
        ("Светлана Алексиевич", "Светлана", "Алексиевич"),
        ("Шушкевич Станислав", "Станислав", "Шушкевич"),
        ("Иван Иванович", "", "Иван Иванович"),
        ("Усама бен Ладен", "Усама", "Ладен"),
        ("Ким Чен Ир", "", "Ким Чен Ир"),
    ],
)
def test_a_full_name_is_taken_apart(name: str, given: str, surname: str) -> None:
    """Patronymics of both languages tell where; a surname that ends like one is told from them."""
    assert split_full_name(name) == (given.split(), surname.split())


def test_a_brand_may_be_a_person() -> None:
    """Whoever has a patronymic is one."""
    assert is_person_name("Кравець Олег Ілліч")
    assert not is_person_name("Почта России")
