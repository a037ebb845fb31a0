"""Set up: write a config, check everything it names, bring the database up, see the demo."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from alerts.notifiers.protocol import DeliveryError, Notifier, Outcome, TopicGone
from alerts.playbook import Playbook
from alerts.recipients import Recipient, reached
from alerts.recognise import PERSONS, fold
from alerts.redaction import scheme_only
from alerts.trial import send_test
from crawler.crisis_words import shipped_crisis_words
from crawler.folding import script, words
from crawler.matching import Matcher
from crawler.trial import try_source
from monitor.reasons import basis_reason
from monitor.replay import collected
from monitor.sentiment.protocol import Passage
from nabat import assembly, clock
from nabat.commands.arguments import Config, settings_of
from nabat.config import DEFAULT_NAME, Settings, is_named
from nabat.errors import CommandError, ConfigError, nearest
from nabat.families import families
from nabat.streams import on_terminal
from nabat.terminal import clean_lines
from storage.database import Database, StorageError
from storage.records import Watch

_SENTENCE = (Passage(text="Клиенты благодарят «Ромашку» за помощь."),)  # judged for a trial

_NAMED = "{0}. Про {0}, «{0}» и {1}."  # the ways in which a text may write a name

_NOT_TRIED = ["no recipient was written to; `nabat check --send-test` does that"]

# What to look at where a test message did not go out.
_SEE_TO: dict[Outcome, str] = {
    "not_sent": "where [[notifier]] points, and to the network",
    "unknown": "where [[notifier]] points, and to the network",
    "rate": "it later: too much was sent",
    "poison": "what the bot may do in this chat",
    "dead": "the recipient's address; a bot must be a member of its chat",
    "auth": "the key, or the sender and the login, under [[notifier]]",
}

# What the answers to `nabat init` stand for in the example.
_BRAND = '"Ромашка"\naliases = ["Romashka", "ООО «Ромашка»"]\nexclude = ["аптека Ромашка"]'
_FEED = '"https://news.example/rss"'
_DIRECTOR = (
    '"Иванов Иван Петрович"',
    """\
  [[brand.person]]
  name = "Иванов Иван Петрович"       # in the nominative; every case is found
  role = "director"
""",
)
_DEPUTY = (
    '"Петрова Анна Сергеевна"',
    """\
  [[brand.person]]
  name = "Петрова Анна Сергеевна"
  role = "deputy"
""",
)
_BOT = """\
# [[notifier]]
# kind = "telegram"
# token = "env:NABAT_TELEGRAM_TOKEN"  # env:NAME or file:PATH, never in clear
"""
_CHAT = """\
# [[recipient]]
# name = "Чат PR"
# channel = "telegram"
# address = "-100123"                 # the chat's number
"""


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write it.")] = Path(),
) -> None:
    """Write a commented nabat.toml; on a terminal, ask for brand, people, feed and chat first."""
    path = folder / DEFAULT_NAME
    if path.exists():
        message = f"{path} is there already; edit it, or remove it first"
        raise CommandError(message)
    content = example()
    if on_terminal():
        content = _ask(content)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise CommandError(message) from error
    typer.echo(f"wrote {path}; edit it, then run `nabat check`")


def upgrade(config: Config = None) -> None:
    """Bring the database to this version of the program."""
    settings = settings_of(config)
    Database(settings.storage.url).upgrade()
    typer.echo("the database is up to date")


def check(
    config: Config = None,
    test: Annotated[
        bool,
        typer.Option(
            "--send-test",
            help="Send a test message to every recipient, a sentence to a remote tone model.",
        ),
    ] = False,
) -> None:
    """Try the config, the database, the tone, every source and channel; say what to mend."""
    settings = settings_of(config)
    sources, channels = assembly.sources(settings), assembly.notifiers(settings)
    recipients = assembly.recipients(settings, channels=list(channels))
    addresses = assembly.addresses(settings)
    watches = assembly.watches(settings)
    playbook = assembly.playbook(settings)
    assembly.unopened_backend(settings)
    assembly.entities(settings)
    assembly.heartbeat(settings)
    wrong: list[str] = []
    _say("config", f"{len(settings.brand)} brands, {len(sources)} sources", None, wrong)
    _say("database", *_database_tried(settings.storage.url), wrong)
    for watch, problem in zip(watches, _names_tried(watches), strict=True):
        _say("brand", watch.brand, problem, wrong)
    for family in families(settings.brand):
        _say("one crisis", ", ".join(family), None, wrong)
    for text in _baselines(settings, wrong):
        _say("baseline", text, None, wrong)
    is_asked = test or settings.tone.backend != "openai"  # the one that costs money
    _say("tone", *_tone_tried(settings, _SENTENCE if is_asked else ()), wrong)
    for source in sources:
        problem = try_source(source, assembly.fetching(settings.crawl), now=clock.now())
        _say("source", f"{source.kind} {source.url}", problem, wrong)
    for recipient in reached(recipients, addresses):
        problem = _test_sent(channels[recipient.channel], recipient) if test else None
        _say("recipient", f"{recipient.name} by {recipient.channel}", problem, wrong)
    gaps = _gaps(settings.brand, sources, recipients)
    gaps += _NOT_TRIED if recipients and not test else []
    maps = _words_not_looked_for(settings) + _roles_of_nobody(playbook, recipients)
    for place in gaps + _mixed_alphabets(watches) + _keys_in_clear(recipients) + maps:
        _say("note", place, None, wrong)
    if wrong:
        message = f"{len(wrong)} of these must be mended: {'; '.join(wrong)}"
        raise CommandError(message)


def example() -> str:
    """Answer the commented configuration, what it says at its default."""
    return (files("nabat") / "data" / "nabat.toml").read_text(encoding="utf-8")


def _database_tried(url: str) -> tuple[str, str | None]:
    """Where it is, and what is wrong with it."""
    place = "?"
    try:
        database = Database(url)
        place = database.place
        database.upgrade()
    except StorageError as error:
        return place, str(error)
    return place, None


def _names_tried(watches: Sequence[Watch]) -> list[str | None]:
    """What is wrong with the names of each: those that are not found where they stand.

    A brand with watches of its own may be found by them alone, under whatever name.
    """
    matcher, problems = Matcher(watches), list[str | None]()
    for watch in watches:
        unknown = [
            term
            for term in (watch.aliases if watch.queries else _names(watch))
            if not any(
                one.brand == watch.brand and one.kind != "watch"
                for one in matcher.match("", _NAMED.format(term, term.title()))
            )
        ]
        said = f"never found, even where a text says just that: {', '.join(map(repr, unknown))}"
        mend = "write it in letters, as news do, and see to what exclude says"
        problems.append(f"{said}; {mend}" if unknown else None)
    return problems


def _mixed_alphabets(watches: Sequence[Watch]) -> list[str]:
    """The words with letters of both: a brand's whim, or a letter that looks like another."""
    found = []
    for watch in watches:
        for word in (word for term in _names(watch) for word in words(term)):
            by_alphabet = {
                name: [letter for letter in word if script(letter) == name.lower()]
                for name in ("Latin", "Cyrillic")
            }
            rarer, letters = min(by_alphabet.items(), key=lambda item: len(item[1]))
            if letters:
                found.append(
                    f"brand {watch.brand!r}: in {word!r} {', '.join(letters)} is {rarer}, the rest "
                    "is not; write it in one alphabet unless the brand itself mixes them"
                )
    return found


def _names(watch: Watch) -> tuple[str, ...]:
    return watch.brand, *watch.aliases


def _tone_tried(settings: Settings, passages: Sequence[Passage]) -> tuple[str, str | None]:
    """The version of the backend, and what is wrong with it or with how it judges these."""
    try:
        built = assembly.backend(settings)
        built.judge([])  # opens what is not open yet; what it warns of then is no fault
        with _warnings_of(type(built).__module__) as said:
            built.judge(passages)
        wrong = f"{'; '.join(said)}; see to the options under [tone]" if said else None
        return built.version, wrong
    except Exception as error:  # a plug-in may be anybody's, and the rest is still to be tried
        return settings.tone.backend, str(error)


@contextmanager
def _warnings_of(module: str) -> Iterator[list[str]]:
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            reason = getattr(record, "reason", "")
            said.append(f"{record.getMessage()}: {reason}" if reason else record.getMessage())

    listener = Listener(logging.WARNING)
    logging.getLogger(module).addHandler(listener)
    try:
        yield said
    finally:
        logging.getLogger(module).removeHandler(listener)


def _baselines(settings: Settings, wrong: Sequence[str]) -> list[str]:
    """What "usual" stands on, brand by brand, where nabat has run before."""
    if wrong:
        return []
    names = {brand.name for brand in settings.brand}
    with Database(settings.storage.url).read() as tx:
        brands = [brand for brand in tx.brands.active() if brand.name in names]
        known = collected(tx, brands, now=clock.now())
    return [
        f"{brand.name}: {basis_reason(known.basis(brand, column))}"
        + ("" if brand.watch_hash else "; `nabat rematch` looks for it in stored articles")
        for column, brand in enumerate(brands)
    ]


def _test_sent(notifier: Notifier, recipient: Recipient) -> str | None:
    """What is wrong with the channel or its recipient, once a test message was sent."""
    try:
        send_test(notifier, recipient, now=clock.now())
    except DeliveryError as error:
        topic = "the recipient's topic" if isinstance(error, TopicGone) else None
        return f"{error.reason}; see to {topic or _SEE_TO[error.outcome]}"
    return None


def _say(what: str, name: str, problem: str | None, wrong: list[str]) -> None:
    typer.echo(f"{'ok  ' if problem is None else 'FAIL'}  {what}: {name}")
    if problem is not None:
        typer.echo(clean_lines(f"      {problem}"))
        wrong.append(f"{what} {name}")


def _gaps(brands: object, sources: object, recipients: object) -> list[str]:
    named = (("[[brand]]", brands), ("[[source]]", sources), ("[[recipient]]", recipients))
    return [f"there is no {name} yet; add one" for name, there in named if not there]


def _keys_in_clear(recipients: Sequence[Recipient]) -> list[str]:
    return [
        f"recipient {one.name!r}: its address stands in the database in clear; "
        "if it is a key, name it: env:NAME or file:PATH"
        for one in recipients
        if scheme_only(one.address) != one.address and not is_named(one.address)
    ]


def _words_not_looked_for(settings: Settings) -> list[str]:
    """The crisis words of own situations that no text is searched for."""
    shipped = shipped_crisis_words().headwords
    own = [word for brand in settings.brand for word in brand.crisis_words]
    known = {fold(word) for word in (*shipped, *own)}
    return [
        f"situation {table.get('id')!r}: no text is searched for the crisis word {word!r}; "
        "take one of the list, or name it in crisis_words of the brand as well"
        for table in settings.situation
        for word in table.get("crisis", ())
        if fold(word) not in known
    ]


def _roles_of_nobody(playbook: Playbook, recipients: Sequence[Recipient]) -> list[str]:
    """The roles of recipients that are never called, and those that nobody who is watched has."""
    duties = playbook.duties
    uncalled = [
        f"recipient {one.name!r}: the reaction map calls nobody as {one.role!r}"
        f"{nearest(one.role, duties)}"
        for one in recipients
        if one.role and one.role not in duties
    ]
    watched = dict.fromkeys((*PERSONS, *(role for _, role in playbook.roles)))
    unnamed = [
        f"situation {one.id!r}: no [[brand.person]] has the role {role!r}{nearest(role, watched)}"
        for one in playbook.situations
        for role in one.persons
        if role not in watched
    ]
    return uncalled + unnamed


def _ask(content: str) -> str:
    return filled(
        content,
        brand=typer.prompt("Бренд (название)", default="Ромашка"),
        director=_prompt("Руководитель (фамилия имя отчество)"),
        deputy=_prompt("Заместитель (фамилия имя отчество)"),
        feed=typer.prompt("Адрес RSS-ленты", default="https://news.example/rss"),
        chat=_prompt("Номер чата в Telegram"),
    )


def _prompt(question: str) -> str:
    said: str = typer.prompt(f"{question}; пусто: нет", default="", show_default=False)
    return said.strip()


def filled(content: str, *, brand: str, director: str, deputy: str, feed: str, chat: str) -> str:
    """Put the answers into the example; a person who is not named stays there as a comment."""
    content = _put(content, _BRAND, f"{_quoted(brand)}\naliases = []\nexclude = []")
    content = _put(content, _FEED, _quoted(feed))
    for name, block, answer in ((*_DIRECTOR, director), (*_DEPUTY, deputy)):
        named = block.replace(name, _quoted(answer))
        content = _put(content, block, named if answer else re.sub(r"(?m)^  ", "  # ", block))
    for block in (_BOT, _CHAT) if chat else ():
        used = re.sub(r"(?m)^# ", "", block).replace('"-100123"', _quoted(chat))
        content = _put(content, block, used)
    return content


def _put(content: str, old: str, new: str) -> str:
    if old not in content:
        message = "the shipped example changed under this question; report it"
        raise ConfigError(message)
    return content.replace(old, new, 1)


def _quoted(text: str) -> str:
    escaped = text.strip().replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
