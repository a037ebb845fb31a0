"""One series, judged as its rows arrive."""

import numpy as np
import pytest

from monitor.series import Row, RowJudgement, SeriesJudge
from monitor.settings import DAY, HOUR, DetectorSettings

COUNTS = np.random.default_rng(6).poisson(4.0, 24 * 6).tolist()
ROWS = [Row(number * HOUR, float(count)) for number, count in enumerate(COUNTS)]


def judged(*portions: list[Row]) -> list[RowJudgement]:
    """The answers to rows that come in these portions."""
    judge = SeriesJudge(DetectorSettings())
    answers = [answer for portion in portions for answer in judge.judge(portion)]
    return answers + judge.finish()


def test_the_first_row_is_answered_with_the_second() -> None:
    """Before that nobody knows the step."""
    judge = SeriesJudge(DetectorSettings())
    assert judge.judge(ROWS[:1]) == []
    assert len(judge.judge(ROWS[1:2])) == 2
    assert judge.finish() == []


@pytest.mark.parametrize("size", [1, 5, 37])
def test_portions_change_nothing(size: int) -> None:
    """A pipe and a file are judged alike."""
    portions = [ROWS[at : at + size] for at in range(0, len(ROWS), size)]
    assert judged(*portions) == judged(ROWS)


@pytest.mark.parametrize("size", [1, 2, 30, 77, 143])
def test_a_prefix_gives_the_prefix(size: int) -> None:
    """Nothing is read ahead."""
    assert judged(ROWS[:size]) == judged(ROWS)[:size]


def test_a_missing_day_is_unknown() -> None:
    """It is neither a day of nothing nor a reason to begin anew."""
    answers = judged(ROWS[:72] + ROWS[96:])
    assert len(answers) == len(ROWS) - 24
    assert not answers[-1].reason.startswith("learning")


@pytest.mark.parametrize("soon", [0.001, 1.0, 3.0])
def test_a_row_a_moment_after_daily_ones_costs_no_more_than_what_is_remembered(
    soon: float,
) -> None:
    """A year of days is not cut into seconds: on the finer grid they are forgotten."""
    days = [Row(number * DAY, 1.0) for number in range(200)]
    assert len(judged([*days, Row(days[-1].at + soon, 1.0)])) == 201
