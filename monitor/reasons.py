"""Say in one plain sentence why a moment was judged as it was.

Every number in the sentence is a number of the judgement: nothing is rounded
into a different meaning, and what is not known is said to be unknown.
"""

from datetime import timedelta

from monitor.settings import DAY, HOUR, MINUTE
from storage.records import Basis

_WORTH_SAYING = timedelta(hours=1)


def spike_reason(
    *, observed: float, expected: float, window: timedelta, return_days: float, opening: bool
) -> str:
    """Say what stands out: the numbers of the window and how rarely chance does this."""
    facts = f"{_number(observed)} in {length(window)} where {_number(expected)} is usual"
    if opening:
        return f"{facts}; by chance alone this happens {rarity(return_days)}"
    return f"still standing out: {facts}"


def turn_reason(
    *, negative: float, stories: float, usual: float, window: timedelta, return_days: float
) -> str:
    """Say that the tone turned: the share of negative stories, not their number, stands out."""
    return (
        f"tone turned: {_number(negative)} of {_number(stories)} stories in {length(window)} are "
        f"negative where {_number(usual)} is usual; by chance alone this happens "
        f"{rarity(return_days)}"
    )


def calm_reason(*, observed: float, expected: float, window: timedelta) -> str:
    """Say that what was counted is within what is usual."""
    return f"{_number(observed)} in {length(window)}, {_number(expected)} is usual"


def learning_reason(*, known: timedelta, needed: timedelta) -> str:
    """Say that there is too little history to judge by."""
    return f"learning: {length(known)} of history, alarms begin after {length(needed)}"


def blind_reason(*, coverage: float, floor: float) -> str:
    """Say that too few sources answered for silence to mean anything."""
    return f"blind: {coverage:.0%} of the sources answered, below {floor:.0%}; not called calm"


def basis_reason(basis: Basis) -> str:
    """Say which history "usual" stands on, and how much of the bar is the average brand's."""
    parts = (
        (basis.watched, "watched"),
        (basis.stored, "of articles stored before it was watched"),
        (basis.archive, "of the sources' archives"),
    )
    said = [f"{_days(span)} {what}" for span, what in parts if span >= _WORTH_SAYING]
    shared = f"the average brand's profile counts for {basis.shared:.0%}"
    return ", ".join([*(said or ["no history of its own yet"]), shared])


def _days(span: timedelta) -> str:
    return length(max(timedelta(hours=1), round(span / timedelta(hours=1)) * timedelta(hours=1)))


def rarity(return_days: float) -> str:
    """Word a return period: "about once in 85 days"."""
    if return_days >= 3650:
        return "less than once in ten years"
    if return_days >= 730:
        return f"about once in {return_days / 365.25:.0f} years"
    if return_days >= 1.5:
        return f"about once in {return_days:.0f} days"
    if return_days >= 0.75:
        return "about once a day"
    return "several times a day"


def length(span: timedelta) -> str:
    """Word a length of time in the largest unit that fits evenly: "15 min", "3 h", "2 days"."""
    seconds = round(span.total_seconds())
    if seconds >= 2 * DAY:
        return f"{_number(seconds / DAY)} days"
    if seconds >= HOUR:
        return f"{_number(seconds / HOUR)} h"
    return f"{_number(seconds / MINUTE)} min"


def _number(value: float) -> str:
    """Digits that are worth reading: whole above ten, one decimal above a tenth, two below."""
    if value == round(value) or value >= 10:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 0.1 else f"{value:.2g}"
