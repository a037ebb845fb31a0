"""What an attempt has to know of the others: who is in doubt, who waits, who rests."""

from storage.database import Database, Transaction
from storage.incident_records import Notification
from tests.storage.making import HOUR, NOON, begun, notification

LEASE = HOUR / 60


def _one(tx: Transaction, key: int) -> Notification:
    return next(one for one in tx.outbox.listed() if one.id == key)


def test_a_message_waits_for_those_tried_before_it_and_in_doubt(database: Database) -> None:
    """While one may have gone out, a younger one would take its number."""
    with database.begin() as tx:
        tx.outbox.add([notification("1"), notification("2")], NOON)
        (first,) = tx.outbox.claim(NOON, owner="a", lease=LEASE)
        until = NOON + HOUR
        tx.outbox.postpone(
            first.id, state="unknown", until=until, reason="", error_class="", owner="a"
        )
        (second,) = tx.outbox.claim(NOON + LEASE, owner="a", lease=LEASE)
        assert tx.attempts.in_doubt(second, tries=2)
        assert not tx.attempts.in_doubt(_one(tx, first.id), tries=2)
        assert tx.attempts.in_doubt(_one(tx, second.id), tries=2)
        assert not tx.attempts.in_doubt(second, tries=1)


def test_a_crowd_is_what_waits_for_one_reader_and_is_not_told_yet(database: Database) -> None:
    """Due first messages about incidents, in the order they would be sent; nothing else."""
    _, brand = begun(database)
    with database.begin() as tx:
        one, two, three, told = (
            tx.incidents.open_new(brand, level=1, at=NOON).id for _ in range(4)
        )
        ids = tx.outbox.add(
            [
                notification("late", incident_id=one, priority=2),
                notification("soon", incident_id=two),
                notification("told", incident_id=told, revision=1),
                notification("told again", incident_id=told, revision=2),
                notification("push", incident_id=one, kind="push-1"),
                notification("not due", incident_id=three, not_before=NOON + HOUR),
                notification("elsewhere", incident_id=three, address="-7"),
                notification("another topic", incident_id=three, topic=2),
                notification("another reader", incident_id=three, recipient="Юристы"),
                notification("no incident"),
            ],
            NOON,
        )
        tx.outbox.confirm(ids[2], provider_id="1", now=NOON)
        crowd = tx.attempts.crowd(_one(tx, ids[0]), NOON)
        assert [one.key for one in crowd] == ["soon", "late"]


def test_one_that_is_claimed_is_still_of_its_crowd(database: Database) -> None:
    """It is asked for by the one who just claimed it; another's claim is not."""
    _, brand = begun(database)
    with database.begin() as tx:
        made = [tx.incidents.open_new(brand, level=1, at=NOON).id for _ in range(3)]
        ids = tx.outbox.add([notification(str(n), incident_id=n) for n in made], NOON)
        tx.outbox.claim(NOON, owner="a", lease=LEASE, limit=2)
        for claimed in ids[:2]:
            crowd = tx.attempts.crowd(_one(tx, claimed), NOON)
            assert [one.id for one in crowd] == [claimed, ids[2]]


def test_what_was_sent_lately_is_known_by_reader(database: Database) -> None:
    """From that moment on; what only waits does not count, nor what another in the chat got."""
    with database.begin() as tx:
        others = [
            notification("2", address="-7"),
            notification("3", topic=2),
            notification("4", recipient="Юристы"),
        ]
        (key, *_) = tx.outbox.add([notification("1"), *others], NOON)
        assert not tx.attempts.was_told_since(_one(tx, key), NOON)
        tx.outbox.confirm(key, provider_id="1", now=NOON)
        assert tx.attempts.was_told_since(_one(tx, key), NOON)
        assert not tx.attempts.was_told_since(_one(tx, key), NOON + LEASE)
        for other in (one for one in tx.outbox.listed() if one.id != key):
            assert not tx.attempts.was_told_since(other, NOON)


def test_a_rest_at_another_address_is_seen_until_it_is_over(database: Database) -> None:
    """Asked for by the server; a failure of any other kind is no rest."""
    with database.begin() as tx:
        rests, fails = tx.outbox.add(
            [notification("1", address="-1"), notification("2", address="-2")], NOON
        )
        for key, kind in ((rests, "rate"), (fails, "not_sent")):
            tx.outbox.postpone(key, state="pending", until=NOON + HOUR, reason="", error_class=kind)
        assert tx.attempts.others_rest("telegram", "-2", NOON)
        assert not tx.attempts.others_rest("telegram", "-1", NOON)
        assert not tx.attempts.others_rest("telegram", "-2", NOON + HOUR)
        assert not tx.attempts.others_rest("email", "-2", NOON)


def test_messages_are_of_late_when_made_or_due_again_since(database: Database) -> None:
    """One held back for long is as new as its try; charts are left where they are."""
    with database.begin() as tx:
        old, held, new, waiting = (
            tx.outbox.add([notification(key, not_before=due, photo=b"png")], made)[0]
            for key, made, due in (
                ("old", NOON - HOUR, None),
                ("held", NOON - HOUR, NOON),
                ("new", NOON, None),
                ("waiting", NOON, None),
            )
        )
        for number in (old, held, new):
            tx.outbox.give_up(number, state="dead", reason="", error_class="poison")

        dead = tx.attempts.of_late(["dead"], NOON)
        waits = tx.attempts.of_late(["pending", "unknown"], NOON)

    assert [(one.id, one.photo) for one in dead] == [(held, None), (new, None)]
    assert [(one.id, one.photo) for one in waits] == [(waiting, None)]
