"""What passes between the crawler and its child arrives as it was sent."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.extract import Selectors
from crawler.spiders.site import settings_of
from crawler.spiders.wire import JOB, LINE, Ended, Line, Question, ReadPage, SiteJob, UnreadPage

JOBS = SiteJob(
    url="https://a.example/",
    follow="/topic/",
    sitemap=False,
    selectors=Selectors(text="p"),
    known=("https://a.example/1",),
    max_pages=5,
    timezone="Europe/Moscow",
    now=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
    user_agent="Nabat/0.1 (+pr@example.org)",
    agent="Nabat/0.1",
    allow_addresses=("127.0.0.1/32",),
    delay=timedelta(seconds=2),
    timeout=timedelta(seconds=20),
    largest_body=1_000,
    memory=1_000_000,
)


def test_a_job_arrives_whole() -> None:
    """Moments, lengths of time and selectors included."""
    assert JOB.validate_json(JOB.dump_json(JOBS)) == JOBS


@pytest.mark.parametrize(
    "line",
    [
        Question(addresses=("a", "b")),
        ReadPage(
            address="a", url="b", canonical_url="c", title="Т\n\u2028", text="т", author=None,
            published_at=datetime(2026, 3, 2, tzinfo=UTC), lang="ru",
        ),
        UnreadPage(address="a", reason="HTTP 404"),
        Ended(reason="HTTP 429", retry_after=timedelta(minutes=5), links=3),
    ],
    ids=["question", "page", "unread", "ended"],
)  # fmt: skip
def test_a_line_arrives_as_what_it_was(line: Line) -> None:
    """One line each, whatever stands in the text."""
    sent = LINE.dump_json(line)
    assert b"\n" not in sent
    assert LINE.validate_json(sent) == line


def test_scrapy_is_a_guest_with_manners() -> None:
    """Obedient, capped, and with no doors left open."""
    settings = settings_of(JOBS)
    assert settings["ROBOTSTXT_OBEY"] is True
    assert settings["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert settings["DOWNLOAD_DELAY"] == 2
    assert settings["DOWNLOAD_MAXSIZE"] == 1_000
    for door in (
        "TELNETCONSOLE_ENABLED",
        "REMOTE_CONTROL_ENABLED",
        "COOKIES_ENABLED",
        "RETRY_ENABLED",
    ):
        assert settings[door] is False
    assert settings["DOWNLOAD_HANDLERS"] == {"file": None, "data": None, "ftp": None, "s3": None}
