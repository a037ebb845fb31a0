"""A message as the outbox keeps it: JSON without the picture, and back."""

from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter, ValidationError

from storage.incident_records import Message, Notification

_MESSAGE: Final = TypeAdapter(Message)


class PayloadError(ValueError):
    """A stored message nobody can read."""


def write(message: Message) -> str:
    """The message as JSON; its picture is kept beside it."""
    return _MESSAGE.dump_json(replace(message, photo=None)).decode("utf-8")


def read(notification: Notification) -> Message:
    """The message of the notification with its picture; PayloadError when it is broken."""
    try:
        message = _MESSAGE.validate_json(notification.payload)
    except ValidationError as error:
        reason = f"the stored message of notification {notification.id} cannot be read"
        raise PayloadError(reason) from error
    return replace(message, photo=notification.photo)
