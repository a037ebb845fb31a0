"""Send a test message to one recipient, past the outbox: does the channel work at all?"""

from datetime import datetime

from alerts.notifiers.protocol import Notifier, Receipt
from alerts.recipients import Recipient
from alerts.shout import unstored
from storage.incident_records import Message

_TEXT = {
    "ru": "Проверка связи: nabat может писать сюда.",
    "uk": "Перевірка зв'язку: nabat може писати сюди.",
    "en": "A test: nabat can write here.",
}


def send_test(notifier: Notifier, recipient: Recipient, *, now: datetime) -> Receipt:
    """Send one test message; DeliveryError says why it could not be sent."""
    text = _TEXT[recipient.language]
    notification = unstored(recipient, "test", "check", now)
    return notifier.send(notification, Message(subject=text, text=text, html=text))
