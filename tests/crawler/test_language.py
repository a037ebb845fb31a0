"""Languages told apart by letters where they can be, by pieces of words where not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.language import detect


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        pytest.param("Застройщик обманул дольщиков", "ru", id="Russian"),
        pytest.param("Компания опять молчит", "ru", id="Russian, common letters"),
        pytest.param("Забудовник обдурив людей", "uk", id="Ukrainian, common letters"),
        pytest.param("Компанія знову мовчить", "uk", id="Ukrainian"),
        pytest.param("достроково без жодного скандалу", "uk", id="Ukrainian, by the dictionary"),
        pytest.param("у дяди Вани", "ru", id="Russian, by the dictionary"),
        pytest.param("The company is silent", "en", id="English"),
        pytest.param("Не работает iPhone Pro Max", "ru", id="Russian with a foreign name"),
        pytest.param("#печаль #грусть", "ru", id="hashtags"),
        pytest.param("Ужасно https://very.long.example/address/of/page", "ru", id="link"),
        pytest.param("Das Unternehmen ist nicht erreichbar", "other", id="German"),
        pytest.param("La empresa no contesta a los clientes", "other", id="Spanish"),
        pytest.param("Кампанія зноў маўчыць", "other", id="Belarusian"),
        pytest.param("会社は沈黙している", "other", id="Japanese"),
        pytest.param("👍 100 %!", "", id="no letters"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_short_text_tells_its_language(text: str, lang: str) -> None:
    """A few words are enough."""
    assert detect(text) == lang


@given(st.text())
def test_any_string_has_an_answer(text: str) -> None:
    """Hostile input is normal."""
    assert detect(text) in ("ru", "uk", "en", "other", "")
