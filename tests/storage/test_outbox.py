"""The outbox: stored before it is sent, claimed once, its fate written after."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from storage.database import Database, Transaction
from storage.incident_records import Notification
from tests.storage.making import HOSTILE, HOUR, KEPT, NOON, begun, notification

LEASE = HOUR / 60


def _claim(tx: Transaction, moment: object = NOON, owner: str = "a", limit: int = 9) -> list[int]:
    found = tx.outbox.claim(moment, owner=owner, lease=LEASE, limit=limit)  # type: ignore[arg-type]
    return [one.id for one in found]


def _one(tx: Transaction, key: int) -> Notification:
    return next(one for one in tx.outbox.listed() if one.id == key)


def test_a_notification_is_stored_once_by_its_key(database: Database) -> None:
    """Planning twice stores nothing twice; long keys stay different."""
    with database.begin() as tx:
        keys = ["я" * 3000, "я" * 3001, HOSTILE]
        new = [notification(key, payload=HOSTILE, photo=b"\x00png", topic=2**40) for key in keys]
        assert len(tx.outbox.add(new, NOON)) == 3
        assert tx.outbox.add(new, NOON) == tx.outbox.add([], NOON) == []
        first = tx.outbox.listed(states=["pending"], limit=1)[0]
        assert (first.payload, first.photo, first.topic) == (KEPT, b"\x00png", 2**40)


def test_what_is_due_is_claimed_in_order(database: Database) -> None:
    """Urgent first, then the oldest; what is not due waits."""
    with database.begin() as tx:
        one, two, three, _ = tx.outbox.add(
            [
                notification("1"),
                notification("2"),
                notification("3", priority=0),
                notification("4", not_before=NOON + HOUR),
            ],
            NOON,
        )
        assert tx.outbox.next_due_at() == NOON
        assert tx.outbox.claim(NOON, owner="a", lease=LEASE, channel="email") == []
        assert _claim(tx) == [three, one, two]
        assert tx.outbox.next_due_at("telegram") == NOON + HOUR
        assert tx.outbox.waiting("telegram") == 4


def test_an_unfinished_attempt_is_claimed_again_after_its_lease(database: Database) -> None:
    """Repeated perhaps, never lost; a clock a little behind steals nothing."""
    with database.begin() as tx:
        (key,) = tx.outbox.add([notification()], NOON)
        assert _claim(tx) == [key]
        assert _claim(tx, NOON - LEASE / 2, "b") == []
        (left,) = tx.outbox.claim(NOON + LEASE, owner="b", lease=LEASE)
        assert (left.state, left.attempts, left.first_tried_at) == ("sending", 1, NOON)
        assert _claim(tx, NOON - 1000 * HOUR, "c") == [key]


def test_what_was_put_back_was_not_tried(database: Database) -> None:
    """It had to wait for another; its own tries begin with the next claim."""
    with database.begin() as tx:
        tx.outbox.add([notification()], NOON)
        (claimed,) = tx.outbox.claim(NOON, owner="a", lease=LEASE)
        tx.outbox.put_back(claimed, state="pending", until=NOON + HOUR, reason="waits", owner="a")
        (again,) = tx.outbox.claim(NOON + HOUR, owner="a", lease=LEASE)
        assert (again.state, again.attempts, again.first_tried_at) == ("pending", 0, None)
        assert (again.last_error, again.error_class) == ("waits", "order")


def test_no_two_claimers_get_the_same_notification(database: Database) -> None:
    """On either database, however they overlap."""
    with database.begin() as tx:
        ids = tx.outbox.add([notification(str(n)) for n in range(40)], NOON)

    def claim(owner: int) -> list[int]:
        with database.begin() as tx:
            return _claim(tx, NOON - owner * LEASE / 100, str(owner), limit=5)

    later = NOON + LEASE / 10
    with database.begin() as tx:
        for key in ids:
            tx.outbox.postpone(key, state="pending", until=NOON - HOUR, reason="", error_class="")
    with ThreadPoolExecutor(4) as pool:
        claimed = [key for keys in pool.map(claim, range(8)) for key in keys]
    with database.begin() as tx:
        claimed += _claim(tx, later, limit=40)
    assert sorted(claimed) == sorted(ids)


def test_the_fate_of_an_attempt_is_written(database: Database) -> None:
    """Sent, to be tried later, or given up; a dead letter may be tried again."""
    with database.begin() as tx:
        one, two, three = tx.outbox.add([notification(str(n)) for n in range(3)], NOON)
        _claim(tx)
        tx.outbox.confirm(one, provider_id="77", now=NOON)
        tx.outbox.postpone(
            two, state="unknown", until=NOON + HOUR, reason=HOSTILE, error_class="x", owner="a"
        )
        tx.outbox.give_up(three, state="dead", reason="gone", error_class="dead", owner="a")
        assert tx.attempts.provider_ids("telegram", "-100123") == ["77"]
        assert (_one(tx, one).state, _one(tx, one).sent_at) == ("sent", NOON)
        assert (_one(tx, two).last_error, _one(tx, two).lease_owner) == (KEPT, None)
        assert tx.outbox.retry(three, NOON)
        assert not tx.outbox.retry(one, NOON)
        assert _claim(tx) == [three]


def test_who_lost_a_claim_writes_no_fate_but_that_it_was_sent(database: Database) -> None:
    """The new holder knows more; and what was sent stays so, whatever he says then."""
    late = NOON + 2 * LEASE
    with database.begin() as tx:
        (key,) = tx.outbox.add([notification()], NOON)
        assert (_claim(tx), _claim(tx, late, "b")) == ([key], [key])
        tx.outbox.give_up(key, state="dead", reason="x", error_class="x", owner="a")
        assert (_one(tx, key).state, _one(tx, key).lease_owner) == ("sending", "b")
        tx.outbox.postpone(key, state="unknown", until=late, reason="x", error_class="x", owner="b")
        tx.outbox.postpone(key, state="pending", until=late, reason="x", error_class="x", owner="a")
        assert _one(tx, key).state == "unknown"

        assert _claim(tx, late, "b") == [key]
        tx.outbox.confirm(key, provider_id="7", now=late)
        tx.outbox.postpone(key, state="unknown", until=late, reason="x", error_class="x", owner="b")
        assert (_one(tx, key).state, _one(tx, key).provider_id) == ("sent", "7")


def test_a_chart_is_kept_only_while_it_may_be_sent(database: Database) -> None:
    """A crisis of days has a picture for every change and reader."""
    with database.begin() as tx:
        new = [notification(key, photo=b"\x00png") for key in ("sent", "merged", "dead", "waits")]
        sent, merged, dead, _ = tx.outbox.add(new, NOON)
        tx.outbox.confirm(sent, provider_id="1", now=NOON)
        tx.outbox.give_up(merged, state="merged", reason="r", error_class="order")
        tx.outbox.give_up(dead, state="dead", reason="r", error_class="dead")
        held = {one.key: one.photo is not None for one in tx.outbox.listed()}
    assert held == {"sent": False, "merged": False, "dead": True, "waits": True}


def test_a_newer_message_takes_the_place_of_those_unsent(database: Database) -> None:
    """Only whole messages of the same incident to the same reader."""
    _, brand = begun(database)
    with database.begin() as tx:
        incident = tx.incidents.open_new(brand, level=1, at=NOON).id
        old, push, other, new = (
            notification(str(n), incident_id=incident, revision=n, recipient=recipient, kind=kind)
            for n, (recipient, kind) in enumerate(
                [("PR", "opened"), ("PR", "push-1"), ("CEO", "opened"), ("PR", "worsened")]
            )
        )
        ids = tx.outbox.add([old, push, other, new], NOON)
        assert tx.outbox.supersede(new) == 1
        assert [one.state for one in tx.outbox.of_incident(incident)] == [
            "merged",
            "pending",
            "pending",
            "pending",
        ]
        assert [one.id for one in tx.outbox.of_incident(incident, recipient="CEO")] == [ids[2]]
        assert tx.outbox.readers(incident) == {"PR", "CEO"}
        newest = _one(tx, ids[3])
        assert [one.id for one in tx.attempts.siblings(newest)] == ids[:2]
        assert tx.attempts.siblings(replace(newest, incident_id=None)) == []
