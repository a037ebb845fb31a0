"""What the detector is told, and the grid of time it works on.

The budget is the one knob of an operator; everything else is the same for every
brand and every series, and is stated here with its reason.
"""

from dataclasses import dataclass
from datetime import tzinfo

MONTH_DAYS = 365.25 / 12
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSettings:
    """The detector's constants; only the budget, the floors and the zone are meant to vary."""

    budget: float = 1.0  # false alarms a month and brand
    min_stories: int = 3  # in the alarming window
    min_ratio: float = 1.25  # observed to expected in the alarming window
    min_coverage: float = 0.5  # below it a brand is blind, not calm
    zone: tzinfo | None = None  # of the audience; None is UTC
    history_days: int = 42
    refit_hours: int = 6
    settle_hours: int = 12  # an hour teaches only after that: late mentions, no self-poisoning
    warmup_days: float = 1.0  # no alarm before this much history
    fast_days: float = 2.0  # half-lives of the two level estimates, mixed by their precision
    slow_days: float = 14.0
    drift: float = 0.06  # prior variance of log(fast level / slow level)
    season_days: float = 28.0  # half-life of the hour and weekday profiles
    season_weight: float = 10.0  # shrinkage of the profiles, in effective stories
    robust: float = 2.58  # residual past which an hour counts less (Farrington's)
    accept_days: float = 5.0  # an excess lasting this long is the new normal
    memory_sigma: float = 2.5  # short windows must also beat the brand's own recent bursts
    memory_days: float = 3.5
    memory_hours: float = 3.0  # windows this short are asked
    close_share: float = 0.3  # an episode is quiet below this share of the alarm's return period
    close_hours: float = 6.0  # and over after this long a quiet


@dataclass(frozen=True, slots=True)
class Grid:
    """The even steps of time a series is counted in, all lengths in seconds.

    A *cell* is what the baseline learns from: an hour, or the step where that is longer.
    """

    step: int

    def __post_init__(self) -> None:
        """Refuse a step that does not fit evenly into an hour or a day."""
        if self.step <= 0 or (HOUR % self.step and (self.step % HOUR or DAY % self.step)):
            raise ValueError(f"a step of {self.step} s does not divide an hour or a day evenly")

    @property
    def cell(self) -> int:
        """Length of a baseline cell."""
        return max(HOUR, self.step)

    @property
    def bins_per_cell(self) -> int:
        """Steps in a cell."""
        return self.cell // self.step

    @property
    def cells_per_day(self) -> int:
        """Cells in a day."""
        return DAY // self.cell

    @property
    def bins_per_day(self) -> int:
        """Steps in a day."""
        return DAY // self.step

    @property
    def windows(self) -> tuple[int, ...]:
        """Lengths of the windows judged at every step, in steps, shortest first."""
        wanted = [15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY]
        return tuple(sorted({max(1, round(seconds / self.step)) for seconds in wanted}))
