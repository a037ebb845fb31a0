"""The shared words of a crisis, as frozen dataclasses: what is going on, and who is told.

As ``storage.records``, on which these build: none of them knows where it is kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.records import Basis

# --- what is going on ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFact:
    """One story inside an incident, told by its first mention."""

    mention_id: int
    title: str
    url: str
    publisher: str
    author: str | None
    happened_at: datetime
    copies: int  # mentions of the brand in this story
    publishers: int  # families that carried it
    negative: float  # probability of its first mention
    crisis: tuple[str, ...] = ()  # crisis headwords


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One hour of the chart beside a message."""

    start_at: datetime
    observed: float
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything an alert may say about an event; each item stands on stored mentions."""

    observed: float
    expected: float
    window: timedelta
    probability: float
    return_days: float
    reason: str
    coverage: float
    sources_alive: int
    sources_total: int
    mentions: int
    negative: int
    stories: int  # negative stories
    first: StoryFact | None = None
    top: tuple[StoryFact, ...] = ()
    publishers: tuple[tuple[str, int], ...] = ()  # family, mentions; most first
    languages: tuple[tuple[str, int], ...] = ()
    authors: int = 0
    top_author: str | None = None
    top_author_share: float = 0.0
    crisis: tuple[tuple[str, int], ...] = ()  # crisis headword, mentions; most first
    persons: tuple[str, ...] = ()  # watched people named in the negative mentions
    about: str | None = None  # the one of them whom most negative stories name
    words: tuple[str, ...] = ()  # what is said more than usual
    series: tuple[Point, ...] = ()
    basis: Basis | None = None  # what "usual" stands on
    since: datetime | None = None  # the start of the window


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A stretch under attack, open to resolved."""

    id: int
    brand_id: int
    brand: str  # name
    level: int  # 1..4
    state: str  # "open" | "calmed" | "resolved"
    opened_at: datetime
    changed_at: datetime
    situation: str | None = None  # id on the crisis map
    calmed_at: datetime | None = None
    resolved_at: datetime | None = None
    last_negative_at: datetime | None = None  # newest negative story
    peak: float = 0.0  # most negative stories seen in a window
    revision: int = 0  # number of its latest event
    verdict: str | None = None  # "false-alarm" when people said so
    taken_by: str | None = None
    taken_at: datetime | None = None
    lead_id: int | None = None  # the incident by which this one's crisis is told; None: its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An incident that is told with another: the same crisis, at a kindred brand."""

    incident: Incident
    facts: Facts  # of its newest event


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One change in an incident's life, without what it stands on."""

    id: int
    incident_id: int
    revision: int
    kind: str  # "opened" | "worsened" | "calmed" | "resolved" | "taken" | "escalated" | ...
    level: int
    at: datetime
    by: str | None = None  # the person, when a person did it
    planned_at: datetime | None = None  # when its notifications were put in the outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Turn):
    """One change in an incident's life."""

    facts: Facts


# --- who is told ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A composed message, ready for any channel that can carry it."""

    subject: str
    text: str  # plain text
    html: str  # Telegram HTML for telegram, mail HTML for email; "" where the channel has none
    buttons: tuple[tuple[str, str], ...] = ()  # label, callback data (1-64 bytes) or https link
    photo: bytes | None = None  # PNG


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message to one recipient: a row of the outbox."""

    id: int
    key: str  # unique: incident, channel, recipient, kind, revision
    incident_id: int | None
    event_id: int | None
    brand_id: int | None
    recipient: str  # name of the recipient in the config
    channel: str  # kind of the notifier
    address: str  # chat id, e-mail address, ...
    topic: int | None
    kind: str  # "opened" | "worsened" | ... | "digest" | "ops" | "test"
    revision: int
    language: str
    payload: str  # JSON of Message without the photo
    state: str  # pending | sending | sent | unknown | merged | dead | expired
    attempts: int
    not_before: datetime
    created_at: datetime
    priority: int = 1  # 0 jumps the queue
    photo: bytes | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    first_tried_at: datetime | None = None
    sent_at: datetime | None = None
    provider_id: str | None = None  # Telegram message id, Message-ID
    last_error: str | None = None
    error_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Told to keep quiet about a brand until a time."""

    id: int
    brand_id: int
    until: datetime
    by: str
    created_at: datetime
    situation: str | None = None  # None: every situation
    publisher: str | None = None  # None: whoever publishes; else where most comes from it
    reason: str = ""
    ended_at: datetime | None = None  # before its time

    @property
    def over_at(self) -> datetime:
        """When it ends, or was ended."""
        return min(self.until, self.ended_at or self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A person took an incident."""

    id: int
    incident_id: int
    by: str
    at: datetime
    channel: str
