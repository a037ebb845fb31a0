"""How long a source may be silent before its silence says something. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from storage.records import Source

State = Literal["alive", "unreadable", "silent"]

_ENOUGH = 20  # gaps; from fewer nothing is learned
_A_WHILE = timedelta(days=7)  # a weekend is to be among them
_OUTAGE = 3  # so many times the next longest is no habit but an outage
_MARGIN = 1.5
_SHORTEST = timedelta(hours=3)
_TRIES = 5


def learn(times: Sequence[datetime]) -> timedelta | None:
    """The longest ordinary silence between items, oldest first; None while too little is known.

    The longest of all is left out where it stands far out: that was an outage,
    and a source that broke once may not be silent as long for ever after.
    """
    if len(times) <= _ENOUGH or times[-1] - times[0] < _A_WHILE:
        return None
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    longest, next_one = gaps[-1], gaps[-2]
    return next_one if longest > _OUTAGE * next_one else longest


def judge(source: Source) -> State:
    """Whether a source is dead: unreadable for long, or read and silent beyond its habit.

    Only what was seen while anybody looked counts: nabat's own absence is no
    silence of a source.
    """
    began = source.last_success_at or source.created_at
    if source.failures >= _TRIES and source.last_error_at and began:
        if source.last_error_at - began >= max(_SHORTEST, 2 * source.interval):
            return "unreadable"
        return "alive"
    if source.last_success_at is None or source.last_item_at is None or source.learned_gap is None:
        return "alive"
    bearable = max(_SHORTEST, 2 * source.interval, _MARGIN * source.learned_gap)
    return "silent" if source.last_success_at - source.last_item_at > bearable else "alive"
