"""Job: count, judge, and write what follows.

Every run counts what changed, replays the stored buckets through the detector
and compares the newest verdict with the incident on record. The verdict is a
function of the database and the time alone: a run that was killed, repeated or
left out changes nothing about what the next one says.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial

from monitor.counts import StoryKey, bucket_start, is_negative, rebuild, story_key
from monitor.coverage import Alive, count_alive
from monitor.explain import Evidence, explain
from monitor.incidents import Opening, decide, level_of
from monitor.judge import Judged, judge_brands
from monitor.linking import leader, told, waits
from monitor.origin import newest_wave, origin
from monitor.replay import Checkpoints
from monitor.settings import DetectorSettings
from monitor.spread import widest
from monitor.waves import tide
from storage.counted import CountedMention
from storage.database import Database, Transaction
from storage.incident_records import Event, Incident
from storage.mention_filter import MentionFilter
from storage.records import BUCKET, Brand, Verdict

logger = logging.getLogger(__name__)

_OVERLAP = 2 * BUCKET  # changes this long before the last run are looked at again
_SETTLED = timedelta(hours=1)  # counts older than that change by marks, a new model, late arrivals
_LAST_RUN_WITHIN = timedelta(days=3650)
_GONE_AFTER = timedelta(hours=1)  # a brand may be missing from the config by mistake
_EVER = datetime(1, 1, 1, tzinfo=UTC)
_BASELINE_WORDS = timedelta(days=28)
_MOST_BEFORE = 500  # mentions of the baseline whose words are compared
_MOST_TOLD = 5000  # negative mentions that are read in full, the first of the crisis first
_TAKEN_UP_WITHIN = timedelta(days=1)
_BEGUN_WITHIN = timedelta(days=1)  # before an incident opened
_SPOILT = (ArithmeticError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What the incidents of one run share."""

    alive: Alive
    floors: Mapping[str, int]
    kin: Mapping[int, Sequence[int]]  # brand -> all brands of its family, itself among them


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandSettings:
    """What the operator may say about judging one brand."""

    budget: float = 1.0  # false alarms a month
    min_stories: int = 3
    min_ratio: float = 1.25
    min_coverage: float = 0.5
    timezone: tzinfo | None = None  # of its audience; None takes the installation's


class UnjudgedBrandsError(Exception):
    """Some brands could not be judged; all others were, and their events are written."""


def evaluate(
    database: Database,
    brands_settings: Mapping[str, BrandSettings],
    *,
    now: datetime,
    timezone: tzinfo,
    checkpoints: Checkpoints | None = None,
    floors: Mapping[str, int] | None = None,
    families: Sequence[Sequence[str]] = (),
) -> list[Event]:
    """Judge every watched brand as of ``now``; answers the events that were written.

    Brands without settings of their own are judged by the defaults. Running it
    again at the same time writes nothing new. ``checkpoints`` only save a daemon work.
    ``floors`` tells the least level of each situation on the crisis map, ``families``
    the names of brands whose incidents are one crisis, the one to tell it by first.
    Raises UnjudgedBrandsError at the very end for brands whose records are not as they should be.
    """
    alive = _count(database, now, checkpoints or Checkpoints())
    settings = {name: detector_settings(one, timezone) for name, one in brands_settings.items()}
    default = detector_settings(BrandSettings(), timezone)
    with database.read() as tx:
        brands = tx.brands.active()
        for brand in brands:
            settings.setdefault(brand.name, default)
        abandoned = _abandoned(tx, now)
        verdicts = judge_brands(tx, brands, settings, now=now, checkpoints=checkpoints)
    shared = _Shared(alive=alive, floors=floors or {}, kin=_kin(families, brands))
    events: list[Event] = []
    failed: list[str] = []
    steps: list[tuple[str, Callable[[Transaction], list[Event]]]] = [
        (one.brand, partial(_let_go, number=one.id, now=now)) for one in abandoned
    ]
    for judged in _in_order(verdicts, families):
        name = judged.brand.name
        budget = settings[name].budget
        steps.append((name, partial(_follow, judged=judged, budget=budget, shared=shared)))
    for name, step in steps:
        try:
            with database.begin() as tx:
                events += step(tx)
        except _SPOILT:  # what one brand's records hold must not silence the others
            logger.exception("brand not judged", extra={"brand": name})
            failed.append(name)
    if failed:
        raise UnjudgedBrandsError(f"not judged, see the log: {', '.join(failed)}")
    return events


def _abandoned(tx: Transaction, now: datetime) -> list[Incident]:
    """What is open about brands that are watched no more, the leads of crises last."""
    gone = {
        brand.id
        for brand in tx.brands.all()
        if brand.retired_at is not None and now - brand.retired_at >= _GONE_AFTER
    }
    left = [one for one in tx.incidents.unresolved() if one.brand_id in gone]
    return sorted(left, key=lambda one: one.lead_id is None)


def _let_go(tx: Transaction, number: int, now: datetime) -> list[Event]:
    """Close what is open about a brand that is watched no more: nobody would judge or end it.

    One by which others are told goes on until those are over.
    """
    # As people's presses hold it: all of the crisis, its lead first.
    crisis = {one.id: one for one in tx.incidents.crisis(number)}
    left = crisis.pop(number)
    goes_on = any(one.lead_id == number and one.state != "resolved" for one in crisis.values())
    if left.state == "resolved" or goes_on:
        return []
    closed = replace(left, state="resolved", calmed_at=left.calmed_at or now, resolved_at=now)
    facts = tx.incidents.events(number)[-1].facts
    event = tx.incidents.add_event(closed, kind="resolved", at=now, facts=facts)
    logger.info("incident of a brand no longer watched closed", extra={"incident": number})
    return [event, *_tell_the_lead(tx, closed, event)]


def _kin(families: Sequence[Sequence[str]], brands: Sequence[Brand]) -> dict[int, list[int]]:
    ids = {brand.name: brand.id for brand in brands}
    kin: dict[int, list[int]] = {}
    for family in families:
        members = [ids[name] for name in family if name in ids]
        kin |= dict.fromkeys(members, members)
    return kin


def _in_order(verdicts: Sequence[Judged], families: Sequence[Sequence[str]]) -> list[Judged]:
    """Families in their own order, so that of two that begin at once the right one leads."""
    place = {name: number for family in families for number, name in enumerate(family)}
    return sorted(verdicts, key=lambda judged: place.get(judged.brand.name, 0))


def _count(database: Database, now: datetime, checkpoints: Checkpoints) -> Alive:
    """Bring the buckets up to date and remember how many sources answered."""
    until = bucket_start(now) + BUCKET
    done: dict[int, tuple[object, ...]] = {}
    with database.begin() as tx:
        alive = count_alive(tx.feeds.active(), now)
        last = max(tx.feeds.coverage(now - _LAST_RUN_WITHIN, until), default=None)
        since = last - _OVERLAP if last else _EVER
        for brand in tx.brands.active():
            # What changed while one was not watched was counted by nobody.
            changes = tx.mentions.changes(brand.id, since if brand.created_at < since else _EVER)
            if changes is None or changes.first >= until:
                continue
            # Those of the overlap are met by every run in it, and counted by the first.
            done[brand.id] = (changes, until, alive)
            if checkpoints.counted.get(brand.id) != done[brand.id]:
                _count_brand(tx, brand, changes.first, last, until, alive)
        tx.feeds.record_coverage(bucket_start(now), alive=alive.alive, total=alive.total)
    checkpoints.counted = done
    return alive


def _count_brand(
    tx: Transaction,
    brand: Brand,
    since: datetime,
    last: datetime | None,
    until: datetime,
    alive: Alive,
) -> None:
    recorded = tx.feeds.coverage(since - BUCKET, until)
    coverage = {start: Alive(*counts).share for start, counts in recorded.items()}
    coverage[until - BUCKET] = alive.share
    before = _negative_stories(tx, brand, since, until)
    rebuild(tx, brand.id, since=since, until=until, coverage=coverage)
    after = _negative_stories(tx, brand, since, until)
    if last is not None and since < until - _SETTLED and before != after:
        logger.info(
            "counts changed backwards",
            extra={"brand": brand.name, "since": since, "before": before, "after": after},
        )


def _negative_stories(tx: Transaction, brand: Brand, since: datetime, until: datetime) -> int:
    found = tx.buckets.between(brand.id, bucket_start(since), until)
    return sum(bucket.negative_stories for bucket in found)


def detector_settings(brand: BrandSettings, timezone: tzinfo) -> DetectorSettings:
    """What the detector is told about a brand."""
    return DetectorSettings(
        budget=brand.budget,
        min_stories=brand.min_stories,
        min_ratio=brand.min_ratio,
        min_coverage=brand.min_coverage,
        zone=brand.timezone or timezone,
    )


def _follow(tx: Transaction, judged: Judged, budget: float, shared: _Shared) -> list[Event]:
    """Write what the verdict changes about the brand's incident, event and all."""
    verdict = judged.verdict
    running = tx.incidents.running(shared.kin.get(judged.brand.id, ()))
    latest = tx.incidents.latest(judged.brand.id)
    change = decide(
        latest,
        verdict,
        level=level_of(verdict, budget=budget, publishers=_publishers(tx, verdict)),
        last_negative_at=judged.last_negative_at,
        floor=shared.floors.get(latest.situation or "", 1) if latest else 1,
        tide=tide(judged.series, _told_since(tx, latest) if latest else verdict.at),
    )
    if change is None:
        return []
    if isinstance(change, Opening):
        incident, kind = _opened(tx, judged, change, leader(running)), "opened"
    elif waits(change, [one for one in running if one.lead_id == change.incident.id]):
        return []
    elif change.kind is None:
        tx.incidents.change(change.incident)
        return []
    else:
        incident, kind = change.incident, change.kind
    facts = explain(verdict, _evidence(tx, incident, judged, shared.alive))
    event = tx.incidents.add_event(incident, kind=kind, at=verdict.at, facts=facts)
    logger.info(
        "incident changed",
        extra={
            "brand": judged.brand.name,
            "incident": incident.id,
            "kind": kind,
            "level": incident.level,
            "negative": verdict.observed,
            "expected": round(verdict.expected, 2),
        },
    )
    return [event, *_tell_the_lead(tx, incident, event)]


def _told_since(tx: Transaction, incident: Incident) -> datetime:
    """From when on stories were part of what opened it: after an outage long before that."""
    opening = tx.incidents.find_opening(incident.id)
    return (opening.facts.since if opening else None) or incident.opened_at


def _tell_the_lead(tx: Transaction, incident: Incident, event: Event) -> list[Event]:
    """An incident that is told by another sends no messages of its own; the lead's are renewed."""
    if incident.lead_id is None:
        return []
    tx.incidents.mark_planned([event.id], event.at)
    lead = tx.incidents.get(incident.lead_id)
    change = told(lead, incident, event.kind, event.at)
    if change is None or change.kind is None:
        return []
    facts = tx.incidents.events(lead.id)[-1].facts
    return [tx.incidents.add_event(change.incident, kind=change.kind, at=event.at, facts=facts)]


def _publishers(tx: Transaction, verdict: Verdict) -> int:
    """How many publishers took up the story that runs most; asked only in a spike."""
    if verdict.state != "spike":
        return 0
    since = min(verdict.since, verdict.at - _TAKEN_UP_WITHIN)
    running = widest(tx.mentions.counted(verdict.brand_id, since, verdict.at + BUCKET), verdict.at)
    return running.publishers if running else 0


def _opened(tx: Transaction, judged: Judged, opening: Opening, lead: Incident | None) -> Incident:
    incident = tx.incidents.open_new(
        judged.brand.id,
        level=opening.level,
        at=judged.verdict.at,
        peak=opening.peak,
        lead_id=lead.id if lead else None,
    )
    return replace(incident, last_negative_at=judged.last_negative_at)


def _evidence(tx: Transaction, incident: Incident, judged: Judged, alive: Alive) -> Evidence:
    """The mentions since the spike began, and those of the baseline beside them."""
    verdict, brand_id = judged.verdict, judged.brand.id
    earliest = min(verdict.since, incident.opened_at - _BEGUN_WITHIN)
    mentions = tx.mentions.counted(brand_id, earliest, verdict.at + BUCKET)
    begun_at = _begun_at(tx, incident, judged, mentions)
    begin = min(verdict.since, begun_at)
    mentions = [one for one in mentions if one.happened_at >= begin]
    blamed = [one for one in mentions if is_negative(one)]
    # Where not all of them can be read, those of the crisis matter.
    negative = [one.id for one in sorted(blamed, key=lambda one: one.happened_at < begun_at)]
    before = MentionFilter(
        brand_id=brand_id, since=begin - _BASELINE_WORDS, until=begin, limit=_MOST_BEFORE
    )
    turns, is_open = tx.incidents.turns(incident.id), incident.state == "open"
    return Evidence(
        begun_at=begun_at,
        wave_at=newest_wave(turns, is_open=is_open) or begun_at,
        mentions=mentions,
        negative=sorted(
            tx.mentions.by_ids(negative[:_MOST_TOLD]),
            key=lambda view: (view.mention.happened_at, view.mention.id),
        ),
        before=tx.mentions.views(before),
        series=judged.series,
        sources_alive=alive.alive,
        sources_total=alive.total,
    )


def _begun_at(
    tx: Transaction, incident: Incident, judged: Judged, mentions: Sequence[CountedMention]
) -> datetime:
    """When the first story of the crisis was told, by what was usual as the incident opened."""
    earliest = incident.opened_at - _BEGUN_WITHIN
    first: dict[StoryKey, datetime] = {}
    for one in mentions:
        if is_negative(one) and one.happened_at >= earliest:
            first.setdefault(story_key(one), one.happened_at)
    opening = tx.incidents.find_opening(incident.id)
    usual = opening.facts.series if opening else judged.series
    until = bucket_start(incident.opened_at) + BUCKET
    return origin(list(first.values()), usual, until) or judged.verdict.since
