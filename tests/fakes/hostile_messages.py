"""Messages composed of hostile strings alone, and what Telegram's parser makes of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from alerts.brief import Brief
from alerts.compose import alert, notice
from alerts.playbook import Playbook
from alerts.situations import Recognised
from alerts.spans import units
from alerts.telegram_html import CAPTION_LIMIT, TEXT_LIMIT
from storage.incident_records import Link, Message, StoryFact
from storage.records import Basis
from tests.alerts.making import NOON, event, facts, incident, story
from tests.fakes.hostile import link, string
from tests.fakes.telegram_parser import Refused, read

STRINGS = 31  # in one round
_LANGUAGES = ("ru", "uk", "en")


@dataclass
class Verdict:
    """What went wrong with how many strings."""

    strings: int = 0
    messages: int = 0
    refused: list[str] = field(default_factory=list)
    too_long: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def judge(rounds: Iterator[int], maps: Playbook) -> Verdict:
    """Compose an alert and a notice of every round's strings and let Telegram read them."""
    verdict = Verdict()
    for seed in rounds:
        random = Random(seed)
        whole = alert(_brief(random, maps), "telegram")
        _look(verdict, whole, CAPTION_LIMIT)
        given = [string(random) for _ in range(5)]
        said = notice(given[0], given[1:], "telegram")
        _look(verdict, said, TEXT_LIMIT)
        _compare(verdict, given, said)
        verdict.strings += STRINGS
        verdict.messages += 2
    return verdict


def _look(verdict: Verdict, message: Message, limit: int) -> None:
    """The parser takes it, and shows what the plain text says, within the limit."""
    try:
        shown = read(message.html)
    except Refused as error:
        verdict.refused.append(f"{error}: {message.html!r}")
        return
    if units(shown) > limit:
        verdict.too_long.append(message.html)
    lines = [line for line in message.text.split("\n") if not line.startswith("   ")]
    if shown != "\n".join(lines):
        verdict.changed.append(message.html)


def _compare(verdict: Verdict, given: list[str], message: Message) -> None:
    """Of each string its letters and digits are there, from the first on, and none besides."""
    for wanted, shown in zip(given, message.text.split("\n"), strict=False):
        there = [c for c in shown if c.isalnum()]
        if [c for c in wanted if c.isalnum()][: len(there)] != there:
            verdict.changed.append(repr(wanted))


def _brief(random: Random, maps: Playbook) -> Brief:
    about = facts(
        first=_story(random),
        top=(_story(random), _story(random), _story(random)),
        publishers=tuple((string(random), 3) for _ in range(3)),
        top_author=string(random),
        about=string(random),
        basis=Basis(
            watched=timedelta(days=random.randrange(9)),
            stored=timedelta(days=random.randrange(9)),
            archive=timedelta(days=random.randrange(9)),
            shared=random.random(),
        ),
    )
    situation = random.choice(maps.situations)
    return Brief(
        incident=incident(brand=string(random)),
        event=event(facts=about),
        level=random.randrange(1, 5),
        recognised=Recognised(
            situation=situation, score=1, because=(string(random), string(random))
        ),
        reaction=maps.reaction(situation.id),
        begun_at=NOON,
        take_until=NOON,
        asked=maps.reaction(situation.id).owner,
        owners=((maps.reaction(situation.id).owner, string(random)),),
        language=random.choice(_LANGUAGES),
        links=tuple(Link(incident=incident(brand=string(random)), facts=about) for _ in range(2)),
        mark="0123456789",
    )


def _story(random: Random) -> StoryFact:
    made = story(title=string(random), url=link(random))
    return replace(made, publisher=string(random), author=string(random))
