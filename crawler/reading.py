"""What one visit to a source has found, and what follows from it for the next one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.fetch import FetchError
from crawler.sources.protocol import FailedPage, Finding, Found, Freshness
from storage.records import FetchOutcome, NewArticle, Source, SourceFailure

LONGEST_PAUSE = timedelta(hours=6)  # between visits to a source that keeps failing


@dataclass(slots=True, kw_only=True)
class Reading:
    """What one visit has found so far."""

    source: Source
    waiting: list[NewArticle] = field(default_factory=list)
    failed: list[FailedPage] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    freshness: Freshness = field(default_factory=Freshness)
    last_item_at: datetime | None = None

    def take(self, finding: Finding) -> None:
        """Put a finding where it belongs."""
        match finding:
            case Found():
                self.waiting.append(finding.article)
                self.last_item_at = max(
                    finding.article.published_at or finding.article.seen_at,
                    self.last_item_at
                    or datetime.min.replace(tzinfo=finding.article.seen_at.tzinfo),
                )
                self.pages.extend([finding.page] if finding.page else [])
            case FailedPage():
                self.failed.append(finding)
            case Freshness():
                self.freshness = finding


def outcome_of(reading: Reading, problem: FetchError | None, now: datetime) -> FetchOutcome:
    """What the visit changes about its source; ``problem`` is what ended it early."""
    source = reading.source
    return FetchOutcome(
        source_id=source.id,
        at=now,
        next_due_at=now + (pause_after(problem, source) if problem else source.interval),
        error=problem.reason if problem else None,
        etag=reading.freshness.etag,
        last_modified=reading.freshness.last_modified,
        last_item_at=reading.last_item_at,
        failed_pages=tuple(
            SourceFailure(source_id=source.id, address=page.address, reason=page.reason, at=now)
            for page in reading.failed
        ),
        read_pages=tuple(reading.pages),
    )


def pause_after(problem: FetchError, source: Source) -> timedelta:
    """How long to leave a failing source alone: longer each time, and as long as it asked."""
    times = min(source.failures, 8) + (2 if problem.permanent else 0)
    pause: timedelta = min(source.interval * 2**times, max(LONGEST_PAUSE, source.interval))
    return max(pause, problem.retry_after or timedelta())
