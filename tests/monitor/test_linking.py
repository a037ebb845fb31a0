"""One crisis over several brands: one incident leads, the others are told by it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.evaluate import evaluate
from monitor.incidents import FALSE_ALARM, Change
from monitor.linking import leader, told, waits
from storage.database import Database
from storage.incident_records import Event, Incident
from tests.monitor.conftest import World
from tests.running import until
from tests.storage.making import facts, somebody_waits

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FAMILY = [("Ромашка", "Лютик")]


def incident(number: int = 1, state: str = "open", **fields: object) -> Incident:
    """An incident of level 2, changed at noon."""
    plain = Incident(
        id=number,
        brand_id=number,
        brand="Ромашка",
        level=2,
        state=state,
        opened_at=NOON,
        changed_at=NOON,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def kind(change: Change | None) -> str | None:
    """What the lead's readers are told."""
    return change.kind if change else None


def test_the_oldest_incident_that_leads_itself_leads() -> None:
    """One that is told by another leads nobody."""
    follower, lead = incident(3, lead_id=4), incident(4)
    assert leader([follower, lead, incident(5)]) == lead
    assert leader([]) is None


@pytest.mark.parametrize(
    ("state", "event", "level", "said"),
    [
        ("open", "opened", 1, "joined"),
        ("calmed", "opened", 3, "joined"),
        ("calmed", "reopened", 1, "reopened"),
        ("open", "reopened", 2, "updated"),
        ("resolved", "reopened", 1, "reopened"),
        ("open", "worsened", 3, "worsened"),
        ("open", "worsened", 2, "updated"),
        ("open", "calmed", 1, "updated"),
        ("resolved", "updated", 3, None),
    ],
)
def test_what_the_lead_hears(state: str, event: str, level: int, said: str | None) -> None:
    """Beginnings and worse are loud, the rest renews the message."""
    verdict = FALSE_ALARM if state == "resolved" else None
    lead = replace(incident(state=state), verdict=verdict)
    change = told(lead, incident(2, level=level), event, NOON + HOUR)
    assert kind(change) == said
    if said in ("joined", "reopened"):
        assert change is not None
        assert (change.incident.state, change.incident.level) == ("open", max(2, level))
        assert change.incident.verdict is None


def test_a_message_is_not_renewed_at_every_story() -> None:
    """A quarter of an hour lies between two updates."""
    soon, late = NOON + timedelta(minutes=14), NOON + timedelta(minutes=15)
    assert told(incident(), incident(2), "updated", soon) is None
    assert kind(told(incident(), incident(2), "updated", late)) == "updated"


@pytest.mark.parametrize(
    ("step", "other", "waiting"),
    [
        ("calmed", "open", True),
        ("calmed", "calmed", False),
        ("resolved", "calmed", True),
        ("resolved", "resolved", False),
        ("worsened", "open", False),
    ],
)
def test_the_lead_rests_last(step: str, other: str, waiting: bool) -> None:
    """A crisis is over when it is over everywhere."""
    assert waits(Change(incident=incident(), kind=step), [incident(2, other)]) is waiting


def attack(world: World, until: datetime, brand_id: int, *, stories: int = 14) -> None:
    """Negative stories about one brand in the last three hours."""
    for index in range(stories):
        at = until - 3 * HOUR * (index + 0.5) / stories
        world.mention(at, title=f"Скандал {brand_id} {index}", seen_at=until, brand_id=brand_id)


def run(world: World, at: datetime) -> list[Event]:
    """Evaluate the family as the job runner would."""
    world.answer(at)
    return evaluate(world.database, {}, now=at, timezone=UTC, families=FAMILY)


@pytest.fixture
def holding(world: World, now: datetime) -> tuple[World, int, int]:
    """Two brands of one holding with four quiet weeks behind them."""
    first, second = world.watch("Ромашка", "Лютик")
    for brand_id in (first, second):
        world.quiet_weeks(now - 3 * HOUR, brand_id=brand_id)
    return world, first, second


def test_one_crisis_of_a_holding_is_told_by_one_incident(
    holding: tuple[World, int, int], now: datetime
) -> None:
    """Both brands keep an incident of their own; only the lead's events wait for messages."""
    world, first, second = holding
    attack(world, now, first)
    attack(world, now, second)

    events = run(world, now)

    with world.database.read() as tx:
        lead, other = (tx.incidents.latest(brand) for brand in (first, second))
        waiting = tx.incidents.unplanned()
    assert lead is not None
    assert other is not None
    assert (lead.lead_id, other.lead_id) == (None, lead.id)
    assert waiting == [lead.id]
    assert [one.kind for one in events] == ["opened", "opened", "joined"]
    assert run(world, now) == []


def test_the_company_leads_whoever_is_listed_first_in_the_database(
    holding: tuple[World, int, int], now: datetime
) -> None:
    """The family says who tells it, when both begin at once."""
    world, first, second = holding
    attack(world, now, first)
    attack(world, now, second)
    world.answer(now)

    evaluate(world.database, {}, now=now, timezone=UTC, families=[("Лютик", "Ромашка")])

    with world.database.read() as tx:
        lead, other = (tx.incidents.latest(brand) for brand in (second, first))
    assert lead is not None
    assert other is not None
    assert other.lead_id == lead.id


def test_strangers_have_crises_of_their_own(holding: tuple[World, int, int], now: datetime) -> None:
    """Two brands of two owners at the same hour are two incidents."""
    world, first, second = holding
    attack(world, now, first)
    attack(world, now, second)
    world.answer(now)

    evaluate(world.database, {}, now=now, timezone=UTC)

    with world.database.read() as tx:
        assert [one.lead_id for one in tx.incidents.listed()] == [None, None]


def test_a_crisis_ends_once_it_is_over_everywhere(
    holding: tuple[World, int, int], now: datetime
) -> None:
    """The lead waits for the other, and both are laid to rest in the end."""
    world, first, second = holding
    attack(world, now, first)
    run(world, now)
    attack(world, now + 20 * HOUR, second)
    kinds = []
    for hour in range(1, 60, 2):
        kinds += [one.kind for one in run(world, now + hour * HOUR) if one.incident_id == 1]
        with world.database.read() as tx:
            lead, other = tx.incidents.latest(first), tx.incidents.latest(second)
        if other is not None and other.state == "open":
            assert lead is not None
            assert lead.state == "open"
    assert lead is not None
    assert other is not None
    assert (lead.state, other.state) == ("resolved", "resolved")
    assert "joined" in kinds
    assert [one for one in kinds if one != "updated"][-2:] == ["calmed", "resolved"]


@pytest.mark.parametrize(
    ("kept", "states"),
    [("Лютик", ["open", "open"]), ("Ромашка", ["open", "resolved"]), ("Астра", ["resolved"] * 2)],
    ids=["without the lead's", "without the other's", "without both"],
)
def test_a_brand_that_left_the_config_ends_no_crisis_of_another(
    holding: tuple[World, int, int], now: datetime, kept: str, states: list[str]
) -> None:
    """What leads a crisis is open until all of it is over."""
    world, first, second = holding
    attack(world, now, first)
    attack(world, now, second)
    run(world, now)
    with world.database.begin() as tx:
        tx.brands.sync([kept], now)

    run(world, now + timedelta(hours=2))

    with world.database.read() as tx:
        both = [tx.incidents.latest(brand) for brand in (first, second)]
    assert [one.state for one in both if one is not None] == states


def test_a_press_and_the_end_of_a_brand_that_left_the_config_both_get_through(
    postgres_database: Database, now: datetime
) -> None:
    """Both hold all of the crisis, its lead first: neither has what the other one waits for."""
    world = World(postgres_database, now, brands=("Ромашка", "Лютик"))
    with world.database.begin() as tx:
        left, other = sorted(brand.id for brand in tx.brands.active())
        lead = tx.incidents.open_new(other, level=2, at=now)
        told_by_it = tx.incidents.open_new(left, level=1, at=now, lead_id=lead.id)
        for one in (lead, told_by_it):
            tx.incidents.add_event(one, kind="opened", at=now, facts=facts())
        names = {brand.id: brand.name for brand in tx.brands.active()}
        tx.brands.sync([names[other]], now)

    with ThreadPoolExecutor() as pool:
        with world.database.begin() as tx:
            tx.incidents.get(lead.id)
            ended = pool.submit(run, world, now + HOUR)
            assert until(lambda: somebody_waits(postgres_database))
            tx.incidents.get(told_by_it.id)
        ended.result(60)

    with world.database.read() as tx:
        assert tx.incidents.get(told_by_it.id).state == "resolved"


def test_a_press_and_a_verdict_both_get_through_where_the_leads_brand_left_the_config(
    postgres_database: Database, now: datetime
) -> None:
    """Whoever holds an incident has held first the one by which it is told, kin or not."""
    world = World(postgres_database, now, brands=("Ромашка", "Лютик"))
    with world.database.begin() as tx:
        brands = {brand.name: brand.id for brand in tx.brands.active()}
        lead = tx.incidents.open_new(brands["Лютик"], level=2, at=now)
        told_by_it = tx.incidents.open_new(brands["Ромашка"], level=1, at=now, lead_id=lead.id)
        for one in (lead, told_by_it):
            rests = replace(one, state="calmed", calmed_at=now)
            tx.incidents.add_event(rests, kind="calmed", at=now, facts=facts())
        tx.brands.sync(["Ромашка"], now + 48 * HOUR)

    with ThreadPoolExecutor() as pool:
        with world.database.begin() as tx:
            tx.incidents.get(lead.id)
            judged = pool.submit(run, world, now + 48 * HOUR)
            assert until(lambda: somebody_waits(postgres_database))
            tx.incidents.get(told_by_it.id)
        assert [one.kind for one in judged.result(60)] == ["resolved", "updated"]
