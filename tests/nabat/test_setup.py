"""Setting up: the config is written once, and `check` says what to mend."""

import re
import sys
from pathlib import Path

import pytest

from nabat import clock
from nabat.commands.setup import example, filled
from nabat.config import Settings, load
from nabat.demo.press import published_by
from nabat.demo.web import serve
from storage.database import Database
from tests.fakes.bot_api import TOKEN, BotApi, Chat, serving
from tests.fakes.smtp import mail_server
from tests.nabat.conftest import Command, Written
from tests.running import newest

FEED = '[[source]]\nkind = "rss"\nid = "{name}"\nurl = "{site}/{path}"\n'
MAIL = """
[[notifier]]
kind = "email"
host = "127.0.0.1"
port = {port}
sender = "nabat@example.org"

[[recipient]]
name = "PR"
channel = "email"
address = "pr@example.org"
"""


def test_init_writes_the_commented_example(nabat: Command, tmp_path: Path) -> None:
    """Where nobody can be asked, and into a folder that is not there yet."""
    outcome = nabat("init", tmp_path / "new" / "place")

    path = tmp_path / "new" / "place" / "nabat.toml"
    assert outcome.code == 0
    assert f"wrote {path}; edit it, then run `nabat check`" in outcome.out
    assert path.read_text(encoding="utf-8") == example()
    assert load(path).brand[0].name == "Ромашка"


def _answered(folder: Path, **answers: str) -> Settings:
    given = {"brand": "Кофейня", "feed": "https://k.example/rss", "director": "", "deputy": ""}
    path = folder / "nabat.toml"
    path.write_text(filled(example(), **({"chat": ""} | given | answers)), encoding="utf-8")
    return load(path)


def test_init_watches_nobody_who_was_not_named(tmp_path: Path) -> None:
    """The people of the example are not anybody's."""
    settings = _answered(tmp_path)

    (brand,) = settings.brand
    assert (brand.name, brand.aliases, brand.exclude, brand.person) == ("Кофейня", (), (), ())
    assert settings.source[0]["url"] == "https://k.example/rss"
    assert [one["channel"] for one in settings.recipient] == ["console"]


def test_init_takes_the_answers(tmp_path: Path) -> None:
    """Who is named is watched, and the chat is told."""
    named = {"director": "Сидоров Олег", "deputy": 'Ли "Ю"', "chat": "-100777"}

    settings = _answered(tmp_path, **named)

    people = [(one.name, one.role) for one in settings.brand[0].person]
    assert people == [("Сидоров Олег", "director"), ('Ли "Ю"', "deputy")]
    assert [one["kind"] for one in settings.notifier] == ["console", "telegram"]
    assert [one["address"] for one in settings.recipient] == ["here", "-100777"]


def test_init_leaves_a_config_alone(nabat: Command, tmp_path: Path) -> None:
    """Somebody's work is in it."""
    (tmp_path / "nabat.toml").write_text("mine", encoding="utf-8")

    outcome = nabat("init", tmp_path)

    assert outcome.code == 1
    assert "is there already" in outcome.said
    assert (tmp_path / "nabat.toml").read_text(encoding="utf-8") == "mine"


def test_init_where_nothing_can_be_written_is_explained(nabat: Command, tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").touch()

    outcome = nabat("init", tmp_path / "file")

    assert outcome.code == 1
    assert "cannot write" in outcome.said or "Not a directory" in outcome.said


def test_upgrade_can_be_repeated(nabat: Command, written: Written, tmp_path: Path) -> None:
    """It makes the database, and the second time does nothing."""
    path = written()

    assert [nabat("upgrade", "-c", path).code for _ in range(2)] == [0, 0]
    Database(f"sqlite:///{tmp_path / 'nabat.db'}").check()


def test_check_sends_a_test_and_says_all_is_well(nabat: Command, written: Written) -> None:
    """A real feed and a real mail server on loopback."""
    with serve(newest(published_by(clock.now()), 5)) as site, mail_server() as mailbox:
        sources = FEED.format(name="gorod", site=site, path="gorod/rss.xml")
        path = written(sources + MAIL.format(port=mailbox.port))

        quiet = nabat("check", "-c", path)
        assert mailbox.letters == []
        outcome = nabat("check", "--send-test", "-c", path)

    assert (quiet.code, outcome.code) == (0, 0)
    asks = "no recipient was written to; `nabat check --send-test` does that"
    assert [asks in one.out for one in (quiet, outcome)] == [True, False]
    assert [letter["To"] for letter in mailbox.letters] == ["pr@example.org"]
    assert "FAIL" not in outcome.out
    for what in ("config", "database", "tone", "source", "recipient"):
        assert f"ok    {what}: " in outcome.out


def test_check_names_everything_that_must_be_mended(
    nabat: Command, written: Written, unused_port: int
) -> None:
    """One broken thing does not hide the next."""
    with serve(newest(published_by(clock.now()), 5)) as site:
        sources = "".join(
            FEED.format(name=name, site=site, path=path)
            for name, path in (("gorod", "gorod/rss.xml"), ("dead", "zakryto/rss"))
        )
        path = written(sources + MAIL.format(port=unused_port))
        outcome = nabat("check", "--send-test", "-c", path)

    assert outcome.code == 1
    assert outcome.out.count("FAIL") == 2
    assert "HTTP 404" in outcome.out
    assert "no connection to the mail server" in outcome.out
    assert "; see to where [[notifier]] points" in outcome.out
    assert outcome.err.startswith("nabat: 2 of these must be mended: ")


@pytest.mark.parametrize(
    ("chat", "token", "said"),
    [
        (Chat(), "8:x", "Unauthorized; see to the key"),
        (Chat(state="missing"), TOKEN, "Chat not found; see to the recipient's address"),
        (Chat(threads=frozenset()), TOKEN, "not found; see to the recipient's topic"),
    ],
    ids=["key", "address", "topic"],
)
def test_check_says_what_to_see_to_in_telegram(
    nabat: Command,
    written: Written,
    monkeypatch: pytest.MonkeyPatch,
    chat: Chat,
    token: str,
    said: str,
) -> None:
    """What Telegram answers names no key of the configuration."""
    monkeypatch.setenv("NABAT_TEST_TOKEN", token)
    with serving(BotApi()) as api:
        api.chats[-5] = chat
        channel = (
            "[[notifier]]\nkind = 'telegram'\n"
            f"token = 'env:NABAT_TEST_TOKEN'\nbase_url = '{api.url}'\n"
        )
        people = "[[recipient]]\nname = 'PR'\nchannel = 'telegram'\naddress = '-5'\ntopic = 7\n"
        outcome = nabat("check", "--send-test", "-c", written(channel + people))

    assert outcome.code == 1
    assert said in outcome.out


def test_check_shows_no_password_of_the_database(
    nabat: Command, written: Written, unused_port: int
) -> None:
    """Its place is enough to mend it."""
    path = written()
    address = f"postgresql+psycopg://nabat:Se@127.0.0.1:{unused_port}/nabat?sslpassword=Cret"
    text = re.sub('(?m)^url = "sqlite.*$', f'url = "{address}"', path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")

    outcome = nabat("check", "-c", path)

    assert f"FAIL  database: postgresql+psycopg://nabat:***@127.0.0.1:{unused_port}/nabat\n" in (
        outcome.out
    )
    assert "Cret" not in outcome.said


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ('[daemon]\nheartbeat = "env:NABAT_NO_SUCH"', "daemon.heartbeat: "),
        ('[matching]\nsecond_look = "natasha"', "matching.second_look: "),
        ('[tone]\nkind = "linear"', "tone.kind: unknown key"),
    ],
    ids=["heartbeat", "second look", "tone"],
)
def test_check_builds_all_that_a_pass_builds(
    nabat: Command, written: Written, monkeypatch: pytest.MonkeyPatch, table: str, place: str
) -> None:
    """What the daemon would refuse at its start is refused here."""
    monkeypatch.setitem(sys.modules, "slovnet", None)  # as if it were not there

    path = written(table)

    outcome = nabat("check", "-c", path)

    assert outcome.code == 2
    assert outcome.err.startswith(f"nabat: {path}: {place}")


def test_check_tells_a_backend_that_cannot_be_opened(
    nabat: Command, written: Written, tmp_path: Path
) -> None:
    """With the mend, and goes on with the rest; the other commands end with the same words."""
    path = written(f"[tone]\nbackend = 'huggingface'\nfolder = '{tmp_path}'")

    outcome = nabat("check", "-c", path)

    assert outcome.code == 1
    said = f"{path}: tone: {tmp_path / 'model.onnx'}: no such file; write it with `optimum-cli "
    assert f"FAIL  tone: huggingface\n      {said}" in outcome.out
    assert "there is no [[source]] yet" in outcome.out
    for command in ("tone", "score", "tick"):
        ended = nabat(command, "-c", path)
        assert (ended.code, ended.err.startswith(f"nabat: {said}")) == (2, True)


def test_check_asks_a_model_elsewhere_only_in_a_test(
    nabat: Command, written: Written, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The passage leaves the machine and costs money; where nobody answers, that is told."""
    url = f"http://127.0.0.1:{unused_port}/v1"
    path = written(f"[tone]\nbackend = 'openai'\nmodel = 'm'\nurl = '{url}'")

    monkeypatch.chdir(path.parent)

    quiet, asked = nabat("check", "-c", path), nabat("check", "--send-test", "-c", path)

    assert "ok    tone: openai m, else " in quiet.out
    assert (quiet.code, asked.code) == (0, 1)
    assert "FAIL  tone: openai m, else " in asked.out
    assert "      tone judged by the embedded model: " in asked.out
    assert "; see to the options under [tone]\n" in asked.out


def test_check_says_what_each_baseline_stands_on(nabat: Command, written: Written) -> None:
    """Once nabat has run; a brand that nobody looked for in the past says so."""
    path = written()
    assert "baseline" not in nabat("check", "-c", path).out
    nabat("evaluate", "-c", path)
    said = nabat("check", "-c", path).out
    assert "ok    baseline: Ромашка: no history of its own yet, the average brand's" in said


def test_check_says_which_brands_are_told_as_one_crisis(nabat: Command, written: Written) -> None:
    """A holding that groups nobody is a typing mistake: it is seen here."""
    brands = "".join(f'[[brand]]\nname = "{name}"\nholding = "Сад"\n' for name in ("Лютик", "Мята"))
    assert "ok    one crisis: Лютик, Мята\n" in nabat("check", "-c", written(brands)).out


@pytest.mark.parametrize(
    ("brand", "unknown"),
    [
        pytest.param('name = "—!"', "'—!'", id="no word"),
        pytest.param('name = "Лютик"\naliases = ["🍎", "№ 2"]', "'🍎', '№ 2'", id="aliases"),
        pytest.param('name = "Лютик"\nexclude = ["Лютик"]', "'Лютик'", id="excluded"),
    ],
)
def test_check_names_what_no_text_can_be_found_by(
    nabat: Command, written: Written, brand: str, unknown: str
) -> None:
    """Silence about such a brand would be no calm."""
    outcome = nabat("check", "-c", written(f"[[brand]]\n{brand}"))

    assert outcome.code == 1
    assert "ok    brand: Ромашка\n" in outcome.out
    assert (
        f"      never found, even where a text says just that: {unknown}; write it" in outcome.out
    )


def test_check_knows_names_that_must_be_written_with_care(nabat: Command, written: Written) -> None:
    """Ordinary words, towns, people, initials, small letters: each is found where it is meant."""
    names = ("Мир", "Москва", "это", "ип петров", "Иванов Иван", "Я", "C++", "«Екран+»", "24/7")
    brands = "".join(f"[[brand]]\nname = '{name}'\n" for name in names)

    outcome = nabat("check", "-c", written(brands))

    assert (outcome.code, outcome.out.count("ok    brand: ")) == (0, len(names) + 1)


def test_check_notes_a_letter_of_another_alphabet(nabat: Command, written: Written) -> None:
    """«Pомашка» with a Latin P looks like any other; some brands are written so."""
    brands = "".join(f"[[brand]]\nname = '{name}'\n" for name in ("Pомашка", "МойOffice", "Go-Ко"))

    outcome = nabat("check", "-c", written(brands))

    assert (
        "note: brand 'Pомашка': in 'Pомашка' P is Latin, the rest is not; write it" in outcome.out
    )
    assert "note: brand 'МойOffice': in 'МойOffice' М, о, й is Cyrillic" in outcome.out
    assert outcome.out.count("is Latin") + outcome.out.count("is Cyrillic") == 2


def test_check_says_what_is_still_missing(nabat: Command, written: Written) -> None:
    """A config without sources and people watches nothing and tells nobody."""
    outcome = nabat("check", "-c", written())

    assert outcome.code == 0
    assert "there is no [[source]] yet; add one" in outcome.out
    assert "there is no [[recipient]] yet; add one" in outcome.out


@pytest.mark.parametrize("folder", [False, True], ids=["garbage", "folder"])
def test_check_names_a_broken_database(
    nabat: Command, written: Written, tmp_path: Path, folder: bool
) -> None:
    """And goes on with the rest."""
    place = tmp_path / "nabat.db"
    if folder:
        place.mkdir()
    else:
        place.write_bytes(b"garbage" * 1000)

    outcome = nabat("check", "-c", written())

    assert outcome.code == 1
    assert "FAIL  database" in outcome.out
    assert "there is no [[source]] yet" in outcome.out


def test_check_notes_a_key_that_stands_in_clear(
    nabat: Command, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is behind an address's scheme may be one; by its name it is kept in the dark."""
    monkeypatch.setenv("NABAT_TEST_HOOK", "json://127.0.0.1:9/T1JJ3T3L2")
    people = (("Открытый", "json://127.0.0.1:9/A1BRTD4JD"), ("Тайный", "env:NABAT_TEST_HOOK"))
    table = "[[recipient]]\nname = '{}'\nchannel = 'apprise'\naddress = '{}'\n"
    path = written(
        "[[notifier]]\nkind = 'apprise'\n" + "".join(table.format(*one) for one in people)
    )

    said = nabat("check", "-c", path).out

    assert "recipient 'Открытый': its address stands in the database in clear" in said
    assert not any(word in said for word in ("'Тайный'", "T1JJ3T3L2", "A1BRTD4JD"))


def test_check_notes_a_crisis_word_that_nobody_looks_for(nabat: Command, written: Written) -> None:
    """A situation that asks for it alone is never recognised."""
    brand = "[[brand]]\nname = 'Лютик'\ncrisis_words = ['простой']\n"
    own = "[[situation]]\nid = 'late'\ntitle = 'Опоздания'\ncrisis = ['задержка', 'Жалоба', 'простой']\n"

    said = nabat("check", "-c", written(brand + own)).out

    assert "note: situation 'late': no text is searched for the crisis word 'задержка'" in said
    assert said.count("no text is searched") == 1


def test_check_notes_roles_that_nobody_has(nabat: Command, written: Written) -> None:
    """One that the reaction map does not know is never called, and a situation waits in vain."""
    people = "[[brand]]\nname = 'Лютик'\nperson = [{name = 'Иван Петров', role = 'founder'}]\n"
    maps = "".join(
        f"[[situation]]\nid = '{role}'\ntitle = 'О главном'\npersons = ['{role}']\n"
        for role in ("founder", "директор")
    )
    reader = (
        "[[notifier]]\nkind = 'console'\n"
        "[[recipient]]\nname = 'Юля'\nchannel = 'console'\naddress = '-'\nrole = 'юрит'\n"
    )

    said = nabat("check", "-c", written(people + maps + reader)).out

    assert (
        "note: recipient 'Юля': the reaction map calls nobody as 'юрит'; did you mean 'юрист'?"
        in said
    )
    assert (
        "note: situation 'директор': no [[brand.person]] has the role 'директор'; known: any"
        in said
    )
    assert "situation 'founder'" not in said
