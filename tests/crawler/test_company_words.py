"""Words before a name that say it is a company's."""

import pytest

from crawler.company_words import announces_company


@pytest.mark.parametrize("word", ["ООО", "тов", "банка", "Газете", "клубом", "мережі", "LLC"])
def test_trades_and_legal_forms_announce_companies(word: str) -> None:
    """In every form and case."""
    assert announces_company(word)


@pytest.mark.parametrize("word", ["", "в", "аэропорт", "сказал", "\ud800", "ооооо"])
def test_other_words_announce_nobody(word: str) -> None:
    """Whatever they are."""
    assert not announces_company(word)
