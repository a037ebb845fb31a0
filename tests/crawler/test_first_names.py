"""The same first name in two languages, with a wrong letter, or short."""

import pytest

from crawler.first_names import is_likely_same, other_spellings, short_names


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Николай", "микола"),
        ("Микола", "николай"),
        ("Александр", "олександр"),
        ("Дмитро", "дмитрий"),
    ],
)
def test_a_first_name_has_its_twin_in_the_other_language(name: str, other: str) -> None:
    """Both ways; an unknown one is only itself."""
    assert other in other_spellings(name)
    assert other_spellings("Джефф") == {"джефф"}


@pytest.mark.parametrize(
    ("word", "name", "same"),
    [
        ("мохаммед", "мухаммед", True),
        ("джорджио", "джорджо", True),
        ("джефф", "джеффри", True),
        ("кристофер", "крис", True),
        ("александр", "алексей", False),
        ("марта", "мария", False),
        ("иван", "ивар", False),
        ("олег", "ольга", False),
        ("", "", False),
    ],
)
def test_likely_the_same(word: str, name: str, same: bool) -> None:
    """One letter of a long name, or the beginning of one; never another name."""
    assert is_likely_same(word, frozenset({name})) == same


@pytest.mark.parametrize(
    ("name", "called"),
    [("Александр", "саша"), ("Олександра", "саша"), ("Екатерина", "катя"), ("Пётр", "peter")],
)
def test_people_are_called_by_short_names(name: str, called: str) -> None:
    """And by English ones in English; neither makes another name of it, nor an initial."""
    assert called in short_names(name)
    assert called not in other_spellings(name)
    assert not short_names("Джефф")
