"""The job: counts into verdicts, verdicts into incidents and events."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from crawler.identity import StoryIndex
from monitor.counts import rebuild
from monitor.evaluate import BrandSettings, UnjudgedBrandsError, evaluate
from monitor.judge import judge_brands
from monitor.replay import Checkpoints
from monitor.settings import DetectorSettings
from storage.database import Database, Transaction
from storage.incident_records import Event, Incident
from storage.records import BUCKET, Verdict
from tests.monitor.conftest import NEGATIVE, NEUTRAL, World

HOUR = timedelta(hours=1)
SETTINGS = {"Ромашка": BrandSettings()}


def run(world: World, at: datetime, *, checkpoints: Checkpoints | None = None) -> list[Event]:
    """Evaluate as the job runner would, all sources alive."""
    world.answer(at)
    return look(world, at, checkpoints=checkpoints)


def look(world: World, at: datetime, *, checkpoints: Checkpoints | None = None) -> list[Event]:
    """Evaluate with the sources as they are."""
    kept = checkpoints or world.checkpoints
    return evaluate(world.database, SETTINGS, now=at, timezone=UTC, checkpoints=kept)


def crisis(
    world: World, until: datetime, *, stories: int = 14, hours: float = 3, story: int | None = None
) -> None:
    """Negative mentions spread evenly over the last hours, all gathered at the end."""
    for index in range(stories):
        at = until - hours * HOUR * (index + 0.5) / stories
        world.mention(
            at,
            title=f"Скандал вокруг Ромашки {index}",
            crisis="скандал",
            seen_at=until,
            story_id=story,
        )


def incidents(world: World) -> Sequence[Incident]:
    """All incidents, newest first."""
    with world.database.read() as tx:
        return tx.incidents.listed()


def test_a_crisis_after_quiet_weeks_opens_one_incident(world: World, now: datetime) -> None:
    """Four weeks gathered at once teach the baseline; the last hours alarm."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now)

    (event,) = run(world, now)

    assert (event.kind, event.revision) == ("opened", 1)
    assert event.level >= 3
    assert event.facts.observed > 10 > event.facts.expected
    assert event.facts.return_days > 30
    assert event.facts.crisis == (("скандал", event.facts.negative),)
    assert "usual; by chance alone this happens" in event.facts.reason


def test_who_was_first_stays_so_while_the_incident_lasts(world: World, now: datetime) -> None:
    """Ordinary stories before it are not the first, however far the newest window reaches back."""
    for hours in range(28 * 24, 2, -5):
        world.mention(now - hours * HOUR, title="Обычная жалоба", seen_at=now)
    crisis(world, now, hours=1)
    (opened,) = run(world, now)
    crisis(world, now + HOUR, hours=1)
    later = [event for hours in (1, 30, 60) for event in run(world, now + hours * HOUR)]

    assert [event.kind for event in later][-2:] == ["calmed", "resolved"]
    firsts = {event.facts.first.title for event in [opened, *later] if event.facts.first}
    assert firsts == {"Скандал вокруг Ромашки 13"}


def test_a_new_wave_is_told_by_its_own_stories(world: World, now: datetime) -> None:
    """Who is called again is to read what is new, not the three stories of yesterday."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now, hours=1)
    run(world, now)
    (calmed,) = run(world, now + 5 * HOUR)
    later = now + 10 * HOUR
    for minute in range(14):
        at = later - timedelta(minutes=2 * minute)
        world.mention(at, title=f"Отравление {minute}", seen_at=later)

    (again,) = run(world, later)

    assert (calmed.kind, again.kind) == ("calmed", "reopened")
    assert {one.title.split()[0] for one in calmed.facts.top} == {"Скандал"}
    assert {one.title.split()[0] for one in again.facts.top} == {"Отравление"}


def test_what_is_found_after_an_outage_calms_in_hours_too(world: World, now: datetime) -> None:
    """Its wave came long before it was opened; people are left the time to take it all the same."""
    world.quiet_weeks(now - 8 * HOUR)
    for minute in range(14):
        at = now - 5 * HOUR - timedelta(minutes=5 * minute)
        world.mention(at, title=f"Отравление {minute}", seen_at=now)

    changes = {hour: [one.kind for one in run(world, now + hour * HOUR)] for hour in range(5)}

    assert changes == {0: ["opened"], 1: [], 2: [], 3: ["calmed"], 4: []}


def test_a_flood_before_the_crisis_does_not_hide_who_was_first(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more negative mentions than can be read those since it began are read."""
    monkeypatch.setattr("monitor.evaluate._MOST_TOLD", 500)
    for hours in range(28 * 24, 6, -5):
        world.mention(now - hours * HOUR, title="Обычная жалоба", seen_at=now)
    world.reprints(501, since=now - 5 * HOUR, until=now - 2 * HOUR, seen_at=now)
    crisis(world, now, hours=1)
    (opened,) = run(world, now)
    later = [event for hours in range(3, 22, 3) for event in run(world, now + hours * HOUR)]

    assert any(event.facts.negative > 500 for event in later)
    for event in [opened, *later]:
        assert event.facts.first is not None
        assert event.facts.first.title == "Скандал вокруг Ромашки 13"


def test_much_neutral_talk_hides_no_negative_story(world: World, now: datetime) -> None:
    """The origin, the counts and the crisis words are those of all negative mentions."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now)
    for second in range(510):
        world.mention(now - timedelta(seconds=second), tone=NEUTRAL, seen_at=now)

    (event,) = run(world, now)

    facts = event.facts
    assert facts.mentions >= 510 + facts.negative
    assert facts.negative == facts.stories == 14  # all since it began
    assert 14 >= facts.observed > 10  # those of the window
    assert facts.crisis == (("скандал", facts.negative),)
    assert facts.first is not None
    assert facts.first.happened_at < now - 2 * HOUR


def test_spoilt_records_of_one_brand_do_not_silence_the_others(
    sqlite_database: Database, now: datetime
) -> None:
    """The others' incidents are written; the failure is told by name at the end."""
    world = World(sqlite_database, now, brands=("Ромашка", "Лютик"))
    with world.database.read() as tx:
        ids = {brand.name: brand.id for brand in tx.brands.active()}
    for brand_id in ids.values():
        world.quiet_weeks(now - 3 * HOUR, brand_id=brand_id)
        for index in range(14):
            at = now - 3 * HOUR * (index + 0.5) / 14
            world.mention(at, title=f"Скандал {index}", seen_at=now, brand_id=brand_id)
    with world.database.begin() as tx:
        spoilt = text("UPDATE mentions SET crisis = '{' WHERE brand_id = :brand")
        tx.connection.execute(spoilt, {"brand": ids["Лютик"]})

    with pytest.raises(UnjudgedBrandsError, match="see the log: Лютик"):
        run(world, now)

    assert [one.brand for one in incidents(world)] == ["Ромашка"]


def test_spoilt_records_of_a_brand_that_left_the_config_do_not_silence_the_others(
    sqlite_database: Database, now: datetime
) -> None:
    """What is watched is judged; what is open of the other is named until its records are mended."""
    world = World(sqlite_database, now, brands=("Лютик", "Ромашка"))
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now)
    run(world, now)
    with world.database.begin() as tx:
        (kept,) = (brand.id for brand in tx.brands.sync(["Ромашка"], now - HOUR))
        tx.connection.execute(text("UPDATE events SET facts = '{'"))
    world.quiet_weeks(now - 3 * HOUR, brand_id=kept)
    for index in range(14):
        at = now - 3 * HOUR * (index + 0.5) / 14
        world.mention(at, title=f"Скандал {index}", seen_at=now, brand_id=kept)

    with pytest.raises(UnjudgedBrandsError, match="see the log: Лютик"):
        run(world, now + BUCKET)

    assert [one.brand for one in incidents(world)] == ["Ромашка", "Лютик"]


def test_running_again_at_the_same_time_adds_nothing(world: World, now: datetime) -> None:
    """Idempotent: same database, same moment, no second event."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now)
    run(world, now)
    assert run(world, now) == []
    assert len(incidents(world)) == 1


def test_quiet_weeks_raise_nothing(world: World, now: datetime) -> None:
    """Four ordinary weeks, looked at for the first time and an hour later."""
    world.quiet_weeks(now)
    assert run(world, now) == []
    assert run(world, now + HOUR) == []


def test_an_old_crisis_found_in_the_archive_is_no_alarm(world: World, now: datetime) -> None:
    """A new install reads four weeks with a storm two weeks ago: history, not news."""
    world.quiet_weeks(now)
    crisis(world, now - timedelta(days=14), stories=20)
    assert run(world, now) == []


def test_reprints_of_one_story_raise_nothing(world: World, now: datetime) -> None:
    """Forty sites of one family carry one story: one story."""
    world.quiet_weeks(now - 3 * HOUR)
    with world.database.begin() as tx:
        story = tx.stories.add(1, "f").id
    crisis(world, now, stories=40, hours=2, story=story)
    assert run(world, now) == []


def test_neutral_attention_raises_nothing(world: World, now: datetime) -> None:
    """Much talk without negativity is not an attack."""
    world.quiet_weeks(now - 3 * HOUR)
    for minute in range(60):
        world.mention(now - timedelta(minutes=3 * minute), tone=NEUTRAL, seen_at=now)
    assert run(world, now) == []


def test_unscored_mentions_wait_for_their_tone(world: World, now: datetime) -> None:
    """They count as soon as they are scored, in the bucket they belong to."""
    world.quiet_weeks(now - 3 * HOUR)
    for minute in range(0, 180, 12):
        world.mention(now - timedelta(minutes=minute), tone=None, seen_at=now)
    assert run(world, now) == []


def test_a_growing_crisis_worsens_and_a_quiet_one_is_laid_to_rest(
    world: World, now: datetime
) -> None:
    """Opened, worsened, calmed, resolved: each told once, in this order."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now, stories=4)
    events = run(world, now)
    crisis(world, now + 2 * HOUR, stories=25, hours=2)
    for hour in range(60):
        events += run(world, now + (2 + hour) * HOUR)
    kinds = [event.kind for event in events]
    assert kinds[0] == "opened"
    assert "worsened" in kinds
    assert kinds[-2:] == ["calmed", "resolved"]
    assert [event.revision for event in events] == list(range(1, len(events) + 1))
    assert [one.state for one in incidents(world)] == ["resolved"]


def test_what_a_person_resolved_is_not_opened_again_by_the_same_stories(
    world: World, now: datetime
) -> None:
    """Their bucket still runs when the button is pressed, but none of them is newer than it."""
    now += timedelta(minutes=3)
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now)
    (opened,) = run(world, now)
    with world.database.begin() as tx:
        rested = tx.incidents.get(opened.incident_id)
        tx.incidents.change(
            replace(rested, state="resolved", resolved_at=now + timedelta(minutes=2))
        )
    for minute in (3, 5, 13):
        assert run(world, now + timedelta(minutes=minute)) == []


def test_an_incident_of_a_brand_that_left_the_config_is_closed(world: World, now: datetime) -> None:
    """Nobody judges it any more: it would be open, and called out, for ever."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now)
    run(world, now)
    with world.database.begin() as tx:
        tx.brands.sync(["Лютик"], now)

    assert run(world, now + HOUR / 2) == []  # it may be a mistake
    events = run(world, now + HOUR)

    assert [event.kind for event in events] == ["resolved"]
    assert [one.state for one in incidents(world)] == ["resolved"]
    assert run(world, now + 2 * HOUR) == []


def test_dead_sources_are_blind_and_calm_nothing_down(world: World, now: datetime) -> None:
    """An incident stays open while nobody answers."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now)
    run(world, now)
    for hour in range(1, 30):
        assert look(world, now + hour * HOUR) == []
    assert [one.state for one in incidents(world)] == ["open"]


def test_a_backlog_after_two_dark_days_raises_nothing(world: World, now: datetime) -> None:
    """What sources missed comes back dated by publication, at its usual rate."""
    world.quiet_weeks(now)
    run(world, now)
    back = now + timedelta(days=2)
    for hour in range(1, 48, 3):
        look(world, now + hour * HOUR)
    for hour in range(0, 48, 8):
        world.mention(now + hour * HOUR, title="Жалоба", seen_at=back)
    assert run(world, back) == []
    assert incidents(world) == []


def test_the_chart_covers_a_week_of_hours(world: World, now: datetime) -> None:
    """Observed and expected by the hour, the running hour included."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now)
    (event,) = run(world, now)
    series = event.facts.series
    assert len(series) == 7 * 24
    assert series[-1].start_at == now
    assert sum(point.observed for point in series[-4:]) == 14
    assert all(point.expected > 0 for point in series)


@pytest.mark.parametrize("stops", [2, 3], ids=["every second run", "every third"])
def test_a_restart_changes_no_verdict(world: World, now: datetime, stops: int) -> None:
    """Killed between runs: what follows equals an uninterrupted daemon's verdicts."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now + HOUR, stories=12)
    uninterrupted, restarted = Checkpoints(), Checkpoints()
    for quarter in range(8):
        if quarter % stops == 0:
            restarted = Checkpoints()
        at = now + quarter * BUCKET
        run(world, at, checkpoints=uninterrupted)
        assert verdict(world, at, restarted) == verdict(world, at, uninterrupted)


def verdict(world: World, at: datetime, checkpoints: Checkpoints) -> Verdict:
    """The brand's verdict from the stored buckets."""
    settings = {"Ромашка": DetectorSettings()}
    with world.database.read() as tx:
        brands = tx.brands.active()
        (judged,) = judge_brands(tx, brands, settings, now=at, checkpoints=checkpoints)
    return judged.verdict


def test_a_mention_that_arrives_late_is_counted_in_its_own_bucket(
    world: World, now: datetime
) -> None:
    """Publication time decides, not arrival."""
    world.quiet_weeks(now)
    run(world, now)
    world.mention(now - 6 * HOUR, title="Опоздавшая", seen_at=now + HOUR)
    run(world, now + HOUR)
    with world.database.read() as tx:
        (bucket,) = tx.buckets.between(world.brand_id, now - 6 * HOUR, now - 5.75 * HOUR)
    assert (bucket.negative_stories, bucket.expected_negative) == (1, 0.9)


def test_a_brand_without_settings_is_judged_by_the_defaults(world: World, now: datetime) -> None:
    """A forgotten entry silences nobody."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now)
    world.answer(now)
    (event,) = evaluate(world.database, {}, now=now, timezone=UTC)
    assert event.kind == "opened"


def test_a_floor_of_stories_is_kept(world: World, now: datetime) -> None:
    """Fewer distinct stories than asked for never alarm."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now, stories=6)
    world.answer(now)
    asked = {"Ромашка": BrandSettings(min_stories=10)}
    assert evaluate(world.database, asked, now=now, timezone=UTC) == []


def stories_at(world: World, at: datetime) -> int:
    """Negative stories counted in the bucket of a moment."""
    with world.database.read() as tx:
        buckets = tx.buckets.between(world.brand_id, at, at + BUCKET)
    return sum(bucket.negative_stories for bucket in buckets)


def test_what_people_say_changes_the_counts_backwards(
    world: World, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """Days later: not us, taken back, corrected to neutral and back; each in its own bucket."""
    caplog.set_level(logging.INFO, "monitor.evaluate")
    old = now - timedelta(days=5)
    mention = world.mention(old)
    run(world, now)
    assert stories_at(world, old) == 1
    said = []
    for hour, step in enumerate(["exclude", "include", "neutral", "negative"], start=1):
        at = now + hour * HOUR
        with world.database.begin() as tx:
            if step == "exclude":
                tx.mentions.exclude(mention, by="Анна", now=at)
            elif step == "include":
                tx.mentions.include(mention, now=at)
            else:
                tx.mentions.correct(mention, step, by="Анна", now=at)
        run(world, at)
        said.append(stories_at(world, old))
    assert said == [0, 1, 0, 1]
    told = [one for one in caplog.records if one.message == "counts changed backwards"]
    changes = [(one.__dict__["before"], one.__dict__["after"]) for one in told]
    assert changes == [(1, 0), (0, 1), (1, 0), (0, 1)]


def test_what_changed_while_a_brand_was_not_watched_is_counted_when_it_returns(
    world: World, now: datetime
) -> None:
    """Marks, and the tones of a new model, of hours in which the brand was not in the config."""
    old = now - timedelta(days=5)
    mention = world.mention(old)
    run(world, now)
    with world.database.begin() as tx:
        tx.brands.sync(["Лютик"], now + HOUR)
    run(world, now + HOUR)
    with world.database.begin() as tx:
        tx.mentions.exclude(mention, by="Анна", now=now + 2 * HOUR)
    run(world, now + 4 * HOUR)
    with world.database.begin() as tx:
        tx.brands.sync(["Ромашка"], now + 5 * HOUR)
    run(world, now + 5 * HOUR)
    assert stories_at(world, old) == 0


def test_a_change_is_counted_once_while_nothing_else_changes(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mark on a mention of last year costs its year once, not at every minute of an hour."""
    counted: list[datetime] = []

    def watched(tx: Transaction, brand_id: int, *, since: datetime, **given: Any) -> None:
        counted.append(since)
        rebuild(tx, brand_id, since=since, **given)

    monkeypatch.setattr("monitor.evaluate.rebuild", watched)
    world.answer(now)
    old, minute = now - timedelta(days=5), timedelta(minutes=1)
    mention = world.mention(old)
    for passed in range(3):
        run(world, now + passed * minute)
    assert counted == [old]
    with world.database.begin() as tx:
        tx.mentions.exclude(mention, by="Анна", now=now + 3 * minute)
    for passed in range(3, 6):
        run(world, now + passed * minute)
    assert (counted, stories_at(world, old)) == ([old, old], 0)
    run(world, now + 6 * minute, checkpoints=Checkpoints())
    assert counted == [old, old, old]


def test_a_quiet_brand_reprinted_thirty_times_in_two_hours_raises_nothing(
    world: World, now: datetime
) -> None:
    """Folded by the real index: new titles, a cut end, one story."""
    world.quiet_weeks(now - 3 * HOUR, negative=4)
    index, letters = StoryIndex(), Random(7)
    words = ["".join(letters.choices("абвгдеиклмнопрстуя", k=7)) for _ in range(200)]
    stories: dict[int, int] = {}
    for number in range(30):
        at = now - 2 * HOUR + number * timedelta(minutes=4)
        text = " ".join(words[: 200 - 3 * number])
        folded = index.add(number + 1, f"Заголовок {words[-number - 1]}", text, at)
        if folded.story not in stories:
            with world.database.begin() as tx:
                stories[folded.story] = tx.stories.add(number + 1, "f").id
        world.mention(at, title="Заголовок", story_id=stories[folded.story], seen_at=now)
    assert len(stories) == 1
    assert run(world, now) == []
    assert incidents(world) == []


def test_a_running_story_makes_a_crisis_worse(sqlite_database: Database, now: datetime) -> None:
    """The same stories, one of them carried by many owners: a level more, no second incident."""
    world = World(sqlite_database, now, sources=12)
    world.answer(now)
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now, stories=6)
    (opened,) = run(world, now)
    with world.database.begin() as tx:
        story = tx.stories.add(1, "f").id
    for number in range(12):
        world.mention(now, story_id=story, source=number, title="Одно и то же")
    events = run(world, now + BUCKET)
    assert [event.kind for event in events] == ["worsened"]
    assert events[0].level == min(4, opened.level + 1)
    assert len(incidents(world)) == 1


def test_the_level_of_a_situation_is_kept(world: World, now: datetime) -> None:
    """The crisis map says that this situation is at least of level 4."""
    world.quiet_weeks(now - 3 * HOUR)
    crisis(world, now, stories=4)
    run(world, now)
    (opened,) = incidents(world)
    with world.database.begin() as tx:
        tx.incidents.change(replace(tx.incidents.get(opened.id), situation="poison"))
    crisis(world, now + HOUR, stories=2, hours=1)
    world.answer(now + HOUR)
    evaluate(world.database, SETTINGS, now=now + HOUR, timezone=UTC, floors={"poison": 4})
    assert [one.level for one in incidents(world)] == [4]


def test_ten_sources_dead_for_two_days_are_never_called_calm(
    sqlite_database: Database, now: datetime
) -> None:
    """Blind all along; back with their backlog, at its usual rate, they raise nothing."""
    world = World(sqlite_database, now, sources=10)
    world.answer(now)
    world.quiet_weeks(now)
    run(world, now)
    said = set()
    for hour in range(4, 48, 11):
        look(world, now + hour * HOUR)
        said.add(verdict(world, now + hour * HOUR, world.checkpoints).state)
    back = now + timedelta(days=2)
    for hour in range(0, 48, 8):
        world.mention(now + hour * HOUR, title="Жалоба", seen_at=back)
    assert run(world, back) == []
    assert said == {"blind"}


def test_another_tone_at_the_usual_volume_opens_an_incident(world: World, now: datetime) -> None:
    """No more stories than ever, but all of them negative: the share stands out."""
    for index in range(30 * 12):
        at = now - timedelta(days=1, hours=2 * index)
        world.mention(at, tone=NEGATIVE if index % 4 == 0 else NEUTRAL, seen_at=now)
    for index in range(9):
        world.mention(now - timedelta(minutes=30 + 150 * index), seen_at=now)
    (event,) = run(world, now)
    assert event.kind == "opened"
    assert event.facts.reason.startswith("tone turned: 9 of 9 stories in 24 h are negative")
