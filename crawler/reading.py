"""What one visit to a source has found, and what follows from it for the next one."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawler.fetch import EmptyError, FetchError
from crawler.sources.protocol import FailedPage, Finding, Found, Freshness, LeftOver
from storage.records import FetchOutcome, NewArticle, Source, SourceFailure

LONGEST_PAUSE = timedelta(hours=6)  # between visits to a source that keeps failing
SOONEST_RETRY, LATEST_RETRY = timedelta(minutes=10), timedelta(days=1)  # of a page that failed
MOST_ATTEMPTS = 14  # at one page: about a week of ever longer waits
FIRST_REACH = timedelta(days=7)  # over which what a first visit finds undated is spread
FURTHEST_REACH = timedelta(days=365)  # and for what it left to later ones
LEFT_OVER = "names more than one visit reads; the rest is left for the next ones"
_SILENT_INTERVALS, _LEAST_SILENCE = 3, timedelta(hours=1)
_GOLDEN = 0.618_033_988_75  # its multiples, wrapped, fill a stretch evenly however many come


@dataclass(slots=True, kw_only=True)
class Reading:
    """What one visit has found so far."""

    source: Source
    visits_behind: int = 0  # that left some of what was there at a first visit
    waiting: list[NewArticle] = field(default_factory=list)
    failed: list[FailedPage] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    freshness: Freshness = field(default_factory=Freshness)
    last_item_at: datetime | None = None
    undated: int = 0
    left_over: bool = False
    unstored: int = 0  # articles that the database would not take

    def take(self, finding: Finding) -> None:
        """Put a finding where it belongs."""
        match finding:
            case Found():
                self.waiting.append(self._dated(finding))
                self.last_item_at = max(
                    finding.article.published_at or finding.article.seen_at,
                    self.last_item_at
                    or datetime.min.replace(tzinfo=finding.article.seen_at.tzinfo),
                )
                self.pages.extend([finding.page] if finding.page else [])
            case FailedPage():
                self.failed.append(finding)
            case LeftOver():
                self.left_over = True
            case Freshness():
                self.freshness = finding

    def is_catching_up(self) -> bool:
        """Whether the source still names what was there before it was first visited."""
        return self.visits_behind > 0 or self.source.last_success_at is None

    def _dated(self, found: Found) -> NewArticle:
        """The article with a guess where its source gives no date and we did not watch it come."""
        article = found.article
        if article.published_at is not None:
            return article
        self.undated += 1
        part = self.undated * _GOLDEN % 1.0
        if self.visits_behind and found.is_below_known:  # older than what those visits guessed
            age = min(FIRST_REACH * (self.visits_behind + part), FURTHEST_REACH)
        else:
            age = unwatched(self.source, article.seen_at) * part
        return replace(article, guessed_at=article.seen_at - age)


def unwatched(source: Source, now: datetime) -> timedelta:
    """How long before this visit an item without a date may have come unnoticed.

    Nothing for a source that was read lately: its items are as new as the visit.
    """
    if source.last_success_at is None:
        return FIRST_REACH
    silence = now - source.last_success_at
    ordinary = max(source.interval * _SILENT_INTERVALS, _LEAST_SILENCE)
    return silence if silence > ordinary else timedelta()


def count_visits_behind(source: Source, failures: Iterable[SourceFailure]) -> int:
    """How many visits, from a first one or one after an outage on, left something to the next."""
    return sum(one.attempts for one in failures if one.address == source.address)


def outcome_of(reading: Reading, problem: FetchError | None, now: datetime) -> FetchOutcome:
    """What the visit changes about its source; ``problem`` is what ended it early."""
    source = reading.source
    failed, read = list(reading.failed), list(reading.pages)
    freshness = Freshness() if reading.unstored else reading.freshness  # to be given them again
    if problem is None and reading.left_over and reading.is_catching_up():
        failed.append(FailedPage(address=source.address, reason=LEFT_OVER))
    elif problem is None and reading.visits_behind:
        read.append(source.address)
    return FetchOutcome(
        source_id=source.id,
        at=now,
        next_due_at=now + (pause_after(problem, source) if problem else source.interval),
        error=problem.reason if problem else None,
        etag=freshness.etag,
        last_modified=freshness.last_modified,
        last_item_at=reading.last_item_at,
        failed_pages=tuple(
            SourceFailure(source_id=source.id, address=page.address, reason=page.reason, at=now)
            for page in failed
        ),
        read_pages=tuple(read),
    )


def pause_after(problem: FetchError, source: Source) -> timedelta:
    """How long to leave a failing source alone: longer each time, and as long as it asked.

    One that only has nothing is asked as often as ever: what it has next is news.
    """
    if isinstance(problem, EmptyError):
        return source.interval
    times = min(source.failures, 8) + (2 if problem.permanent else 0)
    pause: timedelta = min(source.interval * 2**times, max(LONGEST_PAUSE, source.interval))
    return max(pause, problem.retry_after or timedelta())


def is_left_alone(failure: SourceFailure, now: datetime) -> bool:
    """Whether a page that could not be read is not to be asked for now.

    Twice as long after each failure, and for good after a week of them: the
    same answer may mean a bad half hour of the site or a page that is no more.
    A failure far in the future was dated by a clock that jumped.
    """
    if is_given_up(failure):
        return True
    pause: timedelta = min(SOONEST_RETRY * 2 ** (failure.attempts - 1), LATEST_RETRY)
    return abs(now - failure.at) < pause


def is_given_up(failure: SourceFailure) -> bool:
    """Whether a page that could not be read is not to be asked for again."""
    return failure.attempts >= MOST_ATTEMPTS
