"""From an opened incident to what people read, over real HTTP and SMTP."""

import pytest

from alerts.deliver import deliver
from alerts.notifiers.email import EmailNotifier
from alerts.notifiers.telegram import TelegramNotifier
from alerts.plan import plan
from storage.database import Database
from tests.alerts.making import NOON, Clock, add_brand, chat, happen, mail, open_incident, playbook
from tests.fakes.bot_api import BotApi
from tests.fakes.smtp import MailServer

PEOPLE = [chat(name="Орлов", role="PR"), mail(name="Почта", language="uk")]


def step(
    database: Database, telegram: TelegramNotifier, email: EmailNotifier, clock: Clock
) -> None:
    """What a tick does about alerts."""
    plan(database, playbook(), PEOPLE, now=clock())
    channels = {"telegram": telegram, "email": email}
    for name, notifier in channels.items():
        deliver(database, {name: notifier}, clock=clock, owner="me", drain=True, sleep=clock.sleep)


def test_a_crisis_is_told_kept_up_to_date_and_closed(
    database: Database,
    api: BotApi,
    telegram: TelegramNotifier,
    mailbox: MailServer,
    email: EmailNotifier,
    clock: Clock,
) -> None:
    """One living message in the chat, one thread in the mailbox."""
    number = open_incident(database, add_brand(database)).id
    step(database, telegram, email, clock)
    happen(database, number, "worsened", clock(), level=4)
    step(database, telegram, email, clock)
    happen(database, number, "resolved", clock(), state="resolved")
    step(database, telegram, email, clock)

    living, rise, closed = api.ledger
    assert living.text.startswith("✅ ЗАВЕРШЁН · «Ромашка»")
    assert "уровень 3 из 4" in living.history[0]
    assert "Уровень 4 из 4, был 3" in rise.text
    assert "Завершён" in closed.text
    assert [one["Subject"].split("]")[0] for one in mailbox.letters] == [
        "[КРИЗА 3/4", "[ТЯЖКА КРИЗА 4/4", "[ЗАВЕРШЕНО 4/4",
    ]  # fmt: skip
    assert len({one["References"] for one in mailbox.letters}) == 1


def test_the_message_says_all_that_people_need(
    database: Database,
    api: BotApi,
    telegram: TelegramNotifier,
    mailbox: MailServer,
    email: EmailNotifier,
    clock: Clock,
) -> None:
    """Level, situation, observed against expected, first, spread, loudest, top, steps, coverage."""
    open_incident(database, add_brand(database))

    step(database, telegram, email, clock)

    [posted] = api.ledger
    for said in (
        "🔴 КРИЗИС · «Ромашка» · уровень 3 из 4",
        "Обвинения против руководителя",
        "14 негативных историй за 2 ч, обычно около 1,6 (в 9 раз больше)",
        "Первым 14:30: Городские новости",
        "23 упоминания, 3 издания",
        "Громче всех Анна Кузнецова: 34 %",
        "1. Директора обвиняют в обмане — Городские новости, 2 перепечатки",
        "Карта реакций R-02",
        "до 15:30 — Собрать факты",
        "Ответственный: Орлов, взять до 15:10",
        "Данные по 48 из 50 источников",
        "РОМ-1 · открыт 15:00",
    ):
        assert said in posted.text.replace("\u00a0", " ")
    assert posted.links[0] == "https://news.example/1"
    assert len(posted.text.encode("utf-16-le")) // 2 <= 1024


@pytest.mark.parametrize("broken", ["telegram", "email"])
def test_one_broken_channel_keeps_nothing_from_the_other(
    database: Database,
    api: BotApi,
    telegram: TelegramNotifier,
    mailbox: MailServer,
    email: EmailNotifier,
    clock: Clock,
    broken: str,
) -> None:
    """And its message is not lost: it goes out when the channel is back."""
    open_incident(database, add_brand(database))
    api.fail("401", times=1 if broken == "telegram" else 0)
    mailbox.refuse_recipient += ["451 later"] if broken == "email" else []

    plan(database, playbook(), PEOPLE, now=NOON)
    deliver(database, {"telegram": telegram, "email": email}, clock=clock, owner="me")
    assert len(api.ledger) + len(mailbox.letters) == 1
    clock.pass_time(minutes=2)
    deliver(database, {"telegram": telegram, "email": email}, clock=clock, owner="me")

    assert (len(api.ledger), len(mailbox.letters)) == (1, 1)
