"""How early and how right: `python -m benchmarks.detection [TABLE ...] [--brands N]`.

Simulated brands beside the rules of the peers, swept to the same false-alarm rate in
the same run, and an oracle that knows the truth (worlds); a second crisis a week after
a first (repeats); the day after an outage (outages); Numenta's realTweets where the
data is at hand (nab). Nothing named means all of them.
"""

import argparse
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.nab import LOW_FALSE_ALARMS, STANDARD, Series, load_series, scaled_score
from benchmarks.oracle import oracle_heights
from benchmarks.peers import PEERS
from benchmarks.worlds import (
    DEV,
    NOISY,
    STEPS_A_DAY,
    Crisis,
    World,
    draw_crises,
    draw_repeats,
    draw_world,
)
from monitor.detect import SpikeDetector
from monitor.series import Row, SeriesJudge
from monitor.settings import DAY, MONTH_DAYS, DetectorSettings, Grid

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_MONDAY = 4 * DAY  # worlds begin on one; the epoch began on a Thursday
_WARM = 28 * STEPS_A_DAY
_TABLES = ("worlds", "repeats", "outages", "nab")
_OUTAGES = (3, 6, 12, 24)  # hours
_BANDS = (0.09, 0.3, 1.0, 3.0, 10.0, 51.0)


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser()
    options.add_argument("what", nargs="*", choices=[*_TABLES, "all"], default="all")
    options.add_argument("--brands", type=int, default=40)
    options.add_argument("--days", type=int, default=77)
    options.add_argument("--seed", type=int, default=901)
    options.add_argument("--data", type=Path, default=Path("../shared/data/detection"))
    chosen = options.parse_args()
    wanted = _TABLES if "all" in chosen.what else chosen.what
    styles = () if set(wanted) == {"nab"} else (("dev", DEV), ("noisy", NOISY))
    for name, style in styles:
        world = draw_world(chosen.seed, brands=chosen.brands, days=chosen.days, style=style)
        counts, crises = draw_crises(chosen.seed + 7, world, first_day=28)
        print(f"\n{name} world: {chosen.brands} brands, {chosen.days} days, {len(crises)} crises")
        if "worlds" in wanted:
            _print_ours(world, counts, crises)
            _print_oracle(world, counts, crises)
            _print_peers(world, counts, crises)
        if "repeats" in wanted:
            _print_repeats(chosen.seed + 9, world)
        if "outages" in wanted:
            _print_outages(world.quiet)
    if "nab" in wanted and chosen.data.is_dir():
        _print_nab(load_series(chosen.data))


def false_alarms(alarm: Flags) -> float:
    """Alarms a brand-month."""
    months = alarm.shape[0] / STEPS_A_DAY / MONTH_DAYS
    return float(alarm.sum() / months / alarm.shape[1])


def recall_and_delay(alarm: Flags, crises: list[Crisis]) -> tuple[float, float]:
    """Share of crises that alarm within 24 hours; mean hours to it, a miss being 24."""
    delays = []
    for crisis in crises:
        hits = np.flatnonzero(alarm[crisis.start : crisis.start + STEPS_A_DAY, crisis.brand])
        delays.append((hits[0] + 1) / 4 if len(hits) else 24.0)
    return float(np.mean(np.array(delays) < 24)), float(np.mean(delays))


def _ours(counts: Floats, coverage: Floats | None = None) -> Flags:
    detector = SpikeDetector(counts.shape[1], Grid(900), _MONDAY, DetectorSettings())
    return detector.run(counts, coverage).alarm


def _print_ours(world: World, counts: Floats, crises: list[Crisis]) -> None:
    quiet = _ours(world.quiet)
    recall, delay = recall_and_delay(_ours(counts), crises)
    bands = []
    for low, high in pairwise(_BANDS):
        inside = (world.level >= low) & (world.level < high)
        bands.append(f"{false_alarms(quiet[_WARM:, inside]):.2f}")
    print(
        f"{'ours at 1/month':32} false alarms {false_alarms(quiet[_WARM:]):.2f} "
        f"(by volume {' '.join(bands)}; first four weeks {false_alarms(quiet[:_WARM]):.2f})  "
        f"recall {recall:.3f}  delay {delay:.1f} h"
    )


def _print_outages(quiet: Floats) -> None:
    """The chance of an alarm in the day after a dark stretch, and in the same days without it."""
    usual = _ours(quiet)
    for hours in _OUTAGES:
        coverage, after = np.ones(quiet.shape), np.zeros(len(quiet), bool)
        for begin in range(_WARM + STEPS_A_DAY // 3, len(quiet), 5 * STEPS_A_DAY):
            end = begin + 4 * hours
            coverage[begin:end], after[end : end + STEPS_A_DAY] = 0.0, True
        days = after.sum() / STEPS_A_DAY * quiet.shape[1]
        with_it, without = _ours(quiet, coverage)[after].sum(), usual[after].sum()
        print(
            f"{f'a day after {hours} h dark':32} "
            f"alarm in {with_it / days:.2%}, without the outage {without / days:.2%}"
        )


def _print_repeats(seed: int, world: World) -> None:
    """A first crisis must not hide the one a week after it."""
    counts, second = draw_repeats(seed, world, first_day=35)
    recall, delay = recall_and_delay(_ours(counts), second)
    print(
        f"{'a crisis a week after another':32} {len(second)} crises  "
        f"recall {recall:.3f}  delay {delay:.1f} h"
    )


def _print_oracle(world: World, counts: Floats, crises: list[Crisis]) -> None:
    quiet, attacked = (
        oracle_heights(one, world.quiet, world.rate) for one in (world.quiet, counts)
    )
    height = _height_at_one(lambda _: quiet, world.quiet)
    recall, delay = recall_and_delay(_layered(attacked > height), crises)
    print(f"{'oracle':32} false alarms 1.00  recall {recall:.3f}  delay {delay:.1f} h")


def _print_peers(world: World, counts: Floats, crises: list[Crisis]) -> None:
    for name, score in PEERS.items():
        height = _height_at_one(score, world.quiet)
        recall, delay = recall_and_delay(_layered(score(counts) > height), crises)
        print(f"{name:32} false alarms 1.00  recall {recall:.3f}  delay {delay:.1f} h")


def _height_at_one(score: Callable[[Floats], Floats], quiet: Floats) -> float:
    """The threshold at which a rule raises one false alarm a brand-month."""
    scores = score(quiet)
    low, high = 0.0, float(scores[_WARM:].max()) + 1.0
    for _ in range(14):
        middle = (low + high) / 2
        too_many = false_alarms(_layered(scores > middle)[_WARM:]) > 1.0
        low, high = (middle, high) if too_many else (low, middle)
    return high


def _layered(over: Flags) -> Flags:
    """No second alarm within 24 hours of the last."""
    alarm = np.zeros(over.shape, bool)
    last = np.full(over.shape[1], -STEPS_A_DAY)
    for step in np.flatnonzero(over.any(axis=1)):
        fresh = over[step] & (step - last >= STEPS_A_DAY)
        alarm[step] = fresh
        last[fresh] = step
    return alarm


def _print_nab(series: list[Series]) -> None:
    alarms = [nab_alarms(one) for one in series]
    print(
        f"\nNAB realTweets, {len(series)} files, budget 1/month: "
        f"standard {scaled_score(series, alarms, STANDARD):.1f}, "
        f"reward low FP {scaled_score(series, alarms, LOW_FALSE_ALARMS):.1f}, "
        f"{sum(map(len, alarms))} alarms"
    )


def nab_alarms(series: Series) -> list[int]:
    """The rows in which the product alarms, by the path of `nabat spikes`."""
    judge = SeriesJudge(DetectorSettings())
    rows = [Row(at, count) for at, count in zip(series.seconds, series.counts, strict=True)]
    answers = judge.judge(rows)
    return [row for row, answer in enumerate(answers) if answer.alarm]


if __name__ == "__main__":
    main()
