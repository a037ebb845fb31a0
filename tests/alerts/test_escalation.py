"""Nobody took it: who is next, and when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts import payload
from alerts.escalate import escalate
from alerts.escalation import called, overdue
from alerts.plan import plan
from storage.database import Database
from storage.records import Event
from tests.alerts.making import (
    NOON,
    add_brand,
    chat,
    event,
    happen,
    incident,
    mail,
    open_incident,
    playbook,
)

REACTION = playbook().reaction("leader_accused")  # 10 min, then юрист, директор


def after(*kinds: tuple[str, float]) -> list[Event]:
    return [
        event(kind=kind, at=NOON + timedelta(minutes=minutes), revision=place)
        for place, (kind, minutes) in enumerate(kinds, 1)
    ]


@pytest.mark.parametrize(
    ("events", "minutes", "role"),
    [
        (after(("opened", 0)), 9, None),
        (after(("opened", 0)), 10, "юрист"),
        (after(("opened", 0), ("missed", 10)), 19, None),
        (after(("opened", 0), ("missed", 10)), 20, "директор"),
        (after(("opened", 0), ("missed", 10), ("missed", 20)), 99, None),
        (after(("opened", 0), ("escalated", 3)), 12, None),
        (after(("opened", 0), ("escalated", 3)), 13, "директор"),
        (after(("opened", 0), ("missed", 10), ("reopened", 60)), 70, "юрист"),
    ],
)
def test_each_role_has_its_time(events: list[Event], minutes: float, role: str | None) -> None:
    """One after another, as the map says; from the start again when it opens again."""
    late = overdue(incident(), events, REACTION, NOON + timedelta(minutes=minutes))

    assert (late.role if late else None) == role


@pytest.mark.parametrize("changes", [{"taken_by": "Орлов"}, {"state": "calmed"}])
def test_what_is_taken_or_over_calls_nobody(changes: dict[str, str]) -> None:
    """The clock stops."""
    quiet = replace(incident(), **changes)

    assert overdue(quiet, after(("opened", 0)), REACTION, NOON + timedelta(days=1)) is None


def test_the_roles_it_has_risen_to() -> None:
    """Lowest first."""
    assert called(after(("opened", 0), ("missed", 10)), REACTION) == ("юрист",)


def test_a_missed_deadline_is_written_once(database: Database) -> None:
    """However often the job runs."""
    number = open_incident(database, add_brand(database)).id
    plan(database, playbook(), [chat()], now=NOON)

    assert escalate(database, playbook(), now=NOON + timedelta(minutes=9)) == 0
    assert escalate(database, playbook(), now=NOON + timedelta(minutes=11)) == 1
    assert escalate(database, playbook(), now=NOON + timedelta(minutes=11)) == 0
    with database.read() as tx:
        assert [one.kind for one in tx.incidents.events(number)] == ["opened", "missed"]


def test_waiting_takes_no_part_in_writing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job runs every minute, and an incident may wait for days beside other writers."""
    open_incident(database, add_brand(database))
    monkeypatch.setattr(Database, "begin", None)

    assert escalate(database, playbook(), now=NOON + timedelta(minutes=9)) == 0


def test_the_next_owner_is_told_though_no_route_names_him(database: Database) -> None:
    """And who has the message already hears it ring."""
    people = [chat(role="PR"), mail(name="Юрист", role="юрист", levels=(4,))]
    open_incident(database, add_brand(database))
    plan(database, playbook(), people, now=NOON)
    late = NOON + timedelta(minutes=11)
    escalate(database, playbook(), now=late)

    plan(database, playbook(), people, now=late)

    with database.read() as tx:
        told = [(one.recipient, one.kind) for one in reversed(tx.outbox.listed())]
    assert told == [
        ("PR", "opened"), ("PR", "missed"), ("PR", "push-missed"), ("Юрист", "missed"),
    ]  # fmt: skip


def test_what_opens_again_has_its_time_anew(database: Database) -> None:
    """The message names clocks to come, not those of the first time."""
    number = open_incident(database, add_brand(database)).id
    again = NOON + timedelta(hours=30)
    happen(database, number, "calmed", NOON + timedelta(hours=6), state="calmed")
    happen(database, number, "reopened", again, state="open")
    plan(database, playbook(), [chat()], now=again)
    late = again + timedelta(minutes=10)
    escalate(database, playbook(), now=late)

    plan(database, playbook(), [chat()], now=late)

    with database.read() as tx:
        push, *_, first = (payload.read(one).text for one in tx.outbox.listed())
    assert "☐ до 21:30" in first
    assert "взять до 21:10" in first
    assert "За 10\xa0мин никто не взял" in push


def test_the_next_owner_of_another_brand_is_not_called(database: Database) -> None:
    """A level may be past his route; a brand that is not his is none of his business."""
    people = [
        mail(name="Чужой юрист", role="юрист", brands=("Лютик",)),
        mail(name="Юрист", role="юрист", brands=("Ромашка",), levels=(4,)),
    ]
    open_incident(database, add_brand(database))
    late = NOON + timedelta(minutes=11)
    plan(database, playbook(), people, now=NOON)
    escalate(database, playbook(), now=late)

    plan(database, playbook(), people, now=late)

    with database.read() as tx:
        assert [one.recipient for one in tx.outbox.listed()] == ["Юрист"]


def test_who_takes_it_stops_the_clock(database: Database) -> None:
    """The whole point."""
    number = open_incident(database, add_brand(database)).id
    happen(database, number, "taken", NOON, taken_by="Орлов", taken_at=NOON)

    assert escalate(database, playbook(), now=NOON + timedelta(hours=1)) == 0
