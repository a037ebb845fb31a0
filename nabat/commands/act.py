"""Act without a chat: take an incident, resolve it, keep quiet about a brand."""

import getpass
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated

import typer

from alerts import actions, marks
from alerts.silences import is_among, quiet_until
from monitor import reasons
from nabat import assembly, clock
from nabat.commands.arguments import LARGEST, Config, opened, settings_of
from nabat.config import Settings, secrets_of
from nabat.errors import CommandError, nearest
from nabat.logs import set_up
from nabat.terminal import clean
from storage.database import Database, Transaction
from storage.durations import DurationError, parse_duration

ACTIONS = ("ack", "resolve", "escalate", "false-alarm", "why")
_ACTIONS = {
    "resolve": actions.resolve,
    "escalate": actions.escalate,
    "false-alarm": actions.false_alarm,
}
_SAID = {
    "you_took": "it is yours, {by}",
    "already_taken": "{who} has it already",
    "you_escalated": "the next one on the reaction map is called",
    "you_closed": "closed",
    "you_turned": "situation, owner, steps and deadlines changed",
    "already_so": "it is that situation already",
    "already_closed": "it is resolved already",
    "already_done": "that was done already",
}


def incident(
    number: Annotated[int, typer.Argument(max=LARGEST, help="The incident's number.")],
    action: Annotated[
        str | None, typer.Argument(help=f"One of: {', '.join(ACTIONS)}.", show_default=False)
    ] = None,
    situation: Annotated[
        str | None, typer.Option(help="Which of the crisis map it is, by its id or title.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who does it; you, unless said.")] = None,
    config: Config = None,
) -> None:
    """Take an incident, resolve it, hand it up, call it a false alarm, or ask why.

    Or correct its situation: only one graver than all that was seen before takes its place.
    """
    if (action is None) == (situation is None):
        message = f"say an action ({', '.join(ACTIONS)}) or --situation NAME"
        raise typer.BadParameter(message)
    if situation is not None:
        typer.echo(_turn(settings_of(config), number, situation, by=by or _whoever()))
        return
    if action not in ACTIONS:
        message = f"unknown action {action!r}; known: {', '.join(ACTIONS)}"
        raise typer.BadParameter(message)
    database = opened(settings_of(config))
    if action == "why":
        typer.echo(_why(database, number))
        return
    with database.begin() as tx:
        typer.echo(act(tx, number, action, by=by or _whoever(), now=clock.now()))


def act(tx: Transaction, number: int, action: str, *, by: str, now: datetime) -> str:
    """Do the action on the incident, as a button in the chat would; answers what came of it."""
    if action == "ack":
        done = actions.take(tx, number, by=by, now=now, channel="console")
    else:
        done = _ACTIONS[action](tx, number, by=by, now=now)
    return f"incident {number}: {_SAID[done.phrase].format(by=by, who=done.who)}"


def _turn(settings: Settings, number: int, name: str, *, by: str) -> str:
    """Correct the situation that the crisis map chose; answers what came of it."""
    playbook = assembly.playbook(settings)
    situation = playbook.named(name)
    if situation is None:
        raise CommandError(_no_situation(name, [one.id for one in playbook.situations]))
    with opened(settings).begin() as tx:
        done = actions.turn(tx, number, situation, by=by, now=clock.now())
    return f"incident {number}: {_SAID[done.phrase]}"


def _no_situation(name: str, known: Sequence[str]) -> str:
    return f"no situation of the map is {name!r}{nearest(name, known)}"


def silence(
    brand: Annotated[str, typer.Argument(help="The brand's name.")],
    length: Annotated[str | None, typer.Option("--for", help="How long: 4h, '2 days'.")] = None,
    end: Annotated[bool, typer.Option("--end", help="End all silences about the brand.")] = False,
    situation: Annotated[
        str | None, typer.Option(help="Only this situation of the crisis map, by its id.")
    ] = None,
    publisher: Annotated[
        str | None, typer.Option(help="Only while most of the talk comes from this publisher.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who says so; you, unless said.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    config: Config = None,
) -> None:
    """Send nothing about a brand for a time; incidents are still recorded."""
    if end == (length is not None):
        message = "say how long, --for 4h, or that it is over, --end"
        raise typer.BadParameter(message)
    settings = settings_of(config)
    database = opened(settings)
    now = clock.now()
    situations = [one.id for one in assembly.playbook(settings).situations]
    if situation is not None and situation not in situations:
        raise CommandError(_no_situation(situation, situations))
    try:
        until = now if length is None else now + parse_duration(length)
    except DurationError as error:
        raise typer.BadParameter(str(error)) from error
    with database.begin() as tx:
        found = tx.brands.find(brand)
        if found is None:
            names = [known.name for known in tx.brands.all()]
            message = f"no brand is named {brand!r}{nearest(brand, names)}"
            raise CommandError(message)
        if end:
            typer.echo(f"{brand}: silences ended: {tx.silences.end(found.id, now)}")
            return
        asked = tx.silences.add(
            found.id,
            until=until,
            by=by or _whoever(),
            now=now,
            situation=situation,
            publisher=publisher,
            reason=reason,
        )
        end_at = quiet_until(tx.silences.active(now), asked)
        publishers = {one.publisher for one in tx.feeds.active()}
    typer.echo(f"{brand}: quiet until {end_at:%Y-%m-%d %H:%M} UTC")
    if publisher is not None and not is_among(publisher, publishers):
        hint = nearest(publisher, sorted(publishers))
        typer.echo(f"note: no source is of the publisher {publisher!r}{hint}")


def mention(
    number: Annotated[
        int, typer.Argument(max=LARGEST, help="The mention's number in `nabat mentions`.")
    ],
    mark: Annotated[
        str,
        typer.Argument(
            help=f"One of: {', '.join(marks.MARKS)}. `unmark` takes back what people said of it."
        ),
    ],
    only_this: Annotated[
        bool, typer.Option("--only-this", help="Not the other copies of its story.")
    ] = False,
    by: Annotated[str | None, typer.Option(help="Who says so; you, unless said.")] = None,
    config: Config = None,
) -> None:
    """Mark a mention and the copies of its story: not about us, about us, its right tone."""
    if mark not in marks.MARKS:
        message = f"unknown mark {mark!r}; known: {', '.join(marks.MARKS)}"
        raise typer.BadParameter(message)
    settings = settings_of(config)
    set_up(settings.log.level, settings.log.format, secrets=secrets_of(settings))
    with opened(settings).begin() as tx:
        found = tx.mentions.by_ids([number])
        if not found:
            message = f"there is no mention {number}; `nabat mentions` lists them"
            raise CommandError(message)
        among = found if only_this else marks.copies(tx, found[0])
        done = marks.mark(tx, found[0], mark, among=among, by=by or _whoever(), now=clock.now())
    typer.echo(f"mention {number}: {'; '.join(_answer(number, mark, done))}")


def _answer(number: int, mark: str, done: marks.Marked) -> Iterator[str]:
    """What came of a mark, in parts."""
    before = ", ".join(f"{one.mark} ({one.by})" for one in done.before)
    if mark == "unmark":
        yield f"taken back: {before}" if before else "no person has marked it"
    else:
        yield (f"{mark}, was {before}" if before else mark) if done.changed else f"{mark} already"
    if done.changed > 1:
        yield f"{done.changed} mentions of its story"
    if done.kept:
        yield f"{done.kept} that a person marked otherwise left as they are"
    if done.left_out_by is not None:
        yield f"left out as not-us ({done.left_out_by}): `nabat mention {number} us` brings it back"
    elif done.changed:
        yield "the counts follow at the next evaluation"


def retry(
    number: Annotated[
        int, typer.Argument(max=LARGEST, help="The notification's number in `nabat outbox`.")
    ],
    config: Config = None,
) -> None:
    """Send a given-up notification again at the next delivery."""
    database = opened(settings_of(config))
    with database.begin() as tx:
        if not tx.outbox.retry(number, clock.now()):
            message = f"{number} was not given up; see `nabat outbox --state dead`"
            raise CommandError(message)
    typer.echo(f"{number} waits to be sent; `nabat deliver` sends it now")


def _whoever() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number that has no name
        return "console"


def _why(database: Database, number: int) -> str:
    with database.read() as tx:
        found, events = tx.incidents.get(number), tx.incidents.events(number)
        crisis, links = tx.incidents.crisis(number), tx.incidents.links(number)
    lines = [f"incident {number}: {found.brand}, level {found.level}, {found.state}"]
    if found.lead_id is not None:
        lines.append(f"told with incident {found.lead_id} ({crisis[0].brand}): one crisis")
    for link in links:
        lines.append(
            f"the same crisis: incident {link.incident.id} ({link.incident.brand}), "
            f"level {link.incident.level}, {link.incident.state}: {link.facts.reason}"
        )
    for event in events:
        by = f" by {event.by}" if event.by else ""
        lines.append(f"{event.at:%Y-%m-%d %H:%M} UTC  {event.kind}{by}  {event.facts.reason}")
    facts = events[-1].facts
    since = f" from {facts.since:%Y-%m-%d %H:%M} UTC on" if facts.since else ""
    lines += [
        f"negative stories {facts.observed:g}, expected {facts.expected:.1f} in "
        f"{reasons.length(facts.window)}{since}",
        f"by chance once in {facts.return_days:.0f} days; coverage {facts.coverage:.0%}",
        "publishers: " + ", ".join(f"{name} {count}" for name, count in facts.publishers[:5]),
        "crisis words: " + ", ".join(f"{name} {count}" for name, count in facts.crisis[:8]),
    ]
    if facts.basis:
        lines.append(f"baseline: {reasons.basis_reason(facts.basis)}")
    if facts.about:
        lines.append(f"about: {facts.about}")
    if facts.top_author:
        lines.append(f"loudest author: {facts.top_author}, {facts.top_author_share:.0%}")
    lines += [f"- {story.title} ({story.publisher}, {story.url})" for story in facts.top]
    return "\n".join(map(clean, lines))
