"""The shared words of the house, as frozen dataclasses.

Every package speaks in these records; none of them knows where a record is
kept. Times are aware UTC datetimes (``*_at``), lengths of time are timedeltas,
stretches of time are half-open ``[start, end)``. Imports nothing of ours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# --- what is watched -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who stands for the brand: the director, a deputy, a spokesman."""

    name: str  # full name in the nominative, "Иванов Иван Петрович"
    role: str  # "director", "deputy", ...: plain text


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What to look for, for one brand (запрос)."""

    brand: str  # unique name of the brand
    aliases: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()  # phrases that are somebody else: "аптека Ромашка"
    persons: tuple[Person, ...] = ()
    queries: tuple[str, ...] = ()  # extra watches in the watch language
    crisis_words: tuple[str, ...] = ()  # the brand's own, beside the shipped list
    any_case: bool = False  # accept the name in lower case though it is a dictionary word
    misspellings: int = 0  # how many of each name's likeliest misspellings count as the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A watched company or person as the database knows it."""

    id: int
    name: str
    watch_hash: str  # fingerprint of the watch last used to match stored articles
    created_at: datetime  # when it came, or came back, to the config
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedTerm:
    """One occurrence of a watched name; offsets are characters of the named field."""

    start: int
    end: int
    text: str  # exactly the field's characters [start, end)
    term: str  # the watched name it is a form of, as the config writes it
    kind: str  # "brand" | "person" | "watch"
    field: str = "text"  # "title" | "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisTerm:
    """One crisis word near a watched name; offsets as in MatchedTerm."""

    start: int
    end: int
    text: str
    term: str  # headword of the family: "скандал"
    field: str = "text"


# --- what is gathered ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place that publishes, with what is known of its health."""

    id: int
    key: str  # stable id: the config's ``id``, else "kind:address"
    kind: str
    address: str
    publisher: str  # the family: one owner's ten sites are one publisher
    interval: timedelta
    etag: str | None = None  # verbatim, quotes included
    last_modified: str | None = None  # verbatim
    next_due_at: datetime | None = None
    failures: int = 0  # in a row
    last_error: str | None = None
    last_error_at: datetime | None = None
    last_success_at: datetime | None = None
    last_item_at: datetime | None = None
    learned_gap: timedelta | None = None  # longest ordinary silence, learned
    told_dead_at: datetime | None = None  # the operators know that it is silent
    created_at: datetime | None = None
    retired_at: datetime | None = None  # left the config; its articles stay


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFailure:
    """Something of a source that could not be read: a page, an entry, the feed itself."""

    source_id: int
    address: str
    reason: str
    at: datetime
    attempts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOutcome:
    """What one visit to a source changed about its state."""

    source_id: int
    at: datetime
    next_due_at: datetime
    error: str | None = None  # None: the visit succeeded
    etag: str | None = None
    last_modified: str | None = None
    last_item_at: datetime | None = None
    failed_pages: tuple[SourceFailure, ...] = ()
    read_pages: tuple[str, ...] = ()  # addresses read well: their old failures are over


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    """A published text as the source gave it, before it is stored."""

    source_id: int
    url: str
    canonical_url: str
    title: str
    text: str
    seen_at: datetime
    published_at: datetime | None = None  # as the source says; None when it does not
    guessed_at: datetime | None = None  # where the source does not say
    author: str | None = None
    lang: str = ""  # "ru" | "uk" | "en" | "other" | "" unknown
    content_hash: str = ""  # hex of the normalised title and text


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A stored published text."""

    id: int
    source_id: int
    url: str
    canonical_url: str
    title: str
    text: str
    seen_at: datetime
    happened_at: datetime  # published_at, else the guess, else seen_at; never after seen_at
    published_at: datetime | None = None
    author: str | None = None
    lang: str = ""
    story_id: int | None = None
    content_hash: str = ""
    publisher: str = ""  # of its source
    match_version: str = ""  # fingerprint of all watches it was last matched against


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Reprints and near-copies of one text."""

    id: int
    first_article_id: int
    fingerprint: str


# --- what is found -------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """The judgement of one mention: probabilities sum to 1."""

    label: str  # "negative" | "neutral" | "positive"
    negative: float
    neutral: float
    positive: float
    unsure: bool
    model: str  # name and version of the backend that said so; empty: of words matched before


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMention:
    """An article that matched a brand's watch, before it is stored."""

    article_id: int
    brand_id: int
    matched: tuple[MatchedTerm, ...]
    crisis: tuple[CrisisTerm, ...]
    snippet: str
    kind: str  # "brand" | "person" | "watch": strongest of the matched terms
    happened_at: datetime  # the article's
    excluded_by: str | None = None  # the filter that people's marks taught, and its words


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An article that matched a brand's watch."""

    id: int
    article_id: int
    brand_id: int
    matched: tuple[MatchedTerm, ...]
    crisis: tuple[CrisisTerm, ...]
    snippet: str
    kind: str
    happened_at: datetime
    created_at: datetime
    tone: Tone | None = None  # None: not scored yet
    corrected: str | None = None  # label a person gave; wins over the tone
    corrected_by: str | None = None
    corrected_at: datetime | None = None
    excluded_by: str | None = None  # "not us"
    excluded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionView:
    """A mention with its article, as people read it."""

    mention: Mention
    brand: str
    url: str
    title: str
    text: str
    lang: str
    author: str | None
    publisher: str
    source: str  # source key
    story_id: int | None
    published_at: datetime | None
    seen_at: datetime


# --- what is counted -----------------------------------------------------------

BUCKET = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Counts of one brand in one quarter of an hour ``[start_at, start_at + BUCKET)``.

    A bucket last counted before ``expected_negative`` was kept (migration 0010) has none of it,
    until it is counted again.
    """

    brand_id: int
    start_at: datetime
    mentions: int
    negative: int  # mentions negative toward the brand
    stories: int  # stories first heard of in this bucket
    negative_stories: int
    authors: int
    coverage: float  # 0..1, share of expected sources alive
    expected_negative: float | None  # sum of probabilities of negative; 1 or 0 by a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a brand's baseline stands on: days really collected, by where they came from."""

    watched: timedelta  # gathered while the brand was watched
    stored: timedelta  # gathered before, and looked through for the brand since (rematch)
    archive: timedelta  # published before anything was gathered: what feeds and sites still showed
    shared: float  # 0..1, how much of the alarm's height is the average brand's


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement of one brand at one moment, with the numbers behind it."""

    brand_id: int
    at: datetime
    alarm: bool
    state: str  # "learning" | "blind" | "calm" | "raised" | "spike"
    observed: float  # negative stories in the window
    expected: float  # of the same window at this hour of this weekday
    window: timedelta
    since: datetime  # the start of the window
    probability: float  # of this or more by chance in this window
    return_days: float  # how rarely chance alone does this
    reason: str  # in words
    baseline: timedelta  # how much history was really behind it
    coverage: float
    basis: Basis | None = None
