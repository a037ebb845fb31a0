"""Acting without a chat: what is done is on the incident's record, and repeating is harmless."""

import getpass
from dataclasses import replace
from pathlib import Path

import pytest

from nabat import clock
from storage.database import Database
from storage.incident_records import Incident, Silence
from storage.marks import FILTER
from tests.alerts.making import add_brand, facts, join_crisis, open_incident
from tests.nabat.conftest import Command, Outcome, Written
from tests.storage.making import NOON, entry, mentioned, tone


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """A database with an open incident of «Ромашка», its number 1."""
    assert open_incident(sqlite_database, add_brand(sqlite_database)).id == 1
    return sqlite_database


@pytest.fixture
def config(database: Database, written: Written) -> Path:
    """The config over that database."""
    return written()


def _incident(database: Database) -> Incident:
    with database.read() as tx:
        return tx.incidents.get(1)


def _states(database: Database) -> list[str]:
    with database.read() as tx:
        return [one.state for one in sorted(tx.incidents.listed(), key=lambda one: one.id)]


def _kinds(database: Database) -> list[tuple[str, str | None]]:
    with database.read() as tx:
        return [(event.kind, event.by) for event in tx.incidents.events(1)]


def test_taking_an_incident_is_on_its_record(
    nabat: Command, config: Path, database: Database
) -> None:
    """Who has it is known to everybody, and only the first has it."""
    assert nabat("incident", 1, "ack", "--by", "Анна", "-c", config).out == (
        "incident 1: it is yours, Анна\n"
    )
    second = nabat("incident", 1, "ack", "--by", "Борис", "-c", config)

    assert (second.code, second.out) == (0, "incident 1: Анна has it already\n")
    assert _incident(database).taken_by == "Анна"
    assert _kinds(database)[1:] == [("taken", "Анна")]


def test_a_wrong_situation_is_corrected(nabat: Command, config: Path, database: Database) -> None:
    """By its id or title, on the record with who did it; an end is an end."""
    said = [
        nabat("incident", 1, "--situation", name, "--by", "Анна", "-c", config).out
        for name in ("service", "Массовые жалобы на обслуживание и сроки")
    ]
    nabat("incident", 1, "resolve", "-c", config)
    said.append(nabat("incident", 1, "--situation", "harm", "-c", config).out)

    assert said == [
        "incident 1: situation, owner, steps and deadlines changed\n",
        "incident 1: it is that situation already\n",
        "incident 1: it is resolved already\n",
    ]
    assert _incident(database).situation == "service"
    assert _kinds(database)[1] == ("recognised", "Анна")


def test_an_unknown_situation_is_refused_with_the_nearest(nabat: Command, config: Path) -> None:
    """And the map's ids."""
    wrong = nabat("incident", 1, "--situation", "servise", "-c", config)

    assert wrong.code == 1
    assert "did you mean 'service'?" in wrong.err


@pytest.mark.parametrize("given", [[], ["ack", "--situation", "service"]], ids=["none", "both"])
def test_one_thing_is_done_to_an_incident(nabat: Command, config: Path, given: list[str]) -> None:
    """Said before anything is done."""
    wrong = nabat("incident", 1, *given, "-c", config)

    assert wrong.code == 2
    assert "--situation NAME" in wrong.err


def test_resolving_ends_it_once(nabat: Command, config: Path, database: Database) -> None:
    """The second time there is nothing left to end."""
    assert nabat("incident", 1, "resolve", "--by", "Анна", "-c", config).code == 0
    again = nabat("incident", 1, "resolve", "--by", "Анна", "-c", config)

    assert again.out == "incident 1: it is resolved already\n"
    assert _incident(database).state == "resolved"
    assert _incident(database).resolved_at is not None
    assert _kinds(database)[1:] == [("resolved", "Анна")]


def test_a_false_alarm_is_remembered_as_one(
    nabat: Command, config: Path, database: Database
) -> None:
    """Even after it was resolved: the verdict teaches."""
    nabat("incident", 1, "resolve", "-c", config)
    assert nabat("incident", 1, "false-alarm", "--by", "Анна", "-c", config).code == 0

    assert _incident(database).verdict == "false-alarm"
    assert _kinds(database)[-1] == ("false-alarm", "Анна")


def test_a_crisis_is_taken_and_ended_as_one(
    nabat: Command, config: Path, database: Database
) -> None:
    """Taken by any of its numbers; closing what leads closes all, closing another only that."""
    numbers = [join_crisis(database, 1, name).id for name in ("Лютик", "Мята")]
    assert "yours, Анна" in nabat("incident", numbers[0], "ack", "--by", "Анна", "-c", config).out
    assert _incident(database).taken_by == "Анна"
    why = nabat("incident", 1, "why", "-c", config).out
    assert f"the same crisis: incident {numbers[0]} (Лютик), level 2, open: 14 against 1.6" in why
    told = nabat("incident", numbers[0], "why", "-c", config).out
    assert "told with incident 1 (Ромашка): one crisis" in told

    nabat("incident", numbers[0], "resolve", "--by", "Анна", "-c", config)
    assert _states(database) == ["open", "resolved", "open"]
    nabat("incident", 1, "false-alarm", "--by", "Анна", "-c", config)
    assert _states(database) == ["resolved"] * 3
    with database.read() as tx:
        verdicts = [tx.incidents.get(number).verdict for number in (1, *numbers)]
    assert verdicts == ["false-alarm"] * 3


def test_handing_up_leaves_it_open(nabat: Command, config: Path, database: Database) -> None:
    """The next person is told by the event."""
    nabat("incident", 1, "escalate", "--by", "Анна", "-c", config)

    assert _incident(database).state == "open"
    assert _kinds(database)[-1] == ("escalated", "Анна")


def test_why_shows_the_figures_and_the_stories(nabat: Command, config: Path) -> None:
    """What stands behind the alarm, in words and links."""
    said = nabat("incident", 1, "why", "-c", config).out

    for words in ("incident 1: Ромашка, level 2, open", "opened", "expected 1.6", "coverage 96%",
                  "Городские новости 12", "обвинение 12", "https://news.example/2", "in 2 h"):  # fmt: skip
        assert words in said


def test_a_title_cannot_speak_to_the_terminal(
    nabat: Command, config: Path, database: Database
) -> None:
    """It comes from a crawled page, and might clear the screen or forge a line."""
    told = replace(facts().top[0], title="А\x1b[2J\nincident 2: calm")
    forged = facts(top=(told,), top_author="Б\x07")
    with database.begin() as tx:
        found = tx.incidents.get(1)
        tx.incidents.add_event(found, kind="updated", at=clock.now(), facts=forged, by="")

    said = nabat("incident", 1, "why", "-c", config).out

    assert "А [2J incident 2: calm" in said
    assert said.replace("\n", "").isprintable()


def test_the_one_who_acts_is_named_unless_said(
    nabat: Command, config: Path, database: Database
) -> None:
    """By the name of the login."""
    nabat("incident", 1, "ack", "-c", config)

    assert _incident(database).taken_by == getpass.getuser()


def test_a_login_without_a_name_is_no_obstacle(
    nabat: Command, config: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may run as a bare number."""

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nobody)

    assert nabat("incident", 1, "ack", "-c", config).code == 0
    assert _incident(database).taken_by == "console"


def test_a_silence_holds_for_its_time(nabat: Command, config: Path, database: Database) -> None:
    """Until then nothing is sent about the brand."""
    said = nabat(
        "silence", "Ромашка", "--for", "4h", "--by", "Анна", "--reason", "учения", "-c", config
    )

    assert said.out.startswith("Ромашка: quiet until ")
    with database.read() as tx:
        (brand,) = tx.brands.all()
    from_now = _silences(database)
    assert [(one.brand_id, one.by, one.reason) for one in from_now] == [
        (brand.id, "Анна", "учения")
    ]
    assert (from_now[0].until - from_now[0].created_at).total_seconds() == 4 * 3600
    shorter = nabat("silence", "Ромашка", "--for", "2h", "-c", config)
    assert shorter.out == said.out  # the first holds


def _silences(database: Database) -> list[Silence]:
    with database.read() as tx:
        return tx.silences.active(clock.now())


@pytest.mark.parametrize(
    ("publisher", "note"),
    [("Отзовик", ""), (" отзовик", ""), ("Отзывик", "did you mean 'Отзовик'?; known: Лента, Отз")],
    ids=["known", "spelt otherwise", "mistyped"],
)
def test_a_silence_about_nobodys_texts_is_noted(
    nabat: Command, config: Path, database: Database, publisher: str, note: str
) -> None:
    """It holds, since a source of that name may come; but it keeps nobody quiet now."""
    with database.begin() as tx:
        entries = [entry(name, publisher=name) for name in ("Отзовик", "Лента")]
        tx.feeds.sync(entries, clock.now())

    said = nabat("silence", "Ромашка", "--for", "4h", "--publisher", publisher, "-c", config)

    assert said.code == 0
    assert len(_silences(database)) == 1
    assert ("note:" in said.out) == bool(note)
    assert note in said.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Ромашк",), "no brand is named 'Ромашк'; did you mean 'Ромашка'?"),
        (("Ромашка", "--situation", "blackmial"), "no situation of the map is 'blackmial'"),
    ],
    ids=["brand", "situation"],
)
def test_a_silence_of_nothing_is_refused(
    nabat: Command, config: Path, database: Database, words: tuple[str, ...], said: str
) -> None:
    """It would keep nobody quiet."""
    outcome = nabat("silence", *words, "--for", "4h", "-c", config)

    assert outcome.code == 1
    assert said in outcome.said


def test_a_silence_is_ended_before_its_time(
    nabat: Command, config: Path, database: Database
) -> None:
    """A mistaken one would hide a crisis for days."""
    nabat("silence", "Ромашка", "--for", "30 days", "-c", config)

    assert nabat("silence", "Ромашка", "--end", "-c", config).out == "Ромашка: silences ended: 1\n"
    assert _silences(database) == []
    assert nabat("silence", "Ромашка", "--end", "-c", config).out == "Ромашка: silences ended: 0\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--for 4h, or that it is over, --end"),
        (("--for", "4h", "--end"), "--for 4h, or that it is over, --end"),
        (("--for", ""), "cannot read '' as a length of time"),
    ],
    ids=["neither", "both", "nothing"],
)
def test_a_silence_without_a_length_is_explained(
    nabat: Command, config: Path, words: tuple[str, ...], said: str
) -> None:
    """And one that is to begin and to end at once."""
    outcome = nabat("silence", "Ромашка", *words, "-c", config)

    assert outcome.code == 2
    assert said in " ".join(outcome.said.replace("│", " ").split())


@pytest.mark.parametrize(
    "words",
    [
        ("incident", 10**20, "why"),
        ("mention", 10**20, "us"),
        ("outbox", "retry", 10**20),
        ("mentions", "--limit", 10**20),
        ("backtest", "--days", 99999999),
    ],
    ids=lambda words: str(words[0]),
)
def test_a_number_no_database_holds_is_wrong_usage(
    nabat: Command, config: Path, words: tuple[object, ...]
) -> None:
    """And no traceback."""
    outcome = nabat(*words, "-c", config)

    assert outcome.code == 2
    assert "should be less than or equal to" in outcome.said


@pytest.fixture
def story(database: Database) -> list[int]:
    """Three mentions of one story, judged negative, and one of another."""
    with database.begin() as tx:
        brand, source = tx.brands.find("Ромашка"), tx.feeds.sync([entry()], NOON)[0]
        assert brand is not None
        ids = [mentioned(tx, source.id, brand.id, name) for name in "abcd"]
        tx.mentions.record_tones([(number, tone()) for number in ids], NOON)
        reprints = [view.mention.article_id for view in tx.mentions.by_ids(ids[:3])]
        tx.articles.set_stories(dict.fromkeys(reprints, tx.stories.add(reprints[0], "f").id))
    return ids


def _marks(database: Database, ids: list[int]) -> list[tuple[str | None, str | None]]:
    with database.read() as tx:
        found = [view.mention for view in tx.mentions.by_ids(ids)]
    return [(one.corrected, one.excluded_by) for one in found]


def _said(outcome: Outcome) -> str:
    assert outcome.code == 0
    return outcome.out.partition(": ")[2].strip()


COUNTS = "the counts follow at the next evaluation"


def test_a_mark_is_for_the_whole_story(
    nabat: Command, config: Path, database: Database, story: list[int]
) -> None:
    """A story counts while one of its copies does; another story is left alone."""
    said = _said(nabat("mention", story[1], "neutral", "--by", "Анна", "-c", config))

    assert said == f"neutral; 3 mentions of its story; {COUNTS}"
    assert _marks(database, story) == [("neutral", None)] * 3 + [(None, None)]
    again = _said(nabat("mention", story[0], "neutral", "--by", "Борис", "-c", config))
    assert again == "neutral already"


def test_a_mark_may_be_for_one_copy_only(
    nabat: Command, config: Path, database: Database, story: list[int]
) -> None:
    """What a person has said of one copy stays when the story is marked otherwise."""
    only = nabat("mention", story[1], "positive", "--only-this", "--by", "Анна", "-c", config)
    assert _said(only) == f"positive; {COUNTS}"
    said = _said(nabat("mention", story[0], "not-us", "--by", "Борис", "-c", config))

    assert said == (
        "not-us; 2 mentions of its story; "
        f"1 that a person marked otherwise left as they are; {COUNTS}"
    )
    assert _marks(database, story[:3]) == [(None, "Борис"), ("positive", None), (None, "Борис")]


def test_the_newest_word_wins_and_says_what_was_before(
    nabat: Command, config: Path, database: Database, story: list[int]
) -> None:
    """For the copies that were marked together as well."""
    nabat("mention", story[0], "neutral", "--by", "Анна", "-c", config)
    said = _said(nabat("mention", story[2], "negative", "--by", "Борис", "-c", config))

    assert said == f"negative, was neutral (Анна); 3 mentions of its story; {COUNTS}"
    assert _marks(database, story[:3]) == [("negative", None)] * 3


def test_a_mark_is_taken_back(
    nabat: Command, config: Path, database: Database, story: list[int]
) -> None:
    """The tone and "not us" alike, of the whole story; what a filter left out stays so."""
    with database.begin() as tx:
        tx.mentions.exclude(story[3], by=f"{FILTER}аптека", now=NOON)
    nabat("mention", story[0], "neutral", "--by", "Анна", "-c", config)
    nabat("mention", story[0], "not-us", "--by", "Борис", "-c", config)
    said = _said(nabat("mention", story[1], "unmark", "-c", config))

    taken = "neutral (Анна), not-us (Борис)"
    assert said == f"taken back: {taken}; 3 mentions of its story; {COUNTS}"
    assert _said(nabat("mention", story[1], "unmark", "-c", config)) == "no person has marked it"
    left_out = _said(nabat("mention", story[3], "unmark", "-c", config))
    assert left_out.startswith("no person has marked it; left out as not-us (filter: аптека)")
    assert _marks(database, story) == [(None, None)] * 3 + [(None, f"{FILTER}аптека")]


def test_a_tone_of_what_is_not_us_does_not_count_yet(
    nabat: Command, config: Path, database: Database, story: list[int]
) -> None:
    """It is said, with what brings the mention back; then the tone counts."""
    nabat("mention", story[3], "not-us", "--by", "Анна", "-c", config)
    said = _said(nabat("mention", story[3], "positive", "--by", "Борис", "-c", config))

    back = f"`nabat mention {story[3]} us` brings it back"
    assert said == f"positive, was not-us (Анна); left out as not-us (Анна): {back}"
    nabat("mention", story[3], "us", "-c", config)
    assert _marks(database, story[3:]) == [("positive", None)]


def test_every_mark_is_logged_once(
    nabat: Command, config: Path, database: Database, story: list[int]
) -> None:
    """With what it counted as before; a mark that changes nothing is not."""
    lines = []
    for mark in ("neutral", "neutral", "not-us", "unmark"):
        err = nabat("mention", story[0], mark, "--by", "Анна", "-c", config).err
        lines += [line for line in err.splitlines() if "mention marked" in line]

    assert len(lines) == 3
    for line, before, after in zip(
        lines, ("negative", "neutral", "not-us"), ("neutral", "not-us", "unmark"), strict=True
    ):
        for field in (f"from={before}", f"to={after}", "by=Анна", "brand=Ромашка", "mentions=3"):
            assert field in line
        assert f"mention={story[0]}" in line


def test_a_mention_that_is_not_there_is_named(nabat: Command, config: Path) -> None:
    """With the command that lists them."""
    missing = nabat("mention", 7, "us", "-c", config)
    assert (missing.code, "no mention 7" in missing.err) == (1, True)


def test_an_unknown_mark_names_the_known_ones(nabat: Command, config: Path) -> None:
    """Wrong usage, with the mend."""
    wrong = nabat("mention", 1, "wrong", "-c", config)
    assert (wrong.code, "not-us" in wrong.err) == (2, True)
