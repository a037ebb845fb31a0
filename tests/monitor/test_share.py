"""The tone turns while the numbers stay."""

import numpy as np
import pytest

from monitor.settings import DetectorSettings
from monitor.share import Turn, turned

DAY = 96
SETTINGS = DetectorSettings()


def weeks(rng: np.random.Generator, *, stories: float = 12, share: float = 0.1) -> np.ndarray:
    """Negative and all stories of 40 days, evenly spread."""
    told = rng.poisson(stories / DAY, 40 * DAY)
    return np.stack([rng.binomial(told, share), told]).astype(float)


def look(counts: np.ndarray, *, expected: float = 1.2) -> Turn | None:
    """Look at the end of the series."""
    return turned(counts[0], counts[1], np.full(counts.shape[1], expected / DAY), SETTINGS)


def with_last_day(counts: np.ndarray, *, negative: int, stories: int) -> np.ndarray:
    """The same series with another last day."""
    changed = counts.copy()
    changed[:, -DAY:] = 0
    changed[0, -DAY : -DAY + negative] = 1
    changed[1, -DAY : -DAY + stories] = 1
    return changed


def test_the_same_number_of_stories_in_another_tone_is_told() -> None:
    """Twelve stories as always, eleven of them negative."""
    usual = weeks(np.random.default_rng(1))
    turn = look(with_last_day(usual, negative=11, stories=12))
    assert turn is not None
    assert (turn.negative, turn.stories) == (11, 12)
    assert turn.usual < 2.5
    assert turn.return_days >= 300


@pytest.mark.parametrize(
    ("negative", "stories"),
    [(1, 12), (3, 12), (4, 4), (9, 90)],
    ids=["as usual", "a little more", "too few to tell", "many of both"],
)
def test_what_is_no_turn_is_not_told(negative: int, stories: int) -> None:
    """Few stories say nothing of a share, and many neutral ones keep it."""
    usual = weeks(np.random.default_rng(2))
    assert look(with_last_day(usual, negative=negative, stories=stories)) is None


def test_a_quiet_sunday_is_no_turn() -> None:
    """Fewer negative stories than expected are no attack, whatever their share."""
    usual = weeks(np.random.default_rng(3))
    assert look(with_last_day(usual, negative=6, stories=6), expected=20) is None


def test_without_a_past_there_is_no_usual_share() -> None:
    """A fortnight and thirty stories are needed."""
    usual = with_last_day(weeks(np.random.default_rng(4)), negative=11, stories=12)
    assert look(usual[:, -10 * DAY :]) is None
    assert look(with_last_day(0 * usual, negative=11, stories=12)) is None


def test_chance_seldom_turns_the_tone() -> None:
    """A hundred brands, each looked at once a day for ten days: nothing within the tenth."""
    rng, told = np.random.default_rng(6), 0
    for _ in range(100):
        counts = weeks(rng, stories=float(rng.choice([4, 12, 60])), share=rng.uniform(0.05, 0.4))
        for back in range(0, 10 * DAY, DAY):
            told += look(counts[:, : counts.shape[1] - back]) is not None
    assert told <= 3
