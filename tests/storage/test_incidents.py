"""Incidents: a change and its event are written together."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

import pytest

from storage.database import Database
from storage.incident_records import Event, Point, StoryFact
from storage.incidents import IncidentError
from tests.running import until
from tests.storage.making import HOSTILE, HOUR, KEPT, NOON, begun, facts, somebody_waits


def test_an_incident_and_its_events_are_one_story(database: Database) -> None:
    """Each event is the next revision of its incident."""
    _, brand = begun(database)
    with database.begin() as tx:
        opened = tx.incidents.open_new(brand, level=2, at=NOON, peak=9.0)
        first = tx.incidents.add_event(opened, kind="opened", at=NOON, facts=facts())
        worse = replace(tx.incidents.get(opened.id), level=3, situation="leak")
        second = tx.incidents.add_event(
            worse, kind="worsened", at=NOON + HOUR, facts=facts(), by=HOSTILE
        )
        assert tx.incidents.events(opened.id) == [first, replace(second, by=KEPT)]
        first_turn, second_turn = tx.incidents.turns(opened.id)
        assert Event(**asdict(first_turn), facts=first.facts) == first
        assert Event(**asdict(second_turn), facts=second.facts) == replace(second, by=KEPT)
        assert tx.incidents.find_opening(opened.id) == first
        assert tx.incidents.find_opening(opened.id + 1) is None
        assert tx.incidents.find_newest(opened.id) == replace(second, by=KEPT)
        assert tx.incidents.find_newest(opened.id + 1) is None
        found = tx.incidents.get(opened.id)
    assert (found.level, found.revision, found.situation) == (3, 2, "leak")
    assert (found.opened_at, found.changed_at, found.brand) == (NOON, NOON + HOUR, "Ромашка")


def test_facts_come_back_whole(database: Database) -> None:
    """Endless return times and hostile titles too."""
    _, brand = begun(database)
    told = StoryFact(
        mention_id=1,
        title=KEPT,
        url="https://a",
        publisher="b",
        author=None,
        happened_at=NOON,
        copies=3,
        publishers=2,
        negative=0.9,
        crisis=("суд",),
    )
    given = facts(
        return_days=float("inf"),
        first=replace(told, title=HOSTILE),
        top=(told,),
        publishers=(("b", 2),),
        series=(Point(start_at=NOON, observed=1.0, expected=0.5),),
    )
    with database.begin() as tx:
        opened = tx.incidents.open_new(brand, level=1, at=NOON)
        tx.incidents.add_event(opened, kind="opened", at=NOON, facts=given)
        assert tx.incidents.events(opened.id)[0].facts == replace(given, first=told)


def test_whoever_holds_an_incident_has_held_the_one_it_is_told_by(
    postgres_database: Database,
) -> None:
    """Two who hold the same crisis by different numbers wait, and do not lock each other out."""
    _, brand = begun(postgres_database)
    with postgres_database.begin() as tx:
        lead = tx.incidents.open_new(brand, level=2, at=NOON)
        told = tx.incidents.open_new(brand, level=1, at=NOON, lead_id=lead.id)

    def hold_both() -> int:
        with postgres_database.begin() as tx:
            return tx.incidents.get(told.id).level + tx.incidents.get(lead.id).level

    with ThreadPoolExecutor() as pool:
        with postgres_database.begin() as tx:
            tx.incidents.get(lead.id)
            other = pool.submit(hold_both)
            assert until(lambda: somebody_waits(postgres_database))
            tx.incidents.get(told.id)
        assert other.result(60) == 3


def test_a_crisis_is_its_lead_and_what_is_told_by_it(database: Database) -> None:
    """By any of its numbers; links carry the newest facts."""
    _, brand = begun(database)
    with database.begin() as tx:
        other = tx.brands.sync(["Ромашка", "Лютик"], NOON)[1].id
        lead = tx.incidents.open_new(brand, level=2, at=NOON)
        told = tx.incidents.open_new(other, level=1, at=NOON, lead_id=lead.id)
        assert tx.incidents.links(lead.id) == []
        tx.incidents.add_event(told, kind="opened", at=NOON, facts=facts(observed=3.0))
        newer = tx.incidents.get(told.id)
        tx.incidents.add_event(newer, kind="updated", at=NOON + HOUR, facts=facts(observed=5.0))
        (link,) = tx.incidents.links(lead.id)
        assert (link.incident.brand, link.facts.observed) == ("Лютик", 5.0)
        for number in (lead.id, told.id):
            assert [one.id for one in tx.incidents.crisis(number)] == [lead.id, told.id]
        assert tx.incidents.running([other])[0].lead_id == lead.id
        tx.incidents.change(replace(lead, state="resolved"))
        assert [one.id for one in tx.incidents.running([brand, other])] == [told.id]
        with pytest.raises(IncidentError, match="nabat incidents"):
            tx.incidents.crisis(99)


def test_a_missing_incident_says_how_to_find_those_there_are(database: Database) -> None:
    """The error names the command that lists them."""
    with database.read() as tx, pytest.raises(IncidentError, match="nabat incidents"):
        tx.incidents.get(1)


def test_incidents_are_listed_newest_first(database: Database) -> None:
    """By brand and by half-open time; those resolved are not unresolved."""
    _, brand = begun(database)
    with database.begin() as tx:
        assert tx.incidents.latest(brand) is None
        old = tx.incidents.open_new(brand, level=1, at=NOON)
        tx.incidents.change(replace(old, state="resolved", resolved_at=NOON))
        new = tx.incidents.open_new(brand, level=1, at=NOON + HOUR)
        listed = tx.incidents.listed
        assert [one.id for one in listed()] == [new.id, old.id]
        assert [one.id for one in listed(limit=1)] == [new.id]
        assert [one.id for one in listed(until=NOON + HOUR)] == [old.id]
        assert listed(brand="Ромашка", since=NOON + HOUR) == [new]
        assert tx.incidents.unresolved() == tx.incidents.unresolved(brand) == [new]
        assert tx.incidents.unresolved(brand + 1) == []
        assert tx.incidents.latest(brand) == new


def test_an_event_waits_until_it_is_planned(database: Database) -> None:
    """Planning twice finds nothing the second time."""
    _, brand = begun(database)
    with database.begin() as tx:
        opened = tx.incidents.open_new(brand, level=1, at=NOON)
        event = tx.incidents.add_event(opened, kind="opened", at=NOON, facts=facts())
        tx.incidents.mark_planned([], NOON)
        assert tx.incidents.unplanned() == [opened.id]
        tx.incidents.mark_planned([event.id], NOON)
        assert tx.incidents.unplanned() == []


def test_what_waits_longest_to_be_planned_comes_first(database: Database) -> None:
    """Each incident once, however many events of it wait."""
    _, brand = begun(database)
    with database.begin() as tx:
        first, second = (tx.incidents.open_new(brand, level=1, at=NOON) for _ in "ab")
        for one in (second, first, second):
            now = tx.incidents.get(one.id)
            tx.incidents.add_event(now, kind="updated", at=NOON, facts=facts())
        assert tx.incidents.unplanned() == [second.id, first.id]


def test_one_person_takes_an_incident(database: Database) -> None:
    """The second to press the button learns that it is taken."""
    _, brand = begun(database)
    with database.begin() as tx:
        key = tx.incidents.open_new(brand, level=1, at=NOON).id
        assert tx.incidents.acknowledge(key, by="Анна", at=NOON, channel="telegram")
        assert not tx.incidents.acknowledge(key, by="Борис", at=NOON, channel="telegram")
        assert [one.by for one in tx.incidents.acknowledgements(key)] == ["Анна"]
        assert tx.incidents.get(key).taken_by == "Анна"
