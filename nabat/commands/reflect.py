"""Look back at our own judgement: what would have been alerted, what the marks teach."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from monitor.backtest import backtest as replayed
from monitor.budget import parse_budget
from monitor.evaluate import detector_settings
from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.gate import Figures
from monitor.sentiment.retraining import CorrectionError, Retraining
from monitor.teach import teach, unteach
from nabat import assembly, clock
from nabat.commands.arguments import AsJson, Brand, Config, known_brand, opened, settings_of
from nabat.commands.backtest import backtest_json, backtest_lines
from nabat.errors import CommandError, ConfigError
from nabat.limits import brand_limits
from nabat.streams import write_line
from storage.durations import LONGEST


def backtest(
    config: Config = None,
    brand: Brand = None,
    days: Annotated[int, typer.Option(min=1, max=LONGEST.days, help="How far back.")] = 90,
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
    say = write_line if as_json else typer.echo
    for line in (backtest_json if as_json else backtest_lines)(results):
        say(line)


def retrain(
    config: Config = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Put back the correction before the last one.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Teach the tone model the labels that people gave; kept only where it is better."""
    settings = settings_of(config)
    backend = assembly.backend(settings)
    if not isinstance(backend, EmbeddedSentiment):
        message = 'tone.backend: only "embedded" can be taught; choose it under [tone]'
        raise ConfigError(settings.at(message))
    try:
        if undo:
            lines = _undone(backend, as_json=as_json)
        else:
            outcome = teach(opened(settings), backend)
            lines = (_outcome_json if as_json else _outcome_lines)(outcome, backend.correction)
    except CorrectionError as error:
        raise CommandError(str(error)) from error
    say = write_line if as_json else typer.echo
    for line in lines:
        say(line)


def _undone(backend: EmbeddedSentiment, *, as_json: bool) -> list[str]:
    earlier = unteach(backend)
    file = Path(backend.correction).absolute()
    if as_json:
        said = {"undone": True, "earlier_correction": earlier, "file": str(file)}
        return [json.dumps(said, ensure_ascii=False)]
    done = (
        f"the correction before the last one is back in {file}"
        if earlier
        else f"there was no correction before: {file} is removed, the shipped model judges alone"
    )
    return [f"undone: {done}", "the next `nabat score` judges the stored mentions anew"]


def _outcome_json(outcome: Retraining, correction: str) -> list[str]:
    found = outcome.figures
    said = {
        "accepted": outcome.accepted,
        "reason": outcome.reason,
        "marks": outcome.marks,
        "newest": found and found.newest,
        "right_before": found and found.right_before,
        "right_after": found and found.right_after,
        "before": found and found.f1_before,
        "after": found and found.f1_after,
        "check_before": found and found.check_before,
        "check_after": found and found.check_after,
        "error_before": found and found.error_before,
        "error_after": found and found.error_after,
        "file": str(Path(correction).absolute()) if outcome.accepted else None,
    }
    rounded = {
        name: round(value, 4) if isinstance(value, float) else value for name, value in said.items()
    }
    return [json.dumps(rounded, ensure_ascii=False)]


def _outcome_lines(outcome: Retraining, correction: str) -> list[str]:
    lines = [f"{'taken' if outcome.accepted else 'refused'}: {outcome.reason}"]
    if outcome.figures is not None:
        lines += [
            f"fitted on {outcome.marks - outcome.figures.newest} of {outcome.marks} marks, "
            f"judged on the newest {outcome.figures.newest}",
            "",
            *_table(outcome.figures),
            "",
        ]
    if outcome.accepted:
        lines += [
            f"written: {Path(correction).absolute()}",
            "undo:    nabat tone retrain --undo",
        ]
    return lines


def _table(found: Figures) -> list[str]:
    rows = [
        ("", "before", "after"),
        ("newest marks judged right", str(found.right_before), str(found.right_after)),
        ("F1 on the newest marks", _shown(found.f1_before), _shown(found.f1_after)),
        ("F1 on the check set", _shown(found.check_before), _shown(found.check_after)),
        ("calibration error there", _shown(found.error_before), _shown(found.error_after)),
    ]
    return [f"{name:<26}{before:>7}{after:>7}" for name, before, after in rows]


def _shown(figure: float | None) -> str:
    return "none" if figure is None else f"{figure:.3f}"


def _read(budget: str) -> float:
    try:
        return parse_budget(budget)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
