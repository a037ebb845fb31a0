"""Incidents, facts and recipients made for tests, and a clock that stands still."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts.playbook import Playbook, load
from alerts.recipients import Recipient
from storage.database import Database
from storage.incident_records import Event, Facts, Incident, Notification, Point, StoryFact

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DIRECTOR = "Иванов Иван Петрович"


class Clock:
    """Stands still until told; sleeping moves it."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_time(self, **length: float) -> None:
        self.at += timedelta(**length)

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def story(
    number: int = 1, title: str = "Директора обвиняют в обмане", **given: object
) -> StoryFact:
    made = StoryFact(
        mention_id=number,
        title=title,
        url=f"https://news.example/{number}",
        publisher="Городские новости",
        author="Анна Кузнецова",
        happened_at=NOON - timedelta(minutes=30),
        copies=3,
        publishers=2,
        negative=0.9,
    )
    return replace(made, **given)  # type: ignore[arg-type]


QUIET: dict[str, object] = {  # facts of no situation
    "crisis": (),
    "persons": (),
    "top": (story(title="Что-то происходит", crisis=()),),
    "top_author_share": 0.1,
}


def facts(**given: object) -> Facts:
    made = Facts(
        observed=14,
        expected=1.6,
        window=timedelta(hours=2),
        probability=1e-6,
        return_days=400,
        reason="14 against 1.6",
        coverage=0.96,
        sources_alive=48,
        sources_total=50,
        mentions=23,
        negative=19,
        stories=14,
        first=story(),
        top=(story(1), story(2, "«Ромашка» не отвечает"), story(3, "Что известно о «Ромашке»")),
        publishers=(("Городские новости", 12), ("Лента", 7), ("Отзовик", 4)),
        authors=9,
        top_author="Анна Кузнецова",
        top_author_share=0.34,
        crisis=(("обвинение", 12), ("скандал", 9)),
        persons=(DIRECTOR,),
    )
    return replace(made, **given)  # type: ignore[arg-type]


def series(hours: int = 168) -> tuple[Point, ...]:
    start = NOON - timedelta(hours=hours)
    return tuple(
        Point(start_at=start + timedelta(hours=i), observed=12.0 * (i > hours - 3), expected=0.8)
        for i in range(hours)
    )


def incident(**given: object) -> Incident:
    made = Incident(
        id=142, brand_id=1, brand="Ромашка", level=3, state="open", opened_at=NOON, changed_at=NOON
    )
    return replace(made, **given)  # type: ignore[arg-type]


def event(**given: object) -> Event:
    made = Event(id=1, incident_id=142, revision=1, kind="opened", level=3, at=NOON, facts=facts())
    return replace(made, **given)  # type: ignore[arg-type]


def notification(**given: object) -> Notification:
    made = Notification(
        id=1,
        key="142:telegram:PR:opened:1",
        incident_id=142,
        event_id=1,
        brand_id=1,
        recipient="PR",
        channel="telegram",
        address="-100123",
        topic=None,
        kind="opened",
        revision=1,
        language="ru",
        payload="{}",
        state="pending",
        attempts=0,
        not_before=NOON,
        created_at=NOON,
    )
    return replace(made, **given)  # type: ignore[arg-type]


def playbook() -> Playbook:
    return load().with_roles([(DIRECTOR, "director")])


def chat(name: str = "PR", address: str = "-100123", **given: object) -> Recipient:
    return replace(Recipient(name=name, channel="telegram", address=address), **given)  # type: ignore[arg-type]


def mail(name: str = "Почта", address: str = "pr@example.org", **given: object) -> Recipient:
    return replace(Recipient(name=name, channel="email", address=address), **given)  # type: ignore[arg-type]


def add_brand(database: Database, name: str = "Ромашка") -> int:
    with database.begin() as tx:
        tx.brands.sync([name], NOON)
        return next(one.id for one in tx.brands.all() if one.name == name)


def open_incident(
    database: Database, brand_id: int, *, level: int = 2, at: datetime = NOON, **given: object
) -> Incident:
    """An incident with its first event, not planned yet."""
    with database.begin() as tx:
        made = tx.incidents.open_new(brand_id, level=level, at=at, peak=14)
        tx.incidents.add_event(made, kind="opened", at=at, facts=facts(**given))
        return tx.incidents.get(made.id)


def join_crisis(database: Database, lead: int, brand: str = "Лютик", **given: object) -> Incident:
    """An incident of another brand that is told by the lead, and the lead's event about it."""
    with database.begin() as tx:
        names = [one.name for one in tx.brands.active()]
        brand_id = tx.brands.sync([*names, brand], NOON)[-1].id
        made = tx.incidents.open_new(brand_id, level=2, at=NOON, lead_id=lead)
        event = tx.incidents.add_event(made, kind="opened", at=NOON, facts=facts(**given))
        tx.incidents.mark_planned([event.id], NOON)
    happen(database, lead, "joined", NOON)
    with database.read() as tx:
        return tx.incidents.get(made.id)


def happen(database: Database, number: int, kind: str, at: datetime, **changes: object) -> Incident:
    """The next event of an incident; ``by`` and ``top`` are its own, the rest the incident's."""
    by = changes.pop("by", None)
    told = facts(top=changes.pop("top", facts().top))
    with database.begin() as tx:
        changed = replace(tx.incidents.get(number), **changes)  # type: ignore[arg-type]
        tx.incidents.add_event(changed, kind=kind, at=at, facts=told, by=by)  # type: ignore[arg-type]
        return tx.incidents.get(number)
