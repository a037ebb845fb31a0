"""Does a silence cover this? Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.incident_records import Facts, Incident, Link, Silence

_MOST = 0.5  # share of the mentions that makes them a publisher's own
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """The silences about one crisis: an incident, and those at kindred brands told with it."""

    silences: Sequence[Silence]  # those that held at some time since it began
    incident: Incident
    facts: Facts
    links: tuple[Link, ...]
    situation: str

    def silence(self, now: datetime) -> Silence | None:
        """The silence of the whole crisis: the first to end, once there is one for each brand."""
        burning = [(self.incident, self.facts)]
        burning += [
            (one.incident, one.facts) for one in self.links if one.incident.state != "resolved"
        ]
        covers = [
            covering(self.silences, one, self.situation, facts, now) for one, facts in burning
        ]
        kept = [one for one in covers if one is not None]
        return min(kept, key=lambda one: one.over_at) if len(kept) == len(covers) else None

    def heard_at(self, at: datetime) -> datetime:
        """When what happened at this time could be told: at once, or after the silences."""
        while silence := self.silence(at):
            at = silence.over_at
        return at

    def last_end(self, now: datetime) -> datetime | None:
        """When the crisis was last let be heard again; None where it was never kept quiet."""
        ends = sorted({one.over_at for one in self.silences if one.over_at <= now}, reverse=True)
        return next((end for end in ends if self.silence(end - _MOMENT)), None)

    def counted_from(self, asked_at: datetime, now: datetime) -> datetime:
        """From when the time to take it runs: since it was asked, anew once it is let be heard."""
        heard_at = self.heard_at(now)
        last_end = heard_at if heard_at > now else self.last_end(now)
        return max(asked_at, last_end or asked_at)


def covering(
    silences: Iterable[Silence], incident: Incident, situation: str, facts: Facts, now: datetime
) -> Silence | None:
    """The silence that covers the incident now; the one that ends last where several do."""
    found = [
        one
        for one in silences
        if one.brand_id == incident.brand_id
        and one.created_at <= now < one.over_at
        and one.situation in (None, situation)
        and (one.publisher is None or _is_mostly(facts, one.publisher))
    ]
    return max(found, key=lambda one: one.over_at, default=None)


def quiet_until(silences: Iterable[Silence], asked: Silence) -> datetime:
    """When what was asked for ends: an earlier silence of the same may last longer."""
    return max(
        one.until
        for one in (asked, *silences)
        if one.brand_id == asked.brand_id
        and one.situation in (None, asked.situation)
        and one.publisher in (None, asked.publisher)
    )


def is_among(publisher: str, names: Iterable[str]) -> bool:
    """Whether one of these is the publisher that a silence is about."""
    return publisher.strip().casefold() in {name.casefold() for name in names}


def _is_mostly(facts: Facts, publisher: str) -> bool:
    """Whether most of what is said comes from the publisher; once others join, it is news again."""
    theirs = sum(number for name, number in facts.publishers if is_among(publisher, [name]))
    return theirs > _MOST * max(1, sum(number for _, number in facts.publishers))
