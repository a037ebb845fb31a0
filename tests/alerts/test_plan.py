"""The planning job: who gets which message about what changed."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts import payload
from alerts.actions import escalate, false_alarm, pause, step_done, turn
from alerts.plan import UntoldIncidentsError, plan
from alerts.recipients import Recipient
from storage.database import Database
from storage.incident_records import Facts, Notification
from tests.alerts.making import (
    NOON,
    QUIET,
    add_brand,
    chat,
    facts,
    happen,
    incident,
    join_crisis,
    mail,
    open_incident,
    playbook,
    story,
)
from tests.running import until
from tests.storage.making import somebody_waits


def told(database: Database, recipients: Sequence[Recipient], minutes: float = 0) -> int:
    return plan(database, playbook(), recipients, now=NOON + timedelta(minutes=minutes))


def rows(database: Database) -> list[Notification]:
    with database.read() as tx:
        return list(reversed(tx.outbox.listed()))


def add_quiet(database: Database, number: int, kind: str, **changes: Any) -> None:
    """An event of what may wait for the morning."""
    with database.begin() as tx:
        changed = replace(tx.incidents.get(number), **changes)
        tx.incidents.add_event(changed, kind=kind, at=NOON, facts=facts(**QUIET))


def sent(database: Database) -> None:
    """Everything in the outbox reaches its reader."""
    with database.begin() as tx:
        for one in tx.outbox.listed(states=["pending"]):
            tx.outbox.confirm(one.id, provider_id=str(100 + one.id), now=NOON)


def kinds(database: Database) -> list[tuple[str, str]]:
    return [(one.recipient, one.kind) for one in rows(database)]


@pytest.fixture
def brand(database: Database) -> int:
    """The watched brand."""
    return add_brand(database)


def test_an_opened_incident_is_told_to_everyone_it_concerns_once(
    database: Database, brand: int
) -> None:
    """Planned twice, stored once."""
    open_incident(database, brand)

    assert told(database, [chat(), mail()]) == 2
    assert told(database, [chat(), mail()]) == 0
    assert kinds(database) == [("PR", "opened"), ("Почта", "opened")]


def test_the_situation_and_its_floor_are_written_on_the_incident(
    database: Database, brand: int
) -> None:
    """An accused director is level 3 whatever the count says."""
    number = open_incident(database, brand, level=1).id

    told(database, [chat()])

    with database.read() as tx:
        found = tx.incidents.get(number)
    assert (found.situation, found.level) == ("leader_accused", 3)
    assert "уровень 3 из 4" in rows(database)[0].payload


@pytest.mark.parametrize(
    ("first", "later", "situation"),
    [
        ("жалоба", "отравление", "harm"),
        ("отравление", "жалоба", "harm"),
        ("брак", "штраф", "defect"),
    ],
    ids=["graver", "milder", "as grave"],
)
def test_only_a_graver_situation_takes_the_place_of_one_that_is_known(
    database: Database, brand: int, first: str, later: str, situation: str
) -> None:
    """Complaints that turn out to be a poisoning are one; the other way round nothing jumps."""
    said = {"persons": (), "top": (), "top_author_share": 0.1}
    number = open_incident(database, brand, level=1, crisis=((first, 15),), **said).id
    told(database, [chat()])
    with database.begin() as tx:
        newest = facts(crisis=((later, 15),), **said)
        tx.incidents.add_event(tx.incidents.get(number), kind="updated", at=NOON, facts=newest)

    told(database, [chat()])

    with database.read() as tx:
        assert tx.incidents.get(number).situation == situation


@pytest.mark.parametrize("minutes_of_silence", [0, 60])
def test_steps_of_another_situation_are_not_done(
    database: Database, brand: int, minutes_of_silence: int
) -> None:
    """What was ticked while the cause was unknown stops no sales of what poisons people."""
    number = open_incident(database, brand, level=1, **QUIET).id
    told(database, [chat()])
    its_end = NOON + timedelta(minutes=minutes_of_silence)
    with database.begin() as tx:
        step_done(tx, number, by="Орлов", now=NOON)
        tx.silences.add(brand, until=its_end, by="Орлов", now=NOON)
        poisoned = facts(crisis=(("отравление", 15),), persons=())
        tx.incidents.add_event(tx.incidents.get(number), kind="updated", at=NOON, facts=poisoned)

    for minutes in (1, 2, 61):
        told(database, [chat()], minutes=minutes)
    with database.begin() as tx:
        assert tx.incidents.unplanned() == []
        step_done(tx, number, by="Орлов", now=NOON + timedelta(hours=2))
    told(database, [chat()], minutes=121)

    texts = [payload.read(one).text for one in rows(database)]
    assert [text.count("☑") for text in texts if "R-04" in text and "☐" in text][-2:] == [0, 1]


@pytest.mark.parametrize(
    ("route", "is_told"),
    [
        ({}, True),
        ({"levels": (4,)}, False),
        ({"brands": ("Другая",)}, False),
        ({"brands": ("Ромашка",), "levels": (3,)}, True),
        ({"situations": ("data_leak",)}, False),
        ({"situations": ("leader_accused",)}, True),
    ],
    ids=["no route", "level", "brand", "brand and level", "situation", "this situation"],
)
def test_routes_choose_who_is_told(
    database: Database, brand: int, route: dict[str, object], is_told: bool
) -> None:
    """Brand by level by situation."""
    open_incident(database, brand)

    told(database, [chat(**route)])

    assert bool(rows(database)) is is_told


def test_who_was_told_of_the_start_is_told_of_the_end(database: Database, brand: int) -> None:
    """Though the level has left what the route names."""
    number = open_incident(database, brand, level=3).id
    told(database, [chat(levels=(3,))])
    sent(database)
    happen(database, number, "resolved", NOON, state="resolved", level=1, situation="unknown")

    told(database, [chat(levels=(3,))])

    assert ("PR", "resolved") in kinds(database)


def test_a_rising_level_changes_the_message_and_rings(database: Database, brand: int) -> None:
    """An edit is silent; a higher level must be heard."""
    number = open_incident(database, brand, **QUIET).id
    told(database, [chat()])
    sent(database)
    happen(database, number, "worsened", NOON, level=3, situation="unknown")

    told(database, [chat()])

    assert kinds(database)[1:] == [("PR", "worsened"), ("PR", "push-level")]


def test_a_level_rings_twice_at_most(database: Database, brand: int) -> None:
    """Who is busy with a crisis knows."""
    number = open_incident(database, brand, level=1, **QUIET).id
    for level in (2, 3, 4):
        told(database, [chat()])
        sent(database)
        with database.begin() as tx:
            worse = replace(tx.incidents.get(number), level=level)
            tx.incidents.add_event(worse, kind="worsened", at=NOON, facts=facts(**QUIET))
    told(database, [chat()])

    assert [kind for _, kind in kinds(database)].count("push-level") == 2


def test_a_graver_situation_rings_after_other_levels_did(database: Database, brand: int) -> None:
    """Who is busy with complaints knows of no deaths."""
    number = open_incident(database, brand, level=1, **QUIET).id
    deaths = facts(**{**QUIET, "top": (story(title="Двое погибли"),)})
    for level, about in ((2, facts(**QUIET)), (3, facts(**QUIET)), (3, deaths)):
        told(database, [chat()])
        sent(database)
        with database.begin() as tx:
            worse = replace(tx.incidents.get(number), level=level)
            tx.incidents.add_event(worse, kind="worsened", at=NOON, facts=about)

    told(database, [chat()])

    assert [kind for _, kind in kinds(database)].count("push-level") == 3
    assert "Уровень 4 из 4, был 3" in payload.read(rows(database)[-1]).text


def test_who_answers_for_a_graver_situation_is_called(database: Database, brand: int) -> None:
    """Though neither his route nor a level that was as high before would tell him."""
    readers = [chat(), mail("Директоров", role="директор", situations=("blackmail",)), mail()]
    number = open_incident(database, brand, level=4, **QUIET).id
    told(database, readers)
    sent(database)
    poisoned = facts(crisis=(("отравление", 15),), persons=())
    with database.begin() as tx:
        tx.incidents.add_event(tx.incidents.get(number), kind="updated", at=NOON, facts=poisoned)

    told(database, readers)
    happen(database, number, "updated", NOON)
    told(database, readers)

    assert kinds(database)[2:] == [
        ("PR", "updated"), ("PR", "push-level"), ("Директоров", "updated"), ("Почта", "updated"),
        ("PR", "updated"),
    ]  # fmt: skip
    assert "Ситуация теперь другая. Отвечает: Директоров" in payload.read(rows(database)[3]).text


def test_a_situation_that_a_person_chose_stays(database: Database, brand: int) -> None:
    """With its owner, steps, clocks and level; only one graver than all seen before replaces it."""
    readers = [chat(), mail("Анна", role="клиентская служба", levels=(4,))]
    accused = {"top": (), "top_author_share": 0.1, "crisis": (("обвинение", 15),)}
    number = open_incident(database, brand, level=1, **accused).id
    told(database, readers)
    sent(database)
    with database.begin() as tx:
        done = turn(tx, number, playbook().situation("service"), by="Орлов", now=NOON)
    told(database, readers, minutes=1)
    corrected = rows(database)[1:]
    sent(database)
    newest = []
    for crisis in ("обвинение", "утечка", "отравление"):  # rejected, as grave, and graver
        said = facts(**{**accused, "crisis": ((crisis, 15),), "persons": ()})
        said = replace(said, persons=facts().persons) if crisis == "обвинение" else said
        with database.begin() as tx:
            tx.incidents.add_event(tx.incidents.get(number), kind="updated", at=NOON, facts=said)
        told(database, readers, minutes=2)
        with database.read() as tx:
            one = tx.incidents.get(number)
            newest.append((one.situation, one.level))

    assert done.phrase == "you_turned"
    assert [(one.recipient, one.kind) for one in corrected] == [
        ("PR", "recognised"), ("PR", "push-level"), ("Анна", "recognised"),
    ]  # fmt: skip
    text = payload.read(corrected[0]).text
    assert "уровень 1 из 4" in text
    assert "R-08" in text
    assert "Ответственный: Анна, взять до 15:30" in text
    assert newest == [("service", 1), ("service", 1), ("harm", 4)]


def test_nothing_of_the_map_may_be_chosen_too(database: Database, brand: int) -> None:
    """The cause is not clear, says a person: then what was seen does not come back."""
    number = open_incident(database, brand, level=1).id
    told(database, [chat()])
    with database.begin() as tx:
        turn(tx, number, playbook().fallback, by="Орлов", now=NOON)
        told_again = turn(tx, number, playbook().fallback, by="Орлов", now=NOON)
    happen(database, number, "updated", NOON)
    told(database, [chat()], minutes=1)

    assert told_again.phrase == "already_so"
    with database.read() as tx:
        assert tx.incidents.get(number).situation == "unknown"


def test_a_corrected_crisis_is_as_grave_as_at_its_other_brands(
    database: Database, brand: int
) -> None:
    """Their stories are part of it."""
    number = open_incident(database, brand, level=1).id
    join_crisis(database, number)
    told(database, [chat()])
    with database.begin() as tx:
        turn(tx, number, playbook().situation("service"), by="Орлов", now=NOON)

        assert tx.incidents.get(number).level == 2


def test_a_corrected_crisis_is_as_grave_as_its_second_spike_was(
    database: Database, brand: int
) -> None:
    """It had been over; the stories that opened it again were more than the first."""
    number = open_incident(database, brand, level=1).id
    told(database, [chat()])
    happen(database, number, "resolved", NOON, state="resolved")
    happen(database, number, "reopened", NOON, state="open", level=4)
    with database.begin() as tx:
        turn(tx, number, playbook().situation("service"), by="Орлов", now=NOON)

        assert tx.incidents.get(number).level == 4


def test_what_a_person_made_milder_lets_people_sleep(database: Database, brand: int) -> None:
    """Its level was too grave to wait; the time to take the milder one runs in the morning."""
    number = open_incident(database, brand, level=1).id
    readers = [chat(quiet_hours="15:00-18:00")]  # noon in UTC is 15:00 in Moscow
    told(database, readers)
    sent(database)
    with database.begin() as tx:
        turn(tx, number, playbook().situation("service"), by="Орлов", now=NOON)

    told(database, readers, minutes=1)

    assert "взять до 18:30" in payload.read(rows(database)[1]).text


def test_an_incident_that_comes_back_after_its_end_rings(database: Database, brand: int) -> None:
    """People were told it is over; a change of the old message alone nobody would hear."""
    number = open_incident(database, brand).id
    for kind, state in (("resolved", "resolved"), ("reopened", "open")):
        told(database, [chat()])
        sent(database)
        happen(database, number, kind, NOON, state=state)
    told(database, [chat()])

    assert kinds(database)[-2:] == [("PR", "reopened"), ("PR", "push-level")]
    assert "Снова открыт: уровень 3 из 4" in payload.read(rows(database)[-1]).text


def test_under_a_silence_no_picture_is_drawn_again_and_again(
    database: Database, brand: int
) -> None:
    """The same event comes up at every tick until the silence ends."""
    number, drawn = open_incident(database, brand).id, []
    told(database, [chat()])
    sent(database)
    with database.begin() as tx:
        tx.silences.add(brand, until=NOON + timedelta(hours=1), by="Орлов", now=NOON)
    happen(database, number, "worsened", NOON, level=4)
    for minute in (1, 2, 3):
        at = NOON + timedelta(minutes=minute)
        plan(database, playbook(), [chat()], now=at, chart=lambda *_: drawn.append(1))  # type: ignore[func-returns-value]

    assert drawn == [1]


def test_a_mailbox_gets_letters_only_for_what_is_loud(database: Database, brand: int) -> None:
    """A letter cannot be changed: a small update is not worth one."""
    number = open_incident(database, brand).id
    told(database, [mail()])
    happen(database, number, "updated", NOON)
    told(database, [mail()])
    happen(database, number, "resolved", NOON, state="resolved")
    told(database, [mail()])

    assert kinds(database) == [("Почта", "opened"), ("Почта", "resolved")]


def test_a_mailbox_hears_of_a_level_that_rises_with_the_situation(
    database: Database, brand: int
) -> None:
    """Recognised in a small update, it is news to who was told less, and to who now has to know."""
    people = [mail(), mail("Директор", "d@example.org", levels=(3, 4))]
    number = open_incident(database, brand, level=1, **QUIET).id
    told(database, people)
    for minute in (1, 2):
        happen(database, number, "updated", NOON)
        told(database, people, minute)

    assert kinds(database) == [("Почта", "opened"), ("Почта", "updated"), ("Директор", "updated")]


def test_what_was_never_sent_is_superseded(database: Database, brand: int) -> None:
    """After an outage the newest state goes out, not the backlog."""
    number = open_incident(database, brand).id
    told(database, [chat()])
    happen(database, number, "updated", NOON)
    told(database, [chat()])

    assert [(one.kind, one.state) for one in rows(database)] == [
        ("opened", "merged"),
        ("updated", "pending"),
    ]


def test_several_events_at_once_are_one_message(database: Database, brand: int) -> None:
    """It tells how things stand now."""
    number = open_incident(database, brand).id
    happen(database, number, "worsened", NOON, level=4)

    told(database, [chat()])

    assert kinds(database) == [("PR", "worsened")]


def test_a_silence_keeps_new_readers_quiet_its_endit_ends(database: Database, brand: int) -> None:
    """Nothing is forgotten: it is told when the silence is over."""
    with database.begin() as tx:
        tx.silences.add(brand, until=NOON + timedelta(hours=1), by="Орлов", now=NOON)
    open_incident(database, brand)

    assert told(database, [chat()], minutes=1) == 0
    assert told(database, [chat()], minutes=61) == 1


def test_a_long_silence_hides_no_other_brand_and_ends_well(database: Database, brand: int) -> None:
    """However many events wait for its end; then one message tells how things stand."""
    number = open_incident(database, brand).id
    with database.begin() as tx:
        tx.silences.add(brand, until=NOON + timedelta(days=6), by="Орлов", now=NOON)
        for _ in range(520):
            tx.incidents.add_event(tx.incidents.get(number), kind="updated", at=NOON, facts=facts())
    other = open_incident(database, add_brand(database, "Лютик")).id

    assert told(database, [chat()]) == 1
    assert told(database, [chat()], minutes=6 * 24 * 60 + 1) == 1
    assert [one.incident_id for one in rows(database)] == [other, number]


def test_during_a_silence_the_message_is_still_kept_true(database: Database, brand: int) -> None:
    """Changing it makes no sound."""
    number = open_incident(database, brand).id
    told(database, [chat()])
    sent(database)
    with database.begin() as tx:
        tx.silences.add(brand, until=NOON + timedelta(hours=1), by="Орлов", now=NOON)
    happen(database, number, "worsened", NOON, level=4)

    told(database, [chat()], minutes=1)

    assert kinds(database)[1:] == [("PR", "worsened")]


def test_a_silence_holds_back_no_call_for_help(database: Database, brand: int) -> None:
    """Who presses "escalate" is told that the next one is called, and then it is quiet again."""
    number = open_incident(database, brand).id
    lawyer = mail("Юрист", role="юрист", levels=())
    told(database, [chat(), lawyer])
    sent(database)
    with database.begin() as tx:
        tx.silences.add(brand, until=NOON + timedelta(hours=1), by="Орлов", now=NOON)
    happen(database, number, "paused", NOON)
    happen(database, number, "escalated", NOON, by="Орлов")

    readers = [chat(), lawyer, mail("Другой")]  # who is not called does not hear of it now
    told(database, readers)
    happen(database, number, "worsened", NOON, level=4)
    told(database, readers)

    assert kinds(database)[1:] == [
        ("PR", "escalated"),
        ("PR", "push-missed"),
        ("Юрист", "escalated"),
        ("PR", "worsened"),
    ]


def test_what_turned_graver_under_a_silence_rings_after_it(database: Database, brand: int) -> None:
    """The message is changed without a sound meanwhile; the deaths are news to everybody."""
    number = open_incident(database, brand, level=1, **QUIET).id
    readers = [chat(), mail()]
    told(database, readers)
    sent(database)
    with database.begin() as tx:
        tx.silences.add(brand, until=NOON + timedelta(hours=1), by="Орлов", now=NOON)
    happen(database, number, "updated", NOON, top=(story(title="Двое погибли"),))
    told(database, readers, minutes=1)

    told(database, readers, minutes=61)

    assert ("PR", "push-level") in kinds(database)
    assert kinds(database)[-1] == ("Почта", "recognised")


def test_a_silence_about_one_situation_holds_it_and_no_graver_one(
    database: Database, brand: int
) -> None:
    """It is known for what it is before anybody is told of it."""
    with database.begin() as tx:
        until = NOON + timedelta(hours=1)
        tx.silences.add(brand, until=until, by="Орлов", now=NOON, situation="service")
    failing = (story(title="Клиенты жалуются на задержки", crisis=()),)
    number = open_incident(database, brand, level=1, **{**QUIET, "top": failing}).id

    assert told(database, [chat()]) == 0
    happen(database, number, "updated", NOON, top=(story(title="Двое погибли"),))
    told(database, [chat()], minutes=1)

    assert kinds(database) == [("PR", "updated")]


def test_a_mailbox_hears_of_an_end_under_a_silence_when_that_is_over(
    database: Database, brand: int
) -> None:
    """Whoever got the alarm is told that it was none, though somebody paused it before."""
    number = open_incident(database, brand).id
    told(database, [mail()])
    sent(database)
    with database.begin() as tx:
        pause(tx, number, by="Орлов", now=NOON)
        false_alarm(tx, number, by="Орлов", now=NOON + timedelta(minutes=1))

    told(database, [mail()], minutes=1)

    assert kinds(database) == [("Почта", "opened"), ("Почта", "false-alarm")]
    assert rows(database)[-1].not_before == NOON + timedelta(hours=1)


def test_quiet_hours_hold_what_can_wait(database: Database, brand: int) -> None:
    """Below level 3 the phone stays silent until the morning."""
    open_incident(database, brand, level=1, **QUIET)

    told(database, [chat(quiet_hours="12:00-18:00")])  # noon in UTC is 15:00 in Moscow

    assert rows(database)[0].not_before == NOON + timedelta(hours=3)


def test_a_pause_at_night_rings_nobody_before_it_and_the_night_are_over(
    database: Database, brand: int
) -> None:
    """What has not been posted yet is no change of a message; the last word in a letter waits."""
    number = open_incident(database, brand, level=1, **QUIET).id
    readers = [one(quiet_hours="12:00-18:00") for one in (chat, mail)]
    told(database, readers)
    with database.begin() as tx:
        pause(tx, number, by="Орлов", now=NOON)
    told(database, readers)
    with database.begin() as tx:
        false_alarm(tx, number, by="Орлов", now=NOON)

    told(database, readers)

    evening = NOON + timedelta(hours=3)
    assert {one.not_before for one in rows(database)} == {evening}


@pytest.mark.parametrize(
    ("end", "rings"), [("taken", ["push-level"]), ("resolved", ["push-closed"])]
)
def test_what_is_untrue_by_the_morning_is_not_said_then(
    database: Database, brand: int, end: str, rings: list[str]
) -> None:
    """Somebody was awake and saw to it."""
    readers = [chat(quiet_hours="15:00-18:00")]  # noon in UTC is 15:00 in Moscow
    number = open_incident(database, brand, level=1, **QUIET).id
    told(database, readers, minutes=-1)
    sent(database)
    changes = {"taken": {"taken_by": "Анна"}, "resolved": {"state": "resolved"}}
    for kind in ("worsened", "missed", end):
        with database.begin() as tx:
            one = replace(tx.incidents.get(number), level=2, **changes.get(kind, {}))
            tx.incidents.add_event(one, kind=kind, at=NOON, facts=facts(**QUIET))
        told(database, readers)

    waiting = [one.kind for one in rows(database) if one.state == "pending"]
    assert [kind for kind in waiting if kind.startswith("push-")] == rings


@pytest.mark.parametrize(
    ("later", "again", "rings"),
    [("not-us", "resolved", ["push-closed"]), ("reopened", "open", ["push-level"])],
)
def test_an_end_at_night_is_told_in_the_morning_while_it_is_one(
    database: Database, brand: int, later: str, again: str, rings: list[str]
) -> None:
    """Who marks a story of it afterwards takes the word of the end from nobody."""
    readers = [chat(quiet_hours="15:00-18:00")]  # noon in UTC is 15:00 in Moscow
    number = open_incident(database, brand, level=1, **QUIET).id
    told(database, readers, minutes=-1)
    sent(database)
    for kind, state in (("resolved", "resolved"), (later, again)):
        add_quiet(database, number, kind, state=state)
        told(database, readers)

    waiting = [one.kind for one in rows(database) if one.state == "pending"]
    assert [kind for kind in waiting if kind.startswith("push-")] == rings


@pytest.mark.parametrize("end", ["resolved", "false-alarm"])
def test_nobody_is_woken_to_hear_that_the_worst_crisis_is_over(
    database: Database, brand: int, end: str
) -> None:
    """Its beginning rings at night, its end waits for the morning; the message shows it at once."""
    readers = [one(quiet_hours="15:00-18:00") for one in (chat, mail)]  # noon in UTC is 15:00
    number = open_incident(database, brand, level=4).id
    told(database, readers)
    assert [one.not_before for one in rows(database)] == [NOON, NOON]
    sent(database)
    happen(database, number, end, NOON, state="resolved")

    told(database, readers)

    morning = NOON + timedelta(hours=3)
    due = {(one.channel, one.kind): one.not_before for one in rows(database)[2:]}
    assert due == {
        ("telegram", end): NOON,
        ("telegram", "push-closed"): morning,
        ("email", end): morning,
    }


def test_what_was_never_said_does_not_count_as_said(database: Database, brand: int) -> None:
    """What came back at night and was over by morning, twice, leaves the next time its voice."""
    readers = [chat(quiet_hours="15:00-18:00")]
    number = open_incident(database, brand, level=1, **QUIET).id
    told(database, readers, minutes=-1)
    sent(database)
    for kind in ("resolved", "reopened", "resolved", "reopened", "resolved"):
        add_quiet(database, number, kind, state="open" if kind == "reopened" else kind)
        told(database, readers)
    add_quiet(database, number, "reopened", state="open")
    told(database, readers, minutes=240)

    assert rows(database)[-1].kind == "push-level"


@pytest.mark.parametrize(
    ("kinds_of_night", "rings"),
    [
        (("calmed", "reopened"), ["push-wave"]),
        (("calmed", "reopened", "calmed"), []),
        (("calmed", "reopened", "calmed", "reopened", "calmed", "reopened"), ["push-wave"]),
    ],
    ids=["goes on", "over by morning", "the third"],
)
def test_a_new_wave_at_night_is_told_in_the_morning_while_it_is_one(
    database: Database, brand: int, kinds_of_night: tuple[str, ...], rings: list[str]
) -> None:
    """Once, however often it fell and rose meanwhile."""
    readers = [chat(quiet_hours="15:00-18:00")]
    number = open_incident(database, brand, level=1, **QUIET).id
    told(database, readers, minutes=-1)
    sent(database)
    for kind in kinds_of_night:
        add_quiet(database, number, kind, state="open" if kind == "reopened" else kind)
        told(database, readers)

    waiting = [one.kind for one in rows(database) if one.state == "pending"]
    assert [kind for kind in waiting if kind.startswith("push-")] == rings


def test_a_wave_is_counted_by_letters_too_whatever_came_with_it(
    database: Database, brand: int
) -> None:
    """A second brand of the crisis changes it in the same run: the third letter was one too many."""
    number = open_incident(database, brand).id
    told(database, [mail()])
    for _ in range(3):
        happen(database, number, "calmed", NOON, state="calmed")
        told(database, [mail()])
        happen(database, number, "reopened", NOON, state="open")
        happen(database, number, "updated", NOON)
        told(database, [mail()])
        sent(database)

    assert len(rows(database)) == 3


@pytest.mark.parametrize(
    ("kinds_of_silence", "rings"),
    [
        (("calmed", "reopened"), 1),
        (("calmed", "reopened", "calmed", "reopened"), 1),
        (("calmed", "reopened", "calmed"), 0),
        (("updated",), 0),
    ],
    ids=["goes on", "the second goes on", "over by its end", "the old one goes on"],
)
def test_a_new_wave_under_a_silence_is_told_after_it_while_it_is_one(
    database: Database, brand: int, kinds_of_silence: tuple[str, ...], rings: int
) -> None:
    """As one at night is in the morning: who asked for quiet knew of the first wave alone."""
    number = open_incident(database, brand, level=4).id
    readers = [chat(), mail()]
    told(database, readers)
    sent(database)
    with database.begin() as tx:
        tx.silences.add(brand, until=NOON + timedelta(hours=1), by="Анна", now=NOON)
    for kind in kinds_of_silence:
        state = "calmed" if kind == "calmed" else "open"
        happen(database, number, kind, NOON, state=state)
        told(database, readers)
    under_it = kinds(database)

    told(database, readers, minutes=61)

    assert ("Почта", "reopened") not in under_it
    assert [kind for _, kind in under_it if kind.startswith("push-")] == []
    after = kinds(database)[len(under_it) :]
    assert after.count(("PR", "push-wave")) == rings
    assert after.count(("Почта", "reopened")) == rings


def test_a_wave_at_another_brand_rings_in_the_run_in_which_the_lead_calmed(
    database: Database, brand: int
) -> None:
    """The whole crisis was calm by then, though there was no time to say so."""
    number = open_incident(database, brand).id
    told(database, [chat()])
    sent(database)
    happen(database, number, "calmed", NOON, state="calmed")
    happen(database, number, "reopened", NOON, state="open")

    told(database, [chat()])

    assert kinds(database)[-1] == ("PR", "push-wave")


def test_quiet_hours_hold_no_change_of_a_message(database: Database, brand: int) -> None:
    """It rings nobody; who presses a button at night sees it. What rings and a letter wait."""
    readers = [one(quiet_hours="12:00-18:00") for one in (chat, mail)]
    opened = open_incident(database, brand, level=1, **QUIET)
    told(database, readers)
    sent(database)
    with database.begin() as tx:
        worse = replace(tx.incidents.get(opened.id), level=2)
        tx.incidents.add_event(worse, kind="worsened", at=NOON, facts=facts(**QUIET))

    told(database, readers)

    evening = NOON + timedelta(hours=3)
    due = [(one.channel, one.kind, one.not_before) for one in rows(database)[2:]]
    assert due == [
        ("telegram", "worsened", NOON),
        ("telegram", "push-level", evening),
        ("email", "worsened", evening),
    ]


@pytest.mark.parametrize("role", ["клиентская служба", "HR"], ids=["called", "nobody has it"])
def test_who_is_called_by_hand_is_rung_at_night(database: Database, brand: int, role: str) -> None:
    """A person pressed it; the others, where somebody is called, hear of it in the morning."""
    night = {"quiet_hours": "15:00-18:00"}  # noon in UTC is 15:00 in Moscow
    readers = [chat(**night), mail("Дежурный", role=role, levels=(4,), **night)]
    number = open_incident(database, brand, level=2, **QUIET).id
    told(database, readers, minutes=-1)
    sent(database)
    with database.begin() as tx:
        escalate(tx, number, by="Орлов", now=NOON)

    told(database, readers)

    evening, is_called = NOON + timedelta(hours=3), role != "HR"
    due = [(one.recipient, one.kind, one.not_before) for one in rows(database)[1:]]
    assert due[:2] == [
        ("PR", "escalated", NOON),
        ("PR", "push-missed", evening if is_called else NOON),
    ]
    assert due[2:] == [("Дежурный", "escalated", NOON)][: int(is_called)]


def test_the_message_names_the_people_behind_the_roles(database: Database, brand: int) -> None:
    """«Орлов», not «PR», where the config says who it is."""
    open_incident(database, brand)

    told(database, [chat(name="Орлов", role="PR")])

    assert "(Орлов)" in payload.read(rows(database)[0]).text


def test_who_has_a_role_at_another_brand_is_not_named(database: Database, brand: int) -> None:
    """Each brand has a press officer of its own, and the first in the config is not everybody's."""
    open_incident(database, brand)
    people = [
        chat(name="Лютикова", address="-1", role="PR", brands=("Лютик",)),
        chat(name="Орлов", role="PR", brands=("Ромашка",)),
    ]

    told(database, people)

    assert "Ответственный: Орлов" in payload.read(rows(database)[0]).text


def test_a_moved_chat_is_written_to_where_it_is(database: Database, brand: int) -> None:
    """The config still has the old number."""
    with database.begin() as tx:
        tx.destinations.move("telegram", "-100123", to="-100999")
    open_incident(database, brand)

    told(database, [chat()])

    assert rows(database)[0].address == "-100999"


def test_a_chart_goes_with_the_message(database: Database, brand: int) -> None:
    """Once for each reader's language; a missing one changes nothing."""

    def drawn(_facts: Facts, _speech: object) -> bytes:
        return b"png"

    open_incident(database, brand)

    plan(database, playbook(), [chat()], now=NOON, chart=drawn)

    assert rows(database)[0].photo == b"png"


def test_an_incident_that_cannot_be_told_silences_no_other(database: Database, brand: int) -> None:
    """The job fails by its name at the end, and it is tried again with the next run."""

    def drawn(about: Facts, _speech: object) -> bytes:
        return b"png" if about.observed < 99 else bytes("я", "ascii")

    broken = open_incident(database, brand, observed=99).id
    other = open_incident(database, add_brand(database, "Лютик")).id

    with pytest.raises(UntoldIncidentsError, match=f"see the log: incident {broken}$"):
        plan(database, playbook(), [chat()], now=NOON, chart=drawn)

    assert [one.incident_id for one in rows(database)] == [other]
    with database.read() as tx:
        assert tx.incidents.unplanned() == [broken]


def test_one_crisis_of_several_brands_is_one_message(database: Database, brand: int) -> None:
    """Both are named with their own numbers; nobody gets two alerts."""
    number = open_incident(database, brand).id
    join_crisis(database, number, observed=5, expected=0.2, window=timedelta(hours=3))

    assert told(database, [chat()]) == 1

    (one,) = rows(database)
    message = payload.read(one)
    assert "«Ромашка», «Лютик»" in message.text.splitlines()[0]
    assert "🔗 «Лютик»: 5 негативных историй за 3 ч" in message.text.replace("\u00a0", " ")
    assert "«Лютик»" in message.subject


def test_a_brand_that_joins_later_changes_the_message_and_rings(
    database: Database, brand: int
) -> None:
    """The living message is edited, a short one beside it is heard; mail gets a letter."""
    number = open_incident(database, brand).id
    told(database, [chat(), mail()])
    sent(database)
    join_crisis(database, number)

    assert told(database, [chat(), mail()], 1) == 3
    new = [one for one in rows(database) if one.state == "pending"]
    assert [one.kind for one in new] == ["joined", "push-joined", "joined"]
    assert "Тот же кризис у других брендов: «Лютик»" in payload.read(new[1]).text


def test_who_watches_only_the_second_brand_is_told_when_it_joins(
    database: Database, brand: int
) -> None:
    """Not before: the crisis was not theirs."""
    theirs = chat(name="Лютик PR", address="-7", brands=("Лютик",))
    number = open_incident(database, brand).id
    assert told(database, [theirs]) == 0
    join_crisis(database, number)
    assert told(database, [theirs], 1) == 1


def test_a_crisis_is_silenced_only_with_all_its_brands(database: Database, brand: int) -> None:
    """Quiet about one brand is not quiet about the other."""
    number = open_incident(database, brand).id
    other = join_crisis(database, number)
    until = NOON + timedelta(hours=4)
    with database.begin() as tx:
        tx.silences.add(brand, until=until, by="Анна", now=NOON)
    assert told(database, [chat()]) == 1
    happen(database, number, "updated", NOON)
    with database.begin() as tx:
        tx.silences.add(other.brand_id, until=until, by="Анна", now=NOON)
    told(database, [chat(name="Второй", address="-9")], 1)
    assert [one.recipient for one in rows(database)] == ["PR"]


def test_the_person_it_is_about_is_named(database: Database, brand: int) -> None:
    """Where most stories name one of the watched people."""
    open_incident(database, brand, about="Иванов Иван Петрович")
    told(database, [chat()])
    assert "О ком: Иванов Иван Петрович" in payload.read(rows(database)[0]).text


def test_without_recipients_nothing_is_stuck(database: Database, brand: int) -> None:
    """The event is handled; it does not come up again and again."""
    open_incident(database, brand)

    assert told(database, []) == 0
    with database.read() as tx:
        assert tx.incidents.unplanned() == []


def test_long_names_make_keys_of_bounded_length(database: Database, brand: int) -> None:
    """The key column has a limit."""
    open_incident(database, brand)

    told(database, [chat(name="я" * 190), chat(name="я" * 191, address="-5")])

    assert len({one.key for one in rows(database)}) == 2


def test_recipients_with_unreadable_quiet_hours_are_refused() -> None:
    """With the mend."""
    with pytest.raises(ValueError, match="23:00-08:00"):
        chat(quiet_hours="at night")


def test_wants_looks_at_brand_level_and_situation() -> None:
    """The pure part of routing."""
    assert chat(levels=(2,)).wants(incident(), 2, "unknown")
    assert not replace(chat(), brands=("x",)).wants(incident(), 2, "unknown")


def test_what_changes_while_it_is_put_in_words_is_told_by_the_change(
    postgres_database: Database,
) -> None:
    """One who waits for the change to be written does not tell how it was before."""
    number = open_incident(postgres_database, add_brand(postgres_database)).id
    with ThreadPoolExecutor() as pool:
        with postgres_database.begin() as tx:
            one = tx.incidents.get(number)
            planned = pool.submit(told, postgres_database, [chat()])
            assert until(lambda: somebody_waits(postgres_database))
            tx.incidents.add_event(one, kind="worsened", at=NOON, facts=facts())
        assert planned.result(60) == 0
    assert told(postgres_database, [chat()]) == 1
    assert [one.revision for one in rows(postgres_database)] == [2]
