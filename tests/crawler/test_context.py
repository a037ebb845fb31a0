"""About twenty marks tell a flower from a company, and never cost the company its news."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.context import ContextFilter, learn

PLACES = ("саду", "поле", "лугу", "вазе", "парке", "лесу", "клумбе", "дворе", "горшке", "овраге")
CITIES = ("Туле", "Омске", "Орле", "Пскове", "Твери", "Уфе", "Чите", "Перми", "Сочи", "Казани")
FLOWERS = [f"Ромашка аптечная цветёт, лепестки белые, растёт в {place}" for place in PLACES]
SHOPS = [f"Компания Ромашка открыла магазин, покупатели ждут скидок в {city}" for city in CITIES]


@pytest.fixture
def taught() -> ContextFilter:
    made = learn(FLOWERS, SHOPS)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("text", "is_other"),
    [
        ("Лепестки ромашки аптечной цветут недолго", True),
        ("Магазин компании Ромашка оштрафован, покупатели жалуются", False),
        ("Ромашка", False),
        ("В магазине компании лепестки белые", False),
        ("", False),
    ],
    ids=["flower", "company", "name alone", "both", "nothing"],
)
def test_words_around_the_name_tell(taught: ContextFilter, text: str, is_other: bool) -> None:
    """In doubt it is the brand."""
    assert taught.judge(text).is_other is is_other


def test_a_verdict_is_explained(taught: ContextFilter) -> None:
    """The words that led to it, not those that spoke against it."""
    words = taught.judge("Лепестки белые, магазин").words

    assert set(words) == {"лепес", "белые"}


@pytest.mark.parametrize(
    ("others", "own"),
    [
        pytest.param(FLOWERS[:9], SHOPS, id="too few"),
        pytest.param(FLOWERS + FLOWERS, SHOPS[:4], id="one side"),
        pytest.param([FLOWERS[0]] * 20, SHOPS, id="reprints"),
        pytest.param(FLOWERS[:5] + SHOPS[:5], FLOWERS[5:] + SHOPS[5:], id="contradicting"),
        pytest.param([], [], id="none"),
    ],
)
def test_poor_marks_teach_nothing(others: list[str], own: list[str]) -> None:
    """No filter is better than one that loses mentions."""
    assert learn(others, own) is None


def test_a_mark_taken_back_is_forgotten(taught: ContextFilter) -> None:
    """The same marks give the same filter, whatever was marked in between."""
    text = "Ромашка цветёт в магазине"
    learn([*FLOWERS, text], SHOPS)
    again = learn(FLOWERS, SHOPS)

    assert again is not None
    assert again.judge(text) == taught.judge(text)


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    """Hostile input is normal."""
    made = learn(FLOWERS, SHOPS)

    assert made is not None
    assert 0 <= made.judge(text).probability <= 1
