"""Every kind of fault, again and again: nothing lost, nothing repeated unsaid."""

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from alerts.deliver import LEASE, deliver
from alerts.notifiers.email import EmailNotifier
from alerts.notifiers.protocol import Notifier
from alerts.notifiers.telegram import TelegramNotifier
from storage.database import Database
from storage.records import Message
from tests.alerts.conftest import api, clock, email, mailbox, telegram
from tests.alerts.making import NOON, Clock
from tests.alerts.test_deliver import put
from tests.fakes.bot_api import BotApi, Chat
from tests.fakes.smtp import MailServer

__all__ = ["api", "clock", "email", "mailbox", "telegram"]

TIMES = 40 if os.environ.get("NABAT_FAULTS") == "all" else 3
MARK = "Возможен повтор"
CHAT = -100123


def killed_claim(database: Database) -> None:
    """A process claims and dies."""
    with database.begin() as tx:
        tx.outbox.claim(NOON, owner="dead", lease=LEASE)


SERVER_FAULTS = [
    "drop_before", "drop_after", "502_before", "502_after", "garbage_after", "500_restart", "429",
    "409", "401", "400",
]  # fmt: skip


def write(database: Database, number: int, **given: object) -> None:
    text = f"беда №{number}."
    message = Message(subject=text, text=text, html=text, buttons=(("Беру", f"t:{number}:x"),))
    put(database, f"n{number}", message=message, **given)


def send(database: Database, notifier: Notifier, clock: Clock) -> None:
    """Ticks until nothing waits."""
    for _ in range(12):
        report = deliver(
            database, {notifier.kind: notifier}, clock=clock, owner="me", drain=True,
            sleep=clock.sleep,
        )  # fmt: skip
        if not report.waiting:
            return
        clock.pass_time(minutes=2)


def judge(texts: list[str], numbers: range) -> tuple[list[int], list[int], list[int]]:
    """Lost, repeated unsaid, there twice."""
    copies = {n: [t for t in texts if f"№{n}." in t] for n in numbers}
    lost = [n for n, found in copies.items() if not found]
    unsaid = [n for n, found in copies.items() if sum(MARK not in t for t in found) > 1]
    return lost, unsaid, [n for n, found in copies.items() if len(found) > 1]


@pytest.mark.parametrize("reconcile", ["probe", "resend-marked"])
@pytest.mark.parametrize("fault", SERVER_FAULTS)
def test_a_fault_of_the_server_costs_no_alert(
    sqlite_database: Database,
    api: BotApi,
    telegram: TelegramNotifier,
    clock: Clock,
    fault: str,
    reconcile: str,
) -> None:
    """Alert after alert meets the fault once, people writing between."""
    notifier = replace(telegram, reconcile=reconcile)
    for number in range(TIMES):
        write(sqlite_database, number)
        api.fail(fault, "sendmessage")
        send(sqlite_database, notifier, clock)
        api.human(CHAT)

    lost, unsaid, twice = judge([one.text for one in api.ledger], range(TIMES))
    assert (lost, unsaid) == ([], [])
    assert reconcile != "probe" or twice == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda api, number: api.chats.update({CHAT: Chat(state="migrated", moved_to=CHAT - 1)}),
        lambda api, number: api.chats.update({CHAT: Chat(threads=frozenset())}),
    ],
    ids=["migrated", "topic deleted"],
)
def test_a_changed_chat_costs_no_alert(
    sqlite_database: Database,
    api: BotApi,
    telegram: TelegramNotifier,
    clock: Clock,
    spoil: Callable[[BotApi, int], None],
) -> None:
    """Followed, or told in General."""
    for number in range(TIMES):
        write(sqlite_database, number, topic=7)
        spoil(api, number)
        send(sqlite_database, telegram, clock)

    assert judge([one.text for one in api.ledger], range(TIMES)) == ([], [], [])


@pytest.mark.parametrize("hours", [-24, -1, 1, 24])
def test_a_jumping_clock_costs_no_alert(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock, hours: int
) -> None:
    """Leases written by a clock that was wrong are not believed."""
    for number in range(5):
        write(sqlite_database, number)
        killed_claim(sqlite_database)
        clock.pass_time(hours=hours)
        send(sqlite_database, replace(telegram, reconcile="probe"), clock)

    assert judge([one.text for one in api.ledger], range(5))[1:] == ([], [])
    clock.at = max(clock.at, NOON)
    clock.pass_time(hours=1)
    send(sqlite_database, replace(telegram, reconcile="probe"), clock)
    assert judge([one.text for one in api.ledger], range(5)) == ([], [], [])


@pytest.mark.parametrize(
    ("answers", "where"),
    [(["451 later"], "refuse_recipient"), (["421 busy"], "refuse_data")],
    ids=["451", "421"],
)
def test_a_mail_server_that_refuses_for_now_costs_no_letter(
    sqlite_database: Database,
    mailbox: MailServer,
    email: EmailNotifier,
    clock: Clock,
    answers: list[str],
    where: str,
) -> None:
    """Tried again later, unmarked: it was surely not sent."""
    for number in range(TIMES):
        write(sqlite_database, number, channel="email", address="pr@example.org")
        getattr(mailbox, where).extend(answers)
        send(sqlite_database, email, clock)

    texts = [str(one["Subject"]) for one in mailbox.letters]
    assert judge(texts, range(TIMES)) == ([], [], [])


def test_a_mail_connection_cut_after_the_letter_is_repeated_with_a_mark(
    sqlite_database: Database, mailbox: MailServer, email: EmailNotifier, clock: Clock
) -> None:
    """And with the same Message-ID, so that mail readers fold it."""
    write(sqlite_database, 1, channel="email", address="pr@example.org")
    mailbox.drop_after_data = 1

    send(sqlite_database, email, clock)

    first, again = mailbox.letters
    assert first["Message-ID"] == again["Message-ID"]
    assert MARK in again.get_body(("plain",)).get_content()  # type: ignore[union-attr]
