"""Brands: synced from the config, never deleted."""

from storage.database import Database
from tests.storage.making import HOSTILE, HOUR, NOON


def test_brands_come_in_the_order_of_the_config(database: Database) -> None:
    """Repeating changes nothing, and every name gets its brand."""
    with database.begin() as tx:
        first = tx.brands.sync(["Ромашка", "Василёк"], NOON)
        again = tx.brands.sync(["Василёк", "Ромашка"], NOON + HOUR)
    assert [brand.name for brand in first] == ["Ромашка", "Василёк"]
    assert again == first[::-1]


def test_a_brand_that_left_the_config_is_retired_and_may_return(database: Database) -> None:
    """It keeps its id, so its mentions are still its own."""
    with database.begin() as tx:
        (first,) = tx.brands.sync(["Ромашка"], NOON)
        assert tx.brands.sync([], NOON) == tx.brands.active() == []
        assert [brand.retired_at for brand in tx.brands.all()] == [NOON]
        (back,) = tx.brands.sync(["Ромашка"], NOON + HOUR)
    assert (back.id, back.created_at) == (first.id, NOON + HOUR)


def test_any_name_finds_its_brand(database: Database) -> None:
    """Long and hostile names are kept shortened, and found so."""
    names = ["я" * 3000, "я" * 3001, HOSTILE, "ромашка", "Ромашка"]
    with database.begin() as tx:
        brands = tx.brands.sync(names, NOON)
        assert len({brand.id for brand in brands}) == len(names)
        assert [tx.brands.find(name) for name in names] == brands
        assert tx.brands.find("нет такой") is None


def test_the_watch_last_matched_is_remembered(database: Database) -> None:
    """A changed watch is noticed by its fingerprint."""
    with database.begin() as tx:
        (brand,) = tx.brands.sync(["Ромашка"], NOON)
        tx.brands.mark_matched(brand.id, "abc")
        assert tx.brands.active()[0].watch_hash == "abc"


def test_a_brand_that_comes_back_is_to_be_looked_for_in_between(database: Database) -> None:
    """While it was out of the config nothing was matched for it."""
    with database.begin() as tx:
        (brand,) = tx.brands.sync(["Ромашка"], NOON)
        tx.brands.mark_matched(brand.id, "abc")
        assert tx.brands.sync(["Ромашка"], NOON)[0].watch_hash == "abc"
        tx.brands.sync([], NOON)
        assert tx.brands.sync(["Ромашка"], NOON)[0].watch_hash == ""
