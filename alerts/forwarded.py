"""A message that somebody forwarded to the bot: what it says, and where it comes from. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from telegram import (
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)

from alerts.spans import clip

_PRIVATE = "-100"  # before the number of a channel that has no name


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """What a person brought from a chat that nabat cannot read."""

    text: str
    url: str  # where it stands; made up of its contents where nobody but its readers can say
    origin: str  # key of the chat or person it comes from
    publisher: str  # its name
    author: str
    at: datetime  # when it was written
    by: str  # who forwarded it


def read(message: Message, by: str) -> Forwarded | None:
    """What is forwarded in a message; None where it is no forward, or has no text."""
    text, origin = message.text or message.caption or "", message.forward_origin
    if origin is None or not text.strip():
        return None
    key, name, author, url = "", "", "", ""
    if isinstance(origin, MessageOriginChannel):
        key, name = str(origin.chat.id), origin.chat.title or ""
        author = origin.author_signature or ""
        place = origin.chat.username or f"c/{key.removeprefix(_PRIVATE)}"
        url = f"https://t.me/{place}/{origin.message_id}"
    elif isinstance(origin, MessageOriginChat):
        key, name = str(origin.sender_chat.id), origin.sender_chat.title or ""
        author = origin.author_signature or ""
    elif isinstance(origin, MessageOriginUser):
        key, name = str(origin.sender_user.id), origin.sender_user.full_name
        author = name
    elif isinstance(origin, MessageOriginHiddenUser):
        name = author = origin.sender_user_name
        key = _digest(name)
    return Forwarded(
        text=text,
        url=url or f"forwarded:{_digest(f'{key} {origin.date.isoformat()} {text}')}",
        origin=f"forwarded:{key or 'unknown'}",
        publisher=clip(name, 150) or "Telegram",
        author=clip(author, 150),
        at=origin.date,
        by=by,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
