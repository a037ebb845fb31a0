"""The judgement: causal, calm on noise, early on crises, honest about gaps."""

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.detect import Judgements, SpikeDetector
from monitor.settings import DAY, DetectorSettings, Grid

QUARTER = Grid(900)
PER_DAY = QUARTER.bins_per_day
Counts = NDArray[np.float64]


def judge(
    counts: Counts, coverage: Counts | None = None, *, grid: Grid = QUARTER, **settings: float
) -> Judgements:
    """Judge ``[steps, brands]`` from a Monday midnight on."""
    start = 4 * DAY  # the epoch began on a Thursday
    detector = SpikeDetector(counts.shape[1], grid, start, DetectorSettings(**settings))  # type: ignore[arg-type]
    return detector.run(counts, coverage)


def quiet(days: int, *, levels: tuple[float, ...] = (0.2, 2.0, 20.0), seed: int = 1) -> Counts:
    """Brands of these many stories an hour with a day rhythm."""
    hours = np.arange(days * PER_DAY)[:, None] / 4
    rhythm = 1 + 0.7 * np.cos(2 * np.pi * (hours - 14) / 24)
    return np.random.default_rng(seed).poisson(np.array(levels) / 4 * rhythm).astype(float)


def test_cutting_a_series_anywhere_changes_nothing() -> None:
    """A daemon that looks every quarter and one long replay say the same."""
    counts = quiet(9)
    whole = judge(counts)
    detector = SpikeDetector(3, QUARTER, 4 * DAY, DetectorSettings())
    parts = [detector.run(counts[a : a + 13]) for a in range(0, len(counts), 13)]
    found = np.concatenate([part.log_return for part in parts])
    assert found == pytest.approx(whole.log_return, abs=1e-9)
    assert (np.concatenate([part.alarm for part in parts]) == whole.alarm).all()


def test_what_comes_later_changes_nothing_before() -> None:
    """Causal: the verdicts on a prefix are the verdicts of the prefix alone."""
    counts = quiet(12)
    changed = counts.copy()
    changed[9 * PER_DAY :] += 50
    before = slice(0, 9 * PER_DAY)
    assert (judge(counts).log_return[before] == judge(changed).log_return[before]).all()


def test_brands_do_not_disturb_each_other() -> None:
    """A brand judged among others is judged as if alone."""
    counts = quiet(10)
    together = judge(counts).log_return[:, 1]
    alone = judge(counts[:, [1]]).log_return[:, 0]
    assert together == pytest.approx(alone, abs=1e-9)


def test_quiet_brands_keep_the_budget() -> None:
    """Plain chance alarms no more often than it is allowed to."""
    levels = tuple(np.geomspace(0.1, 50, 16))
    alarms = judge(quiet(56, levels=levels)).alarm[28 * PER_DAY :].sum()
    assert alarms <= 16 * 28 / 30.4 * 1.3


def test_a_larger_budget_alarms_more() -> None:
    """The one knob turns the right way."""
    levels = tuple(np.geomspace(0.1, 50, 16))
    counts = quiet(42, levels=levels)
    few, many = (judge(counts, budget=budget).alarm.sum() for budget in (0.25, 8.0))
    assert few < many


def test_under_the_largest_budget_nothing_at_all_is_no_alarm() -> None:
    """Only what is enough stories can alarm, and an episode closes when they are over."""
    counts = np.zeros((12 * PER_DAY, 1))
    counts[6 * PER_DAY : 6 * PER_DAY + 8] = 3
    judged = judge(counts, budget=300.0)
    assert judged.alarm.sum() == 1
    assert judged.observed[judged.alarm].min() >= 3
    assert not judged.spike[8 * PER_DAY :].any()


@pytest.mark.parametrize(
    ("brand", "extra", "within_hours"),
    [(0, 2, 2.0), (1, 4, 2.0), (2, 30, 0.75)],
    ids=["a story in five hours", "two an hour", "twenty an hour"],
)
def test_a_clear_crisis_is_heard_soon(brand: int, extra: int, within_hours: float) -> None:
    """Brands of any size: minutes to two hours."""
    counts = quiet(30)
    begin = 28 * PER_DAY + 52
    counts[begin : begin + 24, brand] += extra
    alarms = np.flatnonzero(judge(counts).alarm[begin : begin + 24, brand])
    assert len(alarms) == 1
    assert (alarms[0] + 1) / 4 <= within_hours


def test_the_numbers_of_an_alarm_are_those_of_its_window() -> None:
    """Observed is what the counts say, expected is near the truth."""
    counts = quiet(30)
    begin = 28 * PER_DAY + 52
    counts[begin : begin + 8, 1] += 4
    judged = judge(counts)
    row = begin + int(np.flatnonzero(judged.alarm[begin:, 1])[0])
    window = int(judged.window[row, 1])
    assert judged.observed[row, 1] == counts[row + 1 - window : row + 1, 1].sum()
    hours = window / 4
    assert 0.5 * 3.4 * hours < judged.expected[row, 1] < 2 * 3.4 * hours


def test_the_night_is_judged_by_the_night() -> None:
    """What is usual at two in the afternoon is a spike at two in the night."""
    counts = quiet(35, levels=(20.0,))
    day, night = 33 * PER_DAY + 56, 33 * PER_DAY + 8
    usual_by_day = judge(counts).mean[day : day + 4, 0].sum()
    assert judge(counts).mean[night : night + 4, 0].sum() < usual_by_day / 2
    counts[night : night + 4, 0] = np.ceil(usual_by_day / 4 * 1.3)
    assert judge(counts).alarm[night : night + 4, 0].any()


def test_a_second_crisis_a_week_later_is_heard_too() -> None:
    """The first crisis does not poison what is normal."""
    counts = quiet(45)
    for day in (30, 37):
        counts[day * PER_DAY + 40 : day * PER_DAY + 64, 1] += 3
    alarms = np.flatnonzero(judge(counts).alarm[30 * PER_DAY :, 1]) / PER_DAY
    assert {int(day) for day in alarms} >= {0, 7}


def test_a_lasting_new_level_becomes_normal() -> None:
    """After days of three times as much, three times as much is usual."""
    counts = quiet(60, levels=(2.0,))
    counts[30 * PER_DAY :] *= 3
    judged = judge(counts)
    assert judged.alarm[30 * PER_DAY : 31 * PER_DAY].any()
    assert not judged.spike[45 * PER_DAY :].any()
    recent = judged.mean[-7 * PER_DAY :].sum() / 7 / 24
    assert recent == pytest.approx(6.0, rel=0.25)


def test_a_new_brand_is_learning_first() -> None:
    """No alarm in the first day, whatever comes."""
    counts = quiet(3)
    counts[40:60] += 20
    judged = judge(counts)
    assert not judged.alarm[:PER_DAY].any()
    assert judged.learning[PER_DAY - 2].all()
    assert not judged.learning[PER_DAY].any()


def test_dark_time_is_blind_and_not_calm() -> None:
    """An outage is flagged in every step, and raises nothing after it."""
    counts = quiet(32)
    coverage = np.ones(counts.shape)
    dark = slice(29 * PER_DAY, 29 * PER_DAY + 48)
    coverage[dark] = 0.0
    judged = judge(counts * coverage, coverage)
    assert judged.blind[dark].all()
    assert not judged.blind[: 29 * PER_DAY].any()
    assert not judged.alarm[29 * PER_DAY : 31 * PER_DAY].any()


def test_unknown_time_teaches_nothing() -> None:
    """A week of silence in collection does not lower what is usual."""
    counts = quiet(40, levels=(5.0,))
    coverage = np.ones(counts.shape)
    coverage[30 * PER_DAY : 37 * PER_DAY] = 0.0
    judged = judge(counts * coverage, coverage)
    assert judged.mean[-PER_DAY:].sum() == pytest.approx(120, rel=0.2)


def test_half_of_the_sources_are_compared_with_half() -> None:
    """Expectation shrinks with coverage."""
    counts = quiet(32, levels=(10.0,))
    coverage = np.ones(counts.shape)
    coverage[31 * PER_DAY :] = 0.6
    whole, part = judge(counts).mean, judge(counts, coverage).mean
    first_hours = slice(31 * PER_DAY, 31 * PER_DAY + 8)
    assert part[first_hours] == pytest.approx(0.6 * whole[first_hours], rel=0.02)


def test_the_span_behind_a_baseline_is_measured() -> None:
    """Days of real collection, gaps left out."""
    counts = quiet(20, levels=(1.0,))
    coverage = np.ones(counts.shape)
    coverage[5 * PER_DAY : 10 * PER_DAY] = 0.0
    detector = SpikeDetector(1, QUARTER, 4 * DAY, DetectorSettings())
    detector.run(counts, coverage)
    assert detector.baseline_days()[0] == pytest.approx(15, abs=0.3)


@pytest.mark.parametrize("step", [300, 900, 3600, 6 * 3600, DAY])
def test_every_grid_hears_a_crisis(step: int) -> None:
    """Five minutes to a day."""
    grid = Grid(step)
    per_step = 4.0 * step / 3600
    counts = np.random.default_rng(2).poisson(per_step, (40 * grid.bins_per_day, 1)).astype(float)
    begin = 38 * grid.bins_per_day
    counts[begin:] += np.ceil(8 * per_step)
    judged = judge(counts, grid=grid)
    assert judged.alarm[begin:].any()
    assert judged.alarm[28 * grid.bins_per_day : begin].sum() <= 2


def test_nothing_to_judge_gives_nothing() -> None:
    """An empty stretch is no error."""
    assert judge(np.zeros((0, 3))).log_return.shape == (0, 3)
