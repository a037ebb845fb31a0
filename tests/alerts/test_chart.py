"""The chart beside a message: there when it can be, never in the way."""

import sys
import threading
from datetime import timedelta
from types import ModuleType

import pytest

from alerts import chart
from alerts.texts import Speech
from storage.incident_records import Point
from tests.alerts.making import NOON, facts, series


@pytest.mark.parametrize("language", ["ru", "uk", "en", "xx"])
def test_a_week_is_drawn_as_png(language: str) -> None:
    """With Cyrillic titles and no missing glyph (a warning would be an error)."""
    pytest.importorskip("matplotlib")

    drawn = chart.draw(facts(series=series()), Speech(language), patience=60)

    assert drawn is not None
    assert drawn.startswith(b"\x89PNG")
    assert len(drawn) < 200_000


@pytest.mark.parametrize("expected", [30.0, 300.0, 5000.0])
def test_an_hour_of_half_as_much_again_is_ordinary_on_a_busy_brand(expected: float) -> None:
    """By chance alone a third of its hours would be drawn as above usual."""
    low, high = chart.band(expected)
    assert low < 0.5 * expected
    assert 1.5 * expected < high < 2.5 * expected


def test_two_stories_in_an_hour_stand_out_on_a_quiet_brand() -> None:
    """Where one comes a night."""
    assert chart.band(0.1) == (0.0, pytest.approx(1.24, abs=0.01))


@pytest.mark.parametrize(
    "points",
    [(), (Point(start_at=NOON, observed=1, expected=1),)],
    ids=["nothing", "one hour"],
)
def test_without_a_past_there_is_no_picture(points: tuple[Point, ...]) -> None:
    """A chart of nothing tells nothing."""
    assert chart.draw(facts(series=points), Speech()) is None


def test_a_missing_library_costs_only_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The charts are an extra."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    assert chart.draw(facts(series=series()), Speech()) is None


def test_a_drawing_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The alert goes out without it."""
    hanging = ModuleType("matplotlib.figure")
    hanging.Figure = type("Figure", (), {"__init__": lambda *_, **__: _wait()})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "matplotlib.figure", hanging)

    assert chart.draw(facts(series=series()), Speech(), patience=0.05) is None


def test_odd_numbers_are_drawn_or_left_out() -> None:
    """Not a number, negative, huge: no exception."""
    odd = tuple(
        Point(start_at=NOON + timedelta(hours=i), observed=value, expected=-value)
        for i, value in enumerate((0.0, -5.0, 1e12))
    )
    chart.draw(facts(series=odd), Speech())


def _wait() -> None:
    threading.Event().wait(1)


def test_warming_up_waits_for_nothing_and_draws_nothing() -> None:
    """It is done beside the work, and the next picture is there."""
    pytest.importorskip("matplotlib")
    before = threading.active_count()

    chart.warm_up()

    assert threading.active_count() <= before + 1
    assert chart.draw(facts(series=series()), Speech(), patience=120)
