"""Floors for word forms, measured on lists that stay outside the repository."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from crawler.word_forms import surname_forms

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "matching"
RUSSIAN, UKRAINIAN = DATA / "surnames_ru.tsv", DATA / "surnames_uk.json"
APOSTROPHES = str.maketrans("’ʼ", "''")


@pytest.mark.skipif(not RUSSIAN.exists(), reason="the list of surnames is not here")
@pytest.mark.parametrize(
    ("dictionary", "floor"), [(True, 0.9995), (False, 0.999)], ids=["dictionary", "rules alone"]
)
def test_russian_surnames_in_all_forms(dictionary: bool, floor: float) -> None:
    """All cases, both sexes, plural; about a dozen forms a name at the most."""
    families: dict[str, set[str]] = defaultdict(set)
    for line in RUSSIAN.read_text("utf-8").splitlines()[1:]:
        lemma, word, _ = line.lower().replace("ё", "е").split("\t")
        families[lemma].add(word)

    forms = {
        lemma: {form.replace("ё", "е") for form in surname_forms(lemma, dictionary=dictionary)}
        for lemma in families
    }

    found = sum(len(words & forms[lemma]) for lemma, words in families.items())
    assert found / sum(map(len, families.values())) >= floor
    assert sum(map(len, forms.values())) / len(forms) <= 12


@pytest.mark.skipif(not UKRAINIAN.exists(), reason="the list of surnames is not here")
def test_ukrainian_surnames_in_all_forms() -> None:
    """All seven cases of names of both sexes."""
    found = total = 0
    for person in json.loads(UKRAINIAN.read_text("utf-8")):
        cases = [
            names["familyName"].lower().translate(APOSTROPHES)
            for names in person["grammaticalCases"].values()
        ]
        forms = surname_forms(cases[0], "uk")
        found += sum(case in forms for case in cases)
        total += len(cases)

    assert found / total >= 0.995
