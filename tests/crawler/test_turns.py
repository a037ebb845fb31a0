"""The newest first, and nothing waits for ever."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crawler.dates import EARLIEST
from crawler.turns import PageLink, choose, in_turns

NOW = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def undated(*names: str) -> dict[str, datetime]:
    """Sitemaps of an index without dates."""
    return {f"https://n.example/{name}": EARLIEST for name in names}


@pytest.mark.parametrize(
    ("names", "newest"),
    [
        pytest.param([f"map-{y}-{m}.xml" for y in range(2020, 2026) for m in range(1, 13)],
                     "map-2025-12.xml", id="months"),
        pytest.param([f"map-{m:02}-{y}.xml" for m in range(1, 13) for y in range(2020, 2026)],
                     "map-12-2025.xml", id="month before year"),
        pytest.param([f"post-{n}.xml" for n in range(1, 120)], "post-119.xml", id="numbers"),
        pytest.param([f"sitemap.xml?page={n}" for n in range(1, 120)], "sitemap.xml?page=1",
                     id="first page"),
        pytest.param([*(f"tags-{n}.xml" for n in range(90)), *(f"news-{n}.xml" for n in range(20))],
                     "news-19.xml", id="two series"),
    ],
)  # fmt: skip
def test_what_is_newest_by_its_name_is_read_at_every_visit(names: list[str], newest: str) -> None:
    """And what is left of the room goes round."""
    visits = [choose(undated(*names), 10, NOW + n * DAY) for n in range(150)]
    assert all(len(set(found)) == 10 and left_over for found, left_over in visits)
    assert all(f"https://n.example/{newest}" in found for found, _ in visits)
    assert {one for found, _ in visits for one in found} == set(undated(*names))


def test_dates_leave_the_undated_a_turn() -> None:
    """What is older than there is room for is no news; what has no date may be."""
    dated = {f"https://n.example/{n}": NOW - n * DAY for n in range(20)}
    assert choose(dated, 10, NOW) == (list(dated)[:10], False)
    visits = [choose(dated | undated("news.xml"), 10, NOW + n * DAY) for n in range(9)]
    assert all(found[:5] == list(dated)[:5] and left_over for found, left_over in visits)
    assert any("https://n.example/news.xml" in found for found, _ in visits)


def listing(name: str, *ages: int | None) -> Iterator[PageLink]:
    """Pages of these ages in days; None: it does not say."""
    for place, age in enumerate(ages):
        yield PageLink(
            address=f"{name}{place}",
            canonical=f"{name}{place}",
            is_below_known=False,
            date=EARLIEST if age is None else NOW - age * DAY,
            place=place,
        )


def test_pages_of_several_sitemaps_come_newest_first_and_by_turns() -> None:
    """No listing's thousands come before another's first."""
    dated = [listing("a", 1, 5, 6), listing("b", 2, 3, 7)]
    assert [one.address for one in in_turns(dated)] == ["a0", "b0", "b1", "a1", "a2", "b2"]
    plain = [listing("c", *[None] * 4), listing("d", None, None), listing("e", None), listing("f")]
    assert [one.address for one in in_turns(plain)] == ["c0", "d0", "c1", "e0", "c2", "d1", "c3"]
    mixed = [listing("g", *range(4)), listing("h", None, None)]
    assert [one.address for one in in_turns(mixed)] == ["g0", "h0", "g1", "h1", "g2", "g3"]


def test_pages_of_one_moment_come_by_turns_too() -> None:
    """A site that dates everything anew every night says nothing by it."""
    pages = in_turns([listing("a", 1, 1), listing("b", 1, 1)])
    assert [one.address for one in pages] == ["a0", "b0", "a1", "b1"]
