"""The delivery job: what is claimed, sent, changed, repeated, given up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import ClassVar

import pytest

from alerts import payload
from alerts.deliver import LEASE, deliver
from alerts.notifiers.console import ConsoleNotifier
from alerts.notifiers.protocol import DeliveryError, Notifier, Receipt
from alerts.notifiers.telegram import TelegramNotifier
from storage.database import Database
from storage.incident_records import Message, Notification
from storage.outbox import NewNotification
from tests.alerts.making import NOON, Clock, add_brand, chat, open_incident
from tests.fakes.bot_api import BotApi, Chat
from tests.running import until

CHAT = -100123
MESSAGE = Message(subject="s", text="Тревога", html="<b>Тревога</b>", buttons=(("Беру", "t:1:a"),))


def put(database: Database, key: str = "a", **given: object) -> None:
    """One notification in the outbox."""
    message = given.pop("message", MESSAGE)
    made = NewNotification(
        key=key,
        recipient="PR",
        channel="telegram",
        address=str(CHAT),
        kind="opened",
        language="ru",
        payload=payload.write(message),  # type: ignore[arg-type]
    )
    now = given.pop("now", NOON)
    with database.begin() as tx:
        tx.outbox.add([replace(made, **given)], now)  # type: ignore[arg-type]


def run(database: Database, notifier: Notifier, clock: Clock, **given: object) -> object:
    return deliver(
        database,
        {notifier.kind: notifier},
        clock=clock,
        owner="test",
        sleep=clock.sleep,
        **given,  # type: ignore[arg-type]
    )


def rows(database: Database) -> list[Notification]:
    with database.read() as tx:
        return list(reversed(tx.outbox.listed()))


def states(database: Database) -> list[str]:
    return [one.state for one in rows(database)]


def texts(api: BotApi) -> list[str]:
    return [one.text for one in api.ledger]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A channel that fails as it is told, then takes everything."""

    kind: ClassVar[str] = "failing"
    errors: list[Exception] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)

    def send(self, _notification: Notification, message: Message) -> Receipt:
        if self.errors:
            raise self.errors.pop(0)
        self.taken.append(message)
        return Receipt(provider_id=str(len(self.taken)))


def test_what_is_due_is_sent_once(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """A second run finds nothing to do."""
    put(database)

    run(database, telegram, clock)
    run(database, telegram, clock)

    assert texts(api) == ["Тревога"]
    assert states(database) == ["sent"]


def test_what_a_killed_process_left_is_sent_by_the_next_and_says_so(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Nobody knows whether it went out: the copy says it may be a repeat."""
    put(database)
    with database.begin() as tx:
        tx.outbox.claim(NOON, owner="killed", lease=LEASE)

    run(database, telegram, clock)
    assert texts(api) == []
    clock.pass_time(seconds=61)
    run(database, telegram, clock)

    assert texts(api) == ["♻️ Возможен повтор этого сообщения\nТревога"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """A channel whose server takes two minutes; another process looks meanwhile."""

    kind: ClassVar[str] = "slow"
    database: Database
    clock: Clock
    taken: list[Message] = field(default_factory=list)

    def send(self, _notification: Notification, message: Message) -> Receipt:
        self.taken.append(message)
        for _ in range(4):
            self.clock.pass_time(seconds=30)
            assert until(self._is_renewed)
            deliver(self.database, {"slow": self}, clock=self.clock, owner="other")
        return Receipt(provider_id="1")

    def _is_renewed(self) -> bool:
        [one] = rows(self.database)
        return one.lease_until == self.clock() + LEASE


def test_an_attempt_longer_than_its_lease_is_left_to_who_makes_it(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim is renewed while a slow server is talked to: nothing goes out twice."""
    monkeypatch.setattr("alerts.deliver._RENEW_EVERY", 0.01)
    monkeypatch.setattr("alerts.deliver._RENEWALS", 10**6)
    put(database, channel="slow")
    slow = Slow(database=database, clock=clock)

    run(database, slow, clock)

    assert slow.taken == [MESSAGE]
    assert states(database) == ["sent"]


def test_an_attempt_that_hangs_is_taken_over_after_minutes(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its claim is not renewed for ever: the message goes out, as one in doubt."""
    monkeypatch.setattr("alerts.deliver._RENEW_EVERY", 0.001)
    put(database, channel="failing")
    other = Failing()

    def is_taken_over() -> bool:
        clock.pass_time(seconds=61)
        deliver(database, {"failing": other}, clock=clock, owner="other")
        return bool(other.taken)

    class Hanging(Failing):
        def send(self, _notification: Notification, _message: Message) -> Receipt:
            assert until(is_taken_over)
            raise DeliveryError("cut", outcome="unknown")

    run(database, Hanging(), clock)

    assert [one.text for one in other.taken] == ["♻️ Возможен повтор этого сообщения\nТревога"]
    assert states(database) == ["sent"]


@pytest.mark.parametrize("fault", ["drop_after", "502_after", "garbage_after"])
def test_a_lost_answer_is_followed_by_a_marked_copy(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock, fault: str
) -> None:
    """The one case in which a second copy is allowed."""
    put(database)
    api.fail(fault)

    run(database, telegram, clock, drain=True)

    assert texts(api) == ["Тревога", "♻️ Возможен повтор этого сообщения\nТревога"]
    assert states(database) == ["sent"]


@pytest.mark.parametrize("fault", ["drop_after", "502_after", "garbage_after", "drop_before"])
def test_a_probe_leaves_no_second_copy(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock, fault: str
) -> None:
    """What arrived is found; what did not is sent, unmarked."""
    put(database)
    api.human(CHAT)
    api.fail(fault)

    run(database, replace(telegram, reconcile="probe"), clock, drain=True)

    assert texts(api) == ["Тревога"]
    assert states(database) == ["sent"]


def test_held_messages_wait_for_a_person(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """With ``hold`` nothing in doubt is sent again by itself."""
    put(database)
    api.fail("drop_after")

    run(database, replace(telegram, reconcile="hold"), clock, drain=True)

    assert (texts(api), states(database)) == (["Тревога"], ["dead"])


def test_a_message_in_doubt_holds_up_no_other(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Only a probe needs the chat to stand still."""
    put(database, "a")
    put(database, "b", message=replace(MESSAGE, html="другое"))
    api.fail("502_before", "sendmessage")

    run(database, telegram, clock)

    assert (texts(api), states(database)) == (["другое"], ["unknown", "sent"])


def test_a_picture_that_never_arrives_is_left_out(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """After three tries of which nobody knows more the words go alone."""
    put(database, photo=b"\x89PNG")
    api.fail("502_before", "sendphoto", times=100)

    run(database, telegram, clock, drain=True)

    assert texts(api) == ["♻️ Возможен повтор этого сообщения\nТревога"]
    assert api.faults[0].times == 97


def test_a_probe_that_never_tells_holds_up_others_for_minutes_only(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Waiting is no try; when others have gone the probe would find nothing: a marked copy."""
    put(sqlite_database, "a", photo=b"\x89PNG")
    put(sqlite_database, "b", message=replace(MESSAGE, html="другое"))
    api.fail("502_before", "sendphoto", times=100)
    api.fail("502_before", "editmessagereplymarkup", times=100)
    probing = replace(telegram, reconcile="probe")

    for _ in range(4):
        run(sqlite_database, probing, clock)
        clock.pass_time(minutes=5)
    assert (texts(api), rows(sqlite_database)[1].attempts) == ([], 0)
    for _ in range(5):
        run(sqlite_database, probing, clock)
        clock.pass_time(minutes=5)

    assert sorted(texts(api)) == ["другое", "♻️ Возможен повтор этого сообщения\nТревога"]
    assert clock() - NOON < timedelta(hours=1)


def test_a_surely_unsent_message_is_repeated_without_a_mark(
    database: Database, clock: Clock
) -> None:
    """No connection: there can be no first copy."""
    notifier = Failing(errors=[DeliveryError("no route"), DeliveryError("no route")])
    put(database, channel="failing")

    run(database, notifier, clock, drain=True)

    assert [one.text for one in notifier.taken] == ["Тревога"]


def test_a_server_that_asks_for_a_rest_gets_it(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Nothing goes to that chat before the time, not even another message."""
    put(database, "a")
    put(database, "b")
    api.fail("429", seconds=20)

    run(database, telegram, clock)
    run(database, telegram, clock)
    assert len(api.requests) == 1
    clock.pass_time(seconds=21)
    run(database, telegram, clock, drain=True)

    assert len(texts(api)) == 2


def test_messages_to_one_group_keep_their_distance(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Twenty a minute is all a group may get; the pace outlives the process."""
    put(database, "a")
    put(database, "b")

    run(database, telegram, clock)

    assert len(texts(api)) == 1
    run(database, telegram, clock, drain=True)
    assert len(texts(api)) == 2
    assert clock() - NOON >= timedelta(seconds=3)


def test_the_whole_bot_keeps_a_pace(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Thirty a second is all one bot may send, to however many chats."""
    for number in range(50):
        put(database, str(number), address=str(1000 + number))

    run(database, telegram, clock)

    assert len(texts(api)) == 50
    assert clock() - NOON >= timedelta(seconds=49 / 30)


def test_a_bot_told_to_rest_at_two_chats_rests_everywhere_also_after_a_restart(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """It is the bot that is too fast, and each further request would lengthen the rest."""
    for number in range(5):
        put(database, str(number), address=str(1000 + number))
    api.fail("429", times=2, seconds=30)

    run(database, telegram, clock)
    run(database, replace(telegram), clock)
    assert (len(api.requests), texts(api)) == (2, [])
    clock.pass_time(seconds=31)
    run(database, telegram, clock)

    assert len(texts(api)) == 5


def test_a_migrated_chat_is_followed(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """For the message that met it and for every later one."""
    api.chats[CHAT] = Chat(state="migrated", moved_to=-100999)
    put(database)

    run(database, telegram, clock, drain=True)

    assert [one.chat for one in api.ledger] == [-100999]
    with database.read() as tx:
        assert tx.destinations.moved_to("telegram", str(CHAT)) == "-100999"


def test_a_deleted_topic_falls_back_to_the_chat(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Better in General than nowhere."""
    api.chats[CHAT] = Chat(threads=frozenset())
    put(database, topic=7)

    run(database, telegram, clock, drain=True)

    assert [(one.text, one.thread) for one in api.ledger] == [("Тревога", None)]


def test_a_deleted_topic_is_told_to_the_operator_once(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """With the recipient whose topic is to be mended."""
    api.chats[CHAT] = Chat(threads=frozenset())
    duty = chat(name="Дежурный", address="42", levels=(), ops=True)
    put(database, "a", topic=7)
    run(database, telegram, clock, drain=True, operators=[duty, chat()])
    put(database, "b", topic=7)
    run(database, telegram, clock, drain=True, operators=[duty, chat()])

    [note] = [one for one in api.ledger if one.chat == 42]
    assert "Тема 7 в чате -100123 удалена или закрыта" in note.text
    assert "получателя «PR»" in note.text


def test_a_migrated_chat_has_the_incident_posted_again(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock, number: int
) -> None:
    """The old number may be some other message's there, which is not to be changed."""
    living(database, number, 1, "раз")
    run(database, telegram, clock)
    old = int(rows(database)[0].provider_id or 0)
    other = api.speak(-100999, "другое")
    while other.id < old:
        other = api.speak(-100999, "другое")
    api.chats[CHAT] = Chat(state="migrated", moved_to=-100999)
    living(database, number, 2, "два")
    run(database, telegram, clock, drain=True)

    assert [one.text for one in api.ledger if one.chat == -100999][-1] == "два"
    assert (other.text, other.edits) == ("другое", 0)


def test_a_blocked_bot_stops_writing_there(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """The letter is dead and visible, the address is not tried again."""
    api.chats[CHAT] = Chat(state="blocked")
    put(database, "a")
    put(database, "b")

    run(database, telegram, clock, drain=True)

    assert states(database) == ["dead", "pending"]
    with database.read() as tx:
        assert [one[1] for one in tx.destinations.disabled()] == [str(CHAT)]


def test_a_message_telegram_cannot_read_goes_out_plainer(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Broken markup costs the bold letters, not the alert."""
    put(database, message=replace(MESSAGE, html="<b>Тревога"))

    run(database, telegram, clock)

    assert texts(api) == ["Тревога"]


def test_a_group_that_takes_no_pictures_gets_the_words(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Its members may be allowed to write, and nothing else."""
    put(database, photo=b"\x89PNG")
    api.chats[CHAT] = Chat(state="no_photos")

    run(database, telegram, clock)

    assert (texts(api), states(database)) == (["Тревога"], ["sent"])


def test_a_message_too_long_is_cut_rather_than_lost(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """The last resort says at least what it is about."""
    put(database, message=Message(subject="s", text="я" * 9000, html="<b>" + "я" * 9000 + "</b>"))

    run(database, telegram, clock)

    assert len(texts(api)) == 1


def test_a_wrong_token_stops_the_channel_and_loses_nothing(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """It goes out once the token is right."""
    put(database)
    api.fail("401")

    run(database, telegram, clock)
    assert states(database) == ["pending"]
    clock.pass_time(minutes=2)
    run(database, telegram, clock)

    assert texts(api) == ["Тревога"]


def test_a_row_nobody_can_read_is_given_up_and_stops_no_other(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """One broken thing never stops the others."""
    put(database, "a", payload="{broken")
    put(database, "b")

    run(database, telegram, clock, drain=True)

    assert states(database) == ["dead", "sent"]
    assert texts(api) == ["Тревога"]


def test_a_failing_channel_does_not_delay_another(database: Database, clock: Clock) -> None:
    """Each channel goes its own way through the outbox."""
    good = Failing()
    bad = Failing(errors=[DeliveryError("down", outcome="auth")])
    put(database, "a", channel="bad")
    put(database, "b", channel="good")
    channels: Mapping[str, Notifier] = {"bad": bad, "good": good}

    report = deliver(database, channels, clock=clock, owner="test")

    assert (report.sent, report.failed, report.waiting) == (1, 1, 1)


def test_a_mistake_in_a_notifier_is_a_doubt_and_stops_no_other(
    database: Database, clock: Clock
) -> None:
    """Nobody knows how far it came; the others go their way."""
    notifier = Failing(errors=[ValueError("a mistake")])
    put(database, "a", channel="failing")
    put(database, "b", channel="failing")

    report = deliver(
        database, {"failing": notifier}, clock=clock, owner="test", drain=True, sleep=clock.sleep
    )

    assert (report.failed, report.mistakes, report.sent) == (1, 1, 2)
    said = [one.text for one in notifier.taken]
    assert said == ["Тревога", "♻️ Возможен повтор этого сообщения\nТревога"]


def test_two_senders_never_share_a_channel(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """An overlapping cron run finds the channel taken and leaves."""
    put(database)
    with database.begin() as tx:
        tx.leases.take("deliver:telegram", owner="other", now=NOON, duration=LEASE)

    run(database, telegram, clock)

    assert texts(api) == []


def test_a_named_address_is_looked_up_for_the_attempt_alone(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """What it stands for may be a key: it reaches the channel and never the records."""
    put(database, address="env:NABAT_TEST_CHAT")

    run(database, telegram, clock, addresses={"env:NABAT_TEST_CHAT": str(CHAT)})

    assert (texts(api), states(database)) == (["Тревога"], ["sent"])
    assert [one.address for one in rows(database)] == ["env:NABAT_TEST_CHAT"]


def test_the_console_is_a_channel_too(
    database: Database, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plainest one: for trying things out."""
    put(database, channel="console")

    run(database, ConsoleNotifier(prefix="> "), clock)

    assert capsys.readouterr().out == "> PR:\nТревога\n\n"


# --- one living message ----------------------------------------------------------


def living(database: Database, number: int, revision: int, text: str, **given: object) -> None:
    message = Message(subject="s", text=text, html=text, buttons=(("Беру", f"t:1:{revision}"),))
    changes = {"kind": f"k{revision}", **given}
    key = f"{number}:{revision}:{changes['kind']}"
    put(database, key, incident_id=number, revision=revision, message=message, **changes)


@pytest.fixture
def number(database: Database) -> int:
    """An open incident."""
    return open_incident(database, add_brand(database)).id


def test_a_later_revision_takes_the_place_of_the_message(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock, number: int
) -> None:
    """One message for one incident and chat."""
    living(database, number, 1, "раз")
    run(database, telegram, clock)
    living(database, number, 2, "два")
    run(database, telegram, clock, drain=True)

    assert [(one.text, one.history) for one in api.ledger] == [("два", ["раз"])]


def test_a_deleted_message_is_posted_again(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock, number: int
) -> None:
    """Somebody removed it: the incident still goes on, and no phone rings for a change of it."""
    living(database, number, 1, "раз")
    run(database, telegram, clock)
    assert not api.ledger[0].silent
    api.ledger[0].deleted = True
    living(database, number, 2, "два")
    run(database, telegram, clock, drain=True)

    assert [(one.text, one.silent) for one in api.ledger] == [("два", True)]


def test_an_edit_whose_answer_was_lost_is_simply_repeated(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock, number: int
) -> None:
    """Edits are harmless to repeat: no mark, no second message."""
    living(database, number, 1, "раз")
    run(database, telegram, clock)
    living(database, number, 2, "два")
    api.fail("drop_after", "editmessagetext")
    run(database, telegram, clock, drain=True)

    assert texts(api) == ["два"]


def test_an_overtaken_revision_is_left_out(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock, number: int
) -> None:
    """Two process's rows may come out of order; the newest stands."""
    living(database, number, 3, "три", priority=0)
    living(database, number, 2, "два")
    run(database, telegram, clock, drain=True)

    assert (texts(api), states(database)) == (["три"], ["sent", "merged"])


def test_a_push_answers_the_living_message(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock, number: int
) -> None:
    """It rings, and hangs under what it is about."""
    living(database, number, 1, "раз")
    run(database, telegram, clock)
    living(database, number, 2, "громко", kind="push-level")
    run(database, telegram, clock, drain=True)

    first, push = api.ledger
    assert push.reply_to == first.id


def test_a_push_without_a_living_message_is_left_out(
    database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock, number: int
) -> None:
    """The first message says it all already."""
    living(database, number, 2, "громко", kind="push-level", priority=0)
    living(database, number, 2, "всё")
    run(database, telegram, clock, drain=True)

    assert (texts(api), states(database)) == (["всё"], ["merged", "sent"])


# --- a crowd -----------------------------------------------------------------------


def crowd(database: Database, size: int, **given: object) -> None:
    brand = add_brand(database)
    with database.begin() as tx:
        numbers = [tx.incidents.open_new(brand, level=2, at=NOON).id for _ in range(size)]
    for place, number in enumerate(numbers):
        subject = f"[КРИЗИС {1 + place % 4}/4] «Ромашка»: беда (РОМ-{number})"
        message = replace(MESSAGE, subject=subject, text=f"беда РОМ-{number}", html="")
        put(database, f"c{number}", incident_id=number, revision=1, message=message, **given)


def test_a_crowd_of_alerts_is_one_message_and_a_digest(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Five hundred at once: the first goes out whole and at once; of the others none is lost."""
    crowd(sqlite_database, 500)
    api.limits, api.clock = True, lambda: clock().timestamp()

    run(sqlite_database, telegram, clock)
    assert (texts(api), clock() - NOON < timedelta(seconds=1)) == (["беда РОМ-1"], True)
    run(sqlite_database, telegram, clock, drain=True)

    _, *digests = texts(api)
    told = set(re.findall(r"РОМ-\d+", "\n".join(digests)))
    assert told == {f"РОМ-{number}" for number in range(2, 501)}
    assert len(digests) <= 9
    assert clock() - NOON < timedelta(minutes=1)
    assert [code for _, code, _ in api.requests].count(429) <= 0.02 * len(api.requests)


def test_a_few_alerts_go_out_one_by_one(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Three incidents are three messages."""
    crowd(sqlite_database, 3)

    run(sqlite_database, telegram, clock, drain=True)

    assert texts(api) == ["беда РОМ-1", "беда РОМ-2", "беда РОМ-3"]


def test_a_folded_incident_gets_its_own_message_when_it_changes(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """The digest was only its beginning."""
    crowd(sqlite_database, 6)
    run(sqlite_database, telegram, clock, drain=True)
    living(sqlite_database, 5, 2, "хуже")
    run(sqlite_database, telegram, clock, drain=True)

    assert texts(api)[-1] == "хуже"


def test_two_topics_of_one_chat_are_two_crowds(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """Each reader gets a first message whole and a digest, in the topic that is theirs."""
    crowd(sqlite_database, 6, recipient="PR", topic=1)
    crowd(sqlite_database, 5, recipient="Юристы", topic=2)
    run(sqlite_database, telegram, clock, drain=True)

    told = {
        topic: [re.findall(r"РОМ-\d+", one.text) for one in api.ledger if one.thread == topic]
        for topic in (1, 2)
    }
    assert [len(numbers) for numbers in told[1]] == [1, 5]
    assert [len(numbers) for numbers in told[2]] == [1, 4]
