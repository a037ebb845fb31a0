"""Arguments to one short function per subcommand; exit codes: 0 done, 1 failed, 2 wrong usage."""

import errno
import io
import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from nabat.commands import act, demo, look, reflect, run, setup, tryout
from nabat.errors import CommandError, ConfigError
from storage.database import StorageError
from storage.incidents import IncidentError

# With what a write to standard output fails where a disk is full or what is there takes none.
_UNWRITABLE = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO, errno.EBADF)

app = typer.Typer(
    name="nabat",
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


_SET_UP, _WORK, _LOOK, _REFLECT, _ACT, _TRY = (
    "Set up",
    "Do the work",
    "Look at records",
    "Look back at our own judgement",
    "Act",
    "Try the parts on your own lines",
)

for _panel, _commands in (
    (_SET_UP, (setup.init, setup.check, setup.upgrade, demo.demo)),
    (_WORK, (run.run, run.tick, run.crawl, run.score, run.evaluate, run.deliver, run.rematch)),
    (_LOOK, (look.mentions, look.counts, look.incidents, look.sources, look.export)),
    (_REFLECT, (reflect.backtest,)),
    (_ACT, (act.incident, act.mention, act.silence)),
    (_TRY, (tryout.match, tryout.spikes, tryout.fold, tryout.extract)),
):
    for _command in _commands:
        app.command(rich_help_panel=_panel)(_command)

tone = typer.Typer(invoke_without_command=True)
tone.callback()(tryout.tone)
tone.command("retrain")(reflect.retrain)
app.add_typer(tone, name="tone", rich_help_panel=_TRY)

outbox = typer.Typer(invoke_without_command=True)
outbox.callback()(look.outbox)
outbox.command("retry")(act.retry)
app.add_typer(outbox, name="outbox", rich_help_panel=_LOOK)


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
    typer.echo(f"nabat: {message}", err=True)
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
