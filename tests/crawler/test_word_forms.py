"""Forms of names and words: rules and dictionary together, and the rules alone."""

import pytest

from crawler.word_forms import asked_forms, brand_forms, given_name_forms, surname_forms, word_forms


@pytest.mark.parametrize(
    ("surname", "expected"),
    [
        pytest.param(
            "Иванов", "иванова иванову ивановым иванове ивановой ивановы ивановых", id="ов"
        ),
        pytest.param("Пушкин", "пушкина пушкиным пушкиной пушкины пушкиными", id="ин"),
        pytest.param("Достоевский", "достоевского достоевская достоевскую достоевских", id="ский"),
        pytest.param("Толстой", "толстого толстым толстая толстые", id="ой"),
        pytest.param("Зимний", "зимнего зимней зимняя зимних", id="soft adjective"),
        pytest.param("Жилец", "жильца жильцу жильцы", id="fleeting vowel"),
        pytest.param("Воробей", "воробья воробью воробьем", id="ей"),
        pytest.param("Гоголь", "гоголя гоголю гоголем", id="soft sign"),
        pytest.param("Кафка", "кафки кафке кафку кафкой", id="noun in а"),
        pytest.param("Данелия", "данелии данелию данелией", id="ия"),
        pytest.param("Бонч-Бруевич", "бонч-бруевича бонч-бруевичем", id="first half stays"),
        pytest.param("Соловьёв-Седой", "соловьёва-седого соловьёвым-седым", id="both halves"),
        pytest.param("Черных", "черных", id="indeclinable"),
    ],
)
def test_rules_alone_decline_a_russian_surname(surname: str, expected: str) -> None:
    """No dictionary is asked, so a name nobody has seen is as good as a known one."""
    assert set(expected.split()) <= surname_forms(surname, "ru", dictionary=False)


@pytest.mark.parametrize(
    ("surname", "expected"),
    [
        pytest.param("Шевченко", "шевченка шевченкові шевченком", id="о"),
        pytest.param("Кравець", "кравця кравцеві кравцем кравче", id="ець"),
        pytest.param("Вовк", "вовка вовкові вовче", id="vocative"),
        pytest.param("Зеленський", "зеленського зеленська зеленською", id="ський"),
        pytest.param("Ковалів", "коваліва ковалева", id="ів"),
        pytest.param("Лук'яненко", "лук'яненка лук'яненком", id="apostrophe"),
        pytest.param("Вітер", "вітра вітром", id="fleeting е"),
    ],
)
def test_rules_alone_decline_a_ukrainian_surname(surname: str, expected: str) -> None:
    """All seven cases, with the sounds that alternate."""
    assert set(expected.split()) <= surname_forms(surname, "uk", dictionary=False)


def test_a_known_sex_leaves_the_other_out() -> None:
    """For a man «Ивановой» is somebody else; the plural stays for both."""
    man, woman = (surname_forms("Иванов", gender=gender) for gender in ("m", "f"))

    assert "ивановой" not in man
    assert "ивановым" in man & surname_forms("Иванов")
    assert "иванове" not in woman
    assert "ивановы" in man & woman


@pytest.mark.parametrize(
    "surname", ["", "я", "-", "о-", "ъ", "Ё", "x", "Smith", "123", "а" * 5_000]
)
@pytest.mark.parametrize("lang", ["ru", "uk"])
def test_any_string_has_forms(surname: str, lang: str) -> None:
    """Itself at least."""
    assert surname.lower() in surname_forms(surname, lang)


def test_a_first_name_declines_in_both_languages() -> None:
    """From the dictionary when it has the name, else by rule."""
    assert {"ивана", "ивану", "иваном"} <= given_name_forms("Иван")
    assert {"барака", "бараку", "бараком"} <= given_name_forms("Барак")


@pytest.mark.parametrize(
    ("brand", "expected"),
    [
        pytest.param("Ромашка", "ромашки ромашкой ромашці romashka", id="dictionary word"),
        pytest.param("Газпром", "газпрома газпромом газпромі gazprom", id="unknown word"),
        pytest.param("Ozon", "озон озоном ozon ozonом ozons", id="Latin"),
        pytest.param("Коммерсантъ", "коммерсантъ коммерсанта", id="old spelling"),
        pytest.param("Сбер-Онлайн", "сбер-онлайна сбер-онлайне", id="hyphen"),
    ],
)
def test_a_brand_has_forms_in_both_scripts(brand: str, expected: str) -> None:
    """Cases in Russian and Ukrainian, Latin with Cyrillic endings, and the other script."""
    assert set(expected.split()) <= brand_forms(brand)


def test_a_verb_brings_its_participles() -> None:
    """One headword finds what was done and who did it."""
    assert {"обманул", "обманувший", "обманутых"} <= word_forms("обмануть")
    assert {"arrested", "arresting", "arrests"} <= word_forms("arrest")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("суд", {"суд", "судом", "суды"}, id="an ordinary word"),
        pytest.param("Пригожин", {"пригожина", "пригожиной", "пригожиным"}, id="a surname"),
        pytest.param("Зеленський", {"зеленського", "зеленською"}, id="a Ukrainian one"),
        pytest.param("Ozon", {"ozonом", "озоном"}, id="a Latin brand"),
        pytest.param("2026", {"2026"}, id="a number"),
        pytest.param("lawsuits", {"lawsuit", "lawsuits"}, id="an English plural"),
        pytest.param("companies", {"company", "companies"}, id="one in -ies"),
        pytest.param("Losses", {"loss", "losses"}, id="one in -es"),
        pytest.param("accused", {"accuse", "accuses", "accusing"}, id="an English past"),
        pytest.param("banning", {"ban", "bans", "banning"}, id="a doubled letter"),
        pytest.param("об’єкт", {"об'єкт", "об'єкта", "об'єктів"}, id="an apostrophe"),
    ],
)
def test_a_search_asks_for_every_form(word: str, expected: set[str]) -> None:
    """A word with a capital may be anybody's name."""
    assert expected <= asked_forms(word)


def test_a_word_without_a_capital_is_no_name() -> None:
    """It brings its own forms and no transliterations."""
    assert "sud" not in asked_forms("суд")


@pytest.mark.parametrize("word", ["news", "press", "crisis", "ed", "2026s"])
def test_what_only_looks_like_a_plural_has_no_base(word: str) -> None:
    """A search for news finds nothing that is new."""
    assert not {"new", "pres", "crisi", "", "2026"} & asked_forms(word)
