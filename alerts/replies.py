"""Job: what people press and write in Telegram comes back to the incident.

An update is confirmed to Telegram only after it was done. One that comes again, as the
confirmation got lost, changes nothing the second time: which press was done last is written
together with what it did.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from telegram import Bot, Chat, MaybeInaccessibleMessage, Message, Update, User
from telegram.error import TelegramError

from alerts import payload
from alerts.chat_commands import obey
from alerts.compose import marked, notice
from alerts.forwarded import Forwarded, read
from alerts.notifiers.protocol import DeliveryError
from alerts.notifiers.telegram import TelegramNotifier, keyboard
from alerts.playbook import Playbook
from alerts.presses import Answer, Person, Press, find_recipient, known_person, press
from alerts.recipients import Recipient
from alerts.texts import Speech
from storage.database import Database
from storage.incident_records import Message as Answered
from storage.outbox import NewNotification

logger = logging.getLogger(__name__)

_KINDS = ("callback_query", "message")
_LEASE = timedelta(seconds=60)
_BATCHES = 10  # of at most a hundred updates each
_LEASE_NAME = "replies:telegram"
_KEPT = timedelta(days=1)  # so long Telegram keeps updates; it may number anew after a week


@dataclass(frozen=True, slots=True)
class Listener:
    """The ears of one bot."""

    database: Database
    notifier: TelegramNotifier
    recipients: Sequence[Recipient]
    playbook: Playbook
    clock: Callable[[], datetime]
    owner: str
    keep: Callable[[Forwarded], int] | None = None  # stores; answers how many brands it names

    def listen(self, *, wait: timedelta = timedelta()) -> int:
        """Hear updates for about ``wait``, or what is there already; answers how many were done.

        However much is written to the bot, this ends: the rest is heard the next time.
        One process listens to a bot at a time: Telegram would refuse a second.
        """
        try:
            return self._listen(wait)
        finally:  # where Telegram fails, too: the next process need not wait
            with self.database.begin() as tx:
                tx.leases.release(_LEASE_NAME, owner=self.owner)

    def _listen(self, wait: timedelta) -> int:
        begun, done, offset = self.clock(), 0, None
        for _ in range(_BATCHES):
            now = self.clock()
            with self.database.begin() as tx:
                if tx.leases.take(_LEASE_NAME, owner=self.owner, now=now, duration=_LEASE) is None:
                    return done
            updates = self._hear(offset, min(wait, max(timedelta(), begun + wait - now)))
            for update in updates:
                self._handle(update)
                done, offset = done + 1, update.update_id + 1
            if not updates:
                return done
        self._hear(offset, timedelta())  # asking from there on confirms what was done
        return done

    def _hear(self, offset: int | None, wait: timedelta) -> tuple[Update, ...]:
        seconds = round(wait.total_seconds())

        async def hear(bot: Bot) -> tuple[Update, ...]:
            return await bot.get_updates(
                offset=offset,
                timeout=seconds,
                allowed_updates=list(_KINDS),
                read_timeout=seconds + self.notifier.timeout,
            )

        return self.notifier.talk(hear)

    def _handle(self, update: Update) -> None:
        """Do one update; a broken one is logged and left behind."""
        try:
            if update.callback_query is not None:
                self._pressed(update)
            elif update.message is not None and update.message.migrate_to_chat_id is not None:
                self._moved(update.message.chat, update.message.migrate_to_chat_id)
            elif update.message is not None and update.message.forward_origin is not None:
                self._forwarded(update.message)
            elif update.message is not None and update.message.text:
                self._written(update)
        except DeliveryError as error:
            logger.warning("answer not given", extra={"reason": error.reason})

    @property
    def _heard(self) -> str:
        """The mark at the last press that was done, of this bot alone: its number is no secret."""
        return f"heard:telegram:{self.notifier.token.partition(':')[0]}"

    def _here(self) -> list[Recipient]:
        with self.database.read() as tx:
            return [
                replace(one, address=tx.destinations.moved_to(one.channel, one.address))
                for one in self.recipients
            ]

    def _pressed(self, update: Update) -> None:
        query = update.callback_query
        if query is None or query.message is None:
            return
        recipients = self._here()
        given = Press(
            chat=_address(query.message.chat, recipients),
            person=_person(query.from_user),
            data=query.data or "",
            topic=_topic(query.message),
        )
        with self.database.begin() as tx:
            now = self.clock()
            if not tx.leases.reach(self._heard, update.update_id, now=now, kept=_KEPT):
                return
            answer = press(tx, given, recipients, self.playbook, now)
        if answer is None:
            return
        self._toast(query.id, answer)
        if answer.question:
            asked = _plain(answer.text, answer.question)
            self._say(query.message, asked, answer.language)
        if answer.record:
            self._tell(query.message, answer.record, answer.language)

    def _toast(self, query: str, answer: Answer) -> None:
        """Tell the person in passing; a press answered too late has been done all the same."""

        async def toast(bot: Bot) -> bool:
            try:
                return await bot.answer_callback_query(query, answer.text[:200])
            except TelegramError as error:
                logger.info("press answered too late", extra={"reason": type(error).__name__})
                return False

        self.notifier.talk(toast)

    def _written(self, update: Update) -> None:
        message = update.message
        if message is None or message.from_user is None or not (message.text or "").startswith("/"):
            return
        person, recipients = _person(message.from_user), self._here()
        chat = _address(message.chat, recipients)
        recipient, may = find_recipient(chat, person, recipients, _topic(message))
        if recipient is not None and not self._is_meant(message.text or ""):
            return
        if recipient is None or not may:
            logger.warning("command without the right", extra={"person": person.id, "chat": chat})
            if recipient is not None:
                self._post(message, _plain(Speech(recipient.language).say("no_rights")))
            return
        with self.database.begin() as tx:
            lines = obey(
                tx, message.text or "", recipient, self.playbook, by=person.name, now=self.clock()
            )
        if lines:
            self._tell(message, lines, recipient.language)

    def _is_meant(self, command: str) -> bool:
        """Whether it is for no bot by name, or for this one: there may be others in the chat."""
        name = command.split(maxsplit=1)[0].partition("@")[2]

        async def ask(bot: Bot) -> User:
            return await bot.get_me()

        return not name or name.lower() == (self.notifier.talk(ask).username or "").lower()

    def _moved(self, chat: Chat, to: int) -> None:
        """Follow a group that became a supergroup, before the next alert is refused by the old."""
        address = str(chat.id)
        if any(one.address == address for one in self._here()):
            with self.database.begin() as tx:
                tx.destinations.move("telegram", address, to=str(to))
            logger.info("chat moved", extra={"from": address, "to": to})

    def _forwarded(self, message: Message) -> None:
        """Keep what one of our people brings from a chat we cannot read.

        Only in a talk with the bot alone: in a group people forward to one another.
        """
        if self.keep is None or message.from_user is None or message.chat.type != "private":
            return
        person = _person(message.from_user)
        recipient = known_person(person, self.recipients)
        if recipient is None:
            logger.warning("forward without the right", extra={"person": person.id})
            return
        given, speech = read(message, f"{person.name} ({person.id})"), Speech(recipient.language)
        if given is None:
            self._say(message, _plain(speech.say("forward_empty")), recipient.language)
            return
        number = self.keep(given)
        logger.info("forward kept", extra={"person": person.id, "mentions": number})
        said = "forward_kept" if number else "forward_unnamed"
        kept = _plain(speech.say(said, publisher=given.publisher))
        self._say(message, kept, recipient.language)

    def _tell(self, to: MaybeInaccessibleMessage, lines: Sequence[str], language: str) -> None:
        self._say(to, notice(lines[0], lines[1:], "telegram", language), language)

    def _say(self, to: MaybeInaccessibleMessage, answer: Answered, language: str) -> None:
        """Answer; by the outbox where Telegram does not take it now: it was done all the same.

        Where nobody knows whether Telegram took it, it comes again as one that may be a repeat.
        """
        try:
            self._post(to, answer)
        except DeliveryError as error:
            in_doubt = error.outcome == "unknown" and self.notifier.reconcile != "hold"
            if error.outcome not in ("rate", "not_sent") and not in_doubt:
                raise
            if in_doubt:
                answer = marked(answer, "telegram", language)
            now, address = self.clock(), str(to.chat.id)
            left = payload.write(answer)
            mark = sha256(f"{left}{now.isoformat()}".encode()).hexdigest()[:10]
            waiting = NewNotification(
                key=f"answer:telegram:{address}:{mark}",
                recipient=address,
                channel="telegram",
                address=address,
                topic=_topic(to),
                kind="answer",
                language=language,
                payload=left,
                not_before=now + (error.retry_after or timedelta()),
            )
            with self.database.begin() as tx:
                tx.outbox.add([waiting], now)

    def _post(self, to: MaybeInaccessibleMessage, answer: Answered) -> None:
        """Say it where the message stands: in its chat, and there in its topic."""

        async def say(bot: Bot) -> None:
            await bot.send_message(
                to.chat.id,
                answer.html or answer.text,
                parse_mode="HTML" if answer.html else None,
                message_thread_id=_topic(to),
                reply_markup=keyboard(answer.buttons),
            )

        self.notifier.talk(say)


def _plain(text: str, buttons: tuple[tuple[str, str], ...] = ()) -> Answered:
    return Answered(subject=text, text=text, html="", buttons=buttons)


def _address(chat: Chat, recipients: Sequence[Recipient]) -> str:
    """The chat as the config calls it: by its number, or a public one by its @name."""
    name = f"@{chat.username}".casefold()
    return next((one.address for one in recipients if one.address.casefold() == name), str(chat.id))


def _topic(message: MaybeInaccessibleMessage) -> int | None:
    """The topic of a forum; outside of forums Telegram numbers threads of answers as well."""
    if isinstance(message, Message) and message.is_topic_message:
        return message.message_thread_id
    return None


def _person(user: User) -> Person:
    return Person(id=str(user.id), name=user.full_name, username=user.username or "")
