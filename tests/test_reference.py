"""The reference pages say what the code says, and leave nothing out."""

import pytest

from tools.reference import FOLDER, keys, pages, tables


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_reference_page_is_what_the_code_says(name):
    """Who changes a command, a key or a table writes the pages anew: `make reference`."""
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name]


@pytest.mark.parametrize(("head", "chosen"), list(tables()))
def test_every_key_of_the_configuration_is_explained(head, chosen):
    """A comment beside the key, in the code or in the example, is where it is said."""
    unsaid = [key for key, _, meaning in keys(head, chosen) if not meaning]

    assert not unsaid
