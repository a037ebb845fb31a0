"""When a source's silence says something: its own habit is the measure."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from alerts.gaps import judge, learn
from storage.records import Source
from tests.alerts.making import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def source(**given: object) -> Source:
    made = Source(
        id=1,
        key="gorod",
        kind="rss",
        address="https://gorod.example/rss",
        publisher="Город",
        interval=timedelta(minutes=15),
        last_success_at=NOON,
        last_item_at=NOON - HOUR,
        learned_gap=10 * HOUR,
        created_at=NOON - 30 * DAY,
    )
    return replace(made, **given)  # type: ignore[arg-type]


def working_hours(days: int, seed: int = 1) -> list[datetime]:
    """Items by day, none by night, few at weekends: a newspaper."""
    random, items = Random(seed), []
    for day in range(days):
        start = NOON + day * DAY - 4 * HOUR
        for _ in range(3 if start.weekday() >= 5 else 30):
            items.append(start + random.random() * 12 * HOUR)
    return sorted(items)


def test_the_longest_ordinary_silence_is_learned() -> None:
    """A newspaper sleeps every night."""
    gap = learn(working_hours(30))

    assert gap is not None
    assert 11 * HOUR < gap < 40 * HOUR


def test_one_outage_is_no_habit() -> None:
    """Two weeks of silence once are not bearable for ever after."""
    times = working_hours(30)
    broken = [one for one in times if not NOON + 8 * DAY < one < NOON + 22 * DAY]

    gap = learn(broken)

    assert gap is not None
    assert gap < 3 * DAY


@pytest.mark.parametrize(
    "times", [[], working_hours(30)[:15], working_hours(3)], ids=["none", "few", "short"]
)
def test_from_little_nothing_is_learned(times: list[datetime]) -> None:
    """A guess would cry wolf."""
    assert learn(times) is None


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({}, "alive"),
        ({"last_item_at": NOON - 14 * HOUR}, "alive"),
        ({"last_item_at": NOON - 16 * HOUR}, "silent"),
        ({"last_item_at": NOON - 16 * HOUR, "learned_gap": None}, "alive"),
        ({"last_item_at": NOON - 2 * HOUR, "learned_gap": timedelta(minutes=5)}, "alive"),
        ({"last_item_at": None}, "alive"),
        ({"failures": 5, "last_error_at": NOON + 4 * HOUR}, "unreadable"),
        ({"failures": 5, "last_error_at": NOON + 1 * HOUR}, "alive"),
        ({"failures": 1, "last_error_at": NOON + 90 * HOUR}, "alive"),
        ({"failures": 9, "last_success_at": None, "last_error_at": NOON}, "unreadable"),
    ],
    ids=["fresh", "within its habit", "beyond it", "habit unknown", "a moment", "never an item",
         "unreadable for long", "not for long", "nabat was away", "never readable"],
)  # fmt: skip
def test_a_source_is_judged_by_what_was_seen(given: dict[str, object], state: str) -> None:
    """Only while anybody looked."""
    assert judge(source(**given)) == state


def test_thirty_days_of_a_newspaper_raise_no_false_word_and_its_end_is_noticed() -> None:
    """Learned daily from what came before; then it stops for good."""
    times, said = working_hours(60), []
    for hour in range(30 * 24, 60 * 24):
        now = NOON - 4 * HOUR + hour * HOUR
        past = [one for one in times if one <= now]
        found = source(last_success_at=now, last_item_at=past[-1], learned_gap=learn(past))
        said += [now] if judge(found) != "alive" else []
    assert said == []

    habit = learn(times)
    assert habit is not None
    end = source(last_item_at=times[-1], learned_gap=habit)
    assert judge(replace(end, last_success_at=times[-1] + 2 * habit)) == "silent"
