"""Where a baseline comes from: watched, stored before, archives, or the average brand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from monitor.basis import basis_of, known_to
from monitor.evaluate import evaluate
from monitor.replay import collected
from storage.records import BUCKET, Basis, Brand
from tests.monitor.conftest import NEGATIVE, World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = 10
BEGIN = NOON - DAYS * DAY


def brand(watched_for: timedelta, *, matched: bool = True) -> Brand:
    """A brand that came into the config so long ago."""
    return Brand(
        id=1, name="Ромашка", watch_hash="v" if matched else "", created_at=NOON - watched_for
    )


def parts(basis: Basis) -> tuple[float, float, float]:
    """Its days: watched, stored, archive."""
    return basis.watched / DAY, basis.stored / DAY, basis.archive / DAY


@pytest.mark.parametrize(
    ("watched", "gathered", "found"),
    [
        (2, 6, (2, 4, 4)),
        (6, 6, (6, 0, 4)),
        (20, 20, (10, 0, 0)),
        (0, 0, (0, 0, 10)),
        (2, None, (0, 0, 10)),
    ],
    ids=["all three", "a new install", "long watched", "just begun", "nothing gathered"],
)
def test_days_are_parted_by_where_they_came_from(
    watched: float, gathered: float | None, found: tuple[float, float, float]
) -> None:
    """Watched days, stored days before them, archives before collection."""
    since = None if gathered is None else NOON - gathered * DAY
    coverage = np.ones(DAYS * DAY // BUCKET)
    basis = basis_of(brand(watched * DAY), coverage, start_at=BEGIN, gathered_since=since)
    assert parts(basis) == pytest.approx(found)
    assert basis.shared == pytest.approx(40 / 50)


def test_dark_time_is_no_baseline() -> None:
    """Half a day in the dark is half a day less."""
    coverage = np.ones(DAYS * DAY // BUCKET)
    coverage[-48:] = 0.0
    basis = basis_of(brand(2 * DAY), coverage, start_at=BEGIN, gathered_since=BEGIN)
    assert parts(basis) == pytest.approx((1.5, 8, 0))


def test_what_a_brand_was_not_looked_for_in_is_unknown() -> None:
    """Not zero: its history begins when it came, until `rematch` has looked further back."""
    coverage = np.ones(DAYS * DAY // BUCKET)
    assert known_to(brand(2 * DAY, matched=False), coverage, BEGIN).sum() * BUCKET == 2 * DAY
    assert known_to(brand(2 * DAY), coverage, BEGIN).sum() * BUCKET == DAYS * DAY


def test_the_time_a_brand_was_out_of_the_config_is_unknown_not_empty(
    world: World, now: datetime
) -> None:
    """Till `rematch` has looked for it in what was gathered meanwhile."""
    world.mention(now - 14 * DAY, seen_at=now - 14 * DAY)
    with world.database.begin() as tx:
        tx.brands.sync([], now)
        (back,) = tx.brands.sync(["Ромашка"], now + 3 * DAY)
        before = collected(tx, [back], now=now + 4 * DAY).coverage
        tx.brands.mark_matched(back.id, "v")
        after = collected(tx, tx.brands.active(), now=now + 4 * DAY).coverage
    assert before.sum() * BUCKET == pytest.approx(DAY, abs=BUCKET)
    assert after.sum() * BUCKET > 14 * DAY


def test_a_brand_added_to_a_running_install_says_what_it_stands_on(
    world: World, now: datetime
) -> None:
    """A fortnight of stored articles, read for it by rematch, before its first day."""
    world.mention(now - 14 * DAY, seen_at=now - 14 * DAY, tone=NEGATIVE)
    evaluate(world.database, {}, now=now, timezone=UTC)
    with world.database.begin() as tx:
        tx.brands.sync(["Ромашка", "Лютик"], now + DAY)
    later = now + 2 * DAY
    said = {}
    for name in ("before", "after"):
        with world.database.read() as tx:
            brands = tx.brands.active()
            known = collected(tx, brands, now=later)
        said[name] = [parts(known.basis(one, column)) for column, one in enumerate(brands)]
        with world.database.begin() as tx:
            tx.brands.mark_matched(brands[1].id, "v")
    assert said["before"][0] == said["after"][0]
    assert said["before"][1][2] == 0
    assert said["after"][1][2] == pytest.approx(14, abs=1.1)
