"""The life of an incident, one verdict at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.incidents import FALSE_ALARM, Change, Opening, decide, level_of
from monitor.waves import Tide
from storage.incident_records import Incident
from storage.records import Verdict

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
EBB = Tide(ebbs=True)


def verdict(state: str, at: datetime = NOON, *, observed: float = 12, days: float = 50) -> Verdict:
    """A verdict of this state."""
    return Verdict(
        brand_id=1,
        at=at,
        alarm=False,
        state=state,
        observed=observed,
        expected=1.0,
        window=3 * HOUR,
        since=at - 3 * HOUR,
        probability=1e-6,
        return_days=days,
        reason="",
        baseline=timedelta(days=28),
        coverage=1.0,
    )


def incident(state: str = "open", **fields: object) -> Incident:
    """An incident opened at noon."""
    plain = Incident(
        id=1,
        brand_id=1,
        brand="Ромашка",
        level=2,
        state=state,
        opened_at=NOON,
        changed_at=NOON,
        last_negative_at=NOON,
        peak=12,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def step(
    known: Incident | None, seen: Verdict, *, level: int = 2, negative_at: datetime | None = None
) -> Opening | Change | None:
    """What the verdict changes."""
    return decide(known, seen, level=level, last_negative_at=negative_at)


def kind(change: Opening | Change | None) -> str | None:
    """The kind of event a change makes."""
    assert isinstance(change, Change)
    return change.kind


def test_a_spike_opens_an_incident() -> None:
    """With the level and the height of the verdict."""
    assert step(None, verdict("spike")) == Opening(level=2, peak=12)


@pytest.mark.parametrize("state", ["calm", "raised", "blind", "learning"])
def test_nothing_else_opens_one(state: str) -> None:
    """Only a spike does."""
    assert step(None, verdict(state)) is None


def test_the_same_verdict_again_changes_nothing() -> None:
    """A repeated run is harmless."""
    assert step(incident(), verdict("spike"), negative_at=NOON) is None


def test_a_higher_level_is_told() -> None:
    """Worsened, with the new level."""
    change = step(incident(), verdict("spike"), level=3, negative_at=NOON)
    assert kind(change) == "worsened"
    assert isinstance(change, Change)
    assert change.incident.level == 3


def test_a_lower_level_is_not_told() -> None:
    """An incident keeps the highest level it reached."""
    assert step(incident(), verdict("spike"), level=1, negative_at=NOON) is None


def test_growing_numbers_are_kept_without_a_word() -> None:
    """The peak and the newest story move; nobody is told."""
    change = step(incident(), verdict("spike", observed=15), negative_at=NOON + HOUR)
    assert isinstance(change, Change)
    assert (change.kind, change.incident.peak) == (None, 15)


def test_calm_needs_hours_without_a_new_negative_story() -> None:
    """Three hours, and not standing out any more."""
    assert step(incident(), verdict("calm", NOON + 2 * HOUR), negative_at=NOON) is None
    assert step(incident(), verdict("raised", NOON + 4 * HOUR), negative_at=NOON) is None
    change = step(incident(), verdict("calm", NOON + 4 * HOUR), negative_at=NOON)
    assert kind(change) == "calmed"


def test_resolved_needs_a_day_without_news() -> None:
    """No new negative newsbreak for 24 hours."""
    calmed = incident("calmed", calmed_at=NOON + 4 * HOUR)
    assert step(calmed, verdict("calm", NOON + 23 * HOUR), negative_at=NOON) is None
    change = step(calmed, verdict("calm", NOON + 24 * HOUR), negative_at=NOON)
    assert kind(change) == "resolved"


@pytest.mark.parametrize(
    ("hours", "state", "told"),
    [(72, "calm", "resolved"), (71, "calm", None), (72, "raised", None), (72, "blind", None)],
)
def test_a_story_a_day_holds_no_crisis_open_for_weeks(
    hours: int, state: str, told: str | None
) -> None:
    """Three days without another wave end it, or the next crisis would be told as one of it."""
    at = NOON + hours * HOUR
    seen = replace(verdict(state, at, observed=1), expected=0.01)
    change = step(incident("calmed", calmed_at=NOON), seen, negative_at=at - 5 * HOUR)
    assert (kind(change) if change else None) == told


@pytest.mark.parametrize(
    ("before", "hours", "expected", "state", "told"),
    [
        ("open", 3, 8.0, "calm", "calmed"),
        ("open", 2, 8.0, "calm", None),
        ("open", 3, 7.9, "calm", None),
        ("open", 3, 90.0, "raised", None),
        ("calmed", 24, 1.0, "calm", "resolved"),
        ("calmed", 23, 90.0, "calm", None),
        ("calmed", 24, 0.9, "calm", None),
        ("calmed", 24, 90.0, "raised", None),
    ],
    ids=["calm", "not for long", "seldom spoken of", "still raised", "over", "not a day yet",
         "usually silent for a day", "raised again"],
)  # fmt: skip
def test_a_brand_that_always_has_negative_stories_calms_down_too(
    before: str, hours: int, expected: float, state: str, told: str | None
) -> None:
    """Otherwise its first incident would stay open for ever, and the next one be no news."""
    at = NOON + hours * HOUR
    seen = replace(verdict(state, at), expected=expected, window=24 * HOUR)
    assert kind(step(incident(before), seen, negative_at=at)) == told


def test_a_wave_that_ebbs_is_told_though_its_window_still_holds_it() -> None:
    """The longest window remembers a day; who fights the crisis wants to know at once."""
    known, seen = incident(level=4), verdict("spike", NOON + 4 * HOUR)
    assert ebb(known, seen) == "calmed"
    assert ebb(known, verdict("raised", NOON + 4 * HOUR)) == "calmed"
    assert ebb(known, verdict("blind", NOON + 4 * HOUR)) is None
    worse = decide(incident(level=1), seen, level=4, last_negative_at=NOON, tide=EBB)
    assert kind(worse) == "worsened"


def ebb(known: Incident, seen: Verdict) -> str | None:
    """What is told as hardly a story comes any more."""
    change = decide(known, seen, level=2, last_negative_at=NOON, tide=EBB)
    return kind(change) if change else None


@pytest.mark.parametrize(
    ("level", "tide", "told"),
    [(4, Tide(), "updated"), (4, Tide(rises=True), "reopened"), (5, Tide(), "reopened")],
    ids=["a single story", "another wave", "a higher level"],
)
def test_a_calmed_incident_opens_again_with_another_wave(level: int, tide: Tide, told: str) -> None:
    """A story after a wave is refreshed in the message, and no more."""
    calmed = incident("calmed", level=4, calmed_at=NOON)
    at = NOON + 2 * HOUR
    seen = verdict("spike", at, observed=15)
    change = decide(calmed, seen, level=level, last_negative_at=at, tide=tide)
    assert kind(change) == told


@pytest.mark.parametrize(("tide", "told"), [(EBB, "updated"), (Tide(), "reopened")])
def test_usual_stories_are_no_wave_though_the_window_calls_them_a_new_spike(
    tide: Tide, told: str
) -> None:
    """Else a brand with a story every few hours would ring each day, at its worst level."""
    calmed = incident("calmed", level=4, calmed_at=NOON)
    at = NOON + 24 * HOUR
    seen = verdict("spike", at, observed=8)
    assert seen.since >= NOON
    assert kind(decide(calmed, seen, level=2, last_negative_at=at, tide=tide)) == told


@pytest.mark.parametrize("state", ["open", "calmed"])
def test_nothing_calms_down_while_blind(state: str) -> None:
    """Silence of dead sources is not calm."""
    assert step(incident(state), verdict("blind", NOON + 48 * HOUR), negative_at=NOON) is None


@pytest.mark.parametrize("state", ["calmed", "resolved"])
def test_a_new_spike_within_a_day_opens_the_old_incident_again(state: str) -> None:
    """The same story goes on."""
    rested = incident(state, calmed_at=NOON, resolved_at=NOON if state == "resolved" else None)
    change = step(rested, verdict("spike", NOON + 5 * HOUR), negative_at=NOON + 5 * HOUR)
    assert kind(change) == "reopened"
    assert isinstance(change, Change)
    assert (change.incident.state, change.incident.resolved_at) == ("open", None)


def test_the_tail_of_a_rested_spike_does_not_open_it_again() -> None:
    """Without a story after it was put to rest there is nothing new."""
    rested = incident("resolved", resolved_at=NOON + HOUR)
    assert step(rested, verdict("spike", NOON + 2 * HOUR), negative_at=NOON) is None


def test_what_people_closed_stays_closed_until_its_spike_ends_or_worsens() -> None:
    """Each usual story that comes while the window still holds the old ones is no new spike."""
    closed = incident("resolved", resolved_at=NOON)
    assert step(closed, verdict("spike", NOON + HOUR), negative_at=NOON + HOUR) is None
    worse = step(closed, verdict("spike", NOON + HOUR), level=3, negative_at=NOON + HOUR)
    assert kind(worse) == "reopened"

    assert step(closed, verdict("raised", NOON + 2 * HOUR), negative_at=NOON + HOUR) is None
    ended = step(closed, verdict("calm", NOON + 3 * HOUR), negative_at=NOON + HOUR)

    assert isinstance(ended, Change)
    assert (ended.kind, ended.incident.state) == (None, "resolved")
    assert step(ended.incident, verdict("calm", NOON + 4 * HOUR)) is None
    again = step(ended.incident, verdict("spike", NOON + 5 * HOUR), negative_at=NOON + 5 * HOUR)
    assert kind(again) == "reopened"


@pytest.mark.parametrize(
    ("hours", "level", "told"),
    [(3, 4, "reopened"), (3, 2, "reopened"), (3, 1, None), (2, 4, None)],
    ids=["the worst", "a grave one", "a few stories", "old stories among them"],
)
def test_what_people_closed_hides_no_new_crisis(hours: int, level: int, told: str | None) -> None:
    """What came since the close is a spike by itself, and the worst there is gets no worse."""
    closed = incident("resolved", resolved_at=NOON, level=4)
    at = NOON + hours * HOUR
    change = step(closed, verdict("spike", at), level=level, negative_at=at)
    assert (change and kind(change)) == told


@pytest.mark.parametrize(
    ("negative_at", "told"), [(NOON, None), (NOON + HOUR, "reopened")], ids=["the tail", "a new story"]
)  # fmt: skip
def test_what_a_clock_that_jumped_put_to_rest_hides_no_new_spike(
    negative_at: datetime, told: str | None
) -> None:
    """Resolved next month by a clock that was set back since: a month without alarms."""
    later = NOON + 30 * 24 * HOUR
    rested = incident("resolved", calmed_at=later, resolved_at=later)
    change = step(rested, verdict("spike", NOON + HOUR), negative_at=negative_at)
    assert (kind(change) if change else None) == told


def test_what_a_clock_that_jumped_told_last_keeps_no_message_old() -> None:
    """The living message goes on with the stories of now."""
    ahead = incident(changed_at=NOON + 20 * HOUR)
    seen = verdict("spike", NOON + HOUR, observed=14)
    assert kind(step(ahead, seen, negative_at=NOON + HOUR)) == "updated"


def test_after_a_day_a_spike_is_a_new_incident() -> None:
    """The old one is history."""
    rested = incident("resolved", resolved_at=NOON)
    assert step(rested, verdict("spike", NOON + 25 * HOUR)) == Opening(level=2, peak=12)


def test_a_false_alarm_stays_closed_unless_it_worsens() -> None:
    """What people called a false alarm speaks again only at a higher level."""
    closed = incident("resolved", resolved_at=NOON, verdict=FALSE_ALARM)
    later = verdict("spike", NOON + HOUR)
    assert step(closed, later, level=2, negative_at=NOON + HOUR) is None
    change = step(closed, later, level=3, negative_at=NOON + HOUR)
    assert kind(change) == "reopened"
    assert isinstance(change, Change)
    assert change.incident.verdict is None


@pytest.mark.parametrize(
    ("days", "observed", "level"),
    [
        (31, 20, 1),
        (310, 20, 2),
        (3_100, 20, 3),
        (1e6, 20, 4),
        (1e6, 9, 3),
        (1e6, 4, 2),
        (31, 3, 1),
    ],
    ids=["month", "year", "decade", "unheard of", "some stories", "few stories", "just over"],
)
def test_the_level_is_rarity_bounded_by_size(days: float, observed: float, level: int) -> None:
    """Ten times rarer is one level more; a handful of stories is never the greatest crisis."""
    assert level_of(verdict("spike", observed=observed, days=days), budget=1.0) == level


@pytest.mark.parametrize(
    ("later", "told"), [(HOUR / 12, None), (HOUR / 4, "updated")], ids=["5 min", "15 min"]
)
def test_new_stories_refresh_what_is_said_but_not_each_at_once(
    later: timedelta, told: str | None
) -> None:
    """The living message is edited now and then, however many stories come."""
    seen = verdict("spike", NOON + later, observed=14)
    assert kind(step(incident(), seen, negative_at=NOON + later)) == told


@pytest.mark.parametrize(
    ("observed", "publishers", "level"),
    [(12, 7, 1), (12, 8, 2), (4, 8, 2), (12, 40, 2)],
    ids=["seven publishers", "eight", "a handful of stories", "forty"],
)
def test_a_story_that_runs_is_worth_a_level(observed: float, publishers: int, level: int) -> None:
    """Reach beside rarity: by publishers of different owners."""
    seen = verdict("spike", observed=observed, days=40)
    assert level_of(seen, budget=1.0, publishers=publishers) == level


def test_nothing_is_worse_than_the_worst() -> None:
    """Four levels, and no fifth."""
    seen = verdict("spike", observed=50, days=1e9)
    assert level_of(seen, budget=1.0, publishers=99) == 4


@pytest.mark.parametrize(
    ("level", "floor", "said", "now_at"),
    [(1, 3, "updated", 3), (4, 3, "worsened", 4), (3, 3, "updated", 3)],
    ids=["below the floor", "above the floor", "at the floor"],
)
def test_the_floor_of_a_situation_is_kept_and_is_no_news(
    level: int, floor: int, said: str, now_at: int
) -> None:
    """People were told the situation's level when it was recognised."""
    seen = verdict("spike", NOON + HOUR)
    change = decide(incident(level=1), seen, level=level, last_negative_at=NOON + HOUR, floor=floor)
    assert kind(change) == said
    assert isinstance(change, Change)
    assert change.incident.level == now_at
