"""Floors for word forms and names in real news; the data stays outside the repository."""

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.matching import Matcher
from crawler.word_forms import surname_forms
from storage.records import Person, Watch
from tests.quality.news import Marked, News, is_form_of, one_word_of, read_news, surname_of

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "matching"
NEWS = DATA / "nerel_train"
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


@pytest.fixture(scope="module")
def news() -> list[News]:
    if not NEWS.exists():
        pytest.skip("the marked news are not here")
    return read_news(NEWS)


def test_surnames_in_real_news(news: list[News]) -> None:
    """Every form of everybody's surname, and few that are nobody's."""
    surnames = {surname for text in news for mark in text.marks if (surname := surname_of(mark))}

    recall, precision = spans(news, surnames, surname_of, "PERSON", person_watch)

    assert recall >= 0.98
    assert precision >= 0.983


def test_brands_of_one_word_in_real_news(news: list[News]) -> None:
    """Many of them are ordinary words, towns or people, too."""
    brands = {
        name
        for text in news
        for mark in text.marks
        if mark.kind == "ORGANIZATION" and (name := one_word_of(mark))
    }

    recall, precision = spans(news, brands, one_word_of, "ORGANIZATION", brand_watch)

    assert recall >= 0.965
    assert precision >= 0.87


def test_one_person_in_real_news(news: list[News]) -> None:
    """Texts about somebody known by full name, not about namesakes."""
    names: dict[str, str] = {}
    texts: dict[str, set[int]] = defaultdict(set)
    for number, text in enumerate(news):
        for mark in text.marks:
            if surname_of(mark):
                names[mark.entity] = mark.name
                texts[mark.entity].add(number)
    watches = [Watch(brand=f"q{key}z", persons=(person(name),)) for key, name in names.items()]
    matcher = Matcher(watches)

    found = {
        (match.brand[1:-1], number)
        for number, text in enumerate(news)
        for match in matcher.match("", text.text)
    }

    right = sum(number in texts[key] for key, number in found)
    assert right / sum(map(len, texts.values())) >= 0.87
    assert right / len(found) >= 0.98


def spans(
    news: list[News],
    names: set[str],
    name_of: Callable[[Marked], str],
    kind: str,
    watch: Callable[[str], Watch],
) -> tuple[float, float]:
    """Recall of the words marked as a form of a name, and how many hits lie in a mark."""
    matcher = Matcher([watch(name) for name in sorted(names)])
    wanted = found = hits = right = 0
    for text in news:
        stretches = {
            (match.brand.strip("0123"), term.start, term.end)
            for match in matcher.match("", text.text)
            for term in match.matched
        }
        hits += len(stretches)
        right += sum(text.is_within(kind, start, end) for _, start, end in stretches)
        due = {
            (name, offset)
            for mark in text.marks
            if mark.kind == kind and (name := name_of(mark)) in names
            for offset, word in text.words_of(mark)
            if is_form_of(word, name)
        }
        covered = {(name, place) for name, start, end in stretches for place in range(start, end)}
        wanted += len(due)
        found += len(due & covered)
    return found / wanted, right / hits


def person(name: str) -> Person:
    return Person(name=name, role="")


def person_watch(surname: str) -> Watch:
    """A brand nobody writes of; the surname stays readable in its name."""
    return Watch(brand=f"0123{surname}3210", persons=(person(surname),))


def brand_watch(name: str) -> Watch:
    return Watch(brand=name)
