"""Does a silence cover this? Pure."""

from collections.abc import Iterable
from datetime import datetime

from storage.records import Incident, Silence


def covering(
    silences: Iterable[Silence], incident: Incident, situation: str, now: datetime
) -> Silence | None:
    """The silence that covers the incident now; the one that ends last where several do."""
    found = [
        one
        for one in silences
        if one.brand_id == incident.brand_id
        and one.created_at <= now < one.until
        and one.ended_at is None
        and one.situation in (None, situation)
    ]
    return max(found, key=lambda one: one.until, default=None)
