"""The life of an incident: opened, updated, worsened, calmed, resolved, opened again.

Pure: what is known of the incident and the newest verdict in, the change out.
Each step down waits longer than the step up (hysteresis), and nothing calms down
while too few sources answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.waves import Tide
from storage.incident_records import Incident
from storage.records import Verdict

CALM_AFTER = timedelta(hours=3)  # without a new negative story, or with no more than usual
RESOLVED_AFTER = timedelta(hours=24)  # of calm, likewise
OVER_AFTER = timedelta(days=3)  # of calm, though single stories came
SAME_WITHIN = timedelta(hours=24)  # a new spike this soon continues the old incident
UPDATE_AFTER = timedelta(minutes=15)  # between two events that only refresh what is said
FALSE_ALARM = "false-alarm"  # people said so: only something worse speaks again
_LEVEL_STEP = 10.0  # every level is ten times rarer than the one below
VIRAL = 8  # publishers of different owners that took one story up within hours
_GRAVE = 2  # level of a spike that is none of the usual stories
_FEW, _SOME = 5, 10  # stories below which an incident is at most of level 2, of level 3
_SLACK = Tide()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A new incident is to be opened."""

    level: int
    peak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An incident as it is from now on, and the kind of event that says so.

    ``kind`` is None when only numbers moved that nobody needs to be told.
    """

    incident: Incident
    kind: str | None


def level_of(verdict: Verdict, *, budget: float, publishers: int = 0) -> int:
    """Answer the level 1..4 a verdict deserves by itself.

    The alarm's own return period is level 1, every ten times rarer is one more; a
    handful of stories never makes a great crisis, however quiet the brand usually is.
    A single story that runs through many ``publishers`` is worth a level more.
    """
    level = _by_rarity(verdict, budget)
    return min(4, level + (publishers >= VIRAL))


def _by_rarity(verdict: Verdict, budget: float) -> int:
    alarm_days = 30.4 / budget
    level = 1
    while level < 4 and verdict.return_days >= alarm_days * _LEVEL_STEP**level:
        level += 1
    if verdict.observed < _FEW:
        return min(level, 2)
    return min(level, 3) if verdict.observed < _SOME else level


def decide(
    incident: Incident | None,
    verdict: Verdict,
    *,
    level: int,
    last_negative_at: datetime | None,
    floor: int = 1,
    tide: Tide = _SLACK,
) -> Opening | Change | None:
    """Answer what the verdict changes about the brand's newest incident; None for nothing.

    ``floor`` is the least level of the incident's situation on the crisis map, which
    people were told already: reaching it is not news. ``tide`` tells of the newest hours
    what the verdict does not, whose windows remember a day.
    """
    spiking = verdict.state == "spike"
    if incident is None or _is_over(incident, verdict.at):
        return Opening(level=level, peak=verdict.observed) if spiking else None
    if spiking:
        return _risen(incident, verdict, level, last_negative_at, floor, tide)
    if incident.state == "resolved":
        return _ended(incident, verdict)
    if verdict.state == "blind":
        return None
    return _settled(incident, verdict, last_negative_at, tide)


def _is_over(incident: Incident, now: datetime) -> bool:
    if incident.state != "resolved":
        return False
    return incident.resolved_at is None or now - incident.resolved_at > SAME_WITHIN


def _risen(
    incident: Incident,
    verdict: Verdict,
    level: int,
    last_negative_at: datetime | None,
    floor: int,
    tide: Tide,
) -> Change | None:
    """The brand stands out: go on, worsen, calm down, or open again what had calmed down."""
    newest = replace(
        incident,
        level=max(incident.level, level, floor),
        peak=max(incident.peak, verdict.observed),
        last_negative_at=last_negative_at or incident.last_negative_at,
    )
    if incident.state != "open" and _is_news(incident, verdict, level, last_negative_at, tide):
        again = replace(newest, state="open", calmed_at=None, resolved_at=None, verdict=None)
        return Change(incident=again, kind="reopened")
    if incident.state == "resolved":
        return None
    if incident.state == "open" and level > max(incident.level, floor):
        return Change(incident=newest, kind="worsened")
    if incident.state == "open" and _is_spent(incident, verdict, tide):
        return _calmed(newest, verdict)
    if newest == incident:
        return None
    # The living message is refreshed, but not at every new story.
    due = abs(verdict.at - incident.changed_at) >= UPDATE_AFTER
    return Change(incident=newest, kind="updated" if due else None)


def _settled(
    incident: Incident, verdict: Verdict, last_negative_at: datetime | None, tide: Tide
) -> Change | None:
    """The brand no longer stands out: calm down, and later be resolved."""
    newest = replace(incident, last_negative_at=last_negative_at or incident.last_negative_at)
    is_calm = verdict.state == "calm" and _is_quiet(newest, verdict, CALM_AFTER)
    if incident.state == "open" and (is_calm or _is_spent(incident, verdict, tide)):
        return _calmed(newest, verdict)
    if incident.state == "calmed" and _is_over_now(newest, verdict):
        resolved = replace(newest, state="resolved", resolved_at=verdict.at)
        return Change(incident=resolved, kind="resolved")
    return Change(incident=newest, kind=None) if newest != incident else None


def _is_spent(incident: Incident, verdict: Verdict, tide: Tide) -> bool:
    """Whether its wave is over, and people have known of it for as long as a calm takes.

    What is found after an outage may have ebbed before anybody heard of it.
    """
    return tide.ebbs and abs(verdict.at - incident.opened_at) >= CALM_AFTER


def _calmed(incident: Incident, verdict: Verdict) -> Change:
    return Change(incident=replace(incident, state="calmed", calmed_at=verdict.at), kind="calmed")


def _ended(incident: Incident, verdict: Verdict) -> Change | None:
    """Remember without a word that the spike ended, which people had closed before."""
    if verdict.state != "calm" or incident.calmed_at is not None:
        return None
    return Change(incident=replace(incident, calmed_at=verdict.at), kind=None)


def _is_over_now(incident: Incident, verdict: Verdict) -> bool:
    """Whether it was calm for a day without a story, or for days without another wave.

    A story a day would hold an incident for weeks, and the next crisis be told as a wave
    of it: with the old situation and first story, and nobody called who was called before.
    """
    if _is_quiet(incident, verdict, RESOLVED_AFTER):
        return True
    rested = incident.calmed_at or verdict.at
    return verdict.state == "calm" and verdict.at - rested >= OVER_AFTER


def _is_quiet(incident: Incident, verdict: Verdict, span: timedelta) -> bool:
    """Whether no negative story came for so long.

    A busy brand is never without one: where so long usually brings one, it is enough that
    they are no more than usual, and that nothing was to be told of the incident meanwhile.
    """
    if verdict.at - (incident.last_negative_at or incident.opened_at) >= span:
        return True
    usual = verdict.expected * (span / verdict.window)
    return verdict.state == "calm" and usual >= 1 and abs(verdict.at - incident.changed_at) >= span


def _is_news(
    incident: Incident,
    verdict: Verdict,
    level: int,
    last_negative_at: datetime | None,
    tide: Tide,
) -> bool:
    """Whether what came after the incident was put to rest deserves opening it again.

    A single story after a wave does not: there has to be another one, or a higher level.
    What people closed before its spike ended does not, until it ends or gets worse: each
    usual story would be one more of it. Put to rest in the future, by a clock that jumped,
    it is as its last story left it.
    """
    goes_on = incident.state == "resolved" and incident.calmed_at is None
    same = goes_on and not _stands_alone(incident, verdict, level)
    if level <= incident.level and (same or incident.verdict == FALSE_ALARM):
        return False
    rested = incident.resolved_at or incident.calmed_at
    if incident.state == "calmed" and rested is not None and rested <= verdict.at:
        is_new = verdict.since >= rested and not tide.ebbs
        return tide.rises or level > incident.level or is_new
    if rested is not None and rested > verdict.at:
        rested = incident.last_negative_at
    return rested is None or (last_negative_at is not None and last_negative_at > rested)


def _stands_alone(incident: Incident, verdict: Verdict, level: int) -> bool:
    """Whether what came since the incident was resolved is a grave spike without what was before.

    The worst there is cannot get worse: a second one beside it would never be heard.
    """
    rested = incident.resolved_at
    return level >= _GRAVE and rested is not None and verdict.since >= rested
