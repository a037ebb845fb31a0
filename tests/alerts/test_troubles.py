"""Failed delivery is told to the operators and by the next channel; the digest says all is well."""

import pytest

from alerts import payload
from alerts.deliver import deliver
from alerts.digests import plan_digests
from alerts.notifiers.telegram import TelegramNotifier
from alerts.plan import plan
from alerts.troubles import report_troubles
from storage.database import Database
from storage.records import Notification
from tests.alerts.making import NOON, Clock, add_brand, chat, mail, open_incident, playbook
from tests.fakes.bot_api import BotApi, Chat

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
    assert any("Не пишу в telegram -100123" in text for text in texts)


def test_the_alert_goes_out_by_the_next_channel(blocked: Database) -> None:
    """Late and plain, but told."""
    report_troubles(blocked, PEOPLE, now=NOON)

    [letter] = [one for one in told(blocked) if one.kind == "fallback"]
    assert letter.address == "pr@example.org"
    assert "14 негативных историй" in payload.read(letter).text.replace("\u00a0", " ")


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
    text = payload.read(told(sqlite_database)[0]).text
    assert "Утренняя сводка 02.03" in text
    assert "Набат жив" in text
    assert "РОМ-1" in text


def test_before_the_morning_there_is_no_digest(sqlite_database: Database, clock: Clock) -> None:
    """Nine o'clock where the reader is."""
    clock.pass_time(hours=-8)

    assert plan_digests(sqlite_database, playbook(), [chat(digest=True)], now=clock()) == 0
