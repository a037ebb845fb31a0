"""Job: the morning digest, once a day for each recipient who wants one; it says nabat is alive."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from alerts import payload
from alerts.chat_commands import digest
from alerts.compose import notice
from alerts.playbook import LEVELS, Playbook
from alerts.recipients import Recipient
from alerts.texts import Speech, zone
from storage.database import Database
from storage.outbox import NewNotification

MORNING = time(9, 0)  # where the recipient is


def plan_digests(
    database: Database, playbook: Playbook, recipients: Sequence[Recipient], *, now: datetime
) -> int:
    """Put today's digests in the outbox once it is morning; answers how many were added."""
    due = [one for one in recipients if one.digest and _is_time(one, now)]
    if not due:
        return 0
    with database.begin() as tx:
        new = []
        for to in due:
            speech = Speech(to.language, to.timezone)
            day = now.astimezone(zone(to.timezone)).date()
            lines = digest(tx, to, playbook, speech, now)
            subject = f"{speech.say('digest_subject')} {day:%d.%m}"
            new.append(
                NewNotification(
                    key=f"digest:{to.channel}:{to.name[:150]}:{day}",
                    recipient=to.name,
                    channel=to.channel,
                    address=tx.destinations.moved_to(to.channel, to.address),
                    topic=to.topic,
                    kind="digest",
                    language=to.language,
                    payload=payload.write(notice(subject, lines, to.channel, to.language)),
                    priority=2,
                )
            )
        added = len(tx.outbox.add(new, now))
        for one in new if added else ():
            tx.outbox.supersede_digests(one)
        return added


def _is_time(recipient: Recipient, now: datetime) -> bool:
    """Whether the morning, or the quiet hours over it, ended today, and nobody sleeps.

    Quiet hours may end only after midnight: then it is the digest of the night.
    """
    here, level = zone(recipient.timezone), min(LEVELS)
    today = now.astimezone(here).date()
    mornings = [
        datetime.combine(day, MORNING, tzinfo=here).astimezone(UTC)
        for day in (today - timedelta(days=1), today)
    ]
    ends = [recipient.reachable_at(one, level) for one in mornings]
    is_due = any(one <= now and one.astimezone(here).date() == today for one in ends)
    return is_due and recipient.reachable_at(now, level) <= now
