"""A silence that is over: the message says so."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import event

from alerts import payload
from alerts.actions import escalate, false_alarm, pause
from alerts.plan import plan
from alerts.unsilence import unsilence
from storage.database import Database
from tests.alerts.making import NOON, add_brand, chat, happen, mail, open_incident, playbook

_READERS = [chat(), mail()]


def told(database: Database, minutes: float) -> list[str]:
    """What is composed after so long, newest first."""
    now = NOON + timedelta(minutes=minutes)
    unsilence(database, playbook(), now=now)
    plan(database, playbook(), _READERS, now=now)
    with database.read() as tx:
        return [payload.read(one).text for one in tx.outbox.listed() if one.created_at == now]


def test_the_message_forgets_a_pause_that_is_over(database: Database) -> None:
    """Once and without a sound; a letter cannot be changed, and is no news."""
    number = open_incident(database, add_brand(database)).id
    told(database, 0)
    with database.begin() as tx:
        pause(tx, number, by="Орлов", now=NOON + timedelta(minutes=1))
    during = told(database, 1)

    after = [told(database, minutes) for minutes in (60, 61, 62)]

    assert ["🔕 Пауза до" in text for text in during] == [True]
    assert [["🔕" in text for text in texts] for texts in after] == [[], [False], []]


def test_a_call_for_help_under_a_pause_does_not_keep_it(database: Database) -> None:
    """It was told at once, so nothing waited for the end."""
    number = open_incident(database, add_brand(database)).id
    told(database, 0)
    with database.begin() as tx:
        pause(tx, number, by="Орлов", now=NOON + timedelta(minutes=1))
        escalate(tx, number, by="Орлов", now=NOON + timedelta(minutes=2))
    told(database, 2)

    assert ["🔕" in text for text in told(database, 61)] == [False]


def test_a_silence_ended_by_hand_is_forgotten_too(database: Database) -> None:
    """Before its time."""
    brand = add_brand(database)
    number = open_incident(database, brand).id
    told(database, 0)
    with database.begin() as tx:
        pause(tx, number, by="Орлов", now=NOON + timedelta(minutes=1))
    told(database, 1)
    with database.begin() as tx:
        tx.silences.end(brand, NOON + timedelta(minutes=5))

    assert ["🔕" in text for text in told(database, 5)] == [False]


def test_what_nobody_was_told_has_nothing_to_change(database: Database) -> None:
    """It is told for the first time, as it began."""
    brand = add_brand(database)
    with database.begin() as tx:
        tx.silences.add(brand, until=NOON + timedelta(hours=1), by="Орлов", now=NOON)
    open_incident(database, brand)

    assert told(database, 10) == []
    assert unsilence(database, playbook(), now=NOON + timedelta(minutes=61)) == 0


def test_what_was_told_after_the_silence_is_not_told_again(database: Database) -> None:
    """The newest message knows of no silence."""
    brand = add_brand(database)
    number = open_incident(database, brand).id
    told(database, 0)
    with database.begin() as tx:
        tx.silences.add(brand, until=NOON + timedelta(minutes=5), by="Орлов", now=NOON)
    happen(database, number, "updated", NOON + timedelta(minutes=6))

    assert unsilence(database, playbook(), now=NOON + timedelta(minutes=7)) == 0


def test_what_was_closed_meanwhile_stays_as_it_is(database: Database) -> None:
    """An end speaks of no pause at all."""
    number = open_incident(database, add_brand(database)).id
    told(database, 0)
    with database.begin() as tx:
        pause(tx, number, by="Орлов", now=NOON + timedelta(minutes=1))
        false_alarm(tx, number, by="Орлов", now=NOON + timedelta(minutes=2))

    assert ["🔕" in text for text in told(database, 2)] == [False, False]
    assert told(database, 61) == []


def test_an_incident_without_events_has_no_message(database: Database) -> None:
    """It is being opened."""
    brand = add_brand(database)
    with database.begin() as tx:
        made = tx.incidents.open_new(brand, level=1, at=NOON)
        tx.incidents.change(replace(made, peak=1))

    assert unsilence(database, playbook(), now=NOON) == 0


def test_where_nothing_was_silenced_no_event_is_read(sqlite_database: Database) -> None:
    """It runs every minute, and the events of a long crisis are many."""
    open_incident(sqlite_database, add_brand(sqlite_database))
    asked: list[str] = []
    event.listen(
        sqlite_database.engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )

    assert unsilence(sqlite_database, playbook(), now=NOON) == 0

    assert asked
    assert not [one for one in asked if "FROM events" in one]
