"""Job: the morning digest, once a day for each recipient who wants one; it says nabat is alive."""

from collections.abc import Sequence
from datetime import datetime, time

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
    """Whether it is morning, and nobody's sleep is broken."""
    is_morning = now.astimezone(zone(recipient.timezone)).time() >= MORNING
    return is_morning and recipient.reachable_at(now, min(LEVELS)) <= now
