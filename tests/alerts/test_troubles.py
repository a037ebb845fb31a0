"""Failed delivery is told to the operators and by the next channel; the digest says all is well."""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest

from alerts import payload
from alerts.deliver import deliver
from alerts.digests import plan_digests
from alerts.notifiers.protocol import DeliveryError, Outcome, Receipt
from alerts.notifiers.telegram import TelegramNotifier
from alerts.plan import plan
from alerts.troubles import report_troubles
from storage.database import Database
from storage.incident_records import Message, Notification
from tests.alerts.making import (
    NOON,
    Clock,
    add_brand,
    chat,
    happen,
    mail,
    open_incident,
    playbook,
)
from tests.fakes.bot_api import TOKEN, BotApi, Chat
from tests.storage.making import notification

PEOPLE = [chat(fallback="Почта"), mail(levels=()), mail(name="Дежурный", levels=(), ops=True)]


@pytest.fixture
def blocked(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> Database:
    """An alert met a chat that blocked the bot."""
    open_incident(sqlite_database, add_brand(sqlite_database))
    api.chats[-100123] = Chat(state="blocked")
    plan(sqlite_database, playbook(), PEOPLE, now=NOON)
    deliver(sqlite_database, {"telegram": telegram}, clock=clock, owner="me")
    return sqlite_database


def told(database: Database) -> list[Notification]:
    with database.read() as tx:
        return tx.outbox.listed(states=["pending"])


def test_a_blocked_bot_is_told_to_the_operator_once(blocked: Database) -> None:
    """The address, and the message it cost."""
    report_troubles(blocked, PEOPLE, now=NOON)
    assert report_troubles(blocked, PEOPLE, now=NOON) == 0

    texts = [payload.read(one).text for one in told(blocked) if one.recipient == "Дежурный"]
    assert len(texts) == 2
    assert any("Не пишу в telegram (PR)" in text for text in texts)


def test_the_alert_goes_out_by_the_next_channel(blocked: Database) -> None:
    """Late and plain, but told."""
    report_troubles(blocked, PEOPLE, now=NOON)

    [letter] = [one for one in told(blocked) if one.kind == "fallback"]
    assert letter.address == "pr@example.org"
    assert "14 негативных историй" in payload.read(letter).text.replace("\u00a0", " ")


def test_who_comes_to_the_config_later_is_told_nothing_of_long_ago(
    blocked: Database, clock: Clock
) -> None:
    """That the chat is closed, and neither a crisis of last month nor its lost message."""
    clock.pass_time(hours=30 * 24)

    assert report_troubles(blocked, [chat()], now=clock()) == 0
    assert report_troubles(blocked, PEOPLE, now=clock()) == 1

    [text] = [payload.read(one).text for one in told(blocked)]
    assert "Не пишу в telegram (PR)" in text


def test_later_alerts_to_a_blocked_chat_go_out_by_the_next_channel_too(
    blocked: Database, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Nothing waits for an address that takes nothing."""
    report_troubles(blocked, PEOPLE, now=NOON)
    open_incident(blocked, add_brand(blocked, "Василёк"))
    plan(blocked, playbook(), PEOPLE, now=NOON)
    deliver(blocked, {"telegram": telegram}, clock=clock, owner="me")

    added = report_troubles(blocked, PEOPLE, now=NOON)

    letters = [payload.read(one).text for one in told(blocked) if one.kind == "fallback"]
    assert (added, report_troubles(blocked, PEOPLE, now=NOON)) == (1, 0)
    assert ["«Василёк» · " in text for text in letters] == [True, False]


def test_only_what_would_have_rung_goes_out_by_the_next_channel(blocked: Database) -> None:
    """Changes of the living message make no sound; a risen level does."""
    report_troubles(blocked, PEOPLE, now=NOON)
    for kind, changes in (("updated", {}), ("worsened", {"level": 4}), ("updated", {})):
        happen(blocked, 1, kind, NOON, **changes)
        plan(blocked, playbook(), PEOPLE, now=NOON)
        report_troubles(blocked, PEOPLE, now=NOON)

    letters = [payload.read(one).subject for one in told(blocked) if one.kind == "fallback"]
    assert len(letters) == 2
    assert "КРИЗИС 4/4" in letters[0]


@pytest.mark.parametrize("is_changed", [False, True], ids=["the same message", "a newer one"])
def test_a_channel_that_does_not_know_us_is_told_and_gone_round(
    sqlite_database: Database, api: BotApi, clock: Clock, is_changed: bool
) -> None:
    """A revoked token: nothing of the channel goes out, whichever message is tried."""
    open_incident(sqlite_database, add_brand(sqlite_database))
    stranger = TelegramNotifier(token=TOKEN[:-3] + "zzz", base_url=api.url)
    plan(sqlite_database, playbook(), PEOPLE, now=NOON)
    deliver(sqlite_database, {"telegram": stranger}, clock=clock, owner="me")
    assert report_troubles(sqlite_database, PEOPLE, now=clock()) == 0
    clock.pass_time(minutes=15)
    if is_changed:
        happen(sqlite_database, 1, "updated", clock())
        plan(sqlite_database, playbook(), PEOPLE, now=clock())

    added = report_troubles(sqlite_database, PEOPLE, now=clock())

    assert (added, report_troubles(sqlite_database, PEOPLE, now=clock())) == (2, 0)
    assert {one.kind for one in told(sqlite_database) if one.channel == "email"} == {
        "ops",
        "fallback",
    }


def test_a_channel_that_knows_us_again_is_not_gone_round(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Something of it went out since."""
    open_incident(sqlite_database, add_brand(sqlite_database))
    stranger = TelegramNotifier(token=TOKEN[:-3] + "zzz", base_url=api.url)
    plan(sqlite_database, playbook(), PEOPLE, now=NOON)
    deliver(sqlite_database, {"telegram": stranger}, clock=clock, owner="me")
    happen(sqlite_database, 1, "updated", NOON)
    plan(sqlite_database, playbook(), PEOPLE, now=NOON)
    clock.pass_time(minutes=15)
    deliver(sqlite_database, {"telegram": telegram}, clock=clock, owner="me")

    assert report_troubles(sqlite_database, PEOPLE, now=clock()) == 0


class Refusing:
    """A mail server that lets nothing through, for a reason it calls passing."""

    kind: ClassVar[str] = "email"

    def __init__(self, outcome: Outcome) -> None:
        self.outcome: Outcome = outcome

    def send(self, notification: Notification, message: Message) -> Receipt:
        raise DeliveryError("550 5.7.1 Unable to relay", outcome=self.outcome)


@pytest.mark.parametrize("outcome", ["not_sent", "unknown"])
def test_what_is_tried_in_vain_for_long_is_told_and_gone_round(
    sqlite_database: Database, clock: Clock, outcome: Outcome
) -> None:
    """Once a day, and not by the way that does not work."""
    people = [
        mail(fallback="Дежурный"),
        chat(name="Дежурный", levels=(), ops=True),
        mail(name="Второй", levels=(), ops=True),
    ]
    open_incident(sqlite_database, add_brand(sqlite_database))
    plan(sqlite_database, playbook(), people, now=NOON)
    added = []
    for _ in range(4):
        channels = {"email": Refusing(outcome)}
        deliver(sqlite_database, channels, clock=clock, owner="me", sleep=clock.sleep)
        added.append(report_troubles(sqlite_database, people, now=clock()))
        clock.pass_time(minutes=15.5)

    assert added == [0, 0, 2, 0]
    by_chat = [one for one in told(sqlite_database) if one.channel == "telegram"]
    assert [one.kind for one in by_chat] == ["fallback", "ops"]
    text = payload.read(by_chat[1]).text
    assert "Полчаса не удаётся доставить (email, Почта): 550 5.7.1" in text


def test_an_address_that_is_a_key_is_told_to_nobody(sqlite_database: Database) -> None:
    """The recipient's name says enough; of one that is in the config no more, the scheme."""
    address = "https://user:S3cret@hooks.example/xoxKEY123"
    hook = replace(chat("Лента событий", address), channel="webhook")
    with sqlite_database.begin() as tx:
        tx.destinations.disable("webhook", address, reason="answered 404", now=NOON)

    for people in ([hook, PEOPLE[2]], [replace(PEOPLE[2], name="Второй")]):
        report_troubles(sqlite_database, people, now=NOON)

    texts = [payload.read(one).text for one in told(sqlite_database)]
    assert [text for text in texts if "xoxKEY123" in text or "S3cret" in text] == []
    assert "webhook (https:…)" in texts[0]
    assert "webhook (Лента событий)" in texts[1]


def test_a_retried_letter_opens_its_address_again(
    blocked: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Whoever asks for it has let the bot in again."""
    api.chats.clear()
    with blocked.begin() as tx:
        [dead] = tx.outbox.listed(states=["dead"])
        assert tx.outbox.retry(dead.id, NOON)
        assert tx.destinations.disabled() == []

    deliver(blocked, {"telegram": telegram}, clock=clock, owner="me")

    assert len(api.ledger) == 1


def test_however_many_were_given_up_each_is_told(sqlite_database: Database) -> None:
    """A server that refuses one refuses hundreds, reports to the operators among them."""
    with sqlite_database.begin() as tx:
        given = [notification(str(number)) for number in range(150)]
        given += [notification(f"ops:{number}", kind="ops") for number in range(150)]
        for number in tx.outbox.add(given, NOON):
            tx.outbox.give_up(number, state="dead", reason="spam", error_class="poison")

    operator = [PEOPLE[-1]]
    assert report_troubles(sqlite_database, operator, now=NOON) == 150
    assert report_troubles(sqlite_database, operator, now=NOON) == 0


def test_troubles_of_telling_troubles_are_not_told(blocked: Database) -> None:
    """That would never end."""
    report_troubles(blocked, PEOPLE, now=NOON)
    with blocked.begin() as tx:
        for one in tx.outbox.listed(states=["pending"]):
            tx.outbox.give_up(one.id, state="dead", reason="x", error_class="poison")

    added = report_troubles(blocked, PEOPLE, now=NOON)

    assert added == 1  # the fallback letter that died, not the two about troubles


def test_the_morning_digest_comes_once_a_day(sqlite_database: Database, clock: Clock) -> None:
    """With the brand's day, what is open, and that nabat is alive."""
    open_incident(sqlite_database, add_brand(sqlite_database))
    people = [chat(digest=True), mail(digest=False)]

    first = plan_digests(sqlite_database, playbook(), people, now=NOON)
    again = plan_digests(sqlite_database, playbook(), people, now=NOON)

    assert (first, again) == (1, 0)
    lines = payload.read(told(sqlite_database)[0]).text.splitlines()
    # What the length of a message may cost stands last.
    for line, said in zip(
        lines, ("Утренняя сводка 02.03", "РОМ-1", "Набат жив", "Ромашка: "), strict=True
    ):
        assert said in line


@pytest.mark.parametrize(("hours", "added"), [(0, 0), (3, 1)])
def test_a_digest_waits_for_the_end_of_the_quiet_hours(
    sqlite_database: Database, hours: int, added: int
) -> None:
    """Who sleeps till six in the evening is not woken at three to hear that all is well."""
    sleeper = chat(digest=True, quiet_hours="12:00-18:00")  # noon in UTC is 15:00 in Moscow
    now = NOON + timedelta(hours=hours)

    assert plan_digests(sqlite_database, playbook(), [sleeper], now=now) == added


def test_before_the_morning_there_is_no_digest(sqlite_database: Database, clock: Clock) -> None:
    """Nine o'clock where the reader is."""
    clock.pass_time(hours=-8)

    assert plan_digests(sqlite_database, playbook(), [chat(digest=True)], now=clock()) == 0


def test_quiet_hours_until_midnight_leave_time_for_a_digest(sqlite_database: Database) -> None:
    """Once a day, as soon as they are over."""
    sleeper = chat(digest=True, quiet_hours="09:00-00:00")
    hours = [NOON + timedelta(hours=hour) for hour in range(48)]  # from 15:00 in Moscow

    told = [one for one in hours if plan_digests(sqlite_database, playbook(), [sleeper], now=one)]

    assert told == [NOON + timedelta(hours=9), NOON + timedelta(hours=33)]


def test_a_night_without_quiet_hours_gets_no_digest_of_yesterday(
    sqlite_database: Database,
) -> None:
    """Who comes to the config at night waits for the morning."""
    night = NOON + timedelta(hours=12)

    assert plan_digests(sqlite_database, playbook(), [chat(digest=True)], now=night) == 0
