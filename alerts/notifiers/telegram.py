"""Send notifications by Telegram, through its Bot API.

Knows what each answer means for the outbox: surely not sent, maybe sent, too
fast, unreadable, chat gone. The pace between messages is kept by the outbox;
the library's own limiter, which drops messages, is not used.
"""

import asyncio
import html
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from ssl import SSLContext
from typing import ClassVar, TypeVar

import httpx
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from alerts.attempts import plainer
from alerts.notifiers.protocol import (
    CannotTell,
    MessageGone,
    Receipt,
    Reconcile,
    check_timeout,
)
from alerts.redaction import guard_logs
from alerts.spans import units
from alerts.telegram_answers import Refused, Request, translate
from alerts.telegram_html import CAPTION_LIMIT
from storage.incident_records import Message, Notification

Answer = TypeVar("Answer")
_GROUP_PACE = timedelta(seconds=3)  # about twenty a minute into one group
_PRIVATE_PACE = timedelta(seconds=1)
_OVERALL_PACE = timedelta(milliseconds=40)  # about thirty a second for the whole of a bot
_PROBES = 5  # so many numbers without a message end the search
_FAR = 60  # so many numbers are looked at
_TAG = re.compile(r"<[^<>]*>")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramNotifier:
    """Post and change messages of one bot."""

    kind: ClassVar[str] = "telegram"
    token: str = field(repr=False)
    base_url: str = "https://api.telegram.org/bot"  # or your own Bot API server
    timeout: float = 15.0  # seconds
    reconcile: Reconcile = "resend-marked"  # or "probe", "hold": unknown whether it arrived
    # Reading the known certificates takes longer than a request: once, not for each message.
    _tls: SSLContext = field(
        init=False, repr=False, compare=False, default_factory=httpx.create_ssl_context
    )

    def __post_init__(self) -> None:
        """The HTTP library logs whole addresses: not with our token in them."""
        check_timeout(self.timeout)
        guard_logs()

    def send(self, notification: Notification, message: Message) -> Receipt:
        """Post the message; with its chart where it has one and the text fits a caption."""
        return self.talk(lambda bot: _post(bot, notification, message))

    def repost(self, notification: Notification, message: Message) -> Receipt:
        """Post it as ``send`` does, but ring nobody's phone."""
        return self.talk(lambda bot: _post(bot, notification, message, silently=True))

    def edit(self, notification: Notification, message: Message, provider_id: str) -> Receipt:
        """Put the new text, buttons and chart in the place of the old."""
        return self.talk(lambda bot: _change(bot, notification, message, int(provider_id)))

    def reply(self, notification: Notification, message: Message, provider_id: str) -> Receipt:
        """Post the message under the older one; alone where that one is gone."""
        to = ReplyParameters(int(provider_id), allow_sending_without_reply=True)
        return self.talk(lambda bot: _post_text(bot, notification, message, to))

    def find(
        self, notification: Notification, message: Message, known: Sequence[str]
    ) -> Receipt | None:
        """Look for the message by giving it the buttons it must already have.

        The buttons carry this notification's own mark, so "not modified" is said
        by no other message than this one.
        """
        return self.talk(lambda bot: _find(bot, notification, message, known))

    def pace(self, address: str) -> timedelta:
        """Telegram takes about one message a second, and twenty a minute into a group."""
        return _GROUP_PACE if address.startswith(("-", "@")) else _PRIVATE_PACE

    def overall_pace(self) -> timedelta:
        """Telegram takes about thirty messages a second from one bot."""
        return _OVERALL_PACE

    def talk(self, call: Callable[[Bot], Awaitable[Answer]]) -> Answer:
        """Do something with the bot; DeliveryError tells what a failure means."""
        return asyncio.run(self._talk(call))

    async def _talk(self, call: Callable[[Bot], Awaitable[Answer]]) -> Answer:
        request = Request(
            connect_timeout=self.timeout,
            read_timeout=self.timeout,
            write_timeout=self.timeout,
            media_write_timeout=self.timeout * 2,
            # A proxy of the environment must not see the token unless the config says so.
            httpx_kwargs={"trust_env": False, "verify": self._tls},
        )
        try:
            bot = Bot(
                self.token,
                base_url=self.base_url,
                request=request,
                get_updates_request=request,
            )
            return await call(bot)
        except TelegramError as error:
            # Not chained: the library's errors may show the address with the token in it.
            raise translate(error, self.token) from None
        finally:
            await request.shutdown()


def keyboard(buttons: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup | None:
    """The buttons, two a row; a link opens, anything else comes back to us."""
    made = [
        InlineKeyboardButton(label, url=data)
        if data.startswith("https://")
        else InlineKeyboardButton(label, callback_data=data)
        for label, data in buttons
    ]
    width = 1 if any(len(label) > 24 for label, _ in buttons) else 2
    rows = [made[i : i + width] for i in range(0, len(made), width)]
    return InlineKeyboardMarkup(rows) if rows else None


async def _post(
    bot: Bot, notification: Notification, message: Message, *, silently: bool = False
) -> Receipt:
    if message.photo is not None and units(_visible(message)) <= CAPTION_LIMIT:
        return await _post_photo(bot, notification, message, silently=silently)
    return await _post_text(bot, notification, message, silently=silently)


async def _post_text(
    bot: Bot,
    notification: Notification,
    message: Message,
    to: ReplyParameters | None = None,
    *,
    silently: bool = False,
) -> Receipt:
    sent = await bot.send_message(
        notification.address,
        message.html or message.text,
        parse_mode=ParseMode.HTML if message.html else None,
        message_thread_id=notification.topic,
        reply_markup=keyboard(message.buttons),
        link_preview_options=_NO_PREVIEW,
        reply_parameters=to,
        disable_notification=silently,
    )
    return Receipt(provider_id=str(sent.message_id))


async def _post_photo(
    bot: Bot, notification: Notification, message: Message, *, silently: bool
) -> Receipt:
    sent = await bot.send_photo(
        notification.address,
        message.photo or b"",
        caption=message.html or message.text,
        parse_mode=ParseMode.HTML if message.html else None,
        message_thread_id=notification.topic,
        reply_markup=keyboard(message.buttons),
        filename="chart.png",
        disable_notification=silently,
    )
    return Receipt(provider_id=str(sent.message_id))


async def _change(
    bot: Bot, notification: Notification, message: Message, message_id: int
) -> Receipt:
    receipt = Receipt(provider_id=str(message_id))
    for change in (_change_media, _change_text, _change_caption):
        try:
            await change(bot, notification.address, message_id, message)
        except Refused as error:
            if "not modified" in error.message.lower():
                return receipt
            if _other_shape(error.message.lower()):
                continue
            raise
        return receipt
    raise MessageGone("the message is of a kind that cannot be changed into this one")


def _other_shape(said: str) -> bool:
    """The message has a caption where a text was given, or the other way round."""
    return "there is no text" in said or "there is no caption" in said or "no photo" in said


async def _change_media(bot: Bot, chat: str, message_id: int, message: Message) -> None:
    if message.photo is None:
        raise Refused(400, "no photo to put there", {})
    mode = ParseMode.HTML if message.html else None
    media = InputMediaPhoto(
        message.photo, caption=message.html or message.text, parse_mode=mode, filename="chart.png"
    )
    await bot.edit_message_media(media, chat, message_id, reply_markup=keyboard(message.buttons))


async def _change_text(bot: Bot, chat: str, message_id: int, message: Message) -> None:
    await bot.edit_message_text(
        message.html or message.text,
        chat,
        message_id,
        parse_mode=ParseMode.HTML if message.html else None,
        reply_markup=keyboard(message.buttons),
        link_preview_options=_NO_PREVIEW,
    )


async def _change_caption(bot: Bot, chat: str, message_id: int, message: Message) -> None:
    await bot.edit_message_caption(
        chat,
        message_id,
        caption=message.html or message.text,
        parse_mode=ParseMode.HTML if message.html else None,
        reply_markup=keyboard(message.buttons),
    )


async def _find(
    bot: Bot, notification: Notification, message: Message, known: Sequence[str]
) -> Receipt | None:
    """Look at the numbers it may have: after the last one we know, or before a fresh one."""
    chat, markup = notification.address, keyboard(message.buttons)
    if markup is None:
        raise CannotTell("a message without buttons has nothing to be known by")
    taken = {int(one) for one in known if one.isdigit()}
    if taken:
        candidates = range(max(1, max(taken) - 2), max(taken) + _FAR)
    else:
        fresh = await _fresh_number(bot, notification)
        candidates = range(fresh - 1, max(0, fresh - _FAR), -1)
    # In a supergroup numbers follow one another; elsewhere they are the whole account's.
    patience = _PROBES if chat.startswith("-100") else _PROBES * 4
    missing = 0
    for candidate in candidates:
        if candidate in taken:
            continue
        there = await _is_there(bot, chat, candidate, markup, message)
        if there:
            return Receipt(provider_id=str(candidate))
        missing = missing + 1 if there is None else 0
        if missing >= patience:
            return None
    raise CannotTell("too much was written in the chat since")


async def _is_there(
    bot: Bot, chat: str, candidate: int, markup: InlineKeyboardMarkup, message: Message
) -> bool | None:
    """Whether the message of that number is this one; None when there is no message."""
    try:
        changed = await bot.edit_message_reply_markup(chat, candidate, reply_markup=markup)
    except Refused as error:
        said = error.message.lower()
        if "not modified" in said:
            return True
        if "not found" in said or "message_id_invalid" in said:
            return None
        if error.code != 400:
            raise
        return False
    # The bot's, with other buttons: what it says tells whether it is this one, sent plainer.
    if _shown(getattr(changed, "text", None) or getattr(changed, "caption", None) or "", message):
        return True
    # It was an answer to somebody, which has nothing to do with these buttons.
    with suppress(Refused):
        await bot.edit_message_reply_markup(chat, candidate, reply_markup=None)
    return False


def _shown(text: str, message: Message) -> bool:
    """Whether the text in the chat is what this message shows, in any of its plainer forms."""
    lines = text.split("\n")
    seen = {_squeezed(text), _squeezed("\n".join(lines[1:]))}  # the first line may be a mark
    return any(_squeezed(_visible(one)) in seen for one in plainer(message))


def _visible(message: Message) -> str:
    """What stands in the chat once the markup is read: addresses of links are no part of it."""
    return html.unescape(_TAG.sub("", message.html)) if message.html else message.text


def _squeezed(text: str) -> str:
    return " ".join(text.split())


async def _fresh_number(bot: Bot, notification: Notification) -> int:
    """The number the chat is at: a silent message, gone at once."""
    sent = await bot.send_message(
        notification.address,
        "…",
        disable_notification=True,
        message_thread_id=notification.topic,
    )
    with suppress(Refused):
        await bot.delete_message(notification.address, sent.message_id)
    return sent.message_id
