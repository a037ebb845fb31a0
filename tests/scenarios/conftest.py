"""The alerts room's servers and clock, for whole stories."""

from tests.alerts.conftest import api, clock, email, mailbox, telegram

__all__ = ["api", "clock", "email", "mailbox", "telegram"]
