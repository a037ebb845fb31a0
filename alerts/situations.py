"""The records of the crisis map and the reaction map. Pure."""

from dataclasses import dataclass
from datetime import timedelta

TAKE_WITHIN = timedelta(minutes=15)  # where a reaction names no time of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One kind of crisis and how it is recognised."""

    id: str  # the same id changes a shipped situation
    title: str  # as the alert names it
    crisis: tuple[str, ...] = ()  # headwords of crisis words that speak of it
    words: tuple[str, ...] = ()  # beginnings of words in titles; with a space after it a whole word
    persons: tuple[str, ...] = ()  # roles, one of which must be named; "any": whoever is watched
    author_share: float = 0.0  # the loudest author has at least this share of the talk
    publishers: tuple[str, ...] = ()  # parts of publishers' names, one of which must take part
    level: int = 1  # an incident of this kind is never below
    fallback: bool = False  # what everything unrecognised is


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do, by one role, within a time from the opening."""

    what: str  # the thing to do
    within: timedelta  # from the opening, or from when it turned out to be this situation
    owner: str = ""  # the role that does it; none: the reaction's owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What is done in a situation."""

    id: str  # as the alert quotes it: R-06
    situation: str  # id on the crisis map
    title: str  # what has happened, in a line
    owner: str  # the role that answers for it
    steps: tuple[Step, ...]  # in order; the first ones stand in the alert
    take_within: timedelta = TAKE_WITHIN  # it is taken within this, or the next one is told
    then: tuple[str, ...] = ()  # roles told next, in order, while nobody takes it
    holding: str = ""  # a first public text, approved beforehand
    do_not: tuple[str, ...] = ()  # what would make it worse


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The situation these facts are, and what says so."""

    situation: Situation
    score: float  # 0..1, share of the negative talk that speaks of it; 0: nothing did
    because: tuple[str, ...]  # the words, people and authors that decided
