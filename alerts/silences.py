"""Does a silence cover this? Pure."""

from collections.abc import Iterable
from datetime import datetime

from storage.records import Facts, Incident, Silence

_MOST = 0.5  # share of the mentions that makes them a publisher's own


def covering(
    silences: Iterable[Silence], incident: Incident, situation: str, facts: Facts, now: datetime
) -> Silence | None:
    """The silence that covers the incident now; the one that ends last where several do."""
    found = [
        one
        for one in silences
        if one.brand_id == incident.brand_id
        and one.created_at <= now < one.until
        and one.ended_at is None
        and one.situation in (None, situation)
        and (one.publisher is None or _is_mostly(facts, one.publisher))
    ]
    return max(found, key=lambda one: one.until, default=None)


def _is_mostly(facts: Facts, publisher: str) -> bool:
    """Whether most of what is said comes from the publisher; once others join, it is news again."""
    wanted = publisher.strip().casefold()
    theirs = sum(number for name, number in facts.publishers if name.casefold() == wanted)
    return theirs > _MOST * max(1, sum(number for _, number in facts.publishers))
