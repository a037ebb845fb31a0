"""What comes from a page cannot play with the terminal."""

import pytest

from nabat.terminal import clean, clean_lines


@pytest.mark.parametrize(
    "text",
    ["\x1b[31mred", "bell\x07", "a\u202eb", "zero\u200bwidth", "one\ntwo", "a\u2028b", "\ud800"],
)
def test_nothing_moves_the_cursor_or_turns_the_text(text: str) -> None:
    """Control characters and direction marks become spaces."""
    cleaned = clean(text)

    assert cleaned.isprintable()
    assert len(cleaned) == len(text)


def test_letters_of_all_scripts_stay() -> None:
    """Only what is not shown is taken away."""
    text = "«Ромашка» — її 日本 עברית 🟠"

    assert clean(text) == text


def test_the_lines_of_a_text_stay() -> None:
    """Each is cleaned by itself."""
    assert clean_lines("one\x9b2J\n  two\r") == "one 2J\n  two "
