"""The corpus builder: what it refuses, what it computes, how it splits."""

from pathlib import Path

import pytest

from training.corpus import LineError, find_target, is_test, parse_line, read

GOOD = "ru\tneg\tcomplaint\tbank\tru-0001\tРубикон\tБанк Рубикон врёт"


def test_a_good_line_gets_offsets_and_a_whole_label() -> None:
    """text[start:end] is the target."""
    row = parse_line(GOOD)
    assert (row.label, row.story, row.text[row.start : row.end]) == (
        "negative",
        "ru:0001",
        "Рубикон",
    )


def test_a_line_without_a_target_is_of_the_whole_text() -> None:
    """It has no offsets: there is nothing to point at."""
    row = parse_line(GOOD.replace("Рубикон\tБанк", "\tБанк"))
    assert (row.target, row.start, row.end) == ("", None, None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ru\tneg", "2 columns, expected 7"),
        (GOOD.replace("ru\t", "de\t", 1), "unknown lang 'de'"),
        (GOOD.replace("neg", "bad"), "unknown label 'bad'; known: neg, neu, pos"),
        (GOOD.replace("complaint", ""), "an empty column"),
        (GOOD.replace("Рубикон\tБанк Рубикон врёт", "\t"), "an empty column"),
        (GOOD.replace("Рубикон\tБанк", "Кедр\tБанк"), "'Кедр' does not occur"),
        (GOOD + "а" * 3000, "shorten it"),
    ],
    ids=["columns", "lang", "label", "empty", "nothing", "target", "long"],
)
def test_a_bad_line_is_refused_with_the_mend(line: str, said: str) -> None:
    """The writer can put it right without asking."""
    with pytest.raises(LineError, match=said):
        parse_line(line)


def test_a_target_is_a_whole_word_where_it_can_be() -> None:
    """«Рубиконд» is not «Рубикон»."""
    assert find_target("Рубиконд и Рубикон", "Рубикон") == 11


def test_one_bad_line_does_not_stop_the_others(tmp_path: Path) -> None:
    """Places of the bad ones are named, doubles taken once, contradictions told."""
    path = tmp_path / "ru_01.tsv"
    path.write_text("\n".join([GOOD, GOOD, "oops", GOOD.replace("neg", "pos"), ""]), "utf-8")
    rows, errors = read([path])
    assert len(rows) == 1
    assert [error.partition(" ")[0] for error in errors] == ["ru_01.tsv:3:", "ru_01.tsv:4:"]


def test_a_story_falls_into_one_part_whole() -> None:
    """Both halves of a contrast pair are trained on, or neither."""
    other = parse_line(GOOD.replace("neg\t", "pos\t").replace("Рубикон\tБанк", "Банк\tБанк"))
    assert is_test(parse_line(GOOD)) == is_test(other)
