"""When did it begin: the story from which on there is more than usual; and its newest wave.

Pure. A window reaches back into ordinary hours, whose stories have nothing to do
with the crisis: who happened to be first in it started nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from monitor.incidents import FALSE_ALARM
from storage.incident_records import Point, Turn

Floats = NDArray[np.float64]

_HOUR = timedelta(hours=1)
_LEAST = 0.01  # stories that are always thought possible
_RESTS = ("calmed", "resolved", FALSE_ALARM)
_LONELY = 0.25  # stories usual since an earlier one, below which it hardly stands by itself


def origin(stories: Sequence[datetime], usual: Sequence[Point], until: datetime) -> datetime | None:
    """Answer the time of the story, oldest first, that the excess before ``until`` began with.

    It is the one since which the number of stories is least like what is usual; one a little
    before it belongs to it where so many are usual that it would hardly be there by chance.
    """
    told = [at for at in stories if at < until]
    if not told:
        return None
    due = np.maximum(_due([*told, until], usual), _LEAST)
    count = np.arange(len(told), 0, -1.0)
    gain = np.where(count > due[:-1], count * np.log(count / due[:-1]) - count + due[:-1], 0.0)
    first = int(gain.argmax())
    while first and due[first - 1] - due[first] < _LONELY:
        first -= 1
    return told[first]


def newest_wave(turns: Sequence[Turn], *, is_open: bool) -> datetime | None:
    """Answer since when the newest wave could be told: the rest before it; None for the first.

    ``is_open`` is how the incident stands with the change that is being made.
    """
    rested_at: datetime | None = None
    wave_at: datetime | None = None
    for turn in turns:
        if turn.kind in _RESTS:
            rested_at = rested_at or turn.at
        elif turn.kind == "reopened":
            rested_at, wave_at = None, rested_at or wave_at
    return rested_at if is_open and rested_at else wave_at


def _due(moments: Sequence[datetime], usual: Sequence[Point]) -> Floats:
    """How many stories are usual between each moment and the last of them."""
    begin = moments[0]
    edges = [(point.start_at - begin) / _HOUR for point in usual]
    sums = np.cumsum([0.0, *(point.expected for point in usual)])
    at = [(moment - begin) / _HOUR for moment in moments]
    until = np.interp(at, [*edges, edges[-1] + 1.0], sums) if edges else np.zeros(len(at))
    return np.asarray(until[-1] - until)
