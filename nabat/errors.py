"""Errors that end a command: each names the place and the mend."""

from collections.abc import Iterable
from difflib import get_close_matches


class ConfigError(Exception):
    """The configuration cannot be used; exit code 2."""


class CommandError(Exception):
    """A command could not do what it was asked; exit code 1."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Say what the word was perhaps meant to be, and what is known."""
    names = list(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"{hint}; known: {', '.join(names) or 'none yet'}"
