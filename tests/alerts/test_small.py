"""Small rules: silences, stored messages, tokens in logs, letters' markup, digests of a crowd."""

import logging
from datetime import timedelta

import pytest

from alerts import folding, mail_html, payload
from alerts.redaction import RedactingFilter, guard_logs, redact
from alerts.silences import covering, quiet_until
from alerts.spans import Line, Span
from storage.incident_records import Message, Silence
from tests.alerts.making import NOON, facts, incident, notification
from tests.fakes.bot_api import TOKEN

HOUR = timedelta(hours=1)


def silence(**given: object) -> Silence:
    made = {"id": 1, "brand_id": 1, "until": NOON + HOUR, "by": "x", "created_at": NOON} | given
    return Silence(**made)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "covers"),
    [
        ({}, True),
        ({"brand_id": 2}, False),
        ({"until": NOON}, False),
        ({"created_at": NOON + HOUR}, False),
        ({"ended_at": NOON}, False),
        ({"situation": "harm"}, True),
        ({"situation": "service"}, False),
        ({"publisher": "городские новости"}, True),
        ({"publisher": "Лента"}, False),
    ],
)
def test_what_a_silence_covers(changes: dict[str, object], covers: bool) -> None:
    """Its brand, its situation, its publisher where most comes from there, its time."""
    found = covering([silence(**changes)], incident(), "harm", facts(), NOON)

    assert (found is not None) is covers


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        ({}, 4),
        ({"brand_id": 2}, 1),
        ({"situation": "harm"}, 1),
        ({"publisher": "Отзовик"}, 4),
        ({"publisher": "Лента"}, 1),
    ],
)
def test_an_earlier_silence_of_the_same_lasts_as_long_as_it_was_told(
    changes: dict[str, object], hours: int
) -> None:
    """One of the whole brand, or of what is asked for; what it leaves out is heard."""
    longer = silence(until=NOON + 4 * HOUR, **changes)

    assert quiet_until([longer], silence(publisher="Отзовик")) == NOON + hours * HOUR


def test_a_message_comes_back_as_it_was_stored() -> None:
    """With its picture, which is kept beside it."""
    message = Message(subject="«т»", text="a\nb", html="<b>", buttons=(("x", "y"),), photo=b"p")
    row = notification(payload=payload.write(message), photo=b"p")

    assert payload.read(row) == message


@pytest.mark.parametrize("broken", ["", "{", "null", '{"subject": 1}'])
def test_a_broken_stored_message_is_named(broken: str) -> None:
    """By the number of its row."""
    with pytest.raises(payload.PayloadError, match="notification 1"):
        payload.read(notification(payload=broken))


@pytest.mark.parametrize("text", [f"x {TOKEN} y", f"https://h/bot{TOKEN}/send", f"{TOKEN}{TOKEN}"])
def test_tokens_are_taken_out(text: str) -> None:
    """Wherever they stand."""
    assert TOKEN not in redact(text)


def test_log_records_lose_their_tokens() -> None:
    """In the message and in its arguments; others stay as they are."""
    record = logging.makeLogRecord({"msg": "to %s", "args": (f"bot{TOKEN}",)})
    other = logging.makeLogRecord({"msg": "to %s", "args": ("x",)})

    assert RedactingFilter().filter(record)
    assert RedactingFilter().filter(other)
    assert (record.getMessage(), other.args) == ("to <token>", ("x",))


def test_guarding_twice_is_guarding_once() -> None:
    """Every notifier does it."""
    guard_logs()
    guard_logs()

    filters = logging.getLogger("httpx").filters
    assert sum(isinstance(one, RedactingFilter) for one in filters) == 1


def test_a_letter_shows_lines_links_and_who_it_is_for() -> None:
    """Escaped by the template."""
    lines = [
        Line("head", (Span("<b>", "bold"), Span("x", "", "javascript:x"), Span("i", "italic")))
    ]

    html = mail_html.render(lines, "для <вас>", "ru")

    assert "<b>&lt;b&gt;</b>x<i>i</i>" in html
    assert "для &lt;вас&gt;" in html


def test_a_crowd_is_told_gravest_first_and_none_is_lost() -> None:
    """In a few pages at most, whatever the size."""
    subjects = [f"[X {1 + n % 4}/4] «Б» (Б-{n})" for n in range(500)]

    pages = folding.fold(subjects, "telegram", "ru")

    whole = "\n".join(one.text for one in pages)
    assert all(f"Б-{n}" in whole for n in range(500))
    assert len(pages) <= 3
    assert "4/4" in pages[0].text.split("\n")[1]


def test_a_message_nobody_can_read_is_folded_by_its_key() -> None:
    """It is counted all the same."""
    assert folding.subject(notification(payload="{")) == "142:telegram:PR:opened:1"
