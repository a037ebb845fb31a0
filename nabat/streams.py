"""Standard input and output: a closed one is told, and what programs read is UTF-8 everywhere."""

import sys
from typing import TextIO

from nabat.errors import CommandError


def given() -> TextIO:
    """Answer standard input; CommandError where the caller closed it."""
    if sys.stdin is None:
        message = "standard input is closed; give it a file or a pipe"
        raise CommandError(message)
    return sys.stdin


def shown() -> TextIO:
    """Answer standard output; CommandError where the caller closed it."""
    if sys.stdout is None:
        message = "standard output is closed; give it a file or a pipe"
        raise CommandError(message)
    return sys.stdout


def on_terminal() -> bool:
    """Whether a person sits at both ends and can be asked."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def write_line(line: str) -> None:
    """Write a line that a program reads."""
    write(f"{line}\n")


def write(text: str) -> None:
    """Write what a program reads, as UTF-8 in every locale.

    Half a character, which UTF-8 cannot carry, is written as JSON writes it.
    """
    stream = shown().buffer
    rest = memoryview(text.encode(errors="backslashreplace"))
    while rest:  # a stream told to keep nothing back may take a part
        rest = rest[stream.write(rest) :]
