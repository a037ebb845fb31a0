"""What would have been alerted: causal, with the number chance allows."""

from datetime import datetime, timedelta

import pytest

from monitor.backtest import Backtest, backtest
from monitor.settings import DetectorSettings
from nabat.commands.backtest import backtest_json, backtest_lines
from tests.monitor.conftest import World
from tests.monitor.test_evaluate import crisis, run

DAY = timedelta(days=1)


@pytest.fixture
def replayed(world: World, now: datetime) -> list[Backtest]:
    """Four weeks with a storm five days ago, under two budgets."""
    world.quiet_weeks(now)
    crisis(world, now - 5 * DAY, stories=20)
    run(world, now)
    with world.database.read() as tx:
        (brand,) = tx.brands.active()
    return [
        backtest(world.database, brand, DetectorSettings(budget=budget), now=now, days=20)
        for budget in (1.0, 0.1)
    ]


def test_a_storm_of_the_past_is_listed_when_it_would_have_alarmed(
    replayed: list[Backtest], now: datetime
) -> None:
    """Within the three hours of the storm, not after it."""
    (alert,) = replayed[0].alerts
    assert now - 5 * DAY - timedelta(hours=3) < alert.at <= now - 5 * DAY
    assert alert.verdict.observed >= 3
    assert alert.lasted > timedelta(hours=3)


def test_the_share_of_chance_follows_the_budget(replayed: list[Backtest]) -> None:
    """20 days at one a month are about 0.66 by chance; at a tenth, a tenth."""
    assert replayed[0].by_chance == pytest.approx(0.66, abs=0.03)
    assert replayed[1].by_chance == pytest.approx(0.066, abs=0.003)


def test_every_day_of_the_chart_is_whole(replayed: list[Backtest], now: datetime) -> None:
    """Days with what was usual; the storm stands out and carries the alert."""
    days = replayed[0].days
    assert [day.alerts for day in days].count(1) == 1
    storm = max(days, key=lambda day: day.observed)
    assert storm.alerts == 1
    assert storm.observed >= 20
    assert 0 < storm.expected < 5
    assert not any(day.blind for day in days)


def test_people_read_a_chart_and_a_list(replayed: list[Backtest]) -> None:
    """One line a day, what their signs mean, then each budget with its alerts."""
    lines = list(backtest_lines(replayed))
    chart = lines[: len(replayed[0].days)]
    assert [line.endswith(" !") for line in chart].count(True) == 1
    assert "! an alert; ? blind" in lines[len(chart)]
    assert any(line.startswith("Ромашка, budget 1 a month: 1 alert in") for line in lines)
    assert any("where" in line and "usual" in line for line in lines)


def test_programs_read_one_line_an_alert(replayed: list[Backtest]) -> None:
    """Alert lines carry the reason, the last line of a budget its totals."""
    lines = list(backtest_json(replayed[:1]))
    assert len(lines) == 2
    assert '"reason"' in lines[0]
    assert '"by_chance"' in lines[1]


def test_nothing_asked_gives_nothing() -> None:
    """No brand, no lines."""
    assert list(backtest_lines([])) == []
