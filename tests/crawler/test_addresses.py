"""One page has one address, however it is linked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import (
    TRACKING_PARAMETERS,
    canonical_address,
    find_address,
    host_of,
    is_same_site,
    leads_home,
    synthetic_address,
)

SESSION = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        pytest.param("HTTP://News.Example:80/a", "http://news.example/a", id="case and port"),
        pytest.param("https://a.example", "https://a.example/", id="no path"),
        pytest.param("https://a.example/x#part", "https://a.example/x", id="fragment"),
        pytest.param("https://u:p@a.example/x", "https://a.example/x", id="user"),
        pytest.param("https://a.example/b/../c/./d", "https://a.example/c/d", id="dots"),
        pytest.param("https://a.example/?b=2&a=1", "https://a.example/?a=1&b=2", id="order"),
        pytest.param("https://a.example/x?utm_source=q&id=5", "https://a.example/x?id=5", id="utm"),
        pytest.param("https://a.example/x?yclid=1&ysclid=2", "https://a.example/x", id="yandex"),
        pytest.param("https://a.example/x?erid=Kra2", "https://a.example/x", id="ad marking"),
        pytest.param("https://a.example/x?roistat_visit=7", "https://a.example/x", id="prefix"),
        pytest.param("https://a.example/x?UTM_Medium=7", "https://a.example/x", id="upper case"),
        pytest.param(
            f"https://a.example/x?t=5&sid={SESSION}", "https://a.example/x?t=5", id="phpBB"
        ),
        pytest.param(f"https://a.example/x?s={SESSION}&t=5", "https://a.example/x?t=5", id="vB"),
        pytest.param(
            "https://a.example/x.do;jsessionid=0A1B.n2?t=5", "https://a.example/x.do?t=5", id="Java"
        ),
        pytest.param(
            "https://a.example/x?ASPSESSIONIDQQ=ABC&t=5", "https://a.example/x?t=5", id="ASP"
        ),
        pytest.param("https://a.example/x?", "https://a.example/x", id="empty query"),
        pytest.param("https://a.example:8443/x", "https://a.example:8443/x", id="own port"),
        pytest.param(
            "https://пример.рф/путь",
            "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C",
            id="cyrillic",
        ),
        pytest.param("https://a.example/%d0%bf", "https://a.example/%D0%BF", id="escape case"),
        pytest.param("https://a.example/x?t=%F2%E5", "https://a.example/x?t=%F2%E5", id="cp1251"),
    ],
)
def test_spellings_of_one_address_become_one(address: str, canonical: str) -> None:
    """What does not change the page does not change the address."""
    assert canonical_address(address) == canonical


@pytest.mark.parametrize("name", sorted(TRACKING_PARAMETERS))
def test_every_tracking_parameter_is_dropped(name: str) -> None:
    """Where a reader came from is not what he reads."""
    assert canonical_address(f"https://a.example/x?id=1&{name}=abc") == "https://a.example/x?id=1"


@pytest.mark.parametrize(
    "query", ["id=5", "p=3", "before=120", "q=банк", "topic=7&page=2", "s=дом", "sid=41"]
)
def test_meaningful_parameters_stay(query: str) -> None:
    """A page that is chosen by a parameter keeps it."""
    first, second = f"https://a.example/?{query}", "https://a.example/"
    assert canonical_address(first) != canonical_address(second)


@given(st.text(max_size=300))
def test_any_string_has_a_canonical_form_that_is_stable(text: str) -> None:
    """Hostile addresses neither raise nor change when seen twice."""
    for address in (text, f"http://a.example/{text}", f"https://{text}/x?{text}"):
        once = canonical_address(address)
        assert canonical_address(once) == once


@pytest.mark.parametrize(
    ("href", "found"),
    [
        pytest.param("/a", "https://a.example/a", id="path"),
        pytest.param(" \n/a\t", "https://a.example/a", id="spaces"),
        pytest.param("//b.example/x", "https://b.example/x", id="scheme of the page"),
        pytest.param("javascript:alert(1)", None, id="script"),
        pytest.param("mailto:a@b.example", None, id="mail"),
        pytest.param("file:///etc/passwd", None, id="file"),
        pytest.param("https://[::1", None, id="broken host"),
        pytest.param("https://a.example:99999/", None, id="impossible port"),
        pytest.param("https:// a b/x", "https://ab/x", id="space in a host"),
        pytest.param("https://b.example/a b?c d", "https://b.example/a%20b?c%20d", id="in a path"),
        pytest.param("о нас/a b", "https://a.example/о%20нас/a%20b", id="in a relative one"),
        pytest.param("https://b.example/a-\n   b", "https://b.example/a-b", id="broken line"),
        pytest.param("https://a%20b/x", None, id="host that is none"),
        pytest.param("", None, id="empty"),
        pytest.param("https://a.example/" + "x" * 3000, None, id="endless"),
    ],
)
def test_a_link_leads_to_a_web_address_or_nowhere(href: str, found: str | None) -> None:
    """Only http and https with a host are followed."""
    assert find_address(href, "https://a.example/base") == found


def test_mobile_and_amp_hosts_are_the_same_site() -> None:
    """One publisher, however its pages are served."""
    assert is_same_site("https://m.news.example/x", "https://www.news.example/y")
    assert not is_same_site("https://news.example/x", "https://other.example/x")


def test_a_page_may_lead_home() -> None:
    """From one that is no more; a link to the home page itself leads nowhere else."""
    assert leads_home("https://a.example/5", "https://www.a.example/?utm_source=404")
    assert not leads_home("https://a.example", "https://www.a.example/")
    assert not leads_home("https://a.example/5", "https://a.example/?p=5")


def test_what_has_no_link_gets_a_stable_address() -> None:
    """The same feed and identity give the same address; others another."""
    first = synthetic_address("https://a.example/rss", "тема 5#&")
    assert first == synthetic_address("https://a.example/rss", "тема 5#&")
    assert first != synthetic_address("https://a.example/rss", "тема 6#&")
    assert host_of(first) == "a.example"


@pytest.mark.parametrize("path", ["ж" * 900, "a" * 1_900 + "ж" * 30, "x?q=" + "й" * 800])
def test_an_address_never_outgrows_the_database(path: str) -> None:
    """Cyrillic grows sixfold when escaped; what is cut is told apart by a digest."""
    canonical = canonical_address(f"https://a.example/{path}")
    assert len(canonical) <= 2000
    assert canonical_address(canonical) == canonical
    assert canonical != canonical_address(f"https://a.example/{path}1")


def test_a_long_identity_becomes_a_digest() -> None:
    """Some feeds use the whole text as their id."""
    first = synthetic_address("https://a.example/" + "x" * 1_900, "длинно" * 500)
    assert len(first) <= 2000
    assert first != synthetic_address("https://a.example/" + "x" * 1_900, "длинно" * 501)
