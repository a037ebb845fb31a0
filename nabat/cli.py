"""Arguments to one short function per subcommand; exit codes: 0 done, 1 failed, 2 wrong usage.

A command's module is loaded when the command is called: what the others stand on
would cost each call, cron's every minute too, more than most have to do.
"""

import errno
import io
import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from nabat.errors import CommandError, ConfigError
from nabat.terminal import clean_lines
from storage.database import StorageError
from storage.incidents import IncidentError

# With what a write to standard output fails where a disk is full or what is there takes none.
_UNWRITABLE = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO, errno.EBADF)

# The panels of the help, and where in nabat.commands each of their commands is.
_PANELS = {
    "Set up": {"init": "setup", "check": "setup", "upgrade": "setup", "demo": "demo"},
    "Do the work": dict.fromkeys(
        ("run", "tick", "crawl", "score", "evaluate", "deliver", "rematch"), "run"
    ),
    "Look at records": dict.fromkeys(
        ("mentions", "counts", "incidents", "sources", "export", "outbox"), "look"
    ),
    "Look back at our own judgement": {"backtest": "reflect"},
    "Act": dict.fromkeys(("incident", "mention", "silence"), "act"),
    "Try the parts on your own lines": dict.fromkeys(
        ("match", "spikes", "fold", "extract", "tone"), "tryout"
    ),
}
_BELOW = {"tone": {"retrain": "reflect"}, "outbox": {"retry": "act"}}  # commands of a command


class _Commands(Mapping[str, Any]):
    """Every command by name; one is loaded once it is asked for, not listed."""

    def __getitem__(self, name: str) -> Any:
        """Load the command from its module."""
        for panel, modules in _PANELS.items():
            if name in modules:
                return _loaded(name, modules[name], panel)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        """Answer the names in the order of the help."""
        return (name for modules in _PANELS.values() for name in modules)

    def __len__(self) -> int:
        """Count the commands."""
        return sum(map(len, _PANELS.values()))


class _Nabat(TyperGroup):
    """The command line itself."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes | {"commands": _Commands()})

    def list_commands(self, ctx: Any) -> list[str]:  # Typer's own loads each for its name
        return list(self.commands)


def _loaded(name: str, module: str, panel: str) -> Any:
    one = typer.Typer(name=name, add_completion=False, invoke_without_command=True)
    if name in _BELOW:
        one.callback(rich_help_panel=panel)(_function(name, module))
        for inner, its_module in _BELOW[name].items():
            one.command(inner)(_function(inner, its_module))
    else:
        one.command(name, rich_help_panel=panel)(_function(name, module))
    return get_command(one)


def _function(name: str, module: str) -> Any:
    return getattr(import_module(f"nabat.commands.{module}"), name)


app = typer.Typer(
    name="nabat",
    cls=_Nabat,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Nabat watches what is published about your brand and tells the people who act when "
        "negativity rises above what is normal.\n\n"
        "Start: `nabat init`, edit nabat.toml, `nabat check`, then `nabat tick` from cron or "
        "`nabat run` as a daemon. `nabat demo` shows the whole path on a loopback web."
    ),
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nabat {version('nabat')}")
        raise typer.Exit


@app.callback()
def common(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Say the version and end."
        ),
    ] = False,
) -> None:
    """Options that stand before any command."""


def main() -> None:
    """Run the command line; a known failure is one clear message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a letter shows its number
            stream.reconfigure(errors="backslashreplace")
    code = _run()
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        code = max(code, _unwritten(error))
    raise SystemExit(code)


def _run() -> int:
    try:
        app()
    except ConfigError as error:
        return _told(str(error), 2)
    except (CommandError, StorageError, IncidentError) as error:
        return _told(str(error), 1)
    except OSError as error:
        return _unwritten(error)
    except SystemExit as ended:
        # Typer answers 1 when the reader of our output went away, which is its right.
        return 0 if isinstance(ended.__context__, BrokenPipeError) else int(ended.code or 0)
    return 0


def _told(message: str, code: int) -> int:
    typer.echo(clean_lines(f"nabat: {message}"), err=True)
    return code


def _unwritten(error: OSError) -> int:
    """Say that the output is not whole, unless its reader went away; any other error goes on."""
    is_of_output = error.errno in _UNWRITABLE and error.filename is None and sys.stdout is not None
    if not isinstance(error, BrokenPipeError) and not is_of_output:
        raise error
    # Python writes at its end what is still kept back, and would fail once more, with a traceback.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return 0
    return _told(f"cannot write standard output: {error.strerror}; send it elsewhere", 1)
