"""Bring addresses into one shape, so that one page is stored once.

Pure: strings in, strings out. Nothing here raises on any string; what is not a
usable http address is told apart by ``None``. Whether an address may be
fetched at all is decided where the connection is made (crawler.guard).
"""

import hashlib
import re
from urllib.parse import parse_qsl, quote, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

LONGEST_ADDRESS = 2000  # characters, as many as the database keeps
LONGEST_NAME = 300  # of something published without an address

LED_HOME = "leads to the home page: the article is no more"

# Parameters that say who reads or where they came from, never what is shown.
TRACKING_PREFIXES = (
    "aspsessionid",
    "utm_",
    "mtm_",
    "pk_",
    "piwik_",
    "matomo_",
    "hsa_",
    "roistat",
    "at_campaign",
    "at_medium",
    "at_custom",
    "vero_",
    "oly_",
    "__hs",
    "_hs",
    "ga_",
    "guce_",
)
TRACKING_PARAMETERS = frozenset(
    {
        "_ga",
        "_gl",
        "_openstat",
        "cmpid",
        "dclid",
        "epik",
        "erid",
        "etext",
        "fb_action_ids",
        "fb_action_types",
        "fb_ref",
        "fb_source",
        "fbclid",
        "from",
        "gbraid",
        "gclid",
        "gclsrc",
        "guccounter",
        "hsctatracking",
        "igsh",
        "igshid",
        "jsessionid",
        "mc_cid",
        "mc_eid",
        "mc_tc",
        "mkt_tok",
        "mkwid",
        "msclkid",
        "ncid",
        "openstat",
        "pcrid",
        "phpsessid",
        "rb_clickid",
        "ref",
        "ref_src",
        "ref_url",
        "referer",
        "referrer",
        "s_cid",
        "s_kwcid",
        "srsltid",
        "tg_rhash",
        "tgrhash",
        "trk",
        "ttclid",
        "twclid",
        "wbraid",
        "wickedid",
        "wt_mc",
        "yadclid",
        "yclid",
        "ymclid",
        "ysclid",
        "zanpid",
    }
)

# Forums put a reader's session under these names, and others the number of a story.
_SESSION_NAMES = frozenset({"s", "sid"})
_SESSION = re.compile(r"[0-9a-f]{32}", re.I)
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/;]*", re.I)

_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u200b\u2028\u2029\ufeff\ud800-\udfff]+")
_BROKEN_LINE = re.compile(r"[ \t]*+[\r\n]\s*+")  # with the next one's indent
_ORIGIN = re.compile(r"\A[^/?#]*//[^/?#]*")
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+:[0-9a-f:.]*(?:%\w+)?")
_SETTLED = re.compile(r"[a-z0-9:/._-]+(?:\?[\w=&.-]+)?", re.A)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def find_address(href: str, base: str = "") -> str | None:
    """The absolute http address a link leads to, or None when it leads nowhere on the web."""
    cleaned = _CONTROLS.sub("", _BROKEN_LINE.sub("", href[: LONGEST_ADDRESS * 2])).strip(" ")
    if " " in cleaned:
        cleaned = _without_spaces(cleaned)
    if not cleaned:
        return None
    try:
        absolute = not base or cleaned.startswith(("http://", "https://"))
        joined = cleaned if absolute else urljoin(base, cleaned)
        parts = urlsplit(joined)
        host, _port = _ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or len(joined) > LONGEST_ADDRESS:
        return None
    return joined if _HOST.fullmatch(host) else None


def canonical_address(address: str) -> str:
    """The one spelling of an address under which its page is stored.

    Host in lower case and ASCII, no default port, no user, no fragment, no
    tracking parameters, no session of the reader, the rest sorted. Applying it
    twice changes nothing. What cannot be understood as an http address comes
    back as it is.
    """
    found = find_address(address)
    if found is None:
        return address
    simple = _simplify(found)
    for _ in range(3):
        if _SETTLED.fullmatch(simple):
            break
        found, simple = simple, _simplify(simple)  # hostile escapes need another pass
        if simple == found:
            break
    return simple if len(simple) <= LONGEST_ADDRESS else _shortened(simple)


def host_of(address: str) -> str:
    """The host an address names, in lower case and ASCII; empty when it names none."""
    try:
        return _ascii_host(urlsplit(address).hostname or "")
    except ValueError:
        return ""


def site_of(address: str) -> str:
    """The host without a leading ``www.``, ``m.`` or ``amp.``: who publishes the page."""
    return re.sub(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)", "", host_of(address))


def is_same_site(address: str, other: str) -> bool:
    """Whether two addresses belong to one site, mobile and AMP hosts included."""
    return bool(site_of(address)) and site_of(address) == site_of(other)


def leads_home(asked: str, reached: str) -> bool:
    """Whether a site led from a page to its home page: what it does with pages that are no more."""
    return _is_home(reached) and not _is_home(asked)


def synthetic_address(base: str, identity: str) -> str:
    """A stable address for something published without a link of its own."""
    name = quote(identity, safe="", errors="replace")
    if len(name) > LONGEST_NAME:
        name = _digest(identity)
    return f"{base.split('#')[0][: LONGEST_ADDRESS - LONGEST_NAME - 1]}#{name}"


def _without_spaces(address: str) -> str:
    """The address as browsers read it: a space belongs to a path, and to no host."""
    origin = "".join(_ORIGIN.findall(address))
    return origin.replace(" ", "") + address[len(origin) :].replace(" ", "%20")


def _is_home(address: str) -> bool:
    return canonical_address(address).partition("//")[2].partition("/")[2] == ""


def _shortened(address: str) -> str:
    """An address too long to store, told apart from its like by a digest."""
    whole_escapes = re.sub(r"%[0-9A-F]?$", "", address[: LONGEST_ADDRESS - 100])
    return f"{whole_escapes}~{_digest(address)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _simplify(address: str) -> str:
    try:
        parts = urlsplit(address)
        host = _ascii_host(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return address
    if port == _DEFAULT_PORTS.get(parts.scheme):
        port = ""
    netloc = (f"[{host}]" if ":" in host else host) + port
    path = _resolve_dots(_SESSION_IN_PATH.sub("", parts.path)) or "/"
    simple = urlunsplit((parts.scheme, netloc, path, _meaningful(parts.query), ""))
    try:
        return str(canonicalize_url(simple))
    except (ValueError, UnicodeError):
        return simple


def _meaningful(query: str) -> str:
    """The query without tracking parameters; kept escapes stay exactly as they were."""
    if not query:
        return ""
    kept = [part for part in query.split("&") if part and not _is_tracking(part)]
    return "&".join(kept)


def _is_tracking(part: str) -> bool:
    name, value = next(iter(parse_qsl(part, keep_blank_values=True)), (part, ""))
    name = name.lower()
    if name in _SESSION_NAMES:
        return _SESSION.fullmatch(value) is not None
    return name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES)


def _resolve_dots(path: str) -> str:
    if "/." not in path and "//" not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    resolved = "/" + "/".join(kept)
    return resolved + "/" if path.endswith(("/.", "/..")) and resolved != "/" else resolved


def _ascii_host(host: str) -> str:
    host = host.strip(".").lower()
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
