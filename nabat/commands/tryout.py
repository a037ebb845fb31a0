"""Try the parts out on your own lines: match, tone, spikes, fold, extract.

Each reads standard input and answers line for line; a line that cannot be
read gives a line that says so, and the command ends with exit code 1.
"""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BufferedReader
from itertools import chain
from typing import Annotated, cast

import typer

from nabat import assembly
from nabat.commands.arguments import Config, settings_of
from nabat.commands.extract import extract_page
from nabat.commands.fold import fold_lines
from nabat.commands.match import match_lines
from nabat.commands.spikes import UnreadableRowsError, spike_lines
from nabat.commands.tone import is_error, tone_lines
from nabat.config import Settings, default_path
from nabat.errors import CommandError
from nabat.streams import given, shown, write, write_line

_PORTION = 1 << 18


def match(config: Config = None) -> None:
    """Try the watches: {"id","title"?,"text"} in, the mentions found out, line by line."""
    settings = settings_of(config)
    watches, entities = assembly.watches(settings), assembly.entities(settings)
    _answer(lambda portions: match_lines(chain.from_iterable(portions), watches, entities))


def tone(context: typer.Context, config: Config = None) -> None:
    """Try the tone model: {"id","text","target"?} in, label and probabilities out."""
    if context.invoked_subcommand is not None:
        # What was said before the subcommand's name holds for it too.
        context.default_map = {context.invoked_subcommand: {"config": config}} if config else None
        return
    settings = settings_of(config) if config or default_path().exists() else Settings()
    backend = assembly.backend(settings)
    _answer(
        lambda portions: tone_lines(
            ([line.decode("utf-8", errors="replace") for line in portion] for portion in portions),
            backend,
        )
    )


def spikes(
    budget: Annotated[
        str, typer.Option(help="Bearable false alarms: 1/month, 2/week, 4/year.")
    ] = "1/month",
) -> None:
    """Try the detector on any series: CSV timestamp,count in, one judged JSON line a row out."""
    try:
        for answer in spike_lines(given(), budget):
            write_line(answer)
    except UnreadableRowsError as error:
        raise CommandError(str(error)) from error
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def fold() -> None:
    """Try reprint folding: {"id","title"?,"text"} in, {"id","story"} out, line by line."""
    _answer(lambda portions: fold_lines(chain.from_iterable(portions)))


def extract() -> None:
    """Try extraction: one HTML page in, its title, text, author and date out as JSON."""
    write_line(extract_page(given().buffer.read()))


def _answer(answers_to: Callable[[Iterator[list[bytes]]], Iterable[str]]) -> None:
    """Answer the lines of standard input; what was answered is out before we wait for more.

    Answers are let out many at once, also where Python is told not to keep any output back.
    """
    answered: list[str] = []
    failed = 0
    try:
        for answer in answers_to(_portions(partial(_let_out, answered))):
            answered.append(f"{answer}\n")
            failed += answer.endswith('"}') and is_error(answer)
    finally:
        _let_out(answered)
    if failed:
        message = f"{failed} lines could not be read; see their error lines"
        raise CommandError(message)


def _portions(before_waiting: Callable[[], None]) -> Iterator[list[bytes]]:
    """The lines of standard input as they come, those together that came together.

    A byte order mark before the first is no part of it.
    """
    stream = cast(BufferedReader, given().buffer)
    rest = stream.read(len(BOM_UTF8)).removeprefix(BOM_UTF8)
    while portion := stream.read1(_PORTION):
        *whole, rest = (rest + portion).split(b"\n")
        yield whole
        before_waiting()
    if rest:
        yield rest.removesuffix(b"\n").split(b"\n")


def _let_out(answered: list[str]) -> None:
    ready = "".join(answered)
    answered.clear()
    write(ready)
    shown().flush()
