"""Telegram was away for two days: then it is one summary, not the backlog."""

import re
from dataclasses import replace
from datetime import timedelta

from alerts.deliver import deliver
from alerts.digests import plan_digests
from alerts.notifiers.telegram import TelegramNotifier
from alerts.plan import plan
from storage.database import Database
from tests.alerts.making import Clock, add_brand, chat, happen, open_incident, playbook
from tests.fakes.bot_api import BotApi

PEOPLE = [chat(digest=True)]


def tick(database: Database, telegram: TelegramNotifier, clock: Clock, *, drain: bool) -> None:
    """What a tick does about alerts."""
    plan(database, playbook(), PEOPLE, now=clock())
    plan_digests(database, playbook(), PEOPLE, now=clock())
    channels = {"telegram": telegram}
    deliver(database, channels, clock=clock, owner="me", drain=drain, sleep=clock.sleep)


def test_after_an_outage_people_get_a_summary_and_not_the_backlog(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Nine incidents with three changes each and two digests waited; none is lost."""
    nowhere = replace(telegram, base_url="http://127.0.0.1:1/bot")
    brand, numbers = add_brand(database), []
    for hour in range(48):
        if hour % 5 == 0 and len(numbers) < 9:
            numbers.append(open_incident(database, brand, at=clock()).id)
        for number in numbers if hour % 15 == 14 else ():
            happen(database, number, "worsened", clock(), level=3 + hour // 25)
        tick(database, nowhere, clock, drain=False)
        clock.pass_time(hours=1)
    api.limits, api.clock = True, lambda: clock().timestamp()
    before = clock()
    tick(database, telegram, clock, drain=True)

    told = re.findall(r"РОМ-\d+", "\n".join(one.text for one in api.ledger))
    assert {f"РОМ-{number}" for number in numbers} <= set(told)
    assert len(api.ledger) <= 3, [one.text[:60] for one in api.ledger]
    assert [one.text.startswith("Утренняя сводка") for one in api.ledger].count(True) == 1
    assert clock() - before < timedelta(minutes=1)
