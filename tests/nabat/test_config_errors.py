"""What is wrong with a configuration is said in the words of its file, with the mend."""

from pathlib import Path

import pytest

from nabat.config import load
from nabat.config_errors import mend_of
from nabat.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = “Ромашка”", "straight quotes"),
        ("aliases = [«Ромашка»]", "straight quotes"),
        ('name = "Ромашка”', "straight quotes"),
        ("\xa0\xa0name = 'А'", "no ordinary space"),
        ("name\xa0= 'А'", "no ordinary space"),
        ("name = Ромашка", "in quotes"),
        ("any_case = True", "true or false"),
        ("any_case = да", "true or false"),
        ("имя = 'А'", "Latin letters"),
        ("name: 'А'", "write = between"),
        ('name = "ООО "А""', "ends at its second quote"),
        ('name = "А\\d"', "single quotes"),
        ('name = "А\\Users"', "single quotes"),
        ('name = "А', "close the quote"),
        ("aliases = ['А'\n", "close the list"),
        ("name = 'А'\nname = 'Б'", "the key is there twice"),
        ("[crawl]\n[crawl]", "the table is there twice"),
        ("steps = [{\nwhat = 'А' }]", "on one line"),
    ],
)
def test_what_is_no_toml_is_told_with_its_mend(tmp_path: Path, text: str, said: str) -> None:
    """What people bring along from a word processor, and from other formats."""
    path = tmp_path / "nabat.toml"
    path.write_text(f"[[brand]]\n{text}\n[spike]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"not valid TOML: .* line .*; .*{said}"):
        load(path)


def test_what_nobody_knows_a_mend_for_is_told_as_it_is() -> None:
    """No guess is better than a wrong one."""
    assert mend_of("Invalid value (at line 1, column 5)", "a = ?") == ""
    assert mend_of("Expected ']' (at end of document)", "[a") == ""
