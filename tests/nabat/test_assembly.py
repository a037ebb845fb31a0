"""The configured parts are built; what cannot be built is named with its place and mend."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.recipients import reached
from nabat import assembly
from nabat.config import Settings
from nabat.errors import ConfigError
from storage.records import Watch

RSS = {"kind": "rss", "url": "https://one.example/rss"}
CONSOLE = {"kind": "console"}
PERSON = {"name": "Дежурный", "channel": "console", "address": "here"}


def _settings(**tables: Any) -> Settings:
    return Settings.model_validate({"brand": [{"name": "Ромашка"}], **tables})


def _queries(*queries: str) -> Settings:
    watch = [{"query": query} for query in queries]
    return _settings(brand=[{"name": "Лютик"}, {"name": "Ромашка", "watch": watch}])


def test_a_watch_is_all_that_is_said_of_a_brand() -> None:
    """Queries included, in the order of the file."""
    assert assembly.watches(_queries("ромашка AND суд")) == (
        Watch(brand="Лютик"),
        Watch(brand="Ромашка", queries=("ромашка AND суд",)),
    )


@pytest.mark.parametrize("query", ["ромашка AND", "(ромашка", "a NEAR/0 b", '"', "AND " * 3000])
def test_a_query_that_cannot_be_read_is_named(query: str) -> None:
    """By the places of its brand and its own."""
    with pytest.raises(ConfigError, match=r"^brand\[2\]\.watch\[2\]\.query: "):
        assembly.watches(_queries("ромашка", query))


def test_a_source_switched_off_is_left_out() -> None:
    """It stays in the file, and its name stays taken."""
    off = RSS | {"id": "two", "enabled": False}

    (source,) = assembly.sources(_settings(source=[RSS | {"id": "one"}, off]))

    assert source.id == "one"  # type: ignore[attr-defined]
    with pytest.raises(ConfigError, match="'two' is there twice; give one of them an id"):
        assembly.sources(_settings(source=[off, off]))


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ([PERSON, PERSON], "recipient: 'Дежурный' is there twice; give each its own name"),
        ([PERSON | {"brands": ["Ромашки"]}], "recipient[1].brands: no brand is named 'Ромашки'; "
         "did you mean 'Ромашка'?"),
        ([PERSON | {"channel": "consol"}], "recipient[1].channel: no [[notifier]] of kind 'consol'; "
         "did you mean 'console'?"),
        ([PERSON | {"quiet_hours": "вечер"}], "recipient[1]: recipient Дежурный: cannot read "
         "quiet_hours 'вечер'"),
        ([{"name": "a"}], "recipient[1]"),
        ([PERSON | {"situations": ["blackmial"]}], "recipient[1].situations: no situation of the "
         "map is 'blackmial'; did you mean 'blackmail'?"),
        ([PERSON | {"levels": [3, 5]}], "recipient[1].levels: no level is '5'; known: 1, 2, 3, 4"),
        ([PERSON | {"levels": []}], "recipient[1].levels: would be told of nothing"),
        ([PERSON | {"language": "fr"}], "recipient[1].language: no language of ours is 'fr'; "
         "known: ru, uk, en"),
        ([PERSON | {"timezone": "Europe/Moscov"}], "recipient[1].timezone: unknown time zone "
         "'Europe/Moscov'"),
        ([PERSON, PERSON | {"name": "PR", "fallback": "Дежурная"}], "recipient[2].fallback: no "
         "other recipient is named 'Дежурная'; did you mean 'Дежурный'?"),
        ([PERSON | {"fallback": "Дежурный"}], "recipient[1].fallback: no other recipient"),
    ],
    ids=["twins", "unknown brand", "unknown channel", "quiet hours", "half a recipient",
         "unknown situation", "unknown level", "no level", "unknown language", "unknown zone",
         "unknown fallback", "its own fallback"],
)  # fmt: skip
def test_a_wrong_recipient_is_named(people: list[dict[str, Any]], said: str) -> None:
    """Before anything is sent to nobody."""
    with pytest.raises(ConfigError) as error:
        assembly.recipients(_settings(recipient=people), channels=["console"])

    assert said in str(error.value)


@pytest.mark.parametrize("duty", [{"ops": True}, {"digest": True}, {"role": "юрист"}, {}])
def test_who_stands_by_needs_no_levels(duty: dict[str, Any]) -> None:
    """For nabat's troubles, the digest, a role of the map, or where another cannot be reached."""
    second = {"name": "Второй", "levels": [], **duty}
    first = PERSON if duty else PERSON | {"fallback": "Второй"}

    people = assembly.recipients(
        _settings(recipient=[first, PERSON | second]), channels=["console"]
    )

    assert [one.name for one in people] == ["Дежурный", "Второй"]


def test_a_situation_of_ones_own_can_be_asked_for() -> None:
    """The map is the shipped one with the config's own over it."""
    own = [{"id": "strike", "title": "Забастовка", "words": ["забастовк"]}]
    person = PERSON | {"situations": ["strike", "blackmail"]}

    (one,) = assembly.recipients(_settings(situation=own, recipient=[person]), channels=["console"])

    assert one.situations == ("strike", "blackmail")


def test_a_chat_may_be_written_as_a_number() -> None:
    """As Telegram shows it."""
    person = PERSON | {"address": -100123}

    assert assembly.recipients(_settings(recipient=[person]), channels=["console"])[0].address == (
        "-100123"
    )


def test_a_named_address_stays_a_name_where_it_may_be_a_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A chat's number is none, and presses are compared with it."""
    monkeypatch.setenv("NABAT_TEST_HOOK", "https://hooks.example/T1JJ3T3L2")
    monkeypatch.setenv("NABAT_TEST_CHAT", "-100123")
    hook = PERSON | {"address": "env:NABAT_TEST_HOOK"}
    chat = PERSON | {"name": "PR", "address": "env:NABAT_TEST_CHAT"}
    settings = _settings(recipient=[hook, chat])

    kept = assembly.recipients(settings, channels=["console"])
    known = assembly.addresses(settings)

    assert [one.address for one in kept] == ["env:NABAT_TEST_HOOK", "-100123"]
    assert [one.address for one in reached(kept, known)] == [
        "https://hooks.example/T1JJ3T3L2",
        "-100123",
    ]


def test_an_address_whose_secret_is_not_there_is_named() -> None:
    """Before the night it matters."""
    settings = _settings(recipient=[PERSON | {"address": "env:NABAT_TEST_NOTHING"}])
    with pytest.raises(ConfigError, match=r"recipient\[1\]\.address: .*NABAT_TEST_NOTHING"):
        assembly.recipients(settings, channels=["console"])


def test_one_channel_of_a_kind() -> None:
    """A second one would never be asked."""
    assert list(assembly.notifiers(_settings(notifier=[CONSOLE]))) == ["console"]
    with pytest.raises(ConfigError, match=r"notifier\[2\]: there is a notifier of kind 'console'"):
        assembly.notifiers(_settings(notifier=[CONSOLE, CONSOLE]))


def test_the_shipped_maps_know_the_watched_people() -> None:
    """Their roles tell a scandal about the director from any other."""
    brand = {"name": "Ромашка", "person": [{"name": "Иван Петров"}]}

    playbook = assembly.playbook(_settings(brand=[brand]))

    assert playbook.roles == (("Иван Петров", "director"),)
    assert len(playbook.situations) > 3


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param({"playbook": {"shipped": False}}, id="no maps at all"),
        pytest.param({"situation": [{"title": "Без имени"}]}, id="a situation without an id"),
        pytest.param({"reaction": [{"situation": "нет такой"}]}, id="a reaction to nothing"),
    ],
)
def test_maps_that_cannot_be_used_are_explained(tables: dict[str, Any]) -> None:
    """The place is the configuration, not the shipped file."""
    with pytest.raises(ConfigError):
        assembly.playbook(_settings(**tables))


def test_the_manners_of_fetching_are_the_operators() -> None:
    """Megabytes become bytes, networks become words."""
    crawl = _settings(
        crawl={"max_megabytes": 0.5, "allow_addresses": ["10.0.0.7/8"], "host_delay": "none"}
    ).crawl

    told = assembly.fetching(crawl)

    assert told.longest_body == 512 * 1024
    assert told.allow_addresses == ("10.0.0.0/8",)
    assert told.host_delay == timedelta(0)


def test_an_option_of_the_backend_that_it_does_not_have_is_named() -> None:
    """As any other table's."""
    with pytest.raises(ConfigError, match=r"^tone"):
        assembly.backend(_settings(tone={"backend": "linear", "colour": "red"}))


def test_a_kind_does_not_override_the_backend() -> None:
    """It is the key of other tables."""
    with pytest.raises(ConfigError, match=r"^tone\.kind: unknown key; write backend = 'linear'$"):
        assembly.backend(_settings(tone={"backend": "embedded", "kind": "linear"}))


def test_a_backend_that_cannot_be_opened_is_named_with_the_mend(tmp_path: Path) -> None:
    """At the start, before anything is fetched or judged."""
    tone = {"backend": "huggingface", "folder": str(tmp_path)}
    with pytest.raises(ConfigError, match=r"^tone: .*model\.onnx: no such file; write it with"):
        assembly.backend(_settings(tone=tone))


def test_a_backend_without_more_to_open_tells_its_version() -> None:
    """What that cannot read would fail the first command that judges."""
    assert assembly.backend(_settings(tone={"backend": "linear"})).version
