"""Who is kin: brands of one holding, and people with a brand of their own."""

from typing import Any

import pytest

from nabat.config import Settings
from nabat.families import families

DIRECTOR = {"person": [{"name": "Иванов Пётр Ильич"}]}


def brand(name: str, **fields: Any) -> dict[str, Any]:
    """One table of the config."""
    return {"name": name, **fields}


@pytest.mark.parametrize(
    ("brands", "found"),
    [
        ([brand("А"), brand("Б")], []),
        ([brand("А", holding="Г"), brand("Б", holding=" г ")], [("А", "Б")]),
        ([brand("А", holding="Г"), brand("Б", holding="Д")], []),
        ([brand("А", holding="Г")], []),
        ([brand("иванов петр  ильич"), brand("А", **DIRECTOR)], [("А", "иванов петр  ильич")]),
        ([brand("А", **DIRECTOR), brand("ПИ", aliases=["Иванов Пётр Ильич"])], [("А", "ПИ")]),
        (
            [
                brand("Иванов Пётр Ильич"),
                brand("А", holding="Г", **DIRECTOR),
                brand("В"),
                brand("Б", holding="Г"),
            ],
            [("А", "Б", "Иванов Пётр Ильич")],
        ),
        (
            [brand("А", holding="1"), brand("Б", holding="2"), brand("В", holding="2"),
             brand("Д", holding="1")],
            [("А", "Д"), ("Б", "В")],
        ),
    ],
    ids=[
        "strangers", "one holding", "two holdings", "alone", "a person", "a person by alias",
        "a holding and its person", "two families",
    ],
)  # fmt: skip
def test_families(brands: list[dict[str, Any]], found: list[tuple[str, ...]]) -> None:
    """Companies before their people, the rest in the order of the file."""
    assert families(Settings.model_validate({"brand": brands}).brand) == found
