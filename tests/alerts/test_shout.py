"""Operators are told past the outbox when the database is the trouble."""

from alerts.notifiers.email import EmailNotifier
from alerts.notifiers.telegram import TelegramNotifier
from alerts.shout import shout
from tests.alerts.making import NOON, chat, mail
from tests.fakes.bot_api import BotApi, Chat
from tests.fakes.smtp import MailServer

PEOPLE = [chat(name="PR"), chat(name="Дежурный", address="77", ops=True), mail(ops=True)]


def test_every_operator_is_told_and_nobody_else(
    api: BotApi, telegram: TelegramNotifier, mailbox: MailServer, email: EmailNotifier
) -> None:
    """No database is asked; one that cannot be reached keeps nothing from the next."""
    api.chats[77] = Chat(state="blocked")
    channels = {"telegram": telegram, "email": email}

    taken = shout(channels, PEOPLE, "storage_down", now=NOON, reason="disk full")

    [letter] = mailbox.letters
    assert (taken, api.ledger) == (1, [])
    assert "Не могу писать в базу: disk full" in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_channel_that_is_not_there_is_left_out() -> None:
    """The configuration may have lost it since."""
    assert shout({}, PEOPLE, "storage_back", now=NOON, reason="") == 0
