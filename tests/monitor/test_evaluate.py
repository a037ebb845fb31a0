"""The job: counts into verdicts, verdicts into incidents and events."""

from datetime import UTC, datetime, timedelta

from monitor.evaluate import BrandSettings, evaluate
from storage.records import Event
from tests.monitor.conftest import World

SETTINGS = {"Ромашка": BrandSettings()}


def run(world: World, at: datetime) -> list[Event]:
    """Evaluate as the job runner would."""
    return evaluate(world.database, SETTINGS, now=at, timezone=UTC)


def crisis(world: World, until: datetime, *, stories: int = 14, hours: float = 3) -> None:
    """Negative stories spread evenly over the last hours, all gathered at the end."""
    for index in range(stories):
        at = until - timedelta(hours=hours) * (index + 0.5) / stories
        world.mention(at, title=f"Скандал вокруг Ромашки {index}", crisis="скандал", seen_at=until)


def test_a_crisis_after_quiet_weeks_opens_one_incident(world: World, now: datetime) -> None:
    """Four weeks gathered at once teach the baseline; the last hours alarm."""
    world.quiet_weeks(now - timedelta(hours=3))
    crisis(world, now)

    (event,) = run(world, now)

    assert (event.kind, event.revision) == ("opened", 1)
    assert event.level >= 3
    assert event.facts.observed > 10 > event.facts.expected
    assert event.facts.return_days > 30
    assert event.facts.crisis == (("скандал", event.facts.negative),)
    assert "usual; chance alone does this" in event.facts.reason
