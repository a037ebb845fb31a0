"""The grid of time."""

import pytest

from monitor.settings import DAY, HOUR, MINUTE, Grid


@pytest.mark.parametrize(
    ("step", "windows", "cell"),
    [
        (5 * MINUTE, (3, 12, 36, 72, 144, 288), HOUR),
        (15 * MINUTE, (1, 4, 12, 24, 48, 96), HOUR),
        (HOUR, (1, 3, 6, 12, 24), HOUR),
        (DAY, (1,), DAY),
    ],
    ids=["five minutes", "a quarter", "an hour", "a day"],
)
def test_windows_are_whole_steps(step: int, windows: tuple[int, ...], cell: int) -> None:
    """The same lengths of time on every grid, without doubles."""
    grid = Grid(step)
    assert grid.windows == windows
    assert grid.cell == cell
    assert grid.bins_per_cell * grid.cells_per_day == grid.bins_per_day


@pytest.mark.parametrize("step", [0, -60, 7 * MINUTE, 5 * HOUR, 2 * DAY])
def test_a_step_that_fits_no_day_is_refused(step: int) -> None:
    """Hours and days must be whole numbers of steps."""
    with pytest.raises(ValueError, match="evenly"):
        Grid(step)
