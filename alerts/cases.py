"""One incident with what is new about it, read for those who tell of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.escalation import LIFE, OTHER, OVER, Levels, asked_at, begun_at, called, levels
from alerts.playbook import Playbook
from alerts.silences import Quiet
from alerts.situations import Recognised, Situation
from storage.database import Transaction
from storage.incident_records import Event, Facts, Incident, Link, Notification, Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One incident with what is new about it and who has been told what."""

    incident: Incident
    recognised: Recognised  # the situation as known, or as the newest facts show it
    is_other: bool  # it turned out to be another situation, with other steps, than was told
    fresh: tuple[Event, ...]  # not planned yet, oldest first
    told_level: int  # the level people know; 0: they know of nothing
    sent: tuple[Notification, ...]
    silence: Silence | None  # to be quiet for now
    was_over: bool  # people were told that it is over
    was_calm: bool  # it had calmed down since it was open, whether or not people were told
    begun_at: datetime  # when it began, or could be told after a silence
    asked_at: datetime  # since when it is to be taken, by who was called last
    levels: Levels  # as it was known before
    called: tuple[str, ...]  # roles whose turn it was, whatever their routes, the last one last
    ticked: int  # steps of the reaction map that are done
    links: tuple[Link, ...]  # the same crisis at kindred brands

    @property
    def level(self) -> int:
        """How grave it is, by the newest that is known."""
        return max(self.event.level, self.recognised.situation.level)

    @property
    def is_turned(self) -> bool:
        """Whether it is news that somebody else answers for it now."""
        told = self.is_other or any(one.kind == OTHER for one in self.fresh)
        return told and bool(self.called)

    @property
    def others(self) -> tuple[str, ...]:
        """The names of the kindred brands."""
        return tuple(one.incident.brand for one in self.links)

    @property
    def is_silenced(self) -> bool:
        """Whether nobody is to hear of it who has not heard yet.

        Who calls the next one by hand is heard all the same: it is said that they are called.
        """
        return self.silence is not None and all(one.kind != "escalated" for one in self.fresh)

    @property
    def event(self) -> Event:
        """The newest: a message tells how things stand now."""
        return self.fresh[-1]


def read_case(tx: Transaction, number: int, playbook: Playbook, now: datetime) -> Case | None:
    """The incident with all that is new about it; None where another planned it meanwhile."""
    known = tx.incidents.events(number)
    fresh = tuple(one for one in known if one.planned_at is None)
    if not fresh:
        return None
    incident = tx.incidents.get(number)
    situation = playbook.situation(incident.situation)
    recognised = _recognise(incident, known, playbook)
    is_other = incident.situation not in (None, recognised.situation.id)
    least = recognised.situation if incident.situation is None else situation
    life = [*known, replace(fresh[-1], kind=OTHER, at=now, by=None)] if is_other else known
    planned = [one for one in known if one.planned_at is not None]
    quiet = quiet_about(tx, incident, fresh[-1].facts, recognised.situation.id)
    return Case(
        incident=incident,
        recognised=recognised,
        is_other=is_other,
        fresh=fresh,
        told_level=_told_level(planned, fresh, situation),
        sent=tuple(tx.outbox.of_incident(number)),
        silence=quiet.silence(now),
        was_over=_last_turn(planned) in OVER,
        was_calm=_was_calm(planned, fresh),
        begun_at=quiet.heard_at(begun_at(incident, life)),
        asked_at=quiet.counted_from(asked_at(incident, life), now),
        levels=levels(known, least.level),
        called=called(life, recognised.situation, playbook.reaction(recognised.situation.id)),
        ticked=_ticked(life),
        links=quiet.links,
    )


def quiet_about(tx: Transaction, incident: Incident, facts: Facts, situation: str) -> Quiet:
    """The silences about the crisis that an incident leads, since it began."""
    return Quiet(
        silences=tx.silences.held_since(incident.opened_at),
        incident=incident,
        facts=facts,
        links=tuple(tx.incidents.links(incident.id)),
        situation=situation,
    )


def _recognise(incident: Incident, events: Sequence[Event], playbook: Playbook) -> Recognised:
    """The situation as known, or as the newest facts show it: for the first time, or graver.

    One that a person chose gives way only to one graver than whatever was seen till then.
    """
    known = playbook.situation(incident.situation)
    seen = playbook.recognise(events[-1].facts)
    rejected = _seen_before_chosen(events, playbook) if seen.situation.id != known.id else 0
    is_open = known.fallback and not rejected
    if is_open or seen.situation.level > max(known.level, rejected):
        return seen
    because = seen.because if seen.situation.id == known.id else ()
    return Recognised(situation=known, score=seen.score, because=because)


def _seen_before_chosen(events: Sequence[Event], playbook: Playbook) -> int:
    """The level of the gravest situation seen until a person chose one; 0 where nobody did."""
    chosen = [place for place, one in enumerate(events) if one.kind == OTHER and one.by]
    until = events[: chosen[-1] + 1] if chosen else ()
    return max((playbook.recognise(one.facts).situation.level for one in until), default=0)


def _told_level(planned: Sequence[Event], fresh: Sequence[Event], situation: Situation) -> int:
    if not planned:
        return 0
    if any(one.kind == OTHER for one in fresh):  # it turned out so under a silence
        return planned[-1].level
    return max(planned[-1].level, situation.level)


def _ticked(events: Sequence[Event]) -> int:
    """How many steps are done, of the reaction to the situation as it is known now."""
    kinds = [one.kind for one in events]
    told = len(kinds) - kinds[::-1].index(OTHER) if OTHER in kinds else 0
    return kinds[told:].count("step")


def _last_turn(planned: Sequence[Event]) -> str | None:
    """What people heard last of its life: how it began, calmed down or ended."""
    turns = (one.kind for one in reversed(planned) if one.kind in LIFE)
    return next(turns, None)


def _was_calm(planned: Sequence[Event], fresh: Sequence[Event]) -> bool:
    """Whether it calmed down before what is new of it, or in between: mostly under a silence."""
    last = _last_turn(planned)
    return last not in OVER and "calmed" in (last, *(one.kind for one in fresh))
