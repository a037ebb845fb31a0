"""What a stage of training reads: shares, views and weights."""

from dataclasses import replace

import pytest

from monitor.sentiment.encoding import MASKED, PLAIN, TARGET
from monitor.sentiment.unigram import UNKNOWN
from monitor.sentiment.weights import shipped_weights
from training.mixture import Stage, View, views_of
from training.texts import Example

TEXT = "Рубикон третий месяц не возвращает деньги, история номер {}."


def example(number: int, *, label: int = 0, source: str = "corpus", whole: bool = False) -> Example:
    text = TEXT.format(number)
    start, end = (None, None) if whole else (0, 7)
    return Example(
        source=source, lang="ru", label=label, text=text, start=start, end=end, group=text
    )


def views(passes: float, rows: list[Example], number: int = 0) -> list[View]:
    stage = Stage(passes={"corpus": passes}, first_rate=1e-4, last_rate=0.0)
    return views_of(stage, number, rows, shipped_weights("toward").unigram)


@pytest.mark.parametrize(("passes", "count"), [(0.5, 20), (1, 40), (1.5, 60), (2, 80), (0, 0)])
def test_a_set_is_read_as_often_as_the_stage_says(passes: float, count: int) -> None:
    """Half a pass is half of the rows, one and a half some rows twice."""
    assert len(views(passes, [example(number) for number in range(40)])) == count


def test_two_passes_show_each_text_with_and_without_its_target() -> None:
    """A brand's name is never what a label hangs on."""
    found = views(2, [example(1)])
    assert {max(view.encoded.flags) for view in found} == {TARGET, MASKED}


def test_one_pass_masks_about_half_of_the_targets() -> None:
    """Chosen by the text, so the same ones every time."""
    rows = [example(number) for number in range(400)]
    masked = [MASKED in view.encoded.flags for view in views(1, rows)]
    assert 140 < sum(masked) < 260
    assert masked == [MASKED in view.encoded.flags for view in views(1, rows)]


def test_another_stage_reads_other_rows_first() -> None:
    """Half a pass in each of two stages is not the same half."""
    rows = [
        replace(example(1), text="и " * number + TEXT, start=2 * number, end=2 * number + 7)
        for number in range(60)
    ]
    first, second = (
        {view.encoded.flags.count(PLAIN) for view in views(0.5, rows, number)} for number in (0, 1)
    )
    assert len(first) == len(second) == 30
    assert first != second


def test_a_few_pieces_are_lost_and_never_the_targets() -> None:
    """No label may hang on a single word; the same ones are lost every time."""
    found = views(2, [example(number) for number in range(200)])
    assert found == views(2, [example(number) for number in range(200)])
    pieces = [
        (piece, flag)
        for view in found
        for piece, flag in zip(view.encoded.ids[1:-1], view.encoded.flags[1:-1], strict=True)
    ]
    plain = [piece == UNKNOWN for piece, flag in pieces if flag == PLAIN]
    assert 0.03 < sum(plain) / len(plain) < 0.07
    assert not any(piece == UNKNOWN for piece, flag in pieces if flag != PLAIN)


@pytest.mark.parametrize(("source", "power"), [("corpus", 0.5), ("brighter_uk", 0.0)])
def test_rare_labels_weigh_more_and_the_mean_weight_is_one(source: str, power: float) -> None:
    """Half of the way to evenness within a set, not at all in one."""
    rows = [example(number, label=1, source=source) for number in range(90)] + [
        example(number, label=0, source=source) for number in range(90, 100)
    ]
    stage = Stage(passes={source: 1}, first_rate=1e-4, last_rate=0.0)
    found = views_of(stage, 0, rows, shipped_weights("toward").unigram)
    weights = {view.wanted.index(1.0): view.weight for view in found}
    assert weights[0] / weights[1] == pytest.approx((91 / 11) ** power)
    assert sum(view.weight for view in found) / len(found) == pytest.approx(1)


def test_a_text_without_target_goes_to_the_other_head() -> None:
    """The label is of the whole text, and nothing is flagged."""
    (view,) = views(1, [example(1, whole=True)])
    assert (view.targeted, max(view.encoded.flags)) == (False, 0)


def test_what_a_teacher_says_is_learned_as_it_was_said() -> None:
    """Its doubt too; a label that people gave is certain."""
    taught = replace(example(1, label=1), given=(0.25, 0.7, 0.05))
    assert [view.wanted for view in views(1, [taught])] == [(0.25, 0.7, 0.05)]
    assert [view.wanted for view in views(1, [example(2, label=2)])] == [(0.0, 0.0, 1.0)]


def test_sets_that_are_not_there_are_passed_over() -> None:
    """The public sets lie outside the repository."""
    stage = Stage(passes={"cedr": 1, "corpus": 1}, first_rate=1e-4, last_rate=0.0)
    assert len(views_of(stage, 0, [example(1)], shipped_weights("toward").unigram)) == 1
