"""Send a test message to one recipient, past the outbox: does the channel work at all?"""

from datetime import datetime

from alerts.notifiers.protocol import Notifier, Receipt
from alerts.recipients import Recipient
from storage.records import Message, Notification

_TEXT = {
    "ru": "Проверка связи: nabat может писать сюда.",
    "uk": "Перевірка зв'язку: nabat може писати сюди.",
    "en": "A test: nabat can write here.",
}


def send_test(notifier: Notifier, recipient: Recipient, *, now: datetime) -> Receipt:
    """Send one test message; DeliveryError says why it could not be sent."""
    text = _TEXT[recipient.language]
    notification = Notification(
        id=0,
        key=f"test-{recipient.name}-{now:%Y%m%d%H%M%S}",
        incident_id=None,
        event_id=None,
        brand_id=None,
        recipient=recipient.name,
        channel=recipient.channel,
        address=recipient.address,
        topic=recipient.topic,
        kind="test",
        revision=0,
        language=recipient.language,
        payload="",
        state="sending",
        attempts=1,
        not_before=now,
        created_at=now,
    )
    return notifier.send(notification, Message(subject=text, text=text, html=text))
