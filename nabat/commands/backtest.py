"""`nabat backtest`: what would have been alerted on our own history.

Turns backtests into lines; the command line around it is in ``nabat.commands.reflect``.
"""

import json
from collections.abc import Iterator

from monitor.backtest import Alert, Backtest, Day
from monitor.incidents import level_of

_WIDTH = 40
_LEGEND = (
    "# negative stories of the day, in UTC; | how many are usual; "
    "! an alert; ? blind: too few sources answered, most of the day"
)


def backtest_lines(results: list[Backtest]) -> Iterator[str]:
    """Yield the table people read: a chart of days, then the alerts of every budget."""
    if not results:
        return
    yield from _chart(results[0])
    yield _LEGEND
    for result in results:
        yield ""
        yield (
            f"{result.brand}, budget {result.budget:g} a month: {_alerts(result)} in "
            f"{(result.until - result.since).days} days; chance alone may bring "
            f"{result.by_chance:.1f}"
        )
        for alert in result.alerts:
            level = level_of(alert.verdict, budget=result.budget)
            yield f"  {alert.at:%Y-%m-%d %H:%M}  level {level}  {alert.verdict.reason}"


def backtest_json(results: list[Backtest]) -> Iterator[str]:
    """Yield one JSON line per alert, then one per budget with its totals."""
    for result in results:
        for alert in result.alerts:
            yield json.dumps(_alert_record(result, alert), ensure_ascii=False)
        yield json.dumps(
            {
                "brand": result.brand,
                "budget": result.budget,
                "since": result.since.isoformat(),
                "until": result.until.isoformat(),
                "alerts": len(result.alerts),
                "by_chance": round(result.by_chance, 2),
            },
            ensure_ascii=False,
        )


def _alerts(result: Backtest) -> str:
    number = len(result.alerts)
    return "1 alert" if number == 1 else f"{number} alerts"


def _alert_record(result: Backtest, alert: Alert) -> dict[str, object]:
    verdict = alert.verdict
    return {
        "brand": result.brand,
        "budget": result.budget,
        "at": alert.at.isoformat(),
        "level": level_of(verdict, budget=result.budget),
        "observed": verdict.observed,
        "expected": round(verdict.expected, 3),
        "window_minutes": verdict.window.total_seconds() / 60,
        "return_days": round(verdict.return_days, 1),
        "lasted_minutes": alert.lasted.total_seconds() / 60,
        "reason": verdict.reason,
    }


def _chart(result: Backtest) -> Iterator[str]:
    """A row a day: bar of negative stories, | where usual ends, ! for an alert, ? where blind."""
    highest = max([day.observed for day in result.days] + [day.expected for day in result.days])
    for day in result.days:
        yield f"{day.on:%Y-%m-%d} {_bar(day, highest)} {day.observed:.0f}{_signs(day)}"


def _bar(day: Day, highest: float) -> str:
    scale = _WIDTH / max(highest, 1.0)
    cells = ["#" if place < round(day.observed * scale) else " " for place in range(_WIDTH + 1)]
    cells[min(round(day.expected * scale), _WIDTH)] = "|"
    return "".join(cells)


def _signs(day: Day) -> str:
    return " !" * day.alerts + (" ?" if day.blind else "")
