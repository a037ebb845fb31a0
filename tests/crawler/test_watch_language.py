"""What a watch written as text means, and what is said of one that is wrong."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.watch_language import WatchError, parse
from crawler.watch_tree import And, Field, Near, Node, Not, Or, Phrase, Word

A, B, C = (Word(text=text) for text in ("аист", "бык", "волк"))


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        pytest.param("аист", A, id="word"),
        pytest.param("аист бык", And(parts=(A, B)), id="space is AND"),
        pytest.param("аист & бык && волк", And(parts=(A, B, C)), id="signs"),
        pytest.param("аист И бык", And(parts=(A, B)), id="Russian AND"),
        pytest.param("аист ТА бык", And(parts=(A, B)), id="Ukrainian AND"),
        pytest.param("аист OR бык | волк", Or(parts=(A, B, C)), id="OR"),
        pytest.param("аист ИЛИ бык, волк", Or(parts=(A, B, C)), id="Russian OR and comma"),
        pytest.param("аист АБО бык", Or(parts=(A, B)), id="Ukrainian OR"),
        pytest.param("аист AND NOT бык", And(parts=(A, Not(part=B))), id="AND NOT"),
        pytest.param("аист И НЕ бык", And(parts=(A, Not(part=B))), id="Russian AND NOT"),
        pytest.param("аист -бык", And(parts=(A, Not(part=B))), id="minus"),
        pytest.param(
            "аист OR бык волк", Or(parts=(A, And(parts=(B, C)))), id="AND binds before OR"
        ),
        pytest.param(
            "аист (-бык -волк)",
            And(parts=(A, Not(part=B), Not(part=C))),
            id="AND in AND",
        ),
        pytest.param("(аист OR бык) волк", And(parts=(Or(parts=(A, B)), C)), id="brackets"),
        pytest.param("аист /3 бык", Near(left=A, right=B, reach=3), id="near"),
        pytest.param("аист NEAR/3 бык", Near(left=A, right=B, reach=3), id="NEAR"),
        pytest.param("аист /+2 бык", Near(left=A, right=B, reach=2, ordered=True), id="ordered"),
        pytest.param("аист /s бык", Near(left=A, right=B, reach=None), id="sentence"),
        pytest.param(
            "NOT аист /3 бык волк",
            And(parts=(Not(part=Near(left=A, right=B, reach=3)), C)),
            id="near binds before NOT",
        ),
        pytest.param("=аист", Word(text="аист", mode="exact"), id="exact"),
        pytest.param("^аист", Word(text="аист", capital=True), id="capital"),
        pytest.param("^=аист", Word(text="аист", mode="exact", capital=True), id="both"),
        pytest.param("аист*", Word(text="аист", mode="beginning"), id="beginning"),
        pytest.param('"аист и бык"', Phrase(parts=("аист", "и", "бык")), id="phrase"),
        pytest.param("phrase(аист бык)", Phrase(parts=("аист", "бык"), mode="forms"), id="forms"),
        pytest.param("аист-бык", Phrase(parts=("аист", "бык"), mode="forms"), id="hyphen"),
        pytest.param("title:(аист)", Field(name="title", part=A), id="title"),
        pytest.param("body: аист", Field(name="body", part=A), id="body"),
        pytest.param("name(Бык, m)", Word(text="Бык", mode="name", options=("m",)), id="surname"),
        pytest.param("аист <<< птица ) >>> бык", And(parts=(A, B)), id="comment"),
        pytest.param("аист и бык", And(parts=(A, Word(text="и"), B)), id="small и is a word"),
    ],
)
def test_a_watch_reads_as_written(source: str, tree: Node) -> None:
    """Words and signs, Russian and Ukrainian aliases, and what binds before what."""
    assert parse(source) == tree


@pytest.mark.parametrize(
    ("source", "position", "problem"),
    [
        pytest.param("", 0, "empty", id="empty"),
        pytest.param("NOT аист", 0, "must not be there", id="only negative"),
        pytest.param("аист OR NOT бык", 0, "one side of OR", id="negative branch"),
        pytest.param("аист NOT (NOT бык)", 5, "after NOT only says", id="NOT of NOT"),
        pytest.param("аист -(-бык -волк)", 5, "after - only says", id="NOT of NOTs"),
        pytest.param("аист title:(-бык)", 5, "after title: only says", id="field of NOT"),
        pytest.param("аист /3 (NOT бык)", 5, "nearness", id="near to nothing"),
        pytest.param("(аист", 0, "not closed", id="open bracket"),
        pytest.param("аист)", 4, "not opened", id="closing bracket"),
        pytest.param('аист "бык', 5, "quote is not closed", id="quote"),
        pytest.param("аист <<< бык", 5, "comment is not closed", id="comment"),
        pytest.param("аист /0 бык", 5, "distance", id="no distance"),
        pytest.param("аист /999999999 бык", 5, "distance", id="far"),
        pytest.param("аист /x бык", 5, "distance without", id="letter distance"),
        pytest.param("аис*", 0, "match too much", id="short beginning"),
        pytest.param("аист AND", 8, "ends too early", id="dangling AND"),
        pytest.param("аист AND OR бык", 9, "nothing to work on", id="two operators"),
        pytest.param("name()", 0, "names nothing", id="empty name"),
        pytest.param('""', 0, "no word", id="empty phrase"),
        pytest.param("=(аист бык)", 0, "needs a word", id="exact brackets"),
        pytest.param("аист ?", 5, "means nothing", id="strange sign"),
        pytest.param("(" * 90 + "аист" + ")" * 90, 50, "too many brackets", id="deep"),
        pytest.param("аист /2 " * 40 + "бык", 165, "distances in a row", id="long chain"),
        pytest.param("аист " * 9_000, 20_000, "20000 is the most", id="too long"),
    ],
)
def test_a_wrong_watch_is_told_where_and_how_to_mend_it(
    source: str, position: int, problem: str
) -> None:
    """The message has the place, the matter and the mend."""
    with pytest.raises(WatchError) as caught:
        parse(source)

    assert caught.value.position == position
    assert problem in caught.value.problem
    assert caught.value.mend


@given(st.text(alphabet='аbИ ()"«»/+sс3=^!*-:,|&<>title#', max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_string_is_read_or_refused(source: str) -> None:
    """Nothing but WatchError ever comes out."""
    with contextlib.suppress(WatchError):
        assert parse(source)
