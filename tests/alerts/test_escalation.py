"""Nobody took it: who is next, and when."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from alerts import payload
from alerts.actions import pause
from alerts.escalate import escalate
from alerts.escalation import called, overdue
from alerts.plan import plan
from alerts.recipients import Recipient
from storage.database import Database
from storage.incident_records import Event
from tests.alerts.making import (
    NOON,
    QUIET,
    add_brand,
    chat,
    event,
    facts,
    happen,
    incident,
    mail,
    open_incident,
    playbook,
    story,
)

REACTION = playbook().reaction("leader_accused")  # 10 min, then юрист, директор


def after(*kinds: tuple[str, float]) -> list[Event]:
    return [
        event(kind=kind, at=NOON + timedelta(minutes=minutes), revision=place)
        for place, (kind, minutes) in enumerate(kinds, 1)
    ]


def missed_at(database: Database, people: list[Recipient], minutes: range) -> list[int]:
    """The minutes after noon at which the job, run at all of these, called somebody."""
    return [
        minute
        for minute in minutes
        if escalate(database, playbook(), people, now=NOON + timedelta(minutes=minute))
    ]


def newest_text(database: Database) -> str:
    """What the message says as it was composed last."""
    with database.read() as tx:
        rows = [one for one in tx.outbox.listed() if not one.kind.startswith("push-")]
    return payload.read(rows[0]).text


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
        (after(("opened", 0), ("missed", 10), ("resolved", 20), ("reopened", 60)), 70, "юрист"),
        (after(("opened", 0), ("missed", 10), ("calmed", 20), ("reopened", 60)), 69, None),
        (after(("opened", 0), ("missed", 10), ("calmed", 20), ("reopened", 60)), 70, "директор"),
    ],
)
def test_each_role_has_its_time(events: list[Event], minutes: float, role: str | None) -> None:
    """One after another, as the map says; from the start again when it opens after its end."""
    assert overdue(incident(), events, REACTION, NOON + timedelta(minutes=minutes)) == role


@pytest.mark.parametrize("changes", [{"taken_by": "Орлов"}, {"state": "calmed"}])
def test_what_is_taken_or_over_calls_nobody(changes: dict[str, str]) -> None:
    """The clock stops."""
    quiet = replace(incident(), **changes)

    assert overdue(quiet, after(("opened", 0)), REACTION, NOON + timedelta(days=1)) is None


def test_waves_call_no_role_twice() -> None:
    """Who flares up every few hours would ring all of them each time, more than any wave may."""
    wave = (("calmed", 20), ("reopened", 60))
    events = after(("opened", 0), ("missed", 10), ("missed", 20), *wave, *wave)

    assert overdue(incident(), events, REACTION, NOON + timedelta(days=1)) is None
    assert called(events, playbook().situation("leader_accused"), REACTION) == REACTION.then


def test_the_roles_it_has_risen_to() -> None:
    """Lowest first."""
    events = after(("opened", 0), ("missed", 10))

    assert called(events, playbook().situation("leader_accused"), REACTION) == ("юрист",)


@pytest.mark.parametrize(
    ("situation", "by", "who"),
    [
        ("harm", None, ("директор",)),
        ("one_voice", None, ()),
        ("one_voice", "Орлов", ("клиентская служба",)),
    ],
    ids=["graver", "found out", "chosen"],
)
def test_who_answers_for_what_took_over_is_called(
    situation: str, by: str | None, who: tuple[str, ...]
) -> None:
    """A cause that was unknown, and turns out to be nothing grave, is told as routes say."""
    maps = playbook()
    events = [*after(("opened", 0), ("missed", 10)), event(kind="recognised", by=by)]

    assert called(events, maps.situation(situation), maps.reaction(situation)) == who


def test_a_missed_deadline_is_written_once(database: Database) -> None:
    """However often the job runs."""
    number = open_incident(database, add_brand(database)).id
    plan(database, playbook(), [chat()], now=NOON)

    assert escalate(database, playbook(), [], now=NOON + timedelta(minutes=9)) == 0
    assert escalate(database, playbook(), [], now=NOON + timedelta(minutes=11)) == 1
    assert escalate(database, playbook(), [], now=NOON + timedelta(minutes=11)) == 0
    with database.read() as tx:
        assert [one.kind for one in tx.incidents.events(number)] == ["opened", "missed"]


def test_waiting_takes_no_part_in_writing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job runs every minute, and an incident may wait for days beside other writers."""
    open_incident(database, add_brand(database))
    monkeypatch.setattr(Database, "begin", None)

    assert escalate(database, playbook(), [], now=NOON + timedelta(minutes=9)) == 0


def test_waiting_reads_nothing_that_is_told(database: Database) -> None:
    """Hundreds of events of every open incident are looked at each minute: not their facts."""
    open_incident(database, add_brand(database))
    with database.begin() as tx:
        tx.connection.execute(text("UPDATE events SET facts = '{}'"))

    assert escalate(database, playbook(), [], now=NOON + timedelta(minutes=9)) == 0


def test_the_next_owner_is_told_though_no_route_names_him(database: Database) -> None:
    """And who has the message already hears it ring."""
    people = [chat(role="PR"), mail(name="Юрист", role="юрист", levels=(4,))]
    open_incident(database, add_brand(database))
    plan(database, playbook(), people, now=NOON)
    late = NOON + timedelta(minutes=11)
    escalate(database, playbook(), people, now=late)

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
    escalate(database, playbook(), [chat()], now=late)

    plan(database, playbook(), [chat()], now=late)

    with database.read() as tx:
        push, *_, first = (payload.read(one).text for one in tx.outbox.listed())
    assert "☐ до 21:30" in first
    assert "взять до 21:10" in first
    assert "За 10\xa0мин никто не взял" in push


def test_a_graver_situation_has_its_own_time(database: Database) -> None:
    """Its steps were asked of nobody before, and its owner has not been asked to take it."""
    number = open_incident(database, add_brand(database), level=1, **QUIET).id
    plan(database, playbook(), [chat()], now=NOON)
    later = NOON + timedelta(minutes=18)
    happen(database, number, "updated", later, top=(story(title="Двое погибли"),))
    plan(database, playbook(), [chat()], now=later)

    called_at = missed_at(database, [chat()], range(18, 40))

    with database.read() as tx:
        whole = payload.read(tx.outbox.listed()[1]).text
    assert "☐ до 15:33" in whole
    assert "взять до 15:23" in whole
    assert called_at == [23, 28]


def test_the_next_owner_of_another_brand_is_not_called(database: Database) -> None:
    """A level may be past his route; a brand that is not his is none of his business."""
    people = [
        mail(name="Чужой юрист", role="юрист", brands=("Лютик",)),
        mail(name="Юрист", role="юрист", brands=("Ромашка",), levels=(4,)),
    ]
    open_incident(database, add_brand(database))
    late = NOON + timedelta(minutes=11)
    plan(database, playbook(), people, now=NOON)
    escalate(database, playbook(), people, now=late)

    plan(database, playbook(), people, now=late)

    with database.read() as tx:
        assert [one.recipient for one in tx.outbox.listed()] == ["Юрист"]


def test_under_a_silence_no_time_runs(database: Database) -> None:
    """Whoever asked for an hour's quiet has it, and after it the whole time to take it."""
    number = open_incident(database, add_brand(database)).id
    plan(database, playbook(), [chat()], now=NOON)
    with database.begin() as tx:
        pause(tx, number, by="Орлов", now=NOON + timedelta(minutes=2))

    called_at = missed_at(database, [chat()], range(90))

    assert called_at == [72, 82]


def test_what_began_under_a_silence_is_told_with_clocks_to_come(database: Database) -> None:
    """Nobody had heard of it before."""
    brand = add_brand(database)
    with database.begin() as tx:
        tx.silences.add(brand, until=NOON + timedelta(hours=4), by="Орлов", now=NOON)
    open_incident(database, brand)

    plan(database, playbook(), [chat()], now=NOON + timedelta(hours=4))

    with database.read() as tx:
        assert "взять до 19:10" in payload.read(tx.outbox.listed()[0]).text


def test_while_everybody_may_sleep_no_time_runs(database: Database) -> None:
    """What rings in the morning is to be taken in the morning."""
    people = [chat(role="PR", quiet_hours="12:00-18:00")]  # noon in UTC is 15:00 in Moscow
    open_incident(database, add_brand(database), level=1, **QUIET)

    plan(database, playbook(), people, now=NOON)
    called_at = missed_at(database, people, range(0, 240, 10))

    with database.read() as tx:
        first = tx.outbox.listed()[-1]
    assert first.not_before == NOON + timedelta(hours=3)
    assert "взять до 18:20" in payload.read(first).text
    assert called_at == [200, 220]


def test_the_time_stands_still_when_the_night_begins(database: Database) -> None:
    """Five minutes of it ran before, the rest does in the morning; the message says so at once."""
    people = [chat(role="PR", quiet_hours="15:05-18:00")]  # noon in UTC is 15:00 in Moscow
    open_incident(database, add_brand(database), level=1, **QUIET)

    plan(database, playbook(), people, now=NOON)
    called_at = missed_at(database, people, range(0, 240, 5))

    assert "взять до 18:15" in newest_text(database)
    assert called_at == [195, 215]


def test_the_time_runs_while_anybody_can_be_rung(database: Database) -> None:
    """One falls asleep later than the other; who has a copy counts, whatever the route says now."""
    people = [chat(quiet_hours="15:05-18:00"), mail(quiet_hours="15:10-18:00", levels=(1,))]
    opened = open_incident(database, add_brand(database), level=1, **QUIET)
    plan(database, playbook(), people, now=NOON)
    happen(database, opened.id, "worsened", NOON, level=2, situation="unknown", top=QUIET["top"])

    assert missed_at(database, people, range(0, 240, 5)) == [190, 210]


def test_what_rings_at_night_has_its_time_at_night(database: Database) -> None:
    """From level 3 on nobody is let sleep."""
    people = [chat(quiet_hours="15:05-18:00")]
    open_incident(database, add_brand(database))
    plan(database, playbook(), people, now=NOON)

    assert missed_at(database, people, range(0, 60, 5)) == [10, 20]


def test_the_message_names_who_is_next_and_until_when(database: Database) -> None:
    """The time of who was asked first is over."""
    people = [chat(), mail(name="Юристова", role="юрист", levels=(4,))]
    open_incident(database, add_brand(database))
    plan(database, playbook(), people, now=NOON)
    late = NOON + timedelta(minutes=11)
    escalate(database, playbook(), people, now=late)

    plan(database, playbook(), people, now=late)

    assert "Ответственный: Юристова, взять до 15:21" in newest_text(database)


def test_a_pause_moves_the_time_that_the_message_names(database: Database) -> None:
    """The whole of it runs anew after the pause."""
    number = open_incident(database, add_brand(database)).id
    plan(database, playbook(), [chat()], now=NOON)
    with database.begin() as tx:
        pause(tx, number, by="Орлов", now=NOON + timedelta(minutes=2))
    plan(database, playbook(), [chat()], now=NOON + timedelta(minutes=2))
    during = newest_text(database)
    later = NOON + timedelta(minutes=65)
    happen(database, number, "updated", later)
    plan(database, playbook(), [chat()], now=later)

    assert "взять до 16:12" in during
    assert "взять до 16:12" in newest_text(database)


def test_what_turns_too_grave_to_wait_has_its_time_from_then(database: Database) -> None:
    """It wakes people up; nobody could have taken it while they slept."""
    people = [chat(role="PR", quiet_hours="12:00-18:00")]  # noon in UTC is 15:00 in Moscow
    opened = open_incident(database, add_brand(database), level=2, **QUIET)
    plan(database, playbook(), people, now=NOON)
    later = NOON + timedelta(hours=1)
    with database.begin() as tx:
        worse = replace(tx.incidents.get(opened.id), level=3)
        tx.incidents.add_event(worse, kind="worsened", at=later, facts=facts(**QUIET))

    plan(database, playbook(), people, now=later)
    called_at = missed_at(database, people, range(60, 110, 10))

    with database.read() as tx:
        whole = payload.read(tx.outbox.listed()[1]).text
    assert "взять до 16:20" in whole
    assert called_at == [80, 100]


def test_who_is_awake_has_no_more_time_than_by_day(database: Database) -> None:
    """Somebody on duty at night hears of it at once."""
    people = [chat(quiet_hours="12:00-18:00"), mail()]
    open_incident(database, add_brand(database), level=1, **QUIET)
    plan(database, playbook(), people, now=NOON)

    assert escalate(database, playbook(), people, now=NOON + timedelta(minutes=20)) == 1


def test_who_takes_it_stops_the_clock(database: Database) -> None:
    """The whole point."""
    number = open_incident(database, add_brand(database)).id
    happen(database, number, "taken", NOON, taken_by="Орлов", taken_at=NOON)

    assert escalate(database, playbook(), [], now=NOON + timedelta(hours=1)) == 0
