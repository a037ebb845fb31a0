"""Simulated brands: counts of negative stories with rhythm, drift, noise, chatter and crises.

A world is drawn from one seed. Its quiet part (no crisis at all) measures false
alarms; the same world with crises added measures how many are caught, and when.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEPS_A_DAY = 96
SHAPES = ("step", "ramp", "burst", "viral")
STRENGTHS = (0.5, 1.0, 2.0, 4.0, 8.0)
_HOUR = 4  # steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How unruly the brands of a world are."""

    drift: float = 0.30  # spread of the log level, wandering over three weeks
    news: float = 0.40  # spread of the log news noise, lasting 5-8 hours
    chatter: float = 0.10  # share of stories that start a clump
    clump: float = 1.6  # Pareto index of clump sizes; smaller is wilder
    recurring: float = 0.3  # share of brands with a weekly event of their own


DEV = Style()
NOISY = Style(drift=0.4, news=0.5, chatter=0.14, clump=1.5, recurring=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Counts ``[steps, brands]`` and the truth behind them."""

    quiet: Floats
    rate: Floats  # true expectation without news noise, per step
    level: Floats  # stories an hour by brand


@dataclass(frozen=True, slots=True)
class Crisis:
    """One injected crisis."""

    brand: int
    start: int  # step
    shape: str
    strength: float


def draw_world(
    seed: int,
    *,
    brands: int,
    days: int,
    style: Style = DEV,
    slowest: float = 0.1,
    fastest: float = 50,
) -> World:
    """Draw brands from ``slowest`` to ``fastest`` negative stories an hour, evenly in logarithm."""
    rng = np.random.default_rng(seed)
    steps = days * STEPS_A_DAY
    level = 10 ** np.linspace(np.log10(slowest), np.log10(fastest), brands)
    rate = level / _HOUR * _rhythm(rng, steps, brands)
    rate *= np.exp(_wander(rng, steps, brands, 21 * STEPS_A_DAY, style.drift))
    rate *= _recurring(rng, steps, brands, style.recurring)
    correlation = rng.uniform(5, 8, brands) * _HOUR
    news = np.exp(_wander(rng, steps, brands, correlation, style.news) - style.news**2 / 2)
    primary = rng.poisson(rate * news / _clump_mean(style))
    return World(quiet=primary + _chatter(rng, primary, style), rate=rate, level=level)


def _rhythm(rng: np.random.Generator, steps: int, brands: int) -> Floats:
    """Hour of day with a peak at the brand's own hour, quieter nights and weekends."""
    hours = np.arange(steps)[:, None] / _HOUR
    peak = rng.uniform(11, 17, brands)
    depth = rng.uniform(0.4, 0.9, brands)
    second = rng.uniform(0.0, 0.35, brands)
    day = 2 * np.pi * (hours - peak) / 24
    shape = 1 + depth * np.cos(day) + second * np.cos(2 * day)
    shape = np.maximum(shape, 0.06)
    weekend = (hours // 24 % 7 >= 5) * (1 - rng.uniform(0.35, 1.0, brands))
    return shape * (1 - weekend) / (1 - 2 / 7 * 0.33)


def _wander(
    rng: np.random.Generator, steps: int, brands: int, time: Floats | float, spread: float
) -> Floats:
    """An Ornstein-Uhlenbeck path per brand, in equilibrium from the first step."""
    keep = np.exp(-1.0 / np.broadcast_to(time, brands))
    path = np.empty((steps, brands))
    now = rng.normal(0, spread, brands)
    jump = spread * np.sqrt(1 - keep**2)
    for step in range(steps):
        path[step] = now
        now = keep * now + jump * rng.normal(size=brands)
    return path


def _recurring(rng: np.random.Generator, steps: int, brands: int, share: float) -> Floats:
    """Some brands have a weekly event: two to four hours at two to four times the level."""
    factor = np.ones((steps, brands))
    for brand in np.flatnonzero(rng.random(brands) < share):
        first = rng.integers(0, 7 * STEPS_A_DAY)
        length = rng.integers(2, 5) * _HOUR
        for start in range(first, steps, 7 * STEPS_A_DAY):
            factor[start : start + length, brand] = rng.uniform(2, 4)
    return factor


def _clump_mean(style: Style) -> float:
    mean_size = sum(min(1, (1 / k) ** style.clump) for k in range(1, 31))
    return 1 + style.chatter * mean_size


def _chatter(rng: np.random.Generator, primary: NDArray[np.int64], style: Style) -> Floats:
    """Some stories start a clump of others over the next hours."""
    extra = np.zeros(primary.shape)
    starts = rng.binomial(primary, style.chatter)
    for step, brand in np.argwhere(starts):
        sizes = np.minimum(rng.pareto(style.clump, starts[step, brand]) + 1, 30).astype(int)
        delays = rng.exponential(3 * _HOUR, sizes.sum()).astype(int) + step
        np.add.at(extra[:, brand], delays[delays < len(extra)], 1)
    return extra


def draw_crises(
    seed: int, world: World, *, first_day: int, every_days: int = 12
) -> tuple[Floats, list[Crisis]]:
    """Answer counts with crises added, one every so many days a brand, and what was added.

    A crisis of strength m brings m (24 λ + 6) stories more within 24 hours.
    """
    rng = np.random.default_rng(seed)
    counts = world.quiet.copy()
    crises = []
    days = len(counts) // STEPS_A_DAY
    for brand in range(counts.shape[1]):
        for day in range(first_day, days - 2, every_days):
            start = day * STEPS_A_DAY + int(rng.integers(0, (every_days - 4) * STEPS_A_DAY))
            if start + STEPS_A_DAY >= len(counts):
                continue
            crisis = Crisis(brand, start, str(rng.choice(SHAPES)), float(rng.choice(STRENGTHS)))
            counts[start : start + 2 * STEPS_A_DAY, brand] += crisis_counts(
                rng, crisis, world.level[brand]
            )[: len(counts) - start]
            crises.append(crisis)
    return counts, crises


def draw_repeats(
    seed: int, world: World, *, first_day: int, every_days: int = 21
) -> tuple[Floats, list[Crisis]]:
    """Answer counts with pairs of crises a week apart, and the second one of each pair."""
    rng = np.random.default_rng(seed)
    counts, seconds = world.quiet.copy(), []
    week = 7 * STEPS_A_DAY
    for brand in range(counts.shape[1]):
        for day in range(first_day, len(counts) // STEPS_A_DAY - 10, every_days):
            start = day * STEPS_A_DAY + int(rng.integers(0, STEPS_A_DAY))
            first = Crisis(brand, start, str(rng.choice(SHAPES)), 4.0)
            second = Crisis(brand, start + week, *_drawn(rng))
            for one in (first, second):
                extra = crisis_counts(rng, one, world.level[brand])[: len(counts) - one.start]
                counts[one.start : one.start + len(extra), brand] += extra
            seconds.append(second)
    return counts, seconds


def _drawn(rng: np.random.Generator) -> tuple[str, float]:
    return str(rng.choice(SHAPES)), float(rng.choice(STRENGTHS))


def crisis_counts(rng: np.random.Generator, crisis: Crisis, level: float) -> Floats:
    """Extra stories of a crisis over two days."""
    hours = np.arange(2 * STEPS_A_DAY) / _HOUR
    shape = {
        "step": (hours < 24) * 1.0,
        "ramp": np.where(hours < 24, hours / 24, np.exp(-(hours - 24) / 6)),
        "burst": np.exp(-hours / 1.5),
        "viral": 1 / (1 + np.exp(-(hours - 12) / 2.5)) * (hours < 30),
    }[crisis.shape]
    wanted = crisis.strength * (24 * level + 6)
    return rng.poisson(shape / shape[:STEPS_A_DAY].sum() * wanted).astype(float)
