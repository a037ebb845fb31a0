"""What a visit to a site of many sitemaps reads first, so that none of them waits for ever.

Pure. Where dates tell what is new, the newest comes first; where they do not, what is likely
to be new is read at every visit, and the rest by turns.
"""

import random
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from crawler.dates import EARLIEST

_YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A page that is not read yet, as one listing or sitemap names it."""

    address: str
    canonical: str
    is_below_known: bool  # it is named after what was stored at earlier visits
    date: datetime  # EARLIEST where none is given
    place: int  # in its listing


def choose(dates: Mapping[str, datetime], room: int, now: datetime) -> tuple[list[str], bool]:
    """The sitemaps of an index that this visit reads, and whether others may be as new.

    An undated one may be as new as any, and so may one of the last date there is room for.
    Half of the room is for the newest, by date or name; the other half goes by turns.
    """
    ordered = sorted(dates, key=lambda one: dates[one], reverse=True)
    if len(ordered) <= room or room < 1:
        return ordered[:room], len(ordered) > room
    last = dates[ordered[room - 1]]
    maybe = [one for one in ordered if dates[one] >= last or dates[one] == EARLIEST]
    if len(maybe) <= room:
        return maybe, False
    first = sorted(_likely_first(maybe), key=lambda one: dates[one], reverse=True)[: room // 2]
    others = [one for one in maybe if one not in first]
    random.Random(now.isoformat()).shuffle(others)
    return first + others[: room - len(first)], True


def in_turns(listings: Iterable[Iterator[PageLink]]) -> Iterator[PageLink]:
    """The pages of all, each listing in its own order, an archive of thousands holding up none.

    By turns the newest of the dated ones, and of those without dates every other time the
    first listing's.
    """
    dated, undated = list[Iterator[PageLink]](), list[Iterator[PageLink]]()
    for listing in listings:
        if (first := next(listing, None)) is not None:
            kind = undated if first.date == EARLIEST else dated
            kind.append(_again(first, listing))
    newest = merge(*dated, key=lambda one: (-one.date.timestamp(), one.place))
    yield from _round_robin([newest, _round_robin([*undated[:1], _round_robin(undated[1:])])])


def _likely_first(addresses: Sequence[str]) -> list[str]:
    """First the ends of every series of names that differ in numbers, of the longest series first.

    The newest part has the highest number or date, seldom the lowest.
    """
    series: dict[str, list[str]] = defaultdict(list)
    for address in addresses:
        series[re.sub(r"\d+", "", address)].append(address)
    ranked: list[tuple[int, int, str]] = []
    for names in series.values():
        rest = deque(sorted(names, key=_numbers))
        for rank in range(len(names)):
            ranked.append((rank, -len(names), rest.popleft() if rank % 2 else rest.pop()))
    return [address for *_, address in sorted(ranked, key=lambda one: one[:2])]


def _numbers(address: str) -> tuple[int, list[int]]:
    """The year a name tells, and all its numbers as they stand."""
    numbers = [int(one) for one in re.findall(r"\d+", address)]
    return max((one for one in numbers if one in _YEARS), default=0), numbers


def _round_robin(turns: Iterable[Iterator[PageLink]]) -> Iterator[PageLink]:
    waiting = deque(turns)
    while waiting:
        turn = waiting.popleft()
        if (link := next(turn, None)) is not None:
            yield link
            waiting.append(turn)


def _again(first: PageLink, rest: Iterator[PageLink]) -> Iterator[PageLink]:
    yield first
    yield from rest
