"""The e-mail notifier against a mail server on loopback."""

from dataclasses import replace
from typing import Any

import pytest

from alerts.notifiers.email import EmailNotifier
from alerts.notifiers.protocol import DeliveryError
from storage.incident_records import Message
from tests.alerts.making import notification
from tests.fakes.smtp import MailServer

MESSAGE = Message(subject="[КРИЗИС 3/4] «Ромашка»", text="Привет\nвторая", html="<p>Привет</p>")
PNG = b"\x89PNG\r\n\x1a\n....."
ROW = notification(channel="email", address="pr@example.org", key="142:email:PR:opened:1")


def test_a_letter_has_text_and_html(mailbox: MailServer, email: EmailNotifier) -> None:
    """Who reads no HTML reads the same words."""
    email.send(ROW, MESSAGE)

    [letter] = mailbox.letters
    assert letter["Subject"] == MESSAGE.subject
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().split() == ["Привет", "вторая"]


@pytest.mark.parametrize(
    "subject",
    [
        "[ЗАВЕРШЁН 4/4] «Ромашка»: Обвинения компании в обмане (РОМ-1)",
        "[КРИЗИС 3/4] «Сеть клиник „Здоровье“», «Лютик» и ещё 3: Утечка данных (СЕТ-11)",
        "[CRISIS 3/4] “Acme”: Mass complaints about service and deadlines, all over (ACM-7)",
    ],
)
def test_a_long_subject_keeps_its_spaces(
    mailbox: MailServer, email: EmailNotifier, subject: str
) -> None:
    """It is cut into lines, and read as it was written."""
    email.send(ROW, replace(MESSAGE, subject=subject))

    [letter] = mailbox.letters
    assert letter["Subject"] == subject


def test_the_chart_lies_inside_the_letter(mailbox: MailServer, email: EmailNotifier) -> None:
    """No picture is fetched from anywhere."""
    email.send(ROW, replace(MESSAGE, photo=PNG, html="<p>x</p><!--chart-->"))

    [letter] = mailbox.letters
    pictures = [part for part in letter.walk() if part.get_content_type() == "image/png"]
    assert [one["Content-ID"] for one in pictures] == ["<chart@nabat>"]
    assert 'src="cid:chart@nabat"' in letter.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_letters_about_one_incident_are_one_thread(
    mailbox: MailServer, email: EmailNotifier
) -> None:
    """References name the incident; each letter has its own number, the same at every try."""
    later = replace(ROW, key="142:email:PR:resolved:4", kind="resolved")
    for row in (ROW, ROW, later):
        email.send(row, MESSAGE)

    first, again, other = mailbox.letters
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert first["References"] == other["References"] == other["In-Reply-To"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert "brand-1" in first["List-Id"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 no such user", "dead"),
        ("550 5.1.1 no such user", "dead"),
        ("553 5.7.1 <nabat@example.org>: Sender address rejected", "not_sent"),
        ("550 5.1.8 the sender's domain is not known", "not_sent"),
        ("554 5.7.1 relay access denied", "not_sent"),
        ("451 try later", "not_sent"),
        ("552 too big", "poison"),
        ("530 log in first", "auth"),
    ],
)
def test_a_refused_recipient_says_what_to_do(
    mailbox: MailServer, email: EmailNotifier, answer: str, outcome: str
) -> None:
    """A refusal before the letter is surely not sent."""
    mailbox.refuse_recipient.append(answer)

    with pytest.raises(DeliveryError) as raised:
        email.send(ROW, MESSAGE)

    assert (raised.value.outcome, mailbox.letters) == (outcome, [])


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("451 later", "not_sent"),
        ("554 looks like spam", "poison"),
        ("550 5.7.1 looks like spam", "poison"),
    ],
)
def test_a_refused_letter_says_what_to_do(
    mailbox: MailServer, email: EmailNotifier, answer: str, outcome: str
) -> None:
    """The same after the letter was read."""
    mailbox.refuse_data.append(answer)

    with pytest.raises(DeliveryError) as raised:
        email.send(ROW, MESSAGE)

    assert raised.value.outcome == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("553 not owned by you", "auth"),
        ("550 who are you", "auth"),
        ("554 no", "auth"),
        ("451 try later", "not_sent"),
    ],
)
def test_a_refused_sender_is_not_the_fault_of_the_recipient(
    mailbox: MailServer, email: EmailNotifier, answer: str, outcome: str
) -> None:
    """Its address is as good as before once the sender is mended."""
    mailbox.refuse_sender.append(answer)

    with pytest.raises(DeliveryError) as raised:
        email.send(ROW, MESSAGE)

    assert (raised.value.outcome, mailbox.letters) == (outcome, [])


@pytest.mark.parametrize("sender", ["nobody", "почта@example.org"])
def test_an_impossible_sender_is_not_the_fault_of_the_recipient(
    email: EmailNotifier, sender: str
) -> None:
    """Not even where it cannot be written down."""
    with pytest.raises(DeliveryError) as raised:
        replace(email, sender=sender).send(ROW, MESSAGE)

    assert raised.value.outcome == "auth"


def test_a_password_the_protocol_cannot_carry_is_a_refused_login(email: EmailNotifier) -> None:
    """Said without the password, and not as a crash."""
    with pytest.raises(DeliveryError) as raised:
        replace(email, username="pr", password="пароль").send(ROW, MESSAGE)

    assert (raised.value.outcome, "пароль" in str(raised.value)) == ("auth", False)


def test_a_connection_cut_after_the_letter_is_unknown(
    mailbox: MailServer, email: EmailNotifier
) -> None:
    """The server kept it, we did not hear so."""
    mailbox.drop_after_data = 1

    with pytest.raises(DeliveryError) as raised:
        email.send(ROW, MESSAGE)

    assert raised.value.outcome == "unknown"
    assert len(mailbox.letters) == 1


def test_no_server_is_surely_not_sent(email: EmailNotifier) -> None:
    """It can be repeated freely."""
    with pytest.raises(DeliveryError) as raised:
        replace(email, port=9).send(ROW, MESSAGE)

    assert raised.value.outcome == "not_sent"


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b\r\nBcc: x@y", "@", "почта@пример.рф\0"],
    ids=["empty", "no domain", "header injection", "bare at", "NUL"],
)
def test_an_impossible_address_is_dead(email: EmailNotifier, address: str) -> None:
    """And nothing of it gets into a header."""
    with pytest.raises(DeliveryError) as raised:
        email.send(replace(ROW, address=address), MESSAGE)

    assert raised.value.outcome == "dead"


@pytest.mark.parametrize(
    "text",
    ["a\r\nBcc: evil@example.org", "\ud800 x", "\0", "x" * 5000, ""],
    ids=["line break", "lone surrogate", "NUL", "very long", "empty"],
)
def test_hostile_words_stay_words(mailbox: MailServer, email: EmailNotifier, text: str) -> None:
    """No string becomes a header or stops a letter."""
    email.send(ROW, Message(subject=text, text=text, html=""))

    [letter] = mailbox.letters
    assert letter["Bcc"] is None


def test_of_two_addresses_none_is_left_out_in_silence(email: EmailNotifier) -> None:
    """Only the first would get its letter."""
    row = replace(ROW, address="pr@example.org, boss@example.org")

    with pytest.raises(DeliveryError, match="one address a recipient") as caught:
        email.send(row, MESSAGE)

    assert caught.value.outcome == "dead"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tls": True, "starttls": True}, "keep one"),
        ({"username": "pr"}, "write both"),
        ({"password": "hunter2"}, "write both"),
        ({"port": 0}, "port: write 1 to 65535"),
        ({"port": 70_000}, "port: write 1 to 65535"),
    ],
)
def test_options_that_cannot_work_are_refused(
    email: EmailNotifier, options: dict[str, Any], said: str
) -> None:
    """With the mend, before any letter waits for them; the password is not repeated."""
    with pytest.raises(ValueError, match=said) as caught:
        replace(email, **options)

    assert "hunter2" not in str(caught.value)


def test_the_password_is_in_no_repr(email: EmailNotifier) -> None:
    """Records end up in logs."""
    assert "hunter2" not in repr(replace(email, username="u", password="hunter2"))
