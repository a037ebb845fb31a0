"""Twenty varied verdicts: what their reasons say is so in the data they were made from."""

import re
from datetime import UTC, datetime

import numpy as np
import pytest

from monitor.series import Row, RowJudgement, SeriesJudge
from monitor.settings import HOUR, DetectorSettings

START = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
DAYS = 16
FACTS = re.compile(
    r"(?P<observed>[\d.]+) in (?P<hours>[\d.]+) h(?: where |, )(?P<usual>[\d.]+) is usual"
    r"(?:; by chance alone this happens (?P<rarity>.+))?"
)
RATES = (0.1, 0.5, 2.0, 10.0, 40.0)  # stories an hour
SHAPES = ("nothing", "an hour's burst", "six hours", "a day")


def counts_of(rate: float, shape: str) -> np.ndarray:
    """Hours of an ordinary fortnight; at its end, what the shape says."""
    seed = RATES.index(rate) * len(SHAPES) + SHAPES.index(shape)
    hours = np.random.default_rng(seed).poisson(rate, DAYS * 24).astype(float)
    length = {"nothing": 0, "an hour's burst": 1, "six hours": 6, "a day": 24}[shape]
    if length:
        hours[-length:] += np.ceil((12 + 8 * rate * length) / length)
    return hours


def judged(hours: np.ndarray) -> list[RowJudgement]:
    """Every hour's judgement."""
    rows = [Row(START + HOUR * hour, count) for hour, count in enumerate(hours)]
    return SeriesJudge(DetectorSettings()).judge(rows)


def told_row(answers: list[RowJudgement], shape: str) -> int:
    """The row whose reason is read: the last one, or the first alarm of the attack."""
    if shape == "nothing":
        return len(answers) - 1
    return next(row for row in range(len(answers) - 24, len(answers)) if answers[row].alarm)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{rate:g} an hour")
def test_the_reason_reads_true_against_the_data(rate: float, shape: str) -> None:
    """Counted is the window's sum, usual is the brand's rate, and rare is said only of alarms."""
    hours = counts_of(rate, shape)
    answers = judged(hours)
    row = told_row(answers, shape)
    said = FACTS.fullmatch(answers[row].reason)
    assert said is not None, answers[row].reason
    window = int(said["hours"])
    assert float(said["observed"]) == hours[row + 1 - window : row + 1].sum()
    assert float(said["usual"]) == pytest.approx(rate * window, rel=0.45, abs=0.06)
    assert (said["rarity"] is not None) == answers[row].alarm == (shape != "nothing")
