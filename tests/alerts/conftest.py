"""Fixtures of the alerts room: the fake Bot API and a mail server on loopback."""

from collections.abc import Iterator

import pytest

from alerts.notifiers.email import EmailNotifier
from alerts.notifiers.telegram import TelegramNotifier
from tests.alerts.making import Clock
from tests.fakes.bot_api import TOKEN, BotApi, serving
from tests.fakes.smtp import MailServer, mail_server


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A Telegram Bot API on loopback."""
    with serving(BotApi()) as running:
        yield running


@pytest.fixture
def telegram(api: BotApi) -> TelegramNotifier:
    """The Telegram notifier, talking to the fake."""
    return TelegramNotifier(token=TOKEN, base_url=api.url, timeout=20)


@pytest.fixture
def mailbox() -> Iterator[MailServer]:
    """A mail server on loopback."""
    with mail_server() as running:
        yield running


@pytest.fixture
def email(mailbox: MailServer) -> EmailNotifier:
    """The e-mail notifier, talking to the mail server."""
    return EmailNotifier(
        host=mailbox.host, port=mailbox.port, sender="Набат <nabat@example.org>", timeout=30
    )


@pytest.fixture
def clock() -> Clock:
    """A standing clock."""
    return Clock()
