"""Signs around a word show that it is a name."""

import pytest

from crawler.marks import is_address, is_marked


@pytest.mark.parametrize(
    ("text", "marked", "address"),
    [
        ("«Озон»", True, False),
        ('"Озон"', True, False),
        ("(Озон)", True, False),
        ("«Озон вырос»", False, False),
        ("Озон", False, False),
        ("@Озон", True, True),
        ("#Озон", True, True),
        ("Озон.рф", True, True),
        ("t.me/Озон", True, True),
        ("vk.com/@Озон", True, True),
    ],
)
def test_quotes_and_addresses_mark_a_name(text: str, marked: bool, address: bool) -> None:
    """Quotes do when they hold the name alone; an address always."""
    start = text.index("Озон")

    assert is_marked(text, start, start + 4) == marked
    assert is_address(text, start, start + 4) == address
