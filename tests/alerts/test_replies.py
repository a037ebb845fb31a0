"""Buttons and commands coming back, through a Bot API on loopback."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from alerts.deliver import deliver
from alerts.forwarded import Forwarded
from alerts.notifiers.protocol import DeliveryError
from alerts.notifiers.telegram import TelegramNotifier
from alerts.plan import plan
from alerts.recipients import Recipient
from alerts.replies import Listener
from storage.database import Database
from storage.incident_records import Incident
from tests.alerts.making import (
    NOON,
    Clock,
    add_brand,
    chat,
    happen,
    open_incident,
    playbook,
    story,
)
from tests.fakes.bot_api import BotApi, Chat
from tests.monitor.conftest import World
from tests.storage.making import notification

ORLOV = {"id": 5, "is_bot": False, "first_name": "Олег", "last_name": "Орлов"}
STRANGER = {"id": 666, "is_bot": False, "first_name": "Mallory"}
CHAT = -100123
_MINUTE = timedelta(minutes=1)


class Room:
    """A chat with an alert in it, and the bot that listens."""

    def __init__(
        self,
        database: Database,
        api: BotApi,
        telegram: TelegramNotifier,
        clock: Clock,
        **given: object,
    ) -> None:
        self.database, self.api, self.telegram, self.clock = database, api, telegram, clock
        self.recipients = [chat(people=("5",))]
        self.number = open_incident(database, add_brand(database), **given).id
        self.tick()

    def tick(self) -> None:
        plan(self.database, playbook(), self.recipients, now=self.clock())
        channels = {"telegram": self.telegram}
        deliver(
            self.database, channels, clock=self.clock, owner="me", drain=True,
            sleep=self.clock.sleep,
        )  # fmt: skip

    def listen(self, recipients: list[Recipient] | None = None) -> int:
        listener = Listener(
            self.database, self.telegram, recipients or self.recipients, playbook(), self.clock,
            "me",
        )  # fmt: skip
        return listener.listen()

    def button(self, verb: str) -> str:
        rows = json.loads(self.api.ledger[0].buttons or "{}")["inline_keyboard"]
        return next(
            one["callback_data"] for row in rows for one in row
            if one["callback_data"].startswith(verb + ":")
        )  # fmt: skip

    def press(self, data: str, user: dict[str, Any] = ORLOV) -> str:
        self.api.press(self.api.ledger[0], data, user)
        self.listen()
        return self.api.answered[-1]["text"] if self.api.answered else ""

    def write(
        self, text: str, user: dict[str, Any] = ORLOV, chat_id: int = CHAT, **more: object
    ) -> list[str]:
        before = len(self.api.ledger)
        self.api.update(
            message={
                "message_id": 1,
                "date": 1_700_000_000,
                "chat": {"id": chat_id, "type": "supergroup"},
                "from": user,
                "text": text,
                **more,
            }
        )
        self.listen()
        return [one.text for one in self.api.ledger[before:]]

    @property
    def incident(self) -> Incident:
        with self.database.read() as tx:
            return tx.incidents.get(self.number)

    @property
    def kinds(self) -> list[str]:
        with self.database.read() as tx:
            return [one.kind for one in tx.incidents.events(self.number)]


@pytest.fixture
def room(sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock) -> Room:
    """A chat with an alert in it."""
    return Room(sqlite_database, api, telegram, clock)


def test_taking_an_incident_shows_in_the_message(room: Room) -> None:
    """Everybody sees who has it."""
    assert room.press(room.button("take")) == "Вы взяли в работу"
    room.tick()

    assert room.incident.taken_by == "Олег Орлов"
    assert "В работе: Олег Орлов" in room.api.ledger[0].text


def test_a_button_pressed_twice_is_pressed_once(room: Room) -> None:
    """The second answer says how things stand."""
    data = room.button("take")
    room.press(data)

    assert room.press(data, {**ORLOV, "id": 5}) == "Уже в работе: Олег Орлов"
    assert room.kinds == ["opened", "taken"]


@pytest.mark.parametrize(
    ("verb", "answer", "kind"),
    [
        ("escalate", "Передано выше", "escalated"),
        ("false", "Закрыт как ложная тревога", "false-alarm"),
    ],
)
def test_what_changes_the_incident_is_on_its_record(
    room: Room, verb: str, answer: str, kind: str
) -> None:
    """With who did it; a second press adds nothing."""
    data = room.button(verb)

    assert room.press(data) == answer
    assert room.press(data) == "Уже сделано"
    assert room.kinds == ["opened", kind]


@pytest.mark.parametrize("verb", ["take", "escalate", "pause", "step_done"])
def test_a_button_under_an_old_message_of_a_closed_incident_does_nothing(
    room: Room, verb: str
) -> None:
    """A ringing message keeps its buttons: taken so, nobody would be called if it opened again."""
    happen(room.database, room.number, "resolved", room.clock(), state="resolved")

    assert room.press(f"{verb}:{room.number}:ab") == "Инцидент уже завершён"
    assert (room.kinds, room.incident.taken_by) == (["opened", "resolved"], None)
    with room.database.read() as tx:
        assert tx.silences.active(room.clock()) == []


@pytest.mark.parametrize(("verb", "later"), [("escalate", 60), ("step_done", 10)])
def test_two_people_who_press_at_once_mean_the_same(room: Room, verb: str, later: int) -> None:
    """Not two steps, nor one more person woken up; who does three steps ticks them one by one."""
    room.recipients = [chat()]
    room.press(f"{verb}:{room.number}:ab")
    done = room.kinds
    room.clock.pass_time(seconds=5)

    assert room.press(f"{verb}:{room.number}:ab", {**ORLOV, "first_name": "Анна"}) == "Уже сделано"
    assert room.kinds == done
    room.clock.pass_time(seconds=later)
    room.press(f"{verb}:{room.number}:ab")
    assert room.kinds == [*done, done[-1]]


def test_a_false_alarm_closes_the_message(room: Room) -> None:
    """And says so in its first line."""
    room.press(room.button("false"))
    room.tick()

    assert room.api.ledger[0].text.startswith("✅ ЛОЖНАЯ ТРЕВОГА")


def test_a_pause_silences_the_brand_for_an_hour(room: Room) -> None:
    """Twice is once."""
    room.press(room.button("pause"))

    assert room.press(room.button("pause")) == "Пауза уже стоит"
    with room.database.read() as tx:
        assert len(tx.silences.active(room.clock())) == 1


def test_a_step_is_ticked(room: Room) -> None:
    """In the order of the map."""
    room.press(room.button("take"))
    room.tick()
    room.press(room.button("step_done"))
    room.tick()

    assert "☑ до 15:30" in room.api.ledger[0].text


@pytest.mark.parametrize("verb", ["notus", "tone"])
def test_which_story_is_meant_is_asked(room: Room, verb: str) -> None:
    """A button for each of the stories the message shows."""
    room.press(room.button(verb))

    question = room.api.ledger[-1]
    rows = json.loads(question.buttons or "{}")["inline_keyboard"]
    assert [one[0]["callback_data"] for one in rows] == [f"{verb}:1:m{n}" for n in (1, 2, 3)]
    assert rows[0][0]["text"] == story().title


def test_only_people_on_the_list_may_press(room: Room) -> None:
    """Others get a polite refusal, and nothing happens."""
    assert room.press(room.button("take"), STRANGER) == "Нет прав: вас нет в списке этого чата"
    assert room.incident.taken_by is None


def test_a_name_on_the_list_may_be_written_in_any_case(room: Room) -> None:
    """As Telegram takes it."""
    room.recipients = [chat(people=("@Orlov_PR",))]

    assert room.press("take:1:ab", STRANGER).startswith("Нет прав")
    assert room.press("take:1:ab", {**ORLOV, "username": "orlov_pr"}) == "Вы взяли в работу"


def test_a_press_from_another_chat_is_not_answered(room: Room) -> None:
    """A forwarded button gives nothing away."""
    room.recipients = [chat(address="-100777")]

    assert room.press("take:1:ab") == ""
    assert room.incident.taken_by is None


@pytest.mark.parametrize(
    "data",
    ["take:999:x", "take::", "nonsense", "", "notus:1:m999", "take:1e9:x", "take:" + "9" * 50],
)
def test_forged_data_does_nothing(room: Room, data: str) -> None:
    """Looked up, never believed."""
    room.press(data or "?")

    assert room.kinds == ["opened"]


def test_a_public_chat_may_be_called_by_its_name(room: Room) -> None:
    """Telegram sends there by the name, and tells of presses and commands by the number."""
    room.recipients = [chat(address="@PR_room")]
    room.api.chats[CHAT] = Chat(name="pr_room")
    public = {"id": CHAT, "type": "supergroup", "username": "pr_room"}

    assert room.press("take:1:ab") == "Вы взяли в работу"
    assert "РОМ-1" in room.write("/status", chat=public)[0]


def test_a_group_that_became_a_supergroup_is_followed_at_once(room: Room) -> None:
    """Its buttons and commands come from the new number, also before the next alert."""
    assert room.write("", migrate_to_chat_id=-100999) == []

    assert "РОМ-1" in room.write("/status", chat_id=-100999)[0]


def test_a_chat_of_no_recipient_moves_nobody(room: Room) -> None:
    """The bot may be a guest in other groups."""
    room.write("", chat_id=-5, migrate_to_chat_id=-100999)

    assert room.write("/status", chat_id=-100999) == []


def test_an_incident_of_a_brand_the_chat_does_not_see_is_not_there(room: Room) -> None:
    """Numbers can be guessed."""
    room.recipients = [replace(room.recipients[0], brands=("Другая",))]

    assert room.press("take:1:ab") == "Такого инцидента нет"


def test_updates_are_confirmed_only_when_done(room: Room) -> None:
    """What was heard is not heard again."""
    room.api.press(room.api.ledger[0], room.button("take"), ORLOV)

    assert (room.listen(), room.listen()) == (1, 0)
    assert room.kinds == ["opened", "taken"]


@pytest.mark.parametrize("verb", ["step_done", "escalate", "pause", "open"])
def test_a_press_that_was_not_confirmed_is_done_once(room: Room, verb: str) -> None:
    """Telegram was out of reach after it, or the process was killed: the press comes again."""
    room.press(room.button("take"))
    room.tick()
    room.api.press(room.api.ledger[0], room.button(verb), ORLOV)

    def break_off(method: str, when: str) -> None:
        if (method.lower(), when) == ("answercallbackquery", "after"):
            room.api.fail("502_before", "getupdates")

    room.api.on_request = break_off
    with pytest.raises(DeliveryError):
        room.listen()
    done = room.kinds
    room.clock.pass_time(minutes=5)

    assert (room.listen(), room.kinds) == (1, done)


TALK = {
    "message_id": 1, "date": 1_700_000_000, "text": "hi", "from": STRANGER,
    "chat": {"id": 666, "type": "private"},
}  # fmt: skip


def test_who_writes_without_end_is_heard_in_turns(room: Room) -> None:
    """A flood holds no job for ever; what one turn did is not heard again in the next."""
    for _ in range(1100):
        room.api.update(message=TALK)
    room.api.press(room.api.ledger[0], room.button("take"), ORLOV)

    assert [room.listen(), room.listen(), room.listen()] == [1000, 101, 0]
    assert room.incident.taken_by == "Олег Орлов"


def test_who_writes_every_few_seconds_does_not_lengthen_the_wait(room: Room) -> None:
    """A poll waits for what is left of it."""

    def write(method: str, when: str) -> None:
        if (method.lower(), when) == ("getupdates", "before"):
            room.api.update(message=TALK)
            room.clock.pass_time(seconds=2)

    room.api.on_request = write
    listener = Listener(room.database, room.telegram, room.recipients, playbook(), room.clock, "me")
    listener.listen(wait=timedelta(seconds=5))

    assert room.api.waits == [5, 3, 1, *[0] * 8]


def test_only_one_process_listens_to_a_bot(room: Room) -> None:
    """Telegram would refuse the second."""
    with room.database.begin() as tx:
        tx.leases.take("replies:telegram", owner="other", now=NOON, duration=_MINUTE)
    room.api.press(room.api.ledger[0], room.button("take"), ORLOV)

    assert room.listen() == 0


def test_who_could_not_hear_keeps_no_other_from_listening(room: Room) -> None:
    """The next process, of cron say, need not wait until the lease of the last one is over."""
    room.api.fail("502_before", "getupdates")
    with pytest.raises(DeliveryError):
        room.listen()

    with room.database.read() as tx:
        assert tx.leases.holder("replies:telegram") is None


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/status", "РОМ-1 · «Ромашка» · КРИЗИС · Обвинения против руководителя"),
        ("/status@Nabat_bot", "Источников отвечает: 0 из 0"),
        ("/incident 1", "открыт, уровень 3"),
        ("/incident РОМ-1", "https://news.example/1"),
        ("/incident 999", "Такого инцидента нет"),
        ("/incident 5ПО-1.", "открыт, уровень 3"),
        (
            "/incident",
            "Какой инцидент? Напишите после команды его номер\nРОМ-1 · «Ромашка» · КРИЗИС",
        ),
        ("/situation", "Какой инцидент?"),
        ("/brand ромашка", "за сутки 0 упоминаний"),
        ("/brand Нечто", "Нет бренда Нечто. Есть: Ромашка"),
        ("/silence Ромашка 4h", "Ромашка: тишина до 19:00"),
        ("/silence Ромашка вечность", "Не понял срок"),
        ("/silence", "Какой бренд? Напишите после команды его имя. Есть: Ромашка"),
        ("/brand", "Какой бренд?"),
        ("/silence Ромашка off", "Ромашка: тишины и не было"),
        ("/silence Ромашка 2 дня 3 ч", "Ромашка: тишина до 04.03 18:00"),
        ("/silence\n«Ромашка»\n2\u00a0часа", "Ромашка: тишина до 17:00"),
        ("/brand\u00a0Ромашка", "за сутки 0 упоминаний"),
        ("/situation 1", "service — Массовые жалобы на обслуживание и сроки"),
        ("/situation РОМ-1 service", "Ситуация изменена: Массовые жалобы на обслуживание и сроки"),
        ("/situation 1 «массовые жалобы на обслуживание и сроки»", "Ситуация изменена"),
        ("/situation 1 нечто", "Какая это ситуация? Напишите: /situation 1"),
        ("/situation 999 service", "Такого инцидента нет"),
        ("/digest", "Набат жив"),
        (
            "/help",
            "\n/silence ИМЯ 4h — не писать о бренде четыре часа; /silence ИМЯ off — снова писать\n",
        ),
        ("/" + "x" * 3000, "/status"),
    ],
)
def test_commands_are_answered(room: Room, command: str, said: str) -> None:
    """In the chat's language."""
    [answer] = room.write(command)

    assert said in answer


def test_a_shorter_silence_says_how_long_it_stays_quiet(room: Room) -> None:
    """The longer one before it holds; whoever wants less ends it first."""
    room.write("/silence Ромашка 4h")
    [answer] = room.write("/silence Ромашка 2h")
    room.write("/silence Ромашка off")
    [anew] = room.write("/silence Ромашка 2h")

    assert "Ромашка: тишина до 19:00" in answer
    assert "Ромашка: тишина до 17:00" in anew


def test_however_much_was_not_delivered_is_told(room: Room) -> None:
    """Nothing given up is ever forgotten, so there may be many."""
    with room.database.begin() as tx:
        left = tx.outbox.add([notification(str(number)) for number in range(1003)], NOON)
        for number in left[2:]:
            tx.outbox.give_up(number, state="dead", reason="gone", error_class="poison")

    [answer] = room.write("/status")

    assert "В очереди на отправку: 2, недоставленных: 1001" in answer


def test_the_record_says_what_people_made_of_it(room: Room) -> None:
    """A corrected situation, and a false alarm, which is no crisis that was got over."""
    room.write("/situation 1 service")
    room.press(room.button("false"))
    [answer] = room.write("/incident 1")

    assert "РОМ-1 · «Ромашка» · ЛОЖНАЯ ТРЕВОГА · Массовые жалобы" in answer
    assert "ситуация исправлена — Олег Орлов" in answer


def test_the_record_says_the_level_that_people_were_told(room: Room) -> None:
    """Its stories alone were of level 2; an accused director is never below 3."""
    assert "уровень 3 из 4" in room.api.ledger[0].text

    [answer] = room.write("/incident 1")

    assert "открыт, уровень 3" in answer


@pytest.mark.parametrize("fault", ["429", "409"])
def test_an_answer_that_telegram_did_not_take_goes_out_later(room: Room, fault: str) -> None:
    """What was done is said all the same, once, with the buttons to go on with."""
    room.api.fail(fault, "sendmessage", times=2)

    assert room.write("/silence Ромашка 4h") == []
    room.press(room.button("notus"))
    room.clock.pass_time(minutes=1)
    room.tick()
    room.tick()

    silenced, asked = room.api.ledger[-2:]
    assert silenced.text == "Ромашка: тишина до 19:00"
    assert asked.text == "Какая публикация не про нас?"
    assert "notus:1:m1" in str(asked.buttons)


@pytest.mark.parametrize("fault", ["502_before", "drop_before", "502_after", "drop_after"])
def test_an_answer_that_may_be_lost_comes_again_and_says_so(room: Room, fault: str) -> None:
    """A connection that breaks is no reason to leave who asked without an answer."""
    room.api.fail(fault, "sendmessage")

    before = room.write("/status")
    room.tick()

    answers = [one.text for one in room.api.ledger[1:]]
    repeat = "♻️ Возможен повтор этого сообщения"
    assert [one.startswith(repeat) for one in answers] == [False] * len(before) + [True]
    assert all("РОМ-1" in one for one in answers)


def test_an_answer_in_doubt_is_not_repeated_where_a_person_is_to_decide(room: Room) -> None:
    """As the alerts: with ``hold`` nothing goes out twice."""
    room.telegram = replace(room.telegram, reconcile="hold")
    room.api.fail("drop_after", "sendmessage")

    assert len(room.write("/status")) == 1
    room.tick()

    assert len(room.api.ledger) == 2


def test_a_refusal_that_telegram_did_not_take_is_left(room: Room) -> None:
    """Who may not write here fills no outbox."""
    room.api.fail("429", "sendmessage")

    assert room.write("/status", STRANGER) == []
    room.clock.pass_time(minutes=1)
    room.tick()

    assert "Нет прав" not in room.api.ledger[-1].text


@pytest.mark.parametrize(
    ("text", "user", "chat_id"),
    [
        ("просто разговор", ORLOV, CHAT),
        ("/status", ORLOV, -100777),
        ("/status@poll_bot", ORLOV, CHAT),
        ("/status@poll_bot", STRANGER, CHAT),
    ],
    ids=["talk", "another chat", "another bot", "another bot, of a stranger"],
)
def test_what_is_not_for_the_bot_is_not_answered(
    room: Room, text: str, user: dict[str, Any], chat_id: int
) -> None:
    """It is a guest in the chat."""
    assert room.write(text, user, chat_id) == []


def test_a_command_of_somebody_not_on_the_list_is_refused_politely(room: Room) -> None:
    """In the recipient's chat; elsewhere the bot says nothing to strangers."""
    assert room.write("/silence Ромашка 4h", STRANGER) == ["Нет прав: вас нет в списке этого чата"]
    with room.database.read() as tx:
        assert tx.silences.active(room.clock()) == []


def test_a_long_answer_is_in_the_language_of_the_chat_to_its_end(room: Room) -> None:
    """What there is no room for is counted there."""
    room.recipients = [chat(language="en")]
    for _ in range(80):
        open_incident(room.database, room.incident.brand_id)

    [answer] = room.write("/status")

    assert re.search(r"\nand \d+ more$", answer)


def test_the_known_brands_are_all_named(room: Room) -> None:
    """Where one was asked about that is not there."""
    names = [f"Торговая сеть {place}" for place in range(12)]
    with room.database.begin() as tx:
        tx.brands.sync(names, NOON)

    assert room.write("/brand Нечто") == [f"Нет бренда Нечто. Есть: {', '.join(sorted(names))}"]


@pytest.mark.parametrize("said", ["ЖК «Солнечный»", "жк «солнечный", "«ЖК  «Солнечный»»"])
def test_a_brand_may_end_with_a_quotation_mark(room: Room, said: str) -> None:
    """As it is written in the config, or in its own marks."""
    add_brand(room.database, "ЖК «Солнечный»")

    assert room.write(f"/brand {said}")[0].startswith("ЖК «Солнечный»: за сутки")


def test_a_brand_may_end_with_a_number(room: Room) -> None:
    """What follows the longest name that is known is the length of time."""
    with room.database.begin() as tx:
        tx.brands.sync(["Дом", "Дом 2"], NOON)

    assert room.write("/silence Дом 2 2 h") == ["Дом 2: тишина до 17:00"]


def test_a_silence_is_ended_in_the_chat(room: Room) -> None:
    """A month by mistake would hide a crisis."""
    room.write("/silence Ромашка 30 дней")

    assert room.write("/silence Ромашка off") == ["Ромашка: тишина снята"]
    assert room.write("/silence Ромашка off") == ["Ромашка: тишины и не было"]


TOPICS = [
    chat("Лютик", topic=1, brands=("Лютик",), people=("5",), language="uk"),
    chat("Ромашка", topic=2, brands=("Ромашка",), people=("5", "6")),
]


@pytest.fixture
def forum(room: Room) -> Room:
    """A chat of two recipients, each with a topic and a brand; the alert is in the second's."""
    room.recipients = TOPICS
    room.api.ledger[0].thread = 2
    return room


def test_a_press_in_a_topic_counts_for_that_topics_brand(forum: Room) -> None:
    """Whoever else of the chat comes first in the config; a question is asked in the topic."""
    assert forum.press(forum.button("take")) == "Вы взяли в работу"
    forum.press(forum.button("notus"))

    assert forum.api.ledger[-1].thread == 2


def test_a_press_counts_for_every_recipient_the_person_acts_for(forum: Room) -> None:
    """The topic is gone and the alert stands in General, say; who sees it not, sees it not."""
    forum.api.ledger[0].thread = None
    forum.recipients = [TOPICS[0], replace(TOPICS[1], people=("6",))]

    assert forum.press(forum.button("take")) == "Такого інциденту немає"
    assert forum.press(forum.button("take"), {**ORLOV, "id": 6}) == "Вы взяли в работу"


@pytest.mark.parametrize(
    ("command", "said"),
    [("/incident 1", "открыт, уровень 3"), ("/silence Ромашка 4h", "Ромашка: тишина до 19:00")],
)
@pytest.mark.parametrize("topic", [1, 2, 3, None])
def test_a_command_is_answered_in_its_topic(
    forum: Room, topic: int | None, command: str, said: str
) -> None:
    """For the brands of all the chat, in the language of the topic where it has one."""
    thread = {"is_topic_message": True, "message_thread_id": topic} if topic else {}
    [answer] = forum.write(command, **thread)

    assert (said in answer) == (topic == 2)
    assert "Ромашка" in answer
    assert forum.api.ledger[-1].thread == topic


def test_an_answer_to_somebody_in_a_chat_without_topics_is_no_topic(room: Room) -> None:
    """Telegram would not find such a thread."""
    room.api.chats[CHAT] = Chat(threads=frozenset())

    [answer] = room.write("/status", message_thread_id=77)
    assert "РОМ-1" in answer


def test_the_whole_record_can_be_opened(room: Room) -> None:
    """What happened and who did what; pressed twice it is said once."""
    room.press(room.button("take"))
    answer = room.press(room.button("open"))

    assert answer == "Запись инцидента — ниже, в чате"
    told = room.api.ledger[-1].text
    assert "взят в работу — Олег Орлов" in told
    assert "https://news.example/3" in told
    assert room.press(room.button("open")) == "Уже сделано"
    assert (len(room.api.ledger), room.kinds) == (2, ["opened", "taken", "looked"])


def test_who_looks_at_the_record_holds_back_no_alert(room: Room) -> None:
    """What is not planned yet is planned all the same, and tells how things stand."""
    happen(room.database, room.number, "worsened", room.clock(), level=4)
    room.press(room.button("open"))
    room.tick()

    assert "уровень 4 из 4" in room.api.ledger[0].text
    before = room.api.ledger[0].edits
    room.clock.pass_time(minutes=2)
    room.press(room.button("open"))
    room.tick()
    assert room.api.ledger[0].edits == before


def test_a_pause_shows_in_the_message_and_on_the_record(room: Room) -> None:
    """With its end and who asked for it."""
    room.press(room.button("pause"))
    room.tick()

    assert "🔕 Пауза до 16:00: Олег Орлов" in room.api.ledger[0].text
    assert room.kinds == ["opened", "paused"]


@pytest.mark.parametrize(
    ("verb", "answer", "kind"),
    [
        ("notus", "Публикация больше не считается: не про нас", "not-us"),
        ("tone", "Тон исправлен: не негатив", "tone"),
    ],
)
def test_a_mark_is_taken_once_and_is_on_the_record(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock,
    verb: str, answer: str, kind: str,
) -> None:  # fmt: skip
    """A second press adds nothing; the mention itself is marked."""
    world = World(sqlite_database, NOON)
    mention = world.mention(NOON)
    room = Room(sqlite_database, api, telegram, clock, top=(story(mention),))

    assert room.press(f"{verb}:{room.number}:m{mention}") == answer
    assert room.press(f"{verb}:{room.number}:m{mention}") == "Уже сделано"
    assert room.kinds == ["opened", kind]
    with room.database.read() as tx:
        [view] = tx.mentions.by_ids([mention])
    assert "Олег Орлов" in (view.mention.excluded_by, view.mention.corrected_by)


def test_a_question_may_be_answered_after_newer_stories_came(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> None:
    """The alert tells of others by then; what was asked about is still there."""
    mention = World(sqlite_database, NOON).mention(NOON)
    room = Room(sqlite_database, api, telegram, clock, top=(story(mention),))
    room.press(room.button("notus"))
    happen(room.database, room.number, "updated", room.clock(), top=(story(999),))

    said = room.press(f"notus:{room.number}:m{mention}")
    assert said == "Публикация больше не считается: не про нас"


class Reprinted:
    """A story of three copies, the first of them shown in a chat's alert."""

    def __init__(self, database: Database, build: Callable[..., Room]) -> None:
        world = World(database, NOON)
        self.ids = [world.mention(NOON) for _ in range(3)]
        with database.begin() as tx:
            articles = [view.mention.article_id for view in tx.mentions.by_ids(self.ids)]
            tx.articles.set_stories(dict.fromkeys(articles, tx.stories.add(articles[0], "f").id))
        self.database, self.room = database, build(top=(story(self.ids[0]),))

    def press(self, verb: str) -> str:
        """Press the story's button; answers what is said, with ordinary spaces."""
        said = self.room.press(f"{verb}:{self.room.number}:m{self.ids[0]}")
        return said.replace("\u00a0", " ")

    @property
    def marks(self) -> list[tuple[str | None, str | None, str | None]]:
        with self.database.read() as tx:
            found = [view.mention for view in tx.mentions.by_ids(self.ids)]
        return [(one.corrected, one.corrected_by, one.excluded_by) for one in found]


@pytest.fixture
def reprinted(
    sqlite_database: Database, api: BotApi, telegram: TelegramNotifier, clock: Clock
) -> Reprinted:
    """A story of three copies in a chat."""
    return Reprinted(sqlite_database, partial(Room, sqlite_database, api, telegram, clock))


@pytest.mark.parametrize(
    ("verb", "answer", "mark"),
    [
        (
            "notus",
            "Публикация больше не считается: не про нас; вместе с перепечатками — 3 упоминания",
            (None, None, "Олег Орлов"),
        ),
        (
            "tone",
            "Тон исправлен: не негатив; вместе с перепечатками — 3 упоминания",
            ("neutral", "Олег Орлов", None),
        ),
    ],
)
def test_a_mark_is_for_all_copies_of_the_story(
    reprinted: Reprinted, verb: str, answer: str, mark: tuple[str | None, ...]
) -> None:
    """It would count by another copy else; the answer says how many there are."""
    assert reprinted.press(verb) == answer
    assert reprinted.marks == [mark] * 3
    assert reprinted.room.kinds.count("tone" if verb == "tone" else "not-us") == 1


def test_a_copy_that_a_person_marked_otherwise_stays_so(reprinted: Reprinted) -> None:
    """Somebody has looked at just that one."""
    with reprinted.database.begin() as tx:
        tx.mentions.correct(reprinted.ids[1], "negative", by="Анна", now=NOON)

    assert reprinted.press("tone").endswith("вместе с перепечатками — 2 упоминания")
    assert [label for label, _, _ in reprinted.marks] == ["neutral", "negative", "neutral"]


def test_the_newest_word_wins_and_the_answer_says_what_was(
    reprinted: Reprinted, caplog: pytest.LogCaptureFixture
) -> None:
    """A mark by somebody else does not stand in the way, and is not lost silently."""
    with reprinted.database.begin() as tx:
        tx.mentions.correct(reprinted.ids[0], "negative", by="Анна", now=NOON)

    with caplog.at_level("INFO", logger="alerts.marks"):
        said = reprinted.press("tone")

    assert said.endswith("; раньше: негатив (Анна)")
    assert reprinted.marks[0][:2] == ("neutral", "Олег Орлов")
    [line] = [one.__dict__ for one in caplog.records if one.message == "mention marked"]
    logged = {name: line[name] for name in ("mention", "brand", "from", "to", "by", "mentions")}
    assert logged == {
        "mention": reprinted.ids[0], "brand": "Ромашка", "from": "negative", "to": "neutral",
        "by": "Олег Орлов", "mentions": 3,
    }  # fmt: skip


def test_a_tone_of_a_story_that_is_not_us_is_said_not_to_count(reprinted: Reprinted) -> None:
    """With what brings the story back."""
    reprinted.press("notus")
    said = reprinted.press("tone")

    assert "отмечена «не про нас» и не считается" in said
    assert f"nabat mention {reprinted.ids[0]} us" in said
    assert reprinted.press("tone").startswith("Уже сделано; но она отмечена")


def test_an_escalation_by_hand_rings_the_next_one_also_when_it_is_taken(room: Room) -> None:
    """Who took it asks for help, and is named."""
    room.press(room.button("take"))
    room.press(room.button("escalate"))
    room.tick()

    assert "Олег Орлов просит подключиться. Теперь ваша очередь:" in room.api.ledger[-1].text
    assert room.api.ledger[-1].reply_to == room.api.ledger[0].id


# --- forwards ----------------------------------------------------------------------

PRIVATE = {"id": 5, "type": "private", "first_name": "Олег"}
SECRET_CHANNEL = {
    "type": "channel", "date": 1_772_400_000, "message_id": 17,
    "chat": {"id": -1001234567890, "type": "channel", "title": "Закрытый клуб"},
}  # fmt: skip


def forward(room: Room, *, user: dict[str, Any] = ORLOV, **given: Any) -> list[Forwarded]:
    """A person forwards a message; what was kept."""
    kept: list[Forwarded] = []
    told = {"message_id": 9, "date": 1_772_400_100, "chat": PRIVATE, "from": user, **given}
    room.api.update(message={"forward_origin": SECRET_CHANNEL, **told})
    listener = Listener(
        room.database, room.telegram, room.recipients, playbook(), room.clock, "me",
        keep=lambda one: kept.append(one) or 1,
    )  # fmt: skip
    listener.listen()
    return kept


def test_a_forward_from_a_closed_chat_is_kept_with_its_provenance(room: Room) -> None:
    """Where it stands, who wrote it, when, who brought it; and the person is thanked."""
    [kept] = forward(room, text="Ромашка обманула")

    assert (kept.url, kept.publisher) == ("https://t.me/c/1234567890/17", "Закрытый клуб")
    assert (kept.origin, kept.by) == ("forwarded:-1001234567890", "Олег Орлов (5)")
    assert kept.at.timestamp() == 1_772_400_000
    assert room.api.ledger[-1].text == "Сохранено: Закрытый клуб. Упоминание учтено"


@pytest.mark.parametrize(
    "given",
    [
        {"user": STRANGER},
        {"chat": {"id": CHAT, "type": "supergroup", "title": "PR"}},
        {"text": " "},
    ],
    ids=["a stranger", "in a group", "without text"],
)
def test_other_forwards_are_left_alone(room: Room, given: dict[str, Any]) -> None:
    """Strangers bring nothing in; in a group people forward to one another."""
    assert forward(room, **{"text": "Ромашка обманула", **given}) == []


@pytest.mark.parametrize(
    ("origin", "publisher"),
    [
        ({"type": "user", "sender_user": {"id": 8, "is_bot": False, "first_name": "Анна"}}, "Анна"),
        ({"type": "hidden_user", "sender_user_name": "Кто-то"}, "Кто-то"),
        ({"type": "chat", "sender_chat": {"id": -5, "type": "group", "title": "Жильцы"}}, "Жильцы"),
    ],
    ids=["user", "hidden user", "chat"],
)
def test_a_forward_without_an_address_gets_one_of_its_contents(
    room: Room, origin: dict[str, Any], publisher: str
) -> None:
    """The same message brought twice is the same."""
    given = {"text": "Ромашка обманула", "forward_origin": {"date": 1_772_400_000, **origin}}
    [one] = forward(room, **given)
    [same] = forward(room, **given)

    assert one.publisher == publisher
    assert (one.url, one.url.startswith("forwarded:")) == (same.url, True)
