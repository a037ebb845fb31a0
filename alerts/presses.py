"""A pressed button: may this person, and what comes of it.

The data of a button can be forged and its message can be old, so nothing in it
is believed beyond a look-up: the chat must be a recipient's, the person on its
list, the incident of a brand that this recipient is told about.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from alerts import actions
from alerts.actions import Done
from alerts.chat_commands import record
from alerts.marks import Marked
from alerts.playbook import Playbook
from alerts.recipients import Recipient
from alerts.spans import clip
from alerts.texts import Speech
from storage.database import Transaction
from storage.incident_records import Incident, StoryFact
from storage.incidents import IncidentError

logger = logging.getLogger(__name__)

_LOOKING = "open"
_ACTIONS: Mapping[str, Callable[..., Done]] = {
    "take": partial(actions.take, channel="telegram"),
    "escalate": actions.escalate,
    "pause": actions.pause,
    "false": actions.false_alarm,
    "step_done": actions.step_done,
    _LOOKING: actions.look,
}
_ASKING = {"notus": actions.exclude, "tone": actions.correct}
_MARKS = {
    "not-us": "mark_not_us",
    "negative": "mark_negative",
    "neutral": "mark_neutral",
    "positive": "mark_positive",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who writes or presses, as the channel tells it."""

    id: str
    name: str
    username: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A pressed button."""

    chat: str
    person: Person
    data: str
    topic: int | None = None  # of a forum; none: General, or a chat without topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the person is told; a question carries the buttons to answer it with."""

    text: str
    question: tuple[tuple[str, str], ...] = ()
    record: tuple[str, ...] = ()  # lines to be said in the chat
    language: str = "ru"  # of all this


def find_recipient(
    chat: str, person: Person, recipients: Sequence[Recipient], topic: int | None = None
) -> tuple[Recipient | None, bool]:
    """As whom the person acts in that chat, and whether the person may act there.

    A chat may have several recipients, one for each topic or brand. A person acts as all
    those on whose lists they are: seeing the brands of each, speaking as the topic's own.
    """
    here = [one for one in recipients if one.channel == "telegram" and one.address == chat]
    here.sort(key=lambda one: one.topic != topic)
    mine = [one for one in here if not one.people or _is_named(person, one)]
    if not mine:
        return (here[0] if here else None), False
    sees_all = any(not one.brands for one in mine)
    brands = () if sees_all else tuple(brand for one in mine for brand in one.brands)
    return replace(mine[0], brands=brands), True


def known_person(person: Person, recipients: Sequence[Recipient]) -> Recipient | None:
    """The recipient on whose list the person is by name, whatever the chat; None for a stranger."""
    here = (one for one in recipients if one.channel == "telegram")
    return next((one for one in here if person.id == one.address or _is_named(person, one)), None)


def _is_named(person: Person, recipient: Recipient) -> bool:
    """Whether the list has the person's number, or the @name in any case."""
    names = {person.id, f"@{person.username}".casefold()}
    return not names.isdisjoint(name.casefold() for name in recipient.people)


def press(
    tx: Transaction,
    given: Press,
    recipients: Sequence[Recipient],
    playbook: Playbook,
    now: datetime,
) -> Answer | None:
    """Do what the button says, once; None where the chat is no recipient's: say nothing there."""
    recipient, may = find_recipient(given.chat, given.person, recipients, given.topic)
    if recipient is None:
        logger.warning("press from a strange chat", extra={"person": given.person.id})
        return None
    speech = Speech(recipient.language, recipient.timezone)
    if not may:
        logger.warning("press without the right", extra={"person": given.person.id})
        return Answer(text=speech.say("no_rights"))
    verb, number, mention = _parts(given.data)
    try:
        incident = tx.incidents.get(number)
    except (IncidentError, OverflowError):
        return Answer(text=speech.say("no_incident"))
    brands = {one.brand for one in tx.incidents.crisis(number)}
    if recipient.brands and brands.isdisjoint(recipient.brands):
        return Answer(text=speech.say("no_incident"))
    done = _do(tx, verb, incident, mention, clip(given.person.name, 100) or given.person.id, now)
    if done is None:
        return _ask(tx, verb, incident, speech)
    logger.info("button pressed", extra={"incident": number, "verb": verb, "done": done.phrase})
    text = speech.say(done.phrase, who=clip(done.who, 80))
    if done.marked is not None:
        text = "; ".join([text, *_of_mark(done.marked, mention, speech)])
    if verb == _LOOKING and done.phrase == "opened":
        lines = tuple(record(tx, incident, playbook, speech))
        return Answer(text=text, record=lines, language=recipient.language)
    return Answer(text=text)


def _do(
    tx: Transaction, verb: str, incident: Incident, mention: int, by: str, now: datetime
) -> Done | None:
    """Do it; None where it is first to be asked which story is meant."""
    if verb in _ACTIONS:
        return _ACTIONS[verb](tx, incident.id, by=by, now=now)
    if verb in _ASKING and mention:
        if mention not in _shown(tx, incident):
            return Done(phrase="no_mention")
        return _ASKING[verb](tx, incident.id, mention, by=by, now=now)
    return None if verb in _ASKING else Done(phrase="bad_press")


def _of_mark(marked: Marked, mention: int, speech: Speech) -> Iterator[str]:
    """What else there is to say of a mark: how many copies it took in, and what stood before."""
    if marked.changed > 1:
        yield speech.say("mark_copies", mentions=speech.count(marked.changed, "mention"))
    if marked.left_out_by is not None:
        yield speech.say("mark_left_out", mention=mention)
    elif marked.changed and marked.before:
        said = (f"{speech.say(_MARKS[one.mark])} ({clip(one.by, 40)})" for one in marked.before)
        yield speech.say("mark_before", marks=", ".join(said))


def _ask(tx: Transaction, verb: str, incident: Incident, speech: Speech) -> Answer:
    stories = _stories(tx, incident)
    if not stories:
        return Answer(text=speech.say("no_mention"))
    buttons = tuple(
        (clip(one.title or one.url, 60) or "…", f"{verb}:{incident.id}:m{one.mention_id}")
        for one in stories
    )
    return Answer(text=speech.say(f"which_{verb}"), question=buttons)


def _stories(tx: Transaction, incident: Incident) -> tuple[StoryFact, ...]:
    """What may be asked about: the stories of the incident and of those it tells of."""
    own = tx.incidents.events(incident.id)[-1].facts.top
    return own + tuple(
        story for link in tx.incidents.links(incident.id) for story in link.facts.top
    )


def _shown(tx: Transaction, incident: Incident) -> set[int]:
    """What was ever asked about: a question may be older than the newest stories."""
    return {
        story.mention_id
        for one in tx.incidents.crisis(incident.id)
        for event in tx.incidents.events(one.id)
        for story in event.facts.top
    }


def _parts(data: str) -> tuple[str, int, int]:
    """Verb, incident and mention; zeros for what is not a number."""
    verb, _, rest = data.partition(":")
    number, _, tail = rest.partition(":")
    mention = tail.removeprefix("m") if tail.startswith("m") else ""
    return verb, _whole(number), _whole(mention)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
