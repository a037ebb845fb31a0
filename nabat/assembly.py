"""Builds the parts that the configuration names: sources, channels, people, maps, backend.

Each builder raises ConfigError with the place in the file and the mend.
"""

from collections.abc import Iterable, Sequence

from alerts import playbook as maps
from alerts.notifiers.protocol import Notifier
from alerts.playbook import Playbook, PlaybookError
from alerts.recipients import Recipient
from alerts.redaction import scheme_only
from alerts.texts import LANGUAGES
from crawler.entities import Entities, EntitiesError, NatashaEntities
from crawler.fetch import FetchSettings
from crawler.sources.protocol import SourcePlugin, key_of
from crawler.watch_language import WatchError, parse
from monitor.sentiment.protocol import SentimentBackend
from nabat import plugins
from nabat.config import (
    CrawlSettings,
    Settings,
    is_named,
    reveal,
    secret,
    secret_fields,
    zone,
)
from nabat.errors import ConfigError, nearest
from storage.records import Watch


def sources(settings: Settings) -> list[SourcePlugin]:
    """Build the sources, in the order of the file."""
    kinds, built = plugins.sources(), list[SourcePlugin]()
    for index, table in enumerate(settings.source, 1):
        place = settings.at(f"source[{index}]")
        built.append(plugins.build(plugins.choose(kinds, table, place), table, place))
    _refuse_twins(
        [key_of(source) for source in built], settings.at("source"), "give one of them an id"
    )
    return [source for source in built if source.enabled]


def watches(settings: Settings) -> tuple[Watch, ...]:
    """Build what the matcher looks for; a query that cannot be read is named."""
    for number, brand in enumerate(settings.brand, 1):
        for place, watch in enumerate(brand.watch, 1):
            try:
                parse(watch.query)
            except WatchError as error:
                message = settings.at(f"brand[{number}].watch[{place}].query: {error}")
                raise ConfigError(message) from error
    return settings.watches()


def entities(settings: Settings) -> Entities | None:
    """Load what takes a second look at doubtful names; None when nobody asked for it."""
    if settings.matching.second_look == "none":
        return None
    try:
        return NatashaEntities()
    except EntitiesError as error:
        message = settings.at(f"matching.second_look: {error}")
        raise ConfigError(message) from error


def notifiers(settings: Settings) -> dict[str, Notifier]:
    """Build the channels by kind, their secrets looked up."""
    kinds, built = plugins.notifiers(), dict[str, Notifier]()
    for index, table in enumerate(settings.notifier, 1):
        place = settings.at(f"notifier[{index}]")
        chosen = plugins.choose(kinds, table, place)
        if table["kind"] in built:
            message = f"{place}: there is a notifier of kind {table['kind']!r} already; keep one"
            raise ConfigError(message)
        known = reveal(table, secret_fields(chosen), place)
        built[table["kind"]] = plugins.build(chosen, known, place)
    return built


def recipients(settings: Settings, *, channels: Sequence[str]) -> list[Recipient]:
    """Build the people and groups that are told; what each names must be there."""
    built = list[Recipient]()
    for index, table in enumerate(settings.recipient, 1):
        place = settings.at(f"recipient[{index}]")
        given = dict(table)
        if "address" in given:
            given["address"] = _address(given["address"], place)
        built.append(plugins.build(Recipient, given, place))
    _refuse_twins([one.name for one in built], settings.at("recipient"), "give each its own name")
    brands = [brand.name for brand in settings.brand]
    situations = [one.id for one in playbook(settings).situations]
    levels = [str(level) for level in maps.LEVELS]
    for index, one in enumerate(built, 1):
        others = [other.name for other in built if other is not one]
        place = settings.at(f"recipient[{index}]")
        for key, said, named, known in (
            ("channel", "no [[notifier]] of kind", [one.channel], channels),
            ("brands", "no brand is named", one.brands, brands),
            ("situations", "no situation of the map is", one.situations, situations),
            ("levels", "no level is", [str(level) for level in one.levels], levels),
            ("language", "no language of ours is", [one.language], LANGUAGES),
            ("fallback", "no other recipient is named", filter(None, [one.fallback]), others),
        ):
            _refuse_unknown(f"{place}.{key}: {said}", named, known)
        _check_zone(one, place)
        _refuse_deaf(one, built, place)
    return built


def addresses(settings: Settings) -> dict[str, str]:
    """Look up what the recipients' addresses stand for that name a secret, name by name."""
    return {
        name: secret(name, settings.at(f"recipient[{index}].address"))
        for index, table in enumerate(settings.recipient, 1)
        if is_named(name := str(table.get("address", "")))
    }


def playbook(settings: Settings) -> Playbook:
    """Build the crisis map and the reaction map: the shipped pack under the config's own tables."""
    own = {"situation": settings.situation, "reaction": settings.reaction}
    roles = [(person.name, person.role) for brand in settings.brand for person in brand.person]
    try:
        build = maps.load if settings.playbook.shipped else maps.parse
        return build(own, str(settings.file or "the configuration")).with_roles(roles)
    except PlaybookError as error:
        raise ConfigError(str(error)) from error


def backend(settings: Settings) -> SentimentBackend:
    """Build the sentiment backend and have it open what may be missing.

    That is its ``open`` where it has one, its ``version`` where not.
    """
    built = unopened_backend(settings)
    try:
        getattr(built, "open", lambda: built.version)()
    except Exception as error:  # a plug-in may be anybody's
        message = settings.at(f"tone: {error}")
        raise ConfigError(message) from error
    return built


def unopened_backend(settings: Settings) -> SentimentBackend:
    """Build the sentiment backend alone."""
    extra = settings.tone.model_extra or {}
    if "kind" in extra:
        message = settings.at(f"tone.kind: unknown key; write backend = {extra['kind']!r}")
        raise ConfigError(message)
    table = settings.tone.table()
    kinds = plugins.backends()
    if table["kind"] not in kinds:
        known = nearest(table["kind"], kinds)
        message = settings.at(f"tone.backend: unknown backend {table['kind']!r}{known}")
        raise ConfigError(message)
    chosen, place = kinds[table["kind"]], settings.at("tone")
    built: SentimentBackend = plugins.build(
        chosen, reveal(table, secret_fields(chosen), place), place
    )
    return built


def heartbeat(settings: Settings) -> str:
    """Answer the address of the outside watchman; it may be a secret, empty means none."""
    url = settings.daemon.heartbeat
    if is_named(url):
        url = secret(url, settings.at("daemon.heartbeat"))
    if url and not url.startswith(("https://", "http://")):
        message = settings.at("daemon.heartbeat: write an http(s) address, or env:NAME for one")
        raise ConfigError(message)
    return url


def fetching(crawl: CrawlSettings) -> FetchSettings:
    """Answer the manners and bounds of fetching as the crawler takes them."""
    return FetchSettings(
        contact=crawl.contact,
        allow_addresses=tuple(str(network) for network in crawl.allow_addresses),
        longest_body=int(crawl.max_megabytes * 1024 * 1024),
        timeout=crawl.timeout,
        host_delay=crawl.host_delay,
        connections=crawl.concurrency,
    )


def _address(written: object, place: str) -> str:
    """The address as the records keep it: of a URL, which may be a key, only its name."""
    given = str(written)
    if not is_named(given):
        return given
    found = secret(given, f"{place}.address")
    return found if scheme_only(found) == found else given


def _refuse_unknown(said: str, named: Iterable[str], known: Sequence[str]) -> None:
    for name in named:
        if name not in known:
            message = f"{said} {name!r}{nearest(name, known)}"
            raise ConfigError(message)


def _check_zone(recipient: Recipient, place: str) -> None:
    try:
        zone(recipient.timezone)
    except ValueError as error:
        message = f"{place}.timezone: {error}"
        raise ConfigError(message) from error


def _refuse_deaf(one: Recipient, everybody: Sequence[Recipient], place: str) -> None:
    """Without levels one may stand by: for the troubles, the digest, a role, another's messages."""
    stands_by = (
        one.ops or one.digest or one.role or any(one.name == to.fallback for to in everybody)
    )
    if not one.levels and not stands_by:
        message = f"{place}.levels: would be told of nothing; write some of 1, 2, 3, 4"
        raise ConfigError(message)


def _refuse_twins(names: Sequence[str], what: str, mend: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            message = f"{what}: {name!r} is there twice; {mend}"
            raise ConfigError(message)
        seen.add(name)
