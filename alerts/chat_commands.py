"""What is written to the bot: commands, answered in the reader's language."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.actions import turn
from alerts.escalation import OTHER
from alerts.parts import number
from alerts.playbook import Playbook
from alerts.recipients import Recipient
from alerts.silences import quiet_until
from alerts.spans import clip
from alerts.texts import Speech
from storage.database import Transaction
from storage.durations import parse_duration
from storage.incident_records import Event, Incident
from storage.incidents import IncidentError
from storage.outbox import WAITING
from storage.records import Brand

_DAY = timedelta(days=1)
_RECORDED = 20  # so many of an incident's last events are told
_STORIES = 10
_UNSENT = (*WAITING, "sending")
_OFF = ("off", "выкл", "стоп", "вимк")  # instead of a length of time: it is over
_NUMBER = re.compile(r"([0-9]{1,15})[^0-9]*$")  # of «5PO-12», which begins as its brand does


def obey(
    tx: Transaction, text: str, recipient: Recipient, playbook: Playbook, *, by: str, now: datetime
) -> list[str]:
    """Do what the command says; the lines of the answer, none for what is no command."""
    speech = Speech(recipient.language, recipient.timezone)
    word, rest = [*text.split(maxsplit=1), "", ""][:2]
    command = word.partition("@")[0].lower()
    if not command.startswith("/"):
        return []
    if command == "/status":
        return status(tx, recipient, playbook, speech)
    if command == "/digest":
        return digest(tx, recipient, playbook, speech, now)
    if command == "/brand":
        return _brand(tx, rest, recipient, speech, now)
    if command == "/incident":
        return _incident(tx, rest, recipient, playbook, speech)
    if command == "/situation":
        return _turn(tx, rest, recipient, playbook, speech, by, now)
    if command == "/silence":
        return _silence(tx, rest, recipient, speech, by, now)
    return speech.say("help").splitlines()


def status(tx: Transaction, recipient: Recipient, playbook: Playbook, speech: Speech) -> list[str]:
    """Open incidents, sources that answer, what waits to be sent."""
    lines = [_told(one, playbook, speech) for one in _open(tx, recipient)]
    alive, total = _sources(tx)
    counts = tx.deliveries.counts()
    waiting = sum(count for _, state, count in counts if state in _UNSENT)
    dead = sum(count for _, state, count in counts if state == "dead")
    return [
        *(lines or [speech.say("status_calm")]),
        speech.say("status_sources", alive=alive, total=total),
        speech.say("status_queue", waiting=waiting, dead=dead),
    ]


def digest(
    tx: Transaction, recipient: Recipient, playbook: Playbook, speech: Speech, now: datetime
) -> list[str]:
    """The open incidents, that nabat is alive, and a line for each brand, of which some may go."""
    alive, total = _sources(tx)
    lines = [_told(one, playbook, speech) for one in _open(tx, recipient)]
    lines.append(speech.say("digest_alive", alive=alive, total=total))
    for brand in _brands(tx, recipient):
        mentions, negative = _day(tx, brand, now)
        share = speech.percent(negative / mentions) if mentions else speech.percent(0)
        said = speech.count(mentions, "mention")
        lines.append(
            speech.say("digest_line", brand=clip(brand.name, 60), mentions=said, share=share)
        )
    return lines


def _brand(
    tx: Transaction, name: str, recipient: Recipient, speech: Speech, now: datetime
) -> list[str]:
    brand = _named(tx, name, recipient)
    if brand is None:
        return [_unknown(tx, name, recipient, speech)]
    mentions, negative = _day(tx, brand, now)
    said = speech.count(mentions, "mention")
    return [speech.say("brand_line", brand=brand.name, mentions=said, negative=negative)]


def _incident(
    tx: Transaction, rest: str, recipient: Recipient, playbook: Playbook, speech: Speech
) -> list[str]:
    incident = _meant(tx, rest, recipient)
    if incident is None:
        return _no_incident(tx, rest, recipient, playbook, speech)
    return record(tx, incident, playbook, speech)


def _turn(
    tx: Transaction,
    rest: str,
    recipient: Recipient,
    playbook: Playbook,
    speech: Speech,
    by: str,
    now: datetime,
) -> list[str]:
    """Correct the situation that the crisis map chose; without one, those there are."""
    which, name = [*rest.split(maxsplit=1), "", ""][:2]
    incident, situation = _meant(tx, which, recipient), playbook.named(name)
    if incident is None:
        return _no_incident(tx, which, recipient, playbook, speech)
    if situation is None:
        known = [f"{one.id} — {clip(one.title, 80)}" for one in playbook.situations]
        return [speech.say("which_situation", number=incident.id), *known]
    done = turn(tx, incident.id, situation, by=by, now=now)
    return [speech.say(done.phrase, situation=clip(situation.title, 80))]


def _meant(tx: Transaction, words: str, recipient: Recipient) -> Incident | None:
    """The incident of that number, where its crisis is the recipient's business."""
    found = _NUMBER.search(words)
    try:
        incident = tx.incidents.get(int(found[1]) if found else 0)
    except IncidentError:
        return None
    brands = {one.brand for one in tx.incidents.crisis(incident.id)}
    return None if recipient.brands and brands.isdisjoint(recipient.brands) else incident


def _no_incident(
    tx: Transaction, words: str, recipient: Recipient, playbook: Playbook, speech: Speech
) -> list[str]:
    """There is none of that number; or which one is meant, where none was said."""
    if _NUMBER.search(words):
        return [speech.say("no_incident")]
    here = [_told(one, playbook, speech) for one in _open(tx, recipient)]
    return [speech.say("which_incident"), *here]


def record(tx: Transaction, incident: Incident, playbook: Playbook, speech: Speech) -> list[str]:
    """How things stand, what happened and who did what, and where to read the stories."""
    events = tx.incidents.events(incident.id)
    lines = [_told(incident, playbook, speech)]
    for one in [one for one in events if one.kind != "updated"][-_RECORDED:]:
        by = f" — {clip(one.by, 60)}" if one.by else ""
        level = _level(one, incident, playbook)
        lines.append(f"{speech.clock(one.at)} {_happened(one, level, speech)}{by}")
    return lines + [f"{clip(one.title, 90)} {one.url}" for one in events[-1].facts.top[:_STORIES]]


def _level(one: Event, incident: Incident, playbook: Playbook) -> int:
    """As people were told: an opening is kept with the level of its stories alone."""
    if one.kind != "opened" or incident.lead_id is not None:
        return one.level
    return max(one.level, playbook.recognise(one.facts).situation.level)


def _happened(one: Event, level: int, speech: Speech) -> str:
    kind = "kind_turned" if one.kind == OTHER and one.by else f"kind_{one.kind.replace('-', '_')}"
    return speech.say(kind, level=level) if speech.knows(kind) else one.kind


def _silence(
    tx: Transaction, rest: str, recipient: Recipient, speech: Speech, by: str, now: datetime
) -> list[str]:
    words = rest.split()
    # A name may end with a number, and a length of time begin with one: the longest name is meant.
    for end in range(len(words), 0, -1):
        brand = _named(tx, " ".join(words[:end]), recipient)
        if brand is not None:
            return [_quiet(tx, brand, " ".join(words[end:]), speech, by, now)]
    return [_unknown(tx, " ".join(words[:-1]) or rest, recipient, speech)]


def _quiet(
    tx: Transaction, brand: Brand, length: str, speech: Speech, by: str, now: datetime
) -> str:
    if length.casefold() in _OFF:
        return speech.say(
            "loud" if tx.silences.end(brand.id, now) else "not_quiet", brand=brand.name
        )
    try:
        until = now + min(parse_duration(length), timedelta(days=30))
    except ValueError:
        return speech.say("bad_length", brand=brand.name)
    asked = tx.silences.add(brand.id, until=until, by=by, now=now)
    end = quiet_until(tx.silences.active(now), asked)
    return speech.say("silenced", brand=brand.name, time=speech.clock(end, near=now))


def _told(incident: Incident, playbook: Playbook, speech: Speech) -> str:
    """One line about an incident."""
    state = incident.state if incident.state != "open" else f"level_{min(4, incident.level)}"
    if incident.verdict == "false-alarm":
        state = "false_alarm"
    situation = playbook.situation(incident.situation).title
    taken = f" · ✅ {clip(incident.taken_by, 40)}" if incident.taken_by else ""
    brand = speech.say("quote", text=clip(incident.brand, 60))
    return f"{number(incident)} · {brand} · {speech.say(state)} · {situation}{taken}"


def _open(tx: Transaction, recipient: Recipient) -> list[Incident]:
    return [
        one
        for one in tx.incidents.unresolved()
        if not recipient.brands or one.brand in recipient.brands
    ]


def _brands(tx: Transaction, recipient: Recipient) -> Sequence[Brand]:
    return [
        one for one in tx.brands.active() if not recipient.brands or one.name in recipient.brands
    ]


def _named(tx: Transaction, name: str, recipient: Recipient) -> Brand | None:
    wanted = _plain(name)
    return next((one for one in _brands(tx, recipient) if _plain(one.name) == wanted), None)


def _plain(name: str) -> str:
    return " ".join(name.split()).strip("«»„“”\"'").casefold()


def _unknown(tx: Transaction, name: str, recipient: Recipient, speech: Speech) -> str:
    known = ", ".join(one.name for one in _brands(tx, recipient)[:20])
    if not _plain(name):
        return speech.say("which_brand", known=known)
    return speech.say("unknown_brand", name=clip(name, 60), known=known)


def _day(tx: Transaction, brand: Brand, now: datetime) -> tuple[int, int]:
    buckets = tx.buckets.between(brand.id, now - _DAY, now)
    return sum(one.mentions for one in buckets), sum(one.negative for one in buckets)


def _sources(tx: Transaction) -> tuple[int, int]:
    sources = tx.feeds.active()
    return sum(one.failures == 0 for one in sources), len(sources)
