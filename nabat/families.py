"""Which brands are kin, so that trouble of several is told as one crisis.

Kin are the brands of one holding, and a brand and the people who stand for it,
where those have a ``[[brand]]`` of their own. A company leads before its people.
"""

from collections.abc import Sequence

from nabat.config import BrandSettings


def families(brands: Sequence[BrandSettings]) -> list[tuple[str, ...]]:
    """Answer the names of each family of two brands and more, the one to tell it by first."""
    groups: list[set[str]] = []
    for tie in _ties(brands):
        touched = [group for group in groups if group & tie]
        groups = [group for group in groups if not group & tie]
        groups.append(tie.union(*touched))
    people = {one.name for brand in brands for one in _own_brands(brand, brands)}
    order = sorted((brand.name for brand in brands), key=lambda name: name in people)
    found = [tuple(name for name in order if name in group) for group in groups]
    return sorted((one for one in found if len(one) > 1), key=lambda one: order.index(one[0]))


def _ties(brands: Sequence[BrandSettings]) -> list[set[str]]:
    """Brands that belong together for one reason each."""
    holdings: dict[str, set[str]] = {}
    for brand in brands:
        if brand.holding:
            holdings.setdefault(_plain(brand.holding), set()).add(brand.name)
    people = [{brand.name, one.name} for brand in brands for one in _own_brands(brand, brands)]
    return [*holdings.values(), *people]


def _own_brands(brand: BrandSettings, brands: Sequence[BrandSettings]) -> list[BrandSettings]:
    """The brands that are people of this one."""
    people = {_plain(person.name) for person in brand.person}
    return [
        other
        for other in brands
        if other.name != brand.name
        and people & {_plain(name) for name in (other.name, *other.aliases)}
    ]


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold().replace("ё", "е")
