"""A brand that flares up and calms down again and again rings few phones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.deliver import deliver
from alerts.notifiers.email import EmailNotifier
from alerts.notifiers.telegram import TelegramNotifier
from alerts.plan import plan
from monitor.evaluate import evaluate
from monitor.incidents import Change, decide
from storage.database import Database
from tests.alerts.making import NOON, Clock, add_brand, chat, facts, mail, open_incident, playbook
from tests.fakes.bot_api import BotApi
from tests.fakes.smtp import MailServer
from tests.monitor.conftest import World
from tests.monitor.test_incidents import verdict

HOUR = timedelta(hours=1)
WAVE = "Новая волна: уровень {} из 4"
PEOPLE = [chat(), mail()]


def live(world: World, clock: Clock, stories: int) -> list[str]:
    """An hour with so many new stories; answers what kinds of change they make."""
    for minute in range(stories):
        at = clock() - timedelta(minutes=2 * minute)
        world.mention(at, title=f"Жалоба {at:%d %H:%M}", seen_at=clock())
    world.answer(clock())
    changes = evaluate(world.database, {}, now=clock(), timezone=UTC, checkpoints=world.checkpoints)
    return [one.kind for one in changes]


def tell(
    database: Database, telegram: TelegramNotifier, email: EmailNotifier, clock: Clock
) -> None:
    """What a tick does about alerts, and an hour passes."""
    before = clock()
    plan(database, playbook(), PEOPLE, now=clock())
    for notifier in (telegram, email):
        channels = {notifier.kind: notifier}
        deliver(database, channels, clock=clock, owner="me", drain=True, sleep=clock.sleep)
    clock.at = before + HOUR


@pytest.mark.parametrize("every", [HOUR, 6 * HOUR], ids=["each hour", "each six hours"])
def test_a_flapping_brand_is_one_incident_and_a_few_rings(
    sqlite_database: Database,
    api: BotApi,
    telegram: TelegramNotifier,
    mailbox: MailServer,
    email: EmailNotifier,
    now: datetime,
    every: timedelta,
) -> None:
    """A day and a half of bursts, from stored mentions to what reaches people."""
    world, clock, kinds = World(sqlite_database, now), Clock(now), []
    world.quiet_weeks(now, weeks=1)
    for hour in range(36):
        kinds += live(world, clock, 6 if hour % (every // HOUR) == 0 else 0)
        tell(sqlite_database, telegram, email, clock)

    living, *rings = api.ledger
    assert (kinds.count("opened"), len(kinds) >= 6) == (1, True)
    assert living.edits >= 5
    assert len(rings) <= 4
    assert len(mailbox.letters) <= 5


def test_a_level_that_falls_and_rises_again_rings_twice_a_day_at_most(
    sqlite_database: Database,
    api: BotApi,
    telegram: TelegramNotifier,
    mailbox: MailServer,
    email: EmailNotifier,
    clock: Clock,
) -> None:
    """A spike and a calm every four hours for two days: the message follows each of them."""
    brand = add_brand(sqlite_database)
    number = open_incident(sqlite_database, brand, level=3).id
    kinds = []
    for hour in range(48):
        with sqlite_database.begin() as tx:
            spiking = hour % 4 == 0
            seen = verdict("spike" if spiking else "calm", clock(), observed=12 + hour)
            change = decide(
                tx.incidents.get(number),
                replace(seen, since=clock()),
                level=3,
                last_negative_at=NOON + timedelta(hours=hour - hour % 4),
            )
            if isinstance(change, Change) and change.kind:
                kinds.append(change.kind)
                tx.incidents.add_event(change.incident, kind=change.kind, at=clock(), facts=facts())
        tell(sqlite_database, telegram, email, clock)

    living, *rings = api.ledger
    assert (kinds.count("calmed"), kinds.count("reopened")) == (12, 11)
    assert living.text.startswith("🟢 СТИХАЕТ")
    assert [one.text.splitlines()[1] for one in rings] == [WAVE.format(3)] * 4
    assert len(mailbox.letters) == 5


def test_a_second_wave_of_the_worst_crisis_rings(
    sqlite_database: Database,
    api: BotApi,
    telegram: TelegramNotifier,
    mailbox: MailServer,
    email: EmailNotifier,
    now: datetime,
) -> None:
    """It can get no worse than level 4: who has gone home hears that it flares up again, once."""
    world, clock, kinds = World(sqlite_database, now), Clock(now), []
    world.quiet_weeks(now - HOUR)
    for hour in range(30):
        kinds += live(world, clock, 14 if hour in (0, 9) else int(hour in (5, 18)))
        tell(sqlite_database, telegram, email, clock)

    _, *rings = api.ledger
    assert [one for one in kinds if one != "updated"] == ["opened", "calmed", "reopened", "calmed"]
    assert [one.text.splitlines()[1] for one in rings] == [WAVE.format(4)]
    assert len(mailbox.letters) == 2
