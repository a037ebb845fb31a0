"""After the system clock jumped: what waits for a time that was never, waits no longer.

Set back or set ahead, the operators are told, since every time an alert names comes of it.
So they are when the clocks of two machines that share a database differ.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.recipients import Recipient
from alerts.texts import Speech
from alerts.troubles import for_operator
from storage.database import Database, Transaction

logger = logging.getLogger(__name__)

JITTER = timedelta(minutes=1)  # less is an ordinary correction, or a slow write


def mend(
    database: Database,
    recipients: Sequence[Recipient],
    *,
    machine: str,
    now: datetime,
    ahead: timedelta | None = None,
) -> bool:
    """Free what a clock that was ahead has postponed; answers whether the clock jumped.

    That it was set back, what this machine's clock showed last tells: it lies in
    the future; or what another machine of this name has noted, for a process whose
    own clock went on evenly meanwhile. That it was set ahead only such a process can
    know: ``ahead`` is by how much, less than 0 back, None for one that begins. What is
    held for somebody's quiet hours stays: that hour was not reckoned from then.
    """
    with database.begin() as tx:
        clocks = tx.leases.clocks()
        tx.leases.note_clock(machine, now)
        before = clocks.get(machine, now)
        if before > now + JITTER and (ahead is None or ahead < -JITTER):
            back = before - now
            tx.deliveries.rewind(before, now)
            _tell(tx, recipients, "clock_back", now, by=back)
            logger.warning("the clock was set back", extra={"by": str(back)})
            return True
        if ahead is not None and ahead > JITTER:
            _tell(tx, recipients, "clock_ahead", now, by=ahead)
            logger.warning("the clock was set ahead", extra={"by": str(ahead)})
            return True
        for other, at in clocks.items():
            if at > now + JITTER:
                _tell(tx, recipients, "clocks_differ", now, by=at - now, machine=other)
    return False


def _tell(
    tx: Transaction,
    recipients: Sequence[Recipient],
    what: str,
    now: datetime,
    *,
    by: timedelta,
    machine: str = "",
) -> None:
    """A jump each time; machines that differ once for each day that the other one shows."""
    when = f"{machine}:{now + by:%Y-%m-%d}" if machine else now.isoformat()
    new = []
    for to in recipients:
        if to.ops:
            speech = Speech(to.language, to.timezone)
            text = speech.say(what, by=speech.duration(by), machine=machine)
            new.append(for_operator(f"{what}:{when}", [text], to))
    tx.outbox.add(new, now)
