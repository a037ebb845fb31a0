"""Floors for the detector: Numenta's realTweets and a simulated world."""

from pathlib import Path

import pytest

from benchmarks.detection import false_alarms, nab_alarms, recall_and_delay
from benchmarks.nab import LOW_FALSE_ALARMS, STANDARD, load_series, scaled_score
from benchmarks.worlds import STEPS_A_DAY, draw_crises, draw_world
from monitor.detect import SpikeDetector
from monitor.settings import DetectorSettings, Grid


def test_real_mentions_are_judged_above_every_causal_peer(shared: Path) -> None:
    """At the budget, nothing tuned: the floor is the issue's goal for all ten files."""
    series = load_series(shared / "data" / "detection")
    alarms = [nab_alarms(one) for one in series]
    assert scaled_score(series, alarms, STANDARD) >= 84
    assert scaled_score(series, alarms, LOW_FALSE_ALARMS) >= 76


def test_a_simulated_world_is_judged_early_and_right() -> None:
    """False alarms near the budget, most crises within a day."""
    world = draw_world(21, brands=24, days=56)
    counts, crises = draw_crises(28, world, first_day=28)
    detectors = [SpikeDetector(24, Grid(900), 0, DetectorSettings()) for _ in range(2)]
    quiet, attacked = (
        detector.run(series).alarm
        for detector, series in zip(detectors, (world.quiet, counts), strict=True)
    )
    recall, delay = recall_and_delay(attacked, crises)
    assert false_alarms(quiet[28 * STEPS_A_DAY :]) == pytest.approx(1.0, abs=0.6)
    assert recall >= 0.6
    assert delay <= 14.0
