"""Who is told what: recipients, their routes and their quiet hours. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from alerts.texts import DEFAULT_ZONE, zone
from storage.incident_records import Incident

_URGENT = 3  # from this level on, quiet hours are not kept
_HOURS = re.compile(r"\s*(\d{1,2}):(\d\d)\s*[-–—]\s*(\d{1,2}):(\d\d)\s*")


class RecipientError(ValueError):
    """A recipient that cannot be used: says why, and the mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One person or group, reached by one channel."""

    name: str  # as messages and the record name the reader
    channel: str  # kind of a notifier
    address: str  # chat number, e-mail address, URL; env: and file: work too, so keep a URL secret
    topic: int | None = None  # of a Telegram forum
    language: str = "ru"  # ru, uk or en
    levels: tuple[int, ...] = (1, 2, 3, 4)  # of incidents told here
    brands: tuple[str, ...] = ()  # none: every brand
    situations: tuple[str, ...] = ()  # none: every situation
    role: str | None = None  # whom of the reaction map this is
    timezone: str = DEFAULT_ZONE  # of the times in messages
    quiet_hours: str = ""  # "23:00-08:00", in the recipient's own zone
    people: tuple[str, ...] = ()  # ids or @names that may press; none: whoever is in the chat
    fallback: str | None = None  # name of the recipient told when this one cannot be reached
    ops: bool = False  # is told of nabat's own troubles
    digest: bool = False  # gets the morning digest

    def __post_init__(self) -> None:
        """Refuse quiet hours that cannot be read."""
        if self.quiet_hours and _span(self.quiet_hours) is None:
            message = (
                f"recipient {self.name}: cannot read quiet_hours {self.quiet_hours!r}; "
                "write for example '23:00-08:00'"
            )
            raise RecipientError(message)

    def wants(
        self, incident: Incident, level: int, situation: str, *, others: Collection[str] = ()
    ) -> bool:
        """Whether one of the brands of a crisis, its level and situation are for this recipient."""
        return (
            level in self.levels
            and self.serves(incident, others=others)
            and (not self.situations or situation in self.situations)
        )

    def serves(self, incident: Incident, *, others: Collection[str] = ()) -> bool:
        """Whether one of the brands of a crisis is this recipient's."""
        return not self.brands or not {incident.brand, *others}.isdisjoint(self.brands)

    def reachable_at(self, now: datetime, level: int) -> datetime:
        """When to ring: now, or at the end of the quiet hours for what can wait."""
        span = _span(self.quiet_hours) if self.quiet_hours else None
        if span is None or level >= _URGENT:
            return now
        start, end = span
        local = now.astimezone(zone(self.timezone))
        clock = local.time().replace(second=0, microsecond=0)
        quiet = start <= clock < end if start <= end else clock >= start or clock < end
        if not quiet:
            return now
        day = local.date() + (timedelta(days=1) if clock >= end else timedelta())
        # Combining in the zone lets the zone's rules say what the clock shows that morning.
        morning = datetime.combine(day, end, tzinfo=zone(self.timezone)).astimezone(now.tzinfo)
        return max(now, morning)  # where clocks go back, an hour shows its times twice

    def quiet_from(self, now: datetime, level: int) -> datetime | None:
        """When who can be rung now no longer can, as the quiet hours begin; None for never."""
        span = _span(self.quiet_hours) if self.quiet_hours else None
        if span is None or level >= _URGENT or span[0] == span[1]:
            return None
        here = zone(self.timezone)
        today = now.astimezone(here).date()
        begins = (
            datetime.combine(today + timedelta(days=day), span[0].replace(fold=fold), tzinfo=here)
            for day in range(3)
            for fold in (0, 1)  # where clocks go back, the first may be over
        )
        return min(at for one in begins if (at := one.astimezone(now.tzinfo)) > now)


def reached(recipients: Iterable[Recipient], addresses: Mapping[str, str]) -> list[Recipient]:
    """The recipients under their true addresses, for what never stands in the records."""
    return [replace(one, address=addresses.get(one.address, one.address)) for one in recipients]


def _span(text: str) -> tuple[time, time] | None:
    match = _HOURS.fullmatch(text)
    if match is None:
        return None
    hours = [int(part) for part in match.groups()]
    try:
        return time(hours[0], hours[1]), time(hours[2], hours[3])
    except ValueError:
        return None
