"""Act without a chat: take an incident, resolve it, keep quiet about a brand."""

import getpass
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from nabat import clock
from nabat.commands.arguments import Config, opened, settings_of
from nabat.errors import CommandError
from storage.database import Database, Transaction
from storage.durations import DurationError, parse_duration
from storage.records import Incident

ACTIONS = ("ack", "resolve", "escalate", "false-alarm", "why")


def incident(
    number: Annotated[int, typer.Argument(help="The incident's number.")],
    action: Annotated[str, typer.Argument(help=f"One of: {', '.join(ACTIONS)}.")],
    by: Annotated[str | None, typer.Option(help="Who does it; you, unless said.")] = None,
    config: Config = None,
) -> None:
    """Take an incident, resolve it, hand it up, call it a false alarm, or ask why."""
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
    """Do the action on the incident and write its event; answers what to tell the person."""
    found = tx.incidents.get(number)
    facts = tx.incidents.events(number)[-1].facts
    if action == "ack":
        if not tx.incidents.acknowledge(number, by=by, at=now, channel="console"):
            return f"incident {number} is taken by {found.taken_by} already"
        taken = tx.incidents.get(number)
        tx.incidents.add_event(taken, kind="taken", at=now, facts=facts, by=by)
        return f"incident {number} is yours, {by}"
    if found.state == "resolved" and action != "false-alarm":
        return f"incident {number} is resolved already"
    changed, kind = _changed(found, action, now)
    tx.incidents.add_event(changed, kind=kind, at=now, facts=facts, by=by)
    return f"incident {number}: {kind}"


def silence(
    brand: Annotated[str, typer.Argument(help="The brand's name.")],
    length: Annotated[str, typer.Option("--for", help="How long: 4h, '2 days'.")],
    by: Annotated[str | None, typer.Option(help="Who says so; you, unless said.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    config: Config = None,
) -> None:
    """Send nothing about a brand for a time; incidents are still recorded."""
    database = opened(settings_of(config))
    now = clock.now()
    try:
        until = now + parse_duration(length)
    except (DurationError, OverflowError) as error:
        raise typer.BadParameter(str(error)) from error
    with database.begin() as tx:
        found = tx.brands.find(brand)
        if found is None:
            message = f"no brand is named {brand!r}; `nabat check` lists the brands of the config"
            raise CommandError(message)
        tx.silences.add(found.id, until=until, by=by or _whoever(), now=now, reason=reason)
    typer.echo(f"{brand}: quiet until {until:%Y-%m-%d %H:%M} UTC")


def _whoever() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number that has no name
        return "console"


def _changed(found: Incident, action: str, now: datetime) -> tuple[Incident, str]:
    if action == "escalate":
        return found, "escalated"
    verdict = "false-alarm" if action == "false-alarm" else found.verdict
    over = replace(found, state="resolved", resolved_at=found.resolved_at or now, verdict=verdict)
    return over, "false-alarm" if action == "false-alarm" else "resolved"


def _why(database: Database, number: int) -> str:
    with database.read() as tx:
        found, events = tx.incidents.get(number), tx.incidents.events(number)
    lines = [f"incident {number}: {found.brand}, level {found.level}, {found.state}"]
    for event in events:
        by = f" by {event.by}" if event.by else ""
        lines.append(f"{event.at:%Y-%m-%d %H:%M} UTC  {event.kind}{by}  {event.facts.reason}")
    facts = events[-1].facts
    lines += [
        f"negative stories {facts.observed:g}, expected {facts.expected:.1f} in {facts.window}",
        f"by chance once in {facts.return_days:.0f} days; coverage {facts.coverage:.0%}",
        "publishers: " + ", ".join(f"{name} {count}" for name, count in facts.publishers[:5]),
        "crisis words: " + ", ".join(f"{name} {count}" for name, count in facts.crisis[:8]),
    ]
    if facts.top_author:
        lines.append(f"loudest author: {facts.top_author}, {facts.top_author_share:.0%}")
    lines += [f"- {story.title} ({story.publisher}, {story.url})" for story in facts.top]
    return "\n".join(lines)
