"""The Telegram notifier against a Bot API on loopback."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.attempts import plainer
from alerts.notifiers.protocol import DeliveryError, MessageGone, TopicGone
from alerts.notifiers.telegram import TelegramNotifier
from storage.incident_records import Message
from tests.alerts.making import notification
from tests.fakes.bot_api import TOKEN, BotApi, Chat

MESSAGE = Message(
    subject="s", text="Привет", html="<b>Привет</b>", buttons=(("Беру", "take:1:ab"), ("Выше", "x"))
)
PNG = b"\x89PNG\r\n\x1a\n....."
CHAT = -100123


def test_a_message_is_posted_with_markup_topic_and_buttons(
    api: BotApi, telegram: TelegramNotifier
) -> None:
    """What was composed is what stands in the chat."""
    receipt = telegram.send(notification(topic=7), MESSAGE)

    [posted] = api.ledger
    assert (posted.text, posted.thread, str(posted.id)) == ("Привет", 7, receipt.provider_id)
    assert '"take:1:ab"' in (posted.buttons or "")


def test_a_chart_goes_out_as_a_photo_with_caption(api: BotApi, telegram: TelegramNotifier) -> None:
    """One message, not two."""
    telegram.send(notification(), replace(MESSAGE, photo=PNG))

    assert [(one.has_photo, one.text) for one in api.ledger] == [(True, "Привет")]


@pytest.mark.parametrize(("length", "has_photo"), [(1024, True), (1025, False)])
def test_a_chart_goes_with_what_fits_a_caption_however_long_the_links(
    api: BotApi, telegram: TelegramNotifier, length: int, has_photo: bool
) -> None:
    """An address in Cyrillic takes hundreds of characters, of which a caption counts none."""
    link, words = f"https://news.example/{'%D0%B6' * 200}", "ж" * length
    message = Message(subject="s", text=f"{words}\n{link}", html=f'<a href="{link}">{words}</a>')

    telegram.send(notification(), replace(message, photo=PNG))

    assert [(one.has_photo, one.text) for one in api.ledger] == [(has_photo, words)]


@pytest.mark.parametrize("first", [None, PNG], ids=["text", "photo"])
@pytest.mark.parametrize("second", [None, PNG], ids=["into text", "into photo"])
def test_an_edit_takes_the_place_whatever_the_shape(
    api: BotApi, telegram: TelegramNotifier, first: bytes | None, second: bytes | None
) -> None:
    """A text may have become a picture with caption, and the other way round."""
    receipt = telegram.send(notification(), replace(MESSAGE, photo=first))
    later = replace(MESSAGE, html="<b>Новое</b>", photo=second)

    again = telegram.edit(notification(), later, receipt.provider_id)

    assert again == receipt
    assert [one.text for one in api.ledger] == ["Новое"]


def test_an_edit_that_changes_nothing_succeeds(api: BotApi, telegram: TelegramNotifier) -> None:
    """ "Not modified" means it is already so: edits are harmless to repeat."""
    receipt = telegram.send(notification(), MESSAGE)

    assert telegram.edit(notification(), MESSAGE, receipt.provider_id) == receipt


def test_a_deleted_message_is_reported_gone(api: BotApi, telegram: TelegramNotifier) -> None:
    """An administrator may delete it; then it has to be posted again."""
    receipt = telegram.send(notification(), MESSAGE)
    api.ledger[0].deleted = True

    with pytest.raises(MessageGone):
        telegram.edit(notification(), MESSAGE, receipt.provider_id)


def test_a_reply_hangs_under_the_older_message(api: BotApi, telegram: TelegramNotifier) -> None:
    """A push answers the living message."""
    receipt = telegram.send(notification(), MESSAGE)

    telegram.reply(notification(), MESSAGE, receipt.provider_id)

    assert [one.reply_to for one in api.ledger] == [None, int(receipt.provider_id)]


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("blocked", "dead"),
        ("kicked", "dead"),
        ("missing", "dead"),
        ("mute", "dead"),
        ("channel", "dead"),
    ],
)
def test_a_chat_that_takes_nothing_is_dead(
    api: BotApi, telegram: TelegramNotifier, state: str, outcome: str
) -> None:
    """Trying again is useless until a person does something."""
    api.chats[CHAT] = Chat(state=state)

    with pytest.raises(DeliveryError) as raised:
        telegram.send(notification(), MESSAGE)

    assert (raised.value.outcome, raised.value.permanent) == (outcome, True)


def test_a_migrated_chat_says_where_it_is_now(api: BotApi, telegram: TelegramNotifier) -> None:
    """The new address comes with the refusal."""
    api.chats[CHAT] = Chat(state="migrated", moved_to=-100999)

    with pytest.raises(DeliveryError) as raised:
        telegram.send(notification(), MESSAGE)

    assert raised.value.migrate_to == "-100999"


def test_a_deleted_topic_is_told_apart(api: BotApi, telegram: TelegramNotifier) -> None:
    """The chat is alive: the message can go to General."""
    api.chats[CHAT] = Chat(threads=frozenset())

    with pytest.raises(TopicGone):
        telegram.send(notification(topic=7), MESSAGE)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("429", "rate"),
        ("401", "auth"),
        ("400", "poison"),
        ("409", "not_sent"),
        ("500_restart", "unknown"),
        ("502_before", "unknown"),
        ("502_after", "unknown"),
        ("drop_before", "unknown"),
        ("drop_after", "unknown"),
        ("garbage_after", "unknown"),
    ],
)
def test_each_fault_says_whether_the_message_may_have_arrived(
    api: BotApi, telegram: TelegramNotifier, fault: str, outcome: str
) -> None:
    """Only a refusal in words is "surely not sent"."""
    api.fail(fault)

    with pytest.raises(DeliveryError) as raised:
        telegram.send(notification(), MESSAGE)

    assert raised.value.outcome == outcome


def test_an_answer_that_comes_too_late_is_unknown(api: BotApi, telegram: TelegramNotifier) -> None:
    """Accepted, but we did not wait long enough to hear it."""
    api.fail("slow_after", seconds=0.6)

    with pytest.raises(DeliveryError) as raised:
        replace(telegram, timeout=0.2).send(notification(), MESSAGE)

    assert raised.value.outcome == "unknown"
    assert len(api.ledger) == 1


def test_the_server_says_how_long_to_rest(api: BotApi, telegram: TelegramNotifier) -> None:
    """retry_after is the truth about limits."""
    api.fail("429", seconds=17)

    with pytest.raises(DeliveryError) as raised:
        telegram.send(notification(), MESSAGE)

    assert raised.value.retry_after == timedelta(seconds=17)


def test_a_server_nobody_listens_at_is_surely_not_sent(telegram: TelegramNotifier) -> None:
    """No connection, no message: it can be repeated freely."""
    nowhere = replace(telegram, base_url="http://127.0.0.1:9/bot")

    with pytest.raises(DeliveryError) as raised:
        nowhere.send(notification(), MESSAGE)

    assert raised.value.outcome == "not_sent"


@pytest.mark.parametrize("token", ["", "wrong", "1:x"], ids=["empty", "a word", "short"])
def test_a_wrong_token_is_a_matter_of_auth(telegram: TelegramNotifier, token: str) -> None:
    """Nothing of this channel will go out until the token is mended."""
    with pytest.raises(DeliveryError) as raised:
        replace(telegram, token=token).send(notification(), MESSAGE)

    assert raised.value.outcome == "auth"


def test_a_probe_finds_what_arrived_among_other_messages(
    api: BotApi, telegram: TelegramNotifier
) -> None:
    """People and earlier messages of ours lie around it."""
    old = telegram.send(notification(), replace(MESSAGE, buttons=(("Беру", "take:0:zz"),)))
    api.human(CHAT)
    api.fail("drop_after")
    with pytest.raises(DeliveryError):
        telegram.send(notification(), MESSAGE)
    api.human(CHAT)

    found = telegram.find(notification(), MESSAGE, [old.provider_id])

    assert found is not None
    assert found.provider_id == str(api.ledger[1].id)


def test_a_probe_says_when_nothing_arrived(api: BotApi, telegram: TelegramNotifier) -> None:
    """Then the message can be sent without being a repeat."""
    old = telegram.send(notification(), replace(MESSAGE, buttons=()))
    api.human(CHAT)

    assert telegram.find(notification(), MESSAGE, [old.provider_id]) is None


def test_a_probe_takes_no_answer_of_the_bot_for_the_lost_message(
    api: BotApi, telegram: TelegramNotifier
) -> None:
    """It answers commands in the same chat: the alert would be lost, with its buttons there."""
    old = telegram.send(notification(), replace(MESSAGE, buttons=(("Беру", "take:0:zz"),)))
    answer = api.speak(CHAT)

    assert telegram.find(notification(), MESSAGE, [old.provider_id]) is None
    assert answer.buttons is None


def test_a_probe_knows_its_message_in_the_plainest_form(
    api: BotApi, telegram: TelegramNotifier
) -> None:
    """What Telegram could not read went out as a stub without buttons."""
    stub = plainer(MESSAGE)[-1]
    api.speak(CHAT, "something older")
    sent = api.speak(CHAT, stub.text)

    found = telegram.find(notification(), MESSAGE, [str(sent.id - 1)])

    assert found is not None
    assert found.provider_id == str(sent.id)


def test_no_log_and_no_error_shows_the_token(
    api: BotApi, telegram: TelegramNotifier, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither at DEBUG, nor in reprs, nor in what is raised."""
    caplog.set_level(logging.DEBUG)
    telegram.send(notification(), MESSAGE)
    said = [repr(telegram)]
    for fault in ("drop_before", "garbage_after", "401", "502_before"):
        api.fail(fault)
        with pytest.raises(DeliveryError) as raised:
            telegram.send(notification(), MESSAGE)
        said += [str(raised.value), repr(raised.value), repr(raised.value.__cause__)]

    assert TOKEN not in caplog.text + "".join(said)
