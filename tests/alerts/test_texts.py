"""Numbers, plurals, times and lengths in three languages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter

import pytest

from alerts.phrases import words
from alerts.texts import LANGUAGES, Speech, plural_form, zone
from tests.alerts.making import NOON

ROOMS = [Path(__file__).resolve().parents[2] / room for room in ("alerts", "nabat")]


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 дней"), (1, "1 день"), (2, "2 дня"), (5, "5 дней"), (11, "11 дней"), (14, "14 дней"),
     (21, "21 день"), (22, "22 дня"), (111, "111 дней"), (1002, "1 002 дня")],
)  # fmt: skip
def test_russian_plurals(number: int, said: str) -> None:
    """One, few, many."""
    assert Speech("ru").count(number, "day").replace("\u00a0", " ") == said


@pytest.mark.parametrize(("number", "said"), [(1, "1 крок"), (3, "3 кроки"), (12, "12 кроків")])
def test_ukrainian_plurals(number: int, said: str) -> None:
    """The same rules, other words."""
    assert Speech("uk").count(number, "step") == said


@pytest.mark.parametrize(("number", "form"), [(1, 0), (0, 2), (2, 2), (21, 2), (-1, 0)])
def test_english_plurals(number: int, form: int) -> None:
    """One and other."""
    assert plural_form("en", number) == form


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_phrases(language: str) -> None:
    """With the same values in them; a forgotten one would break an alert."""
    known, model = words(language), words("ru")
    assert known.phrases.keys() == model.phrases.keys()
    assert known.nouns.keys() == model.nouns.keys()
    for key, phrase in known.phrases.items():
        names = {name for _, name, _, _ in Formatter().parse(phrase) if name}
        assert names == {n for _, n, _, _ in Formatter().parse(model.phrases[key]) if n}, key


def test_every_phrase_is_said_somewhere() -> None:
    """What nobody says any more is taken out in every language."""
    code = "\n".join(one.read_text("utf-8") for room in ROOMS for one in room.rglob("*.py"))
    made = ("level_", "which_", "kind_", "basis_")  # put together where they are said
    for key in words("ru").phrases:
        is_said = f'"{key}"' in code or f"'{key}'" in code
        assert is_said or key.startswith(made), key


def test_an_unknown_language_is_told_in_russian() -> None:
    """Better than nothing at three in the morning."""
    assert Speech("xx").say("main") == "Главное"


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=10), "1 мин"),
        (timedelta(minutes=30), "30 мин"),
        (timedelta(minutes=90), "1 ч 30 мин"),
        (timedelta(hours=24), "24 ч"),
        (timedelta(days=5), "5 дней"),
    ],
)
def test_lengths_in_words(length: timedelta, said: str) -> None:
    """Minutes, hours, days."""
    assert Speech("ru").duration(length).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(1.6, "1,6"), (2.0, "2"), (1240, "1 240"), (15.4, "15"), (float("nan"), "?")],
)
def test_numbers_as_russian_writes_them(value: float, said: str) -> None:
    """Comma and space; nothing breaks on a number that is none."""
    assert Speech("ru").number(value).replace("\u00a0", " ") == said


def test_times_are_the_readers_and_say_whose() -> None:
    """Noon in UTC is three in Moscow."""
    speech = Speech("ru", "Europe/Moscow")

    assert speech.clock(NOON, near=NOON) == "15:00"
    assert speech.clock(NOON) == "02.03 15:00"
    assert speech.zone_name(NOON) == "МСК"


@pytest.mark.parametrize(
    ("name", "said"),
    [("Asia/Yekaterinburg", "UTC+5"), ("Asia/Kolkata", "UTC+5:30"), ("America/New_York", "UTC−5")],
)
def test_other_zones_are_named_by_their_distance(name: str, said: str) -> None:
    """As it is on that day."""
    assert Speech("ru", name).zone_name(NOON) == said


def test_summer_time_is_followed() -> None:
    """The same zone, another distance."""
    assert Speech("en", "Europe/Berlin").zone_name(datetime(2026, 7, 1, tzinfo=UTC)) == "UTC+2"


@pytest.mark.parametrize("name", ["Nowhere/Land", "", "../../etc/passwd", "\0"])
def test_an_unknown_zone_is_moscow(name: str) -> None:
    """An alert is told at some hour rather than not."""
    assert zone(name).key == "Europe/Moscow"


@pytest.mark.parametrize(
    ("number", "said"), [(2, "2 раза"), (9, "9 раз"), (12, "12 раз"), (134, "134 раза")]
)
def test_how_many_times_more_is_counted_too(number: int, said: str) -> None:
    """«В 134 раза больше», not «в 134 раз»."""
    assert Speech("ru", "Europe/Moscow").count(number, "times") == said
