"""Reading the configuration: every mistake is named with its place and its mend."""

import re
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from nabat import assembly
from nabat.commands.setup import example
from nabat.config import Settings, load, secret, secrets_of
from nabat.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    path = folder / "nabat.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_is_complete_and_equals_the_defaults(tmp_path: Path) -> None:
    """What `nabat init` writes must load, and say the defaults where it says anything."""
    settings = load(written(tmp_path, example()))
    plain = Settings()
    sections = "storage retention crawl matching tone spike daemon log playbook"
    for section in sections.split():
        assert getattr(settings, section) == getattr(plain, section), section
        assert set(getattr(settings, section).model_fields_set) == set(
            type(getattr(plain, section)).model_fields
        ), section


def test_the_example_beside_the_readme_is_the_shipped_one() -> None:
    """One example, not two."""
    beside = Path(__file__).resolve().parents[2] / "config.example.toml"
    assert beside.read_text(encoding="utf-8") == example()


def test_the_example_can_be_assembled(tmp_path: Path) -> None:
    """Sources, channels, people and maps of the example are all valid."""
    settings = load(written(tmp_path, example()))
    channels = assembly.notifiers(settings)
    assert [source.url for source in assembly.sources(settings)] == ["https://news.example/rss"]
    assert [one.name for one in assembly.recipients(settings, channels=list(channels))] == ["PR"]
    assert assembly.playbook(settings).situations


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[stroage]\nurl = ''", "stroage: unknown key; did you mean 'storage'"),
        ("[[brand]]\nname = 'A'\naliasess = []", r"brand\[1\].aliasess: unknown key; did you mean 'aliases'"),
        ("[[brand]]\naliases = []", r"brand\[1\].name: is missing"),
        ("[[brand]]\nname = 'A'\n[[brand]]\nname = 'A'", "two brands named 'A'"),
        ("[[brand]]\nname = 'A'\nfalse_alarms = 'often'", r"brand\[1\].false_alarms: cannot read"),
        ("[[brand]]\nname = 'A'\n[[brand.person]]\nnam = 'X'", r"brand\[1\].person\[1\].nam: unknown key; did you mean 'name'"),
        ("[crawl]\ninterval = 'soon'", "crawl.interval: cannot read 'soon'"),
        ("[crawl]\nallow_addresses = ['home']", "crawl.allow_addresses"),
        ("[crawl]\nallow_addresses = 5", "crawl.allow_addresses: write a list of networks"),
        ("[crawl]\nallow_addresses = [true]", "crawl.allow_addresses: write a list of networks"),
        ("[crawl]\nmax_megabytes = inf", "crawl.max_megabytes: input should be a finite number"),
        ("[spike]\nmin_ratio = inf", "spike.min_ratio: input should be a finite number"),
        ("[retention]\narticles_days = 1000000", "retention.articles_days: .* 36500"),
        ("[spike]\ntimezone = 'Europe/Moscov'", "spike.timezone: unknown time zone"),
        ("[log]\nlevel = 'loud'", "log.level"),
        ("[spike]\nmin_stories = " + "9" * 400, "spike.min_stories: .* 1000000"),
        ("[crawl]\nmax_megabytes = 1e305", "crawl.max_megabytes: .* 1000"),
        ("[crawl]\nconcurrency = " + "9" * 30, "crawl.concurrency: .* 1000"),
        ("[spike]\nmin_stories = " + "9" * 5000, "a number is too long to be read"),
        ('[storage]\nurl = "sqlite:///a\\u0000b.db"', "storage.url: holds the sign NUL"),
        ("[brand]\nname = 'A'", r"brand: there may be several; write \[\[brand\]\]"),
        ("[[brand]]\nname = 'A'\n[brand.person]\nname = 'Б'", r"brand\[1\].person: .* write \[\[brand.person\]\]"),
        ("[storage\n", "not valid TOML"),
        ("[[spike]]\nmin_stories = 1", r"spike: is a table; write its keys under \[spike\]"),
        ("[[brand]]\nname = 'A'\nperson = ['Б']", r"brand\[1\].person\[1\]: .* under \[\[brand.person\]\]"),
        ("[[brand]]\nname = 5", r'brand\[1\].name: is a text; write "5"'),
        ("[[brand]]\nname = ' '", r"brand\[1\].name: string should have at least 1"),
        ("[[brand]]\nname = 'А'\n[[brand.person]]\nname = ' Б '", r"person\[1\].name: string should have at least 2"),
        ("[[brand]]\nname = 'А'\n[[brand]]\nname = 'а '", "two brands named 'а'"),
        ("[spike]\ntimezone = 3", "spike.timezone: a time zone is named in quotes, not 3"),
        ("[log]\nlevel = 'INFO'", "log.level: input should be 'debug', 'info', 'warning' or 'error'"),
        ("[crawl]\nallow_addresses = ['home']", 'write for example "10.0.5.0/24"'),
    ],
    ids=lambda value: value[:40].replace("\n", " "),
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """The place in the file, what is wrong, and what was perhaps meant."""
    with pytest.raises(ConfigError, match=said):
        load(written(tmp_path, text))


def test_the_line_that_is_in_another_encoding_is_named(tmp_path: Path) -> None:
    """As an old editor saves it; with a mark of UTF-8 and line ends of Windows it is fine."""
    path, text = tmp_path / "nabat.toml", "# a\r\n[[brand]]\r\nname = 'Ромашка'\r\n"
    path.write_bytes(text.encode("cp1251"))
    with pytest.raises(ConfigError, match="line 3 is not in UTF-8; save the file in that encoding"):
        load(path)
    path.write_bytes(text.encode("utf-8-sig"))
    assert load(path).brand[0].name == "Ромашка"


def test_what_cannot_be_built_is_named_with_its_file(tmp_path: Path) -> None:
    """Of several configurations it is this one, whatever part of it is wrong."""
    path = written(
        tmp_path,
        "[[source]]\nkind = 'x'\n[[notifier]]\nkind = 'x'\n[[recipient]]\nname = 'x'\n"
        "[tone]\nbackend = 'x'\n[daemon]\nheartbeat = 'x'\n[[situation]]\ntitle = 'x'\n"
        "[[brand]]\nname = 'x'\n[[brand.watch]]\nquery = '('\n",
    )
    settings = load(path)
    for build in (
        assembly.sources,
        assembly.notifiers,
        partial(assembly.recipients, channels=[]),
        assembly.backend,
        assembly.heartbeat,
        assembly.playbook,
        assembly.watches,
    ):
        with pytest.raises(ConfigError, match=rf"^{re.escape(str(path))}: "):
            build(settings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[source]]\nkind = 'rsss'\nurl = 'http://a.example/'", r"source\[1\].kind: unknown kind 'rsss'; did you mean 'rss'"),
        ("[[source]]\nkind = 'rss'", r"source\[1\]: url is missing"),
        ("[[source]]\nkind = 'rss'\nurl = 'http://a.example/'\nful_text = true", r"source\[1\].ful_text: unknown key; did you mean 'full_text'"),
        ("[[source]]\nkind = 'rss'\nurl = 7", r"source\[1\].url"),
        ("[[source]]\nkind = 'rss'\nurl = 'http://a.example/'\n[[source]]\nkind = 'rss'\nurl = 'http://a.example/'", "twice"),
    ],
    ids=["kind", "missing", "option", "type", "twins"],
)  # fmt: skip
def test_a_source_that_cannot_be_built_is_named(tmp_path: Path, text: str, said: str) -> None:
    """Each source is checked against the options of its kind."""
    with pytest.raises(ConfigError, match=said):
        assembly.sources(load(written(tmp_path, text)))


def test_a_missing_token_names_the_variable(tmp_path: Path) -> None:
    """The operator learns which variable to set."""
    settings = load(
        written(tmp_path, "[[notifier]]\nkind = 'telegram'\ntoken = 'env:NABAT_NO_SUCH'")
    )
    with pytest.raises(ConfigError, match=r"notifier\[1\].token: .*NABAT_NO_SUCH is not set"):
        assembly.notifiers(settings)


def test_a_token_in_clear_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """A secret is named, never written; the error does not spread it further."""
    text = "[[notifier]]\nkind = 'telegram'\ntoken = '123456:clear-text-token'"
    with pytest.raises(ConfigError, match="never in clear") as caught:
        assembly.notifiers(load(written(tmp_path, text)))
    assert "clear-text-token" not in str(caught.value)
    text = "[[notifier]]\nkind = 'email'\npassword = 123456"
    with pytest.raises(ConfigError, match="never in clear") as caught:
        assembly.notifiers(load(written(tmp_path, text)))
    assert "123456" not in str(caught.value)


def test_a_secret_is_read_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both places an operator keeps secrets in."""
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")
    monkeypatch.setenv("NABAT_TEST_SECRET", "from-environment")
    assert secret(f"file:{tmp_path / 'token'}", "here") == "from-file"
    assert secret("env:NABAT_TEST_SECRET", "here") == "from-environment"
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    monkeypatch.setenv("NABAT_TEST_EMPTY", " ")
    for empty in (f"file:{tmp_path / 'empty'}", "env:NABAT_TEST_EMPTY"):
        with pytest.raises(ConfigError, match="empty"):
            secret(empty, "here")
    for nowhere in (tmp_path / "nothing", "~nobody-of-that-name/token", "a\0b"):
        with pytest.raises(ConfigError, match="cannot be read"):
            secret(f"file:{nowhere}", "here")


def test_the_address_of_the_database_may_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of a server may hold a password."""
    path = written(tmp_path, "[storage]\nurl = 'env:NABAT_TEST_DATABASE'")
    with pytest.raises(ConfigError, match=r"storage.url: .*NABAT_TEST_DATABASE is not set"):
        load(path)
    monkeypatch.setenv("NABAT_TEST_DATABASE", "postgresql+psycopg://nabat:word@db/nabat")
    assert load(path).storage.url == "postgresql+psycopg://nabat:word@db/nabat"


def test_a_word_in_place_of_a_list_is_told_with_the_list(tmp_path: Path) -> None:
    """As what people write first: one name, one level."""
    with pytest.raises(ConfigError, match=r'brand\[1\].aliases: is a list; write \["Ромашки"\]'):
        load(written(tmp_path, "[[brand]]\nname = 'Ромашка'\naliases = 'Ромашки'"))
    text = "[[recipient]]\nname = 'PR'\nchannel = 'console'\naddress = 'x'\nlevels = 3"
    with pytest.raises(ConfigError, match=r"recipient\[1\].levels: is a list; write \[3\], not 3"):
        assembly.recipients(load(written(tmp_path, text)), channels=["console"])


def test_an_address_that_is_a_url_is_a_secret(tmp_path: Path) -> None:
    """What is behind its scheme may be a key; a chat's number and a mailbox are none."""
    people = ("-100123", "pr@example.org", "slack://T1JJ3T3L2/A1BRTD4JD")
    text = "".join(f"[[recipient]]\naddress = '{one}'\n" for one in people)
    assert secrets_of(load(written(tmp_path, text))) == ["slack://T1JJ3T3L2/A1BRTD4JD"]


def test_a_named_address_is_a_secret_if_it_is_a_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same rule, one step further; one that is not set is told elsewhere."""
    monkeypatch.setenv("NABAT_TEST_HOOK", "https://hooks.example/T1JJ3T3L2")
    monkeypatch.setenv("NABAT_TEST_CHAT", "-100123")
    names = ("NABAT_TEST_HOOK", "NABAT_TEST_CHAT", "NABAT_TEST_NOTHING")
    text = "".join(f"[[recipient]]\naddress = 'env:{one}'\n" for one in names)
    assert secrets_of(load(written(tmp_path, text))) == ["https://hooks.example/T1JJ3T3L2"]


def test_a_recipient_needs_its_channel_and_a_known_brand(tmp_path: Path) -> None:
    """A message with nowhere to go is found before the night it matters."""
    text = "[[recipient]]\nname = 'PR'\nchannel = 'telegramm'\naddress = -100123"
    with pytest.raises(ConfigError, match=r"recipient\[1\].channel: no \[\[notifier\]\]"):
        assembly.recipients(load(written(tmp_path, text)), channels=["telegram"])
    text = "[[recipient]]\nname = 'PR'\nchannel = 'console'\naddress = 'x'\nbrands = ['Б']"
    with pytest.raises(ConfigError, match="no brand is named 'Б'"):
        assembly.recipients(load(written(tmp_path, text)), channels=["console"])


def test_a_situation_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The maps are checked with the rest of the file."""
    settings = load(written(tmp_path, "[[situation]]\nid = 'x'\nlevle = 2"))
    with pytest.raises(ConfigError, match="levle"):
        assembly.playbook(settings)


def test_a_second_look_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that installs it, before any text is read."""
    monkeypatch.setitem(sys.modules, "slovnet", None)  # as if it were not there
    settings = load(written(tmp_path, "[matching]\nsecond_look = 'natasha'"))

    with pytest.raises(ConfigError, match=r"matching\.second_look: run `pip install nabat\[ner\]`"):
        assembly.entities(settings)


def test_an_unknown_backend_is_named(tmp_path: Path) -> None:
    """Backends are plug-ins; the known ones are listed."""
    with pytest.raises(ConfigError, match=r"tone.backend: unknown backend .*linear"):
        assembly.backend(load(written(tmp_path, "[tone]\nbackend = 'magic'")))


def test_a_file_that_is_not_there_says_what_to_run(tmp_path: Path) -> None:
    """The first run of all ends with the next step."""
    with pytest.raises(ConfigError, match="nabat init"):
        load(tmp_path / "nabat.toml")


@pytest.mark.parametrize("given", ["0", "-1", "nan", "inf", "0.001", "1000", "true", "[]"])
def test_a_budget_that_no_detector_can_keep_is_refused(tmp_path: Path, given: str) -> None:
    """A bare number is held to the same bounds as one in words."""
    with pytest.raises(ConfigError, match=r"brand\[1\].false_alarms: "):
        load(written(tmp_path, f"[[brand]]\nname = 'A'\nfalse_alarms = {given}"))


def test_a_budget_may_be_a_number_a_month(tmp_path: Path) -> None:
    """The same as in words."""
    settings = load(written(tmp_path, "[[brand]]\nname = 'A'\nfalse_alarms = 2"))
    assert settings.brand[0].false_alarms == 2.0


@pytest.mark.parametrize("given", ["0", "'0'", "'0 s'", "'0s'", "'0 сек'", "'none'"])
def test_sites_need_not_be_spared(tmp_path: Path, given: str) -> None:
    """Those of one's own; nothing is nothing in every unit."""
    settings = load(written(tmp_path, f"[crawl]\nhost_delay = {given}"))
    assert settings.crawl.host_delay == timedelta(0)


@pytest.mark.parametrize("given", ["false", "0.0", "-1", "'-1 s'", "'0 0'", "''"])
def test_a_pause_that_is_none_is_refused(tmp_path: Path, given: str) -> None:
    """The same as everywhere."""
    with pytest.raises(ConfigError, match=r"crawl\.host_delay: .* write for example"):
        load(written(tmp_path, f"[crawl]\nhost_delay = {given}"))


@pytest.mark.parametrize("given", ["10", "0", "-60", "true", "'0.0000001 s'", "'99999 days'"])
@pytest.mark.parametrize("key", ["daemon.evaluate_every", "crawl.interval", "crawl.timeout"])
def test_a_length_of_time_is_in_words_and_can_be_waited_for(
    tmp_path: Path, key: str, given: str
) -> None:
    """A scheduler told to wait less than nothing would never come to an end."""
    section, _, name = key.partition(".")
    with pytest.raises(ConfigError, match=rf"{key}: .*write for example '15 min'"):
        load(written(tmp_path, f"[{section}]\n{name} = {given}"))


def test_a_source_is_not_visited_every_negative_minute(tmp_path: Path) -> None:
    """The lengths of a plug-in are read as all others."""
    text = "[[source]]\nkind = 'rss'\nurl = 'http://a.example/'\ninterval = -5"
    with pytest.raises(ConfigError, match=r"source\[1\].interval: a length of time carries its"):
        assembly.sources(load(written(tmp_path, text)))


def test_lengths_of_time_carry_their_units(tmp_path: Path) -> None:
    """Durations are words in the file and timedeltas in the program."""
    settings = load(written(tmp_path, "[crawl]\ninterval = '1h 30 мин'"))
    assert settings.crawl.interval == timedelta(minutes=90)
