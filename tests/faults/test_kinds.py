"""Every kind of fault, again and again: nothing lost, nothing repeated unsaid."""

import re
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.clock_jumps import mend
from alerts.deliver import LEASE, deliver
from alerts.notifiers.email import EmailNotifier
from alerts.notifiers.protocol import Notifier
from alerts.notifiers.telegram import TelegramNotifier
from alerts.plan import plan
from alerts.troubles import report_troubles
from storage.database import Database
from storage.incident_records import Message
from tests.alerts.conftest import api, clock, email, mailbox, telegram
from tests.alerts.making import Clock, add_brand, chat, mail, open_incident, playbook
from tests.alerts.test_deliver import put
from tests.fakes.bot_api import BotApi, Chat
from tests.fakes.smtp import MailServer
from tests.faults.conftest import ALL, MARK, TALLY

__all__ = ["api", "clock", "email", "mailbox", "telegram"]

TIMES = 20 if ALL else 3
CHAT = -100123


def killed_claim(database: Database, now: datetime) -> None:
    """A process claims and dies."""
    with database.begin() as tx:
        tx.outbox.claim(now, owner="dead", lease=LEASE)


SERVER_FAULTS = [
    "drop_before", "drop_after", "502_before", "502_after", "garbage_after", "500_restart", "429",
    "429_long", "409", "401", "400", "slow_after",
]  # fmt: skip
LONG = {"429_long": 300.0, "slow_after": 1.5}  # longer than a lease; longer than we wait


def write(database: Database, number: int, key: str = "", more: str = "", **given: object) -> None:
    text = f"беда №{number}.{more}"
    message = Message(subject=text, text=text, html=text, buttons=(("Беру", f"t:{number}:{key}"),))
    put(database, f"n{number}.{key}", message=message, **given)


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
    TALLY.alerts += len(numbers)
    TALLY.faults += len(numbers)
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
    """Alert after alert meets the fault once, people and the bot itself writing between."""
    notifier = replace(telegram, reconcile=reconcile)
    for number in range(TIMES):
        write(sqlite_database, number)
        api.fail(fault.partition("_long")[0], "sendmessage", seconds=LONG.get(fault, 0.0))
        if number % 2:
            send_once(sqlite_database, notifier, clock)
            api.speak(CHAT)
        send(sqlite_database, notifier, clock)
        api.human(CHAT)

    lost, unsaid, twice = judge([one.text for one in api.ledger], range(TIMES))
    assert (lost, unsaid) == ([], [])
    assert reconcile != "probe" or twice == []


@pytest.mark.parametrize("reconcile", ["probe", "resend-marked"])
@pytest.mark.parametrize("fault", ["refused", "no such host"])
def test_a_server_that_cannot_be_reached_costs_no_alert(
    sqlite_database: Database,
    api: BotApi,
    telegram: TelegramNotifier,
    clock: Clock,
    fault: str,
    reconcile: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing left the machine, so the repeat needs no mark."""
    nowhere = "http://127.0.0.1:1/bot" if fault == "refused" else "http://telegram.invalid/bot"
    monkeypatch.setattr(socket, "getaddrinfo", _knows_no_names(socket.getaddrinfo))
    lost = replace(telegram, reconcile=reconcile, base_url=nowhere)
    for number in range(TIMES):
        write(sqlite_database, number)
        deliver(sqlite_database, {"telegram": lost}, clock=clock, owner="me")
        clock.pass_time(minutes=5)
        send(sqlite_database, replace(telegram, reconcile=reconcile), clock)

    assert judge([one.text for one in api.ledger], range(TIMES)) == ([], [], [])


def _knows_no_names(real: Callable[..., Any]) -> Callable[..., Any]:
    """A name server that answers as if there were no such host, without a network."""

    def look_up(host: Any, *rest: Any, **more: Any) -> Any:
        if str(host).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *rest, **more)

    return look_up


@pytest.mark.parametrize("state", ["blocked", "kicked", "missing", "mute"])
def test_a_chat_that_takes_nothing_costs_no_alert(
    sqlite_database: Database,
    api: BotApi,
    telegram: TelegramNotifier,
    mailbox: MailServer,
    email: EmailNotifier,
    clock: Clock,
    state: str,
) -> None:
    """It goes out by the next channel, and so do all later ones."""
    people = [chat(fallback="Почта"), mail(levels=())]
    api.chats[CHAT] = Chat(state=state)
    brand = add_brand(sqlite_database)
    numbers = [open_incident(sqlite_database, brand).id for _ in range(TIMES)]
    plan(sqlite_database, playbook(), people, now=clock())
    for _ in range(3):
        report_troubles(sqlite_database, people, now=clock())
        send(sqlite_database, telegram, clock)
        send(sqlite_database, email, clock)

    told = "\n".join(str(one["Subject"]) for one in mailbox.letters)
    assert sorted(re.findall(r"РОМ-\d+", told)) == sorted(f"РОМ-{number}" for number in numbers)
    TALLY.alerts += TIMES
    TALLY.faults += TIMES


@pytest.mark.parametrize("reconcile", ["probe", "resend-marked"])
def test_a_message_deleted_before_its_change_is_posted_again(
    sqlite_database: Database,
    api: BotApi,
    telegram: TelegramNotifier,
    clock: Clock,
    reconcile: str,
) -> None:
    """An admin tidied up; the incident goes on."""
    brand = add_brand(sqlite_database)
    for number in range(TIMES):
        incident = open_incident(sqlite_database, brand).id
        for revision in (1, 2):
            write(
                sqlite_database,
                number,
                key=f"{number}.{revision}",
                incident_id=incident,
                revision=revision,
            )
            send(sqlite_database, replace(telegram, reconcile=reconcile), clock)
            for one in api.ledger if revision == 1 else ():
                one.deleted = f"№{number}." in one.text

    assert judge([one.text for one in api.ledger], range(TIMES)) == ([], [], [])


def test_a_message_too_long_for_the_server_costs_no_alert(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """It is cut; what it is about is said."""
    for number in range(TIMES):
        write(sqlite_database, number, more="я" * 9000)
        send(sqlite_database, telegram, clock)

    assert judge([one.text for one in api.ledger], range(TIMES)) == ([], [], [])


def test_a_refused_mailbox_costs_the_others_nothing(
    sqlite_database: Database, mailbox: MailServer, email: EmailNotifier, clock: Clock
) -> None:
    """One of two readers is gone: the other has every letter, the operator knows."""
    for number in range(TIMES):
        write(
            sqlite_database,
            number,
            key=f"{number}.a",
            channel="email",
            address=f"gone{number}@example.org",
        )
        write(sqlite_database, number, key=f"{number}.b", channel="email", address="pr@example.org")
        mailbox.refuse_recipient.append("550 no such user")
        send(sqlite_database, email, clock)

    texts = [str(one["Subject"]) for one in mailbox.letters]
    assert judge(texts, range(TIMES)) == ([], [], [])
    with sqlite_database.read() as tx:
        assert len(tx.outbox.listed(states=["dead"])) == TIMES


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
def test_a_jumping_clock_costs_no_alert_and_no_more_than_a_minute(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock, hours: int
) -> None:
    """Whatever a clock that was wrong has written: claims, rests, times to try again."""
    for number in range(TIMES):
        write(sqlite_database, number, now=clock())
        if number % 3 == 0:
            killed_claim(sqlite_database, clock())
        if number % 3 == 1:
            api.fail("429", seconds=30)
            deliver(sqlite_database, {"telegram": telegram}, clock=clock, owner="me")
        mend(sqlite_database, [], machine="here", now=clock())
        clock.pass_time(hours=hours)
        landed = clock()
        mend(sqlite_database, [], machine="here", now=clock())
        while len(api.ledger) <= number and clock() - landed < timedelta(minutes=1):
            send_once(sqlite_database, replace(telegram, reconcile="probe"), clock)

    assert judge([one.text for one in api.ledger], range(TIMES)) == ([], [], [])


def send_once(database: Database, notifier: Notifier, clock: Clock) -> None:
    """A tick of the daemon, and the seconds to the next."""
    deliver(database, {notifier.kind: notifier}, clock=clock, owner="me")
    clock.pass_time(seconds=2)


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
