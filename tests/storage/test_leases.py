"""Leases: one process at a time; heartbeats."""

from concurrent.futures import ThreadPoolExecutor

from storage.database import Database
from tests.storage.making import HOSTILE, HOUR, KEPT, NOON


def test_a_lease_is_held_renewed_and_lost(database: Database) -> None:
    """The token grows with every change of owner, and only then."""
    with database.begin() as tx:
        take = tx.leases.take
        assert take("job", owner="a", now=NOON, duration=HOUR) == 1
        assert take("job", owner="b", now=NOON + HOUR / 2, duration=HOUR) is None
        assert take("job", owner="a", now=NOON + HOUR / 2, duration=HOUR) == 1
        assert take("job", owner="b", now=NOON + HOUR, duration=HOUR) is None
        assert take("job", owner="b", now=NOON + HOUR * 1.5, duration=HOUR) == 2
        assert tx.leases.holder("job") == "b"


def test_a_token_never_shrinks(database: Database) -> None:
    """A process asleep since before the release must not look like the owner."""
    with database.begin() as tx:
        tx.leases.take("job", owner="a", now=NOON, duration=HOUR)
        tx.leases.release("job", owner="b")
        assert tx.leases.holder("job") == "a"
        tx.leases.release("job", owner="a")
        assert tx.leases.holder("job") is None
        assert tx.leases.holder("other") is None
        assert tx.leases.take("job", owner="c", now=NOON, duration=HOUR) == 2


def test_a_lease_of_a_clock_slightly_ahead_is_believed(database: Database) -> None:
    """Who waited for the write lock comes with an older moment, and must not steal."""
    with database.begin() as tx:
        tx.leases.take("job", owner="a", now=NOON, duration=HOUR)
        assert tx.leases.take("job", owner="b", now=NOON - HOUR / 60, duration=HOUR) is None


def test_a_lease_of_a_clock_that_jumped_is_not_believed(database: Database) -> None:
    """A lease far in the future would stop the job for as long."""
    with database.begin() as tx:
        tx.leases.take("job", owner="a", now=NOON + 1000 * HOUR, duration=HOUR)
        assert tx.leases.take("job", owner="b", now=NOON, duration=HOUR) == 2


def test_of_many_at_once_one_gets_the_lease(database: Database) -> None:
    """Whatever the order, there is one holder."""

    def take(owner: int) -> int | None:
        with database.begin() as tx:
            return tx.leases.take("job", owner=str(owner), now=NOON, duration=HOUR)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, range(8)), key=str) == [1] + [None] * 7


def test_a_mark_moves_on_and_never_back(database: Database) -> None:
    """What is numbered is done once, whoever hears of it again; after a long rest all is new."""
    with database.begin() as tx:

        def reach(number: int, hours: float = 0) -> bool:
            return tx.leases.reach("heard", number, now=NOON + hours * HOUR, kept=HOUR)

        assert [reach(5), reach(5), reach(4), reach(6, 0.5), reach(6, 1.4)] == [
            True, False, False, True, False,
        ]  # fmt: skip
        assert (reach(3, 1.5), tx.leases.holders()) == (True, [])


def test_heartbeats_tell_the_last_run_of_each_job(database: Database) -> None:
    """One row a job, whatever the detail says."""
    with database.begin() as tx:
        tx.leases.beat("score", now=NOON, ok=False, detail=HOSTILE)
        tx.leases.beat("crawl", now=NOON)
        tx.leases.beat("crawl", now=NOON + HOUR, detail="12 new")
        crawl, score = tx.leases.heartbeats()
    assert (crawl.at, crawl.ok, crawl.detail) == (NOON + HOUR, True, "12 new")
    assert (score.ok, score.detail) == (False, KEPT)


def test_each_machine_has_a_clock_of_its_own(database: Database) -> None:
    """What it showed last; among the jobs it is not counted."""
    with database.begin() as tx:
        tx.leases.beat("crawl", now=NOON)
        tx.leases.note_clock("a", NOON + HOUR)
        tx.leases.note_clock("b", NOON)
        tx.leases.note_clock("a", NOON - HOUR)
        assert tx.leases.clocks() == {"a": NOON - HOUR, "b": NOON}
        assert [one.job for one in tx.leases.heartbeats()] == ["crawl"]
