"""Does a wave of negative stories ebb, and does another one rise?

Pure. The windows of the detector remember a wave for a day; people who fight it
want to know sooner that it is over, and that it comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.incident_records import Point

_HOURS = 3
_LEAST = 3  # stories in so many hours that are a wave
_EBB = 0.1  # share of the worst hours at which it has ebbed
_RISE = 1 / 3  # and at which the next one rises; what lies between is neither
_UNUSUAL = 3  # times what is usual, for a brand that is never without a story


@dataclass(frozen=True, slots=True, kw_only=True)
class Tide:
    """How the newest hours compare with the worst ones of the incident."""

    ebbs: bool = False
    rises: bool = False


def tide(series: Sequence[Point], since: datetime) -> Tide:
    """Of hours of which the last one is running, for a wave that began at this time."""
    begin = since - timedelta(hours=_HOURS + 1)
    known = [one for one in series if one.start_at > begin]
    told = [one.observed for one in known]
    worst = max((sum(told[at : at + _HOURS]) for at in range(len(told))), default=0.0)
    if worst < _LEAST or len(known) <= _HOURS:
        return Tide()
    newest = sum(told[-_HOURS:])
    usual = sum(one.expected for one in known[-_HOURS:])
    return Tide(
        ebbs=newest + told[-_HOURS - 1] <= max(_EBB * worst, usual),
        rises=newest >= max(_LEAST, _RISE * worst, _UNUSUAL * usual),
    )
