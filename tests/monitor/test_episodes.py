"""One alarm until it is over."""

import numpy as np

from monitor.episodes import Episodes
from monitor.settings import HOUR, DetectorSettings, Grid

GRID = Grid(HOUR)
SETTINGS = DetectorSettings(close_hours=3, accept_days=1)


def follow(over: list[int], quiet: list[int] | None = None) -> tuple[list[int], list[int]]:
    """One brand's episode over hours; quiet wherever it is not over, unless told."""
    episodes = Episodes(1, GRID, SETTINGS)
    high = np.array(over, bool)[:, None]
    low = ~high if quiet is None else np.array(quiet, bool)[:, None]
    alarm, spike = episodes.follow(high, low)
    return alarm[:, 0].astype(int).tolist(), spike[:, 0].astype(int).tolist()


def test_a_stretch_alarms_once() -> None:
    """Staying high, or dipping for less than the close, is the same episode."""
    assert follow([0, 1, 1, 0, 0, 1, 0, 0, 0, 0]) == (
        [0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 1, 1, 1, 1, 1, 1, 1, 0, 0],
    )


def test_after_the_close_a_new_stretch_alarms_again() -> None:
    """Three quiet hours end an episode."""
    assert follow([1, 0, 0, 0, 1])[0] == [1, 0, 0, 0, 1]


def test_neither_high_nor_quiet_keeps_an_episode_open() -> None:
    """Between the two heights nothing changes: hysteresis."""
    assert follow([1, 0, 0, 0, 0], [0, 0, 0, 0, 0])[1] == [1, 1, 1, 1, 1]


def test_an_excess_of_days_is_accepted_from_its_first_step() -> None:
    """More than a day above the height, here: the new normal, as long as it has lasted."""
    episodes = Episodes(1, GRID, SETTINGS)
    high = np.ones((20, 1), bool)
    episodes.follow(high, ~high)
    assert [steps.tolist() for steps in episodes.accepted()] == [[0], [0]]
    episodes.follow(high, ~high)
    assert [steps.tolist() for steps in episodes.accepted()] == [[40], [0]]
    episodes.follow(~high, high)
    assert [steps.tolist() for steps in episodes.accepted()] == [[60], [20]]


def test_cutting_the_hours_anywhere_changes_nothing() -> None:
    """State is carried over exactly."""
    rng = np.random.default_rng(5)
    over = rng.random((200, 3)) < 0.1
    whole = Episodes(3, GRID, SETTINGS).follow(over, ~over)
    cut = Episodes(3, GRID, SETTINGS)
    parts = [cut.follow(over[a : a + 7], ~over[a : a + 7]) for a in range(0, 200, 7)]
    assert (np.concatenate([part[0] for part in parts]) == whole[0]).all()
    assert (np.concatenate([part[1] for part in parts]) == whole[1]).all()
