"""What the operator said about each brand reaches the monitor."""

import pytest

from monitor.evaluate import BrandSettings
from nabat.config import Settings
from nabat.limits import brand_limits


def _settings(**spike: object) -> Settings:
    return Settings.model_validate(
        {
            "brand": [{"name": "Ромашка", "false_alarms": "4/year"}, {"name": "Лютик"}],
            "spike": spike,
        }
    )


def test_every_brand_has_its_own_budget() -> None:
    """In false alarms a month; one a month where nothing is said."""
    limits = brand_limits(_settings())

    assert list(limits) == ["Ромашка", "Лютик"]
    assert limits["Ромашка"].budget == pytest.approx(1 / 3, abs=0.01)
    assert limits["Лютик"].budget == 1.0


def test_another_budget_can_be_tried_on_all() -> None:
    """It takes the place of every brand's own."""
    assert {one.budget for one in brand_limits(_settings(), budget=9.0).values()} == {9.0}


def test_the_floors_are_shared() -> None:
    """Each is said once, under [spike]."""
    limits = brand_limits(_settings(min_stories=7, min_ratio=2, min_coverage=0.25))

    assert limits["Лютик"] == BrandSettings(min_stories=7, min_ratio=2.0, min_coverage=0.25)


def test_nobody_watched_is_nobody_judged() -> None:
    """A config without brands is a config."""
    assert brand_limits(Settings()) == {}
