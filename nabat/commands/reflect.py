"""Look back at our own judgement: what would have been alerted, what the marks teach."""

import json
import sys
from typing import Annotated

import typer
from rich.progress import Progress

from monitor.backtest import backtest as replayed
from monitor.budget import parse_budget
from monitor.evaluate import detector_settings
from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.teach import teach
from nabat import assembly, clock
from nabat.commands.arguments import AsJson, Brand, Config, known_brand, opened, settings_of
from nabat.commands.backtest import backtest_json, backtest_lines
from nabat.config import LONGEST_DAYS
from nabat.errors import CommandError, ConfigError
from nabat.limits import brand_limits


def backtest(
    config: Config = None,
    brand: Brand = None,
    days: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="How far back.")] = 90,
    budget: Annotated[
        str | None, typer.Option(help="Also try this budget: 1/month, 2/week.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what would have been alerted on the stored history, and how often by chance."""
    settings = settings_of(config)
    database = opened(settings)
    known_brand(database, brand)
    budgets = [None] if budget is None else [None, _read(budget)]
    limits = [brand_limits(settings, budget=one) for one in budgets]
    with database.read() as tx:
        chosen = [one for one in tx.brands.active() if brand in (None, one.name)]
    tried = [(one, limit[one.name]) for one in chosen for limit in limits if one.name in limit]
    results = []
    with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        for one, limit in bar.track(tried, description="backtest"):
            told = detector_settings(limit, settings.spike.timezone)
            results.append(replayed(database, one, told, now=clock.now(), days=days))
    if not results and not as_json:
        typer.echo("nothing found")
    for line in (backtest_json if as_json else backtest_lines)(results):
        typer.echo(line)


def retrain(config: Config = None, as_json: AsJson = False) -> None:
    """Teach the tone model the labels that people gave; kept only where it is better."""
    settings = settings_of(config)
    backend = assembly.backend(settings)
    if not isinstance(backend, EmbeddedSentiment):
        message = 'tone.backend: only "embedded" can be taught; choose it under [tone]'
        raise ConfigError(message)
    try:
        outcome = teach(opened(settings), backend)
    except ValueError as error:
        raise CommandError(str(error)) from error
    figures = {
        "marks": outcome.marks,
        "before": round(outcome.before, 4),
        "after": round(outcome.after, 4),
        "check_before": round(outcome.check_before, 4),
        "check_after": round(outcome.check_after, 4),
    }
    if as_json:
        said = {"accepted": outcome.accepted, "reason": outcome.reason}
        typer.echo(json.dumps(said | figures, ensure_ascii=False))
        return
    typer.echo(f"{'taken' if outcome.accepted else 'refused'}: {outcome.reason}")
    typer.echo(
        f"F1 on the newest marks {outcome.before:.3f} -> {outcome.after:.3f}, "
        f"on the check set {outcome.check_before:.3f} -> {outcome.check_after:.3f}"
    )


def _read(budget: str) -> float:
    try:
        return parse_budget(budget)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
