"""Job: sources that fell silent, and those that are back, are told to the operators once."""

from collections.abc import Sequence
from datetime import datetime

from alerts.gaps import judge, learn
from alerts.recipients import Recipient
from alerts.spans import clip
from alerts.texts import Speech
from alerts.troubles import for_operator
from storage.database import Database
from storage.outbox import NewNotification
from storage.records import Source

_SHOWN = 15


def learn_gaps(database: Database) -> int:
    """Learn every source's longest ordinary silence anew; answers of how many it is known."""
    with database.read() as tx:
        found = {one.id: learn(tx.feeds.item_times(one.id)) for one in tx.feeds.active()}
    known = {number: gap for number, gap in found.items() if gap is not None}
    with database.begin() as tx:
        for number, gap in known.items():
            tx.feeds.learn_gap(number, gap)
    return len(known)


def watch_sources(database: Database, recipients: Sequence[Recipient], *, now: datetime) -> int:
    """Put what changed about silent sources in the outbox; answers how many were added.

    While there is nobody to tell, nothing is taken for told.
    """
    operators = [one for one in recipients if one.ops]
    if not operators:
        return 0
    with database.read() as tx:
        active = tx.feeds.active()
    dead = [one for one in active if one.told_dead_at is None and judge(one) != "alive"]
    back = [one for one in active if one.told_dead_at is not None and judge(one) == "alive"]
    if not dead and not back:
        return 0
    with database.begin() as tx:
        tx.feeds.mark_told_dead([one.id for one in dead], now)
        tx.feeds.mark_told_dead([one.id for one in back], None)
        new = [_told("sources_dead", dead, to, now) for to in operators if dead]
        new += [_told("sources_back", back, to, now) for to in operators if back]
        return len(tx.outbox.add(new, now))


def _told(what: str, about: Sequence[Source], to: Recipient, now: datetime) -> NewNotification:
    speech = Speech(to.language, to.timezone)
    is_dead = what == "sources_dead"
    lines = [_line(one, speech) if is_dead else one.key for one in about[:_SHOWN]]
    if len(about) > _SHOWN:
        lines.append(speech.say("more", number=len(about) - _SHOWN))
    if is_dead:
        lines.append(speech.say("sources_mend"))
    names = ",".join(str(one.id) for one in about)
    return for_operator(f"{what}:{names}:{now.isoformat()}", lines, to, head=what)


def _line(source: Source, speech: Speech) -> str:
    key = clip(source.key, 120)
    if judge(source) == "unreadable":
        since = source.last_success_at or source.created_at
        time = speech.clock(since) if since else "?"
        reason = clip(source.last_error or "?", 200)
        return speech.say("source_error", source=key, time=time, reason=reason)
    since, gap = source.last_item_at, source.learned_gap
    return speech.say(
        "source_silent",
        source=key,
        time=speech.clock(since) if since else "?",
        gap=speech.duration(gap) if gap else "?",
    )
