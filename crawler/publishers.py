"""Which family a site belongs to, so that one owner's ten sites count as one voice.

The map ``publishers.toml`` beside this module names the big owners of Russian, Ukrainian and
Belarusian news sites; a source's own ``publisher`` in the config always wins over it.
"""

import functools
import tomllib
from importlib import resources

_FILE = "publishers.toml"


def find_publisher(site: str) -> str | None:
    """The family of a site, or of the site it is a part of; None when it is in no family."""
    families = _families()
    labels = site.lower().strip(".").split(".")
    parts = (".".join(labels[first:]) for first in range(len(labels) - 1))
    return next((families[part] for part in parts if part in families), None)


@functools.cache
def _families() -> dict[str, str]:
    text = resources.files(__package__).joinpath(_FILE).read_text("utf-8")
    return {site: family for family, sites in tomllib.loads(text).items() for site in sites}
