"""Markup and hostile characters never reach the database."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cleaning import (
    LONGEST_TAG,
    LONGEST_TITLE,
    clean_line,
    clean_text,
    shorten_tags,
    text_of_html,
)


def test_what_follows_the_end_of_a_page_is_text() -> None:
    """A feed may carry a whole page, and more."""
    assert text_of_html("<html><body><p>a</p></body></html><p>b</p>") == "a\nb"


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        pytest.param("<p>Раз</p><p>Два</p>", "Раз\nДва", id="blocks"),
        pytest.param("Раз<br>два<br/>три", "Раз\nдва\nтри", id="breaks"),
        pytest.param("<b>Раз</b> и <i>два</i>", "Раз и два", id="inline"),
        pytest.param("a &amp; b &lt;c&gt; &#1055;", "a & b <c> П", id="entities"),
        pytest.param("до<script>alert(1)</script>после", "допосле", id="script"),
        pytest.param("<style>p{}</style>текст", "текст", id="style"),
        pytest.param("<iframe src=x>внутри</iframe>текст", "текст", id="frame"),
        pytest.param("<!-- тайна -->явно", "явно", id="comment"),
        pytest.param("<img src=x onerror=alert(1)>подпись", "подпись", id="event"),
        pytest.param("<p>в одной\nстроке</p>", "в одной строке", id="line break inside"),
        pytest.param("2 < 3 и 5 > 4", "2 < 3 и 5 > 4", id="no markup"),
        pytest.param("<ul><li>раз<li>два</ul>", "раз\nдва", id="unclosed"),
        pytest.param("<p>оборвано <a href='", "оборвано", id="cut off"),
        pytest.param("", "", id="empty"),
    ],
)
def test_html_becomes_what_a_reader_sees(fragment: str, text: str) -> None:
    """A block a line; scripts, forms and comments gone."""
    assert text_of_html(fragment) == text


@pytest.mark.parametrize(
    ("title", "line"),
    [
        pytest.param("Банк &amp;quot;Ромашка&amp;quot;", 'Банк "Ромашка"', id="escaped twice"),
        pytest.param("<b>Ромашка</b>\n закрыта", "Ромашка закрыта", id="markup"),
        pytest.param("Рома\u202eшка\u0000", "Ромашка", id="hostile characters"),
        pytest.param("и\u0306од", "йод", id="decomposed"),
        pytest.param("x" * 5_000, "x" * LONGEST_TITLE, id="endless"),
    ],
)
def test_a_title_is_one_clean_line(title: str, line: str) -> None:
    """Entities resolved, however often they were escaped."""
    assert clean_line(title) == line


@given(st.text(max_size=500))
def test_any_text_comes_out_fit_to_store(text: str) -> None:
    """No control characters, one Unicode form, encodable, and the same when cleaned again."""
    cleaned = clean_text(text)
    assert isinstance(cleaned.encode("utf-8"), bytes)
    assert "\x00" not in cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean_text(cleaned) == cleaned


@given(st.text(alphabet="<>/!-&;#ax1 \n\"'=", max_size=200))
def test_any_markup_gives_a_text(fragment: str) -> None:
    """Broken tags neither raise nor hang."""
    assert isinstance(text_of_html(fragment), str)
    assert isinstance(clean_line(fragment), str)


def test_spaces_after_a_bracket_hold_nothing_up() -> None:
    """Whether this is markup is told in one look."""
    begun = time.process_time()
    assert text_of_html("a <" + " " * 200_000 + "1") == "a < 1"
    assert time.process_time() - begun < 5


def test_deep_nesting_is_survived() -> None:
    """A hundred thousand open tags are no reason to fall over."""
    assert isinstance(text_of_html("<div>" * 100_000 + "конец"), str)


ATTRIBUTES = [f"a{n}" for n in range(150_000)]
MANY = " ".join(ATTRIBUTES)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(f"<p {MANY}>x</p>", id="plain"),
        pytest.param("<p " + '=">" '.join(ATTRIBUTES) + ">x</p>", id="quoted ends"),
        pytest.param("<p " + " <b ".join(ATTRIBUTES) + ">x</p>", id="tags inside"),
        pytest.param(f"<p a='>' {MANY}>x</p>", id="quoted end first"),
        pytest.param(f'<!--<b x="--><p y=">" {MANY}>x</p>', id="behind a comment"),
        pytest.param(f"<p a='{' ' * LONGEST_TAG}' {MANY}>x</p>", id="cut in a quote"),
    ],
)
def test_no_tag_has_more_attributes_than_parsers_can_bear(page: str) -> None:
    """Each is compared with all the others: so many take minutes; what follows them is read."""
    assert len(shorten_tags(page).replace(">", "")) < 2 * LONGEST_TAG
    assert text_of_html(f"{page}<p>Дальше.</p>").endswith("x\nДальше.")


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(f'<img src="data:{"A/ " * LONGEST_TAG}" alt="a > b">', id="image"),
        pytest.param(f"<script>i<n;{'1,' * LONGEST_TAG}</script>", id="script"),
        pytest.param(f"<!-- i<n {'1,' * LONGEST_TAG}-->", id="comment"),
        pytest.param(f"<p>2 < 3 {'1, ' * LONGEST_TAG}</p>", id="text"),
        pytest.param('<p title="a > b" lang=\'x\'>Он: "x="</p>' * LONGEST_TAG, id="many tags"),
    ],
)
def test_what_only_looks_like_a_long_tag_swallows_nothing(before: str) -> None:
    """What follows it is read."""
    assert text_of_html(f"{before}<p>Дальше.</p>").endswith("Дальше.")


@pytest.mark.parametrize(
    "first",
    ["", "<script>key = 'bTjX= = ';</script>", "<p>Адрес: a='</p>"],
    ids=["alone", "behind a script", "behind a text"],
)
def test_ordinary_markup_stays_as_it_is(first: str) -> None:
    """However long the whole is, and though a quote stands open outside of every tag."""
    page = first + '<p title="a > b" lang="x">Он: "x="</p>\n' * LONGEST_TAG
    assert shorten_tags(page) == page
