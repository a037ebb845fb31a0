"""The table of jobs: each does its part, says how it went, and none stops the others."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from nabat.config import load
from nabat.errors import CommandError
from nabat.exclusive import held
from nabat.jobs import Jobs
from storage.database import Database
from storage.leases import Heartbeat
from storage.outbox import NewNotification
from storage.records import FetchOutcome, SourceFailure
from tests.alerts.making import NOON, Clock, open_incident
from tests.fakes.bot_api import TOKEN, BotApi, serving
from tests.nabat.conftest import Written
from tests.running import ROOT
from tests.storage.making import article, entry

CONSOLE = """
[[notifier]]
kind = "console"

[[recipient]]
name = "Дежурный"
channel = "console"
address = "here"
{more}
"""
Made = Callable[..., Jobs]


@pytest.fixture
def made(written: Written, sqlite_database: Database, clock: Clock) -> Iterator[Made]:
    """Jobs of a config with these tables, over an upgraded database at a standing clock."""
    built: list[Jobs] = []

    def make(more: str = "") -> Jobs:
        jobs = Jobs(load(written(more)), clock=clock, progress=lambda _job, _done, _total: None)
        jobs.prepare()
        built.append(jobs)
        return jobs

    yield make
    for jobs in built:
        jobs.close()


@pytest.fixture
def clock() -> Clock:
    """A standing clock, at noon in UTC."""
    return Clock()


def _beats(database: Database) -> dict[str, Heartbeat]:
    with database.read() as tx:
        return {beat.job: beat for beat in tx.leases.heartbeats()}


def _kinds(database: Database) -> list[str]:
    with database.read() as tx:
        return [one.kind for one in tx.outbox.listed()]


def test_a_pass_does_every_job_in_its_order(made: Made) -> None:
    """Hear people first, tell them last; the day's clearing once a day."""
    jobs = made()

    names = [report.job for report in jobs.tick()]

    assert names == ["listen", "crawl", "score", "evaluate", "deliver", "forget"]
    assert all(beat.ok for beat in _beats(jobs.database).values())
    assert [report.job for report in jobs.tick()] == names[:-1]


def test_the_days_clearing_does_not_wait_for_a_clock_that_was_ahead(
    made: Made, clock: Clock
) -> None:
    """Set right by more than a day, it clears at once."""
    jobs = made()
    clock.pass_time(days=7)
    jobs.tick()
    clock.pass_time(days=-7)

    assert [report.job for report in jobs.tick()][-1] == "forget"


def test_a_brand_that_comes_later_is_looked_for_in_what_is_stored(
    made: Made, written: Written, clock: Clock
) -> None:
    """Once, without being asked: its baseline begins with the articles, not with the config."""
    first = made()
    assert first.look_back() is None
    with first.database.begin() as tx:
        source = tx.feeds.sync([entry()], clock())[0].id
        tx.articles.add_new([article(source, "x", text="Лютик обманул", title="Лютик")])
    later = made('[[brand]]\nname = "Лютик"\n')
    report = later.look_back()
    assert report is not None
    assert report.said == "1 articles matched again, 1 new mentions"
    assert later.look_back() is None


def test_an_incident_that_cannot_be_told_fails_the_job_and_stops_no_step(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Health has its number; the troubles of others still go out."""

    def spoilt(*_args: object, **_given: object) -> bytes:
        raise ValueError("no picture")

    jobs = made(CONSOLE.format(more="ops = true"))
    with jobs.database.begin() as tx:
        brand = tx.brands.active()[0].id
        tx.destinations.disable("console", "elsewhere", reason="gone", now=NOON)
    open_incident(jobs.database, brand)
    monkeypatch.setattr("nabat.jobs.draw", spoilt)

    report = jobs.evaluate()

    assert (report.ok, report.said) == (False, "failed: not told, see the log: incident 1")
    assert _kinds(jobs.database) == ["ops"]


def test_a_mistake_in_a_notifier_fails_the_delivery(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits goes on being tried; health says that something is wrong here."""

    def spoilt(*_args: object) -> None:
        raise TypeError("a mistake")

    jobs = made(CONSOLE.format(more=""))
    open_incident(jobs.database, 1)
    jobs.evaluate()
    monkeypatch.setattr("alerts.notifiers.console.ConsoleNotifier.send", spoilt)

    report = jobs.deliver(drain=False)

    assert not report.ok
    assert report.said.endswith("1 waiting, 1 failed by a mistake in a notifier, see the log")
    assert not _beats(jobs.database)["deliver"].ok


def test_a_job_that_fails_stops_no_other(made: Made) -> None:
    """It is logged, its heartbeat says so, and the pass goes on."""
    jobs = made()
    with jobs.database.begin() as tx:
        tx.connection.execute(text("DROP TABLE destinations"))

    reports = {report.job: report for report in jobs.tick()}

    assert [name for name, report in reports.items() if not report.ok] == ["evaluate"]
    assert reports["evaluate"].said.startswith("failed: ")
    assert list(reports)[-1] == "forget"
    beats = _beats(jobs.database)
    assert [name for name, beat in beats.items() if not beat.ok] == ["evaluate"]


def test_what_is_on_record_is_told_though_judging_fails(made: Made) -> None:
    """A failure in front of it does not keep an alert back."""
    jobs = made(CONSOLE.format(more="levels = [1, 2, 3, 4]"))
    with jobs.database.read() as tx:
        (brand,) = tx.brands.active()
    number = open_incident(jobs.database, brand.id).id
    with jobs.database.begin() as tx:
        tx.connection.execute(text("DROP TABLE buckets"))

    assert not jobs.evaluate().ok
    with jobs.database.read() as tx:
        assert len(tx.outbox.of_incident(number)) == 1


def test_what_another_process_does_is_left_to_it(made: Made, clock: Clock) -> None:
    """Nothing is done twice at once, and it is no failure."""
    jobs = made()
    with held(jobs.database, "job:score", owner="elsewhere:1:x", clock=clock) as ours:
        assert ours
        report = jobs.score()

    assert (report.ok, report.said) == (True, "another nabat is doing this now; nothing to do")
    assert jobs.score().said == "0 mentions judged"


def test_a_job_is_done_by_one_thread_at_a_time(made: Made) -> None:
    """The crawl evaluates what it found while the scheduler may be at it."""
    jobs = made()
    said: list[str] = []

    def meanwhile() -> datetime:
        if not said:  # asked for the time in the midst of the job
            said.append("asked")
            with ThreadPoolExecutor() as pool:
                said.append(pool.submit(jobs.score).result(60).said)
        return NOON

    jobs.clock = meanwhile

    assert jobs.score().said == "0 mentions judged"
    assert said == ["asked", "another nabat is doing this now; nothing to do"]
    assert jobs.score().said == "0 mentions judged"


def test_a_brand_to_match_again_must_be_watched(made: Made) -> None:
    """The nearest one is named; nothing is done."""
    with pytest.raises(CommandError, match="no brand is named 'Ромашк'; did you mean 'Ромашка'"):
        made().rematch(brand="Ромашк", since=None)


def test_old_articles_that_nobody_is_in_are_let_go(made: Made, clock: Clock) -> None:
    """After the days the operator gave, however many there are."""
    jobs = made("[retention]\narticles_days = 3")
    with jobs.database.begin() as tx:
        (source,) = tx.feeds.sync([entry()], NOON)
        tx.articles.add_new([article(source.id, str(number)) for number in range(501)])
        failed = SourceFailure(source_id=source.id, address="https://a", reason="404", at=NOON)
        tx.feeds.record(
            FetchOutcome(source_id=source.id, at=NOON, next_due_at=NOON, failed_pages=(failed,))
        )

    assert jobs.forget().said.startswith("0 old articles")
    clock.pass_time(days=4)
    assert jobs.forget().said.startswith("501 old articles")
    with jobs.database.read() as tx:
        assert tx.feeds.failures() == []


def test_a_crawl_says_that_it_goes_on(made: Made, clock: Clock) -> None:
    """So that nobody takes it for one that hangs."""
    jobs = made('[[source]]\nkind = "rss"\nurl = "http://127.0.0.1:9/rss"')
    assert jobs.steps == {}

    jobs.crawl()

    assert jobs.steps == {"crawl": clock()}


def test_a_source_is_known_by_its_key_or_its_name(made: Made) -> None:
    """A wrong one is named with the nearest."""
    more = '[[source]]\nid = "gorod"\nkind = "rss"\nurl = "http://127.0.0.1:9/rss"\nenabled = true'
    jobs = made(more)

    assert "1 sources visited, 1 failed" in jobs.crawl(source="gorod", force=True).said
    with pytest.raises(CommandError, match="no source is named 'gorot'; did you mean 'gorod'"):
        jobs.crawl(source="gorot")


def test_the_digest_comes_once_each_morning(made: Made, clock: Clock) -> None:
    """Not before nine where the reader is; the next morning again."""
    clock.at = NOON.replace(hour=5)  # eight in Moscow
    jobs = made(CONSOLE.format(more="digest = true"))

    jobs.evaluate()
    assert _kinds(jobs.database) == []
    clock.pass_time(hours=1)
    assert "1 messages to send" in jobs.evaluate().said
    assert "0 messages to send" in jobs.evaluate().said
    clock.pass_time(days=1)
    jobs.evaluate()
    assert _kinds(jobs.database) == ["digest", "digest"]


def test_the_operators_are_told_of_a_message_that_was_given_up(made: Made) -> None:
    """Once, and of nothing that still waits."""
    jobs = made(CONSOLE.format(more="ops = true"))
    letter = NewNotification(
        key="1", recipient="PR", channel="email", address="pr@x", kind="opened", language="ru",
        payload="{}",
    )  # fmt: skip
    with jobs.database.begin() as tx:
        (dead,) = tx.outbox.add([letter], NOON)
        tx.outbox.give_up(dead, state="dead", reason="no such box", error_class="permanent")

    assert "1 messages to send" in jobs.evaluate().said
    assert "0 messages to send" in jobs.evaluate().said
    assert _kinds(jobs.database) == ["ops", "opened"]


def test_an_incident_that_nobody_takes_calls_the_next_one(made: Made, clock: Clock) -> None:
    """The time of the reaction map over, the missed deadline is on its record."""
    jobs = made(CONSOLE.format(more=""))
    with jobs.database.read() as tx:
        (brand,) = tx.brands.active()
    number = open_incident(jobs.database, brand.id, level=3).id
    assert "1 messages to send" in jobs.evaluate().said

    clock.pass_time(days=1)
    jobs.evaluate()

    with jobs.database.read() as tx:
        assert "missed" in [event.kind for event in tx.incidents.events(number)]


def test_without_telegram_there_is_nothing_to_hear(made: Made) -> None:
    """And that is well."""
    report = made(CONSOLE.format(more="")).listen()

    assert (report.ok, report.said) == (True, "no Telegram, nothing to hear")


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> Iterator[BotApi]:
    """A Bot API on loopback whose token is in the environment."""
    monkeypatch.setenv("NABAT_TELEGRAM_TOKEN", TOKEN)
    with serving(BotApi()) as api:
        yield api


def test_a_command_in_the_chat_is_heard_and_answered(made: Made, telegram: BotApi) -> None:
    """Once: what was heard is not heard again."""
    jobs = made(
        f'[[notifier]]\nkind = "telegram"\ntoken = "env:NABAT_TELEGRAM_TOKEN"\n'
        f'base_url = "{telegram.url}"\n'
        '[[recipient]]\nname = "Чат"\nchannel = "telegram"\naddress = "-100123"\n'
    )
    _write(telegram, "/status", NOON)

    assert jobs.listen().said == "1 presses and commands done"
    assert jobs.listen().said == "0 presses and commands done"
    assert len(telegram.ledger) == 1


def _write(api: BotApi, words: str, at: datetime) -> None:
    api.update(
        message={
            "message_id": 1,
            "date": int(at.timestamp()),
            "chat": {"id": -100123, "type": "supergroup"},
            "from": {"id": 5, "is_bot": False, "first_name": "Олег"},
            "text": words,
        }
    )


def test_a_chat_that_cannot_be_heard_is_a_job_that_failed(
    made: Made, telegram: BotApi, unused_port: int
) -> None:
    """The rest of the pass is done."""
    jobs = made(
        f'[[notifier]]\nkind = "telegram"\ntoken = "env:NABAT_TELEGRAM_TOKEN"\n'
        f'base_url = "http://127.0.0.1:{unused_port}"\n'
    )

    reports = jobs.tick()

    assert [report.job for report in reports if not report.ok] == ["listen"]
    assert TOKEN not in reports[0].said


def test_gathering_crawls_again_before_all_is_judged(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new model judges a long past anew: a minute of it at a time, the newest first."""
    asked: list[timedelta | None] = []
    monkeypatch.setattr("nabat.jobs.score", lambda *_, patience, **__: asked.append(patience) or 0)
    jobs = made()

    jobs.gather()
    jobs.score()

    assert asked == [timedelta(minutes=1), None]


def test_gathering_evaluates_only_what_is_new(made: Made) -> None:
    """The daemon's short cut from an article to an alarm."""
    jobs = made()

    jobs.gather()

    assert set(_beats(jobs.database)) == {"crawl", "score"}


def test_what_was_judged_is_evaluated_at_once(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while a crawl lasts."""
    monkeypatch.setattr("nabat.jobs.score", lambda *_, **__: 3)
    jobs = made()

    assert jobs.judge()[0].said == "3 mentions judged"

    assert set(_beats(jobs.database)) == {"score", "evaluate"}


def test_a_start_frees_what_a_killed_process_held(
    made: Made, sqlite_database: Database, clock: Clock
) -> None:
    """Its message is taken over without waiting for the lease to run out."""
    ghost = _ghost()
    letter = NewNotification(
        key="1", recipient="Дежурный", channel="console", address="here", kind="opened",
        language="ru", payload="{}",
    )  # fmt: skip
    with sqlite_database.begin() as tx:
        tx.leases.take("job:deliver", owner=ghost, now=NOON, duration=timedelta(hours=1))
        tx.outbox.add([letter], NOON)
        tx.outbox.claim(NOON, owner=ghost, lease=timedelta(hours=1))

    jobs = made(CONSOLE.format(more=""))

    with jobs.database.begin() as tx:
        assert tx.leases.holder("job:deliver") is None
        assert len(tx.outbox.claim(clock(), owner="me", lease=timedelta(minutes=1))) == 1


def _ghost() -> str:
    """The owner's name of a process of this machine that is no more."""
    told = "from nabat.exclusive import new_owner; print(new_owner())"
    return subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True,
        text=True, check=True,
    ).stdout.strip()  # fmt: skip
