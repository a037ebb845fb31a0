"""The fast tier and its features."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.sentiment.features import BUCKETS, Hasher
from monitor.sentiment.linear import LinearSentiment
from monitor.sentiment.protocol import Passage


def passage(text: str, target: str | None = None) -> Passage:
    start = text.index(target) if target else None
    end = start + len(target) if target and start is not None else None
    return Passage(text=text, start=start, end=end)


@pytest.mark.parametrize(
    ("text", "target", "label"),
    [
        ("Рубикон обманул меня, верните деньги, мошенники!", "Рубикон", "negative"),
        ("Спасибо Рубикону, всё быстро и вежливо, рекомендую!", "Рубикону", "positive"),
        ("Oakstone lied to me and stole my money, avoid", "Oakstone", "negative"),
        ("Дуже дякую Славбанку, швидко і зручно!", "Славбанку", "positive"),
        ("Ужасно противно и обидно до слёз", None, "negative"),
    ],
    ids=["ru complaint", "ru praise", "en complaint", "uk praise", "whole text"],
)
def test_plain_cases_are_judged_plainly(text: str, target: str | None, label: str) -> None:
    """What nobody would argue about comes out right."""
    (tone,) = LinearSentiment().judge([passage(text, target)])
    assert tone.label == label
    assert tone.model == LinearSentiment().version


def test_the_targets_own_name_changes_nothing() -> None:
    """A brand can not be learnt to be bad: its characters give no feature."""
    tones = LinearSentiment().judge(
        [passage(f"Вчера {name} закрыл отделение", name) for name in ("Кедр", "Мошенник-Банк")]
    )
    assert tones[0] == tones[1]


def test_judgements_do_not_depend_on_the_batch() -> None:
    """One by one or together, in any order: the same tone."""
    passages = [passage(f"{word} Кедр {word}", "Кедр") for word in ("вор", "", "спасибо", "не вор")]
    together = LinearSentiment().judge(passages)
    assert together == [LinearSentiment().judge([one])[0] for one in passages]


def test_a_word_counts_once_toward_a_target() -> None:
    """Nobody decides alone by writing a word ten times; of a whole text it is feeling."""
    once, often = LinearSentiment().probabilities(
        [passage("Кедр украл деньги" + ", спасибо" * times, "Кедр") for times in (4, 40)]
    )
    assert np.allclose(once, often, atol=0.02)
    calm, loud = LinearSentiment().probabilities(
        [passage("украли деньги" + ", спасибо" * times) for times in (1, 3)]
    )
    assert loud[2] > calm[2] + 0.1


def test_negation_reaches_the_next_words_of_its_own_text_only() -> None:
    """A text that ends in "не" does not turn the next one."""
    alone = Hasher().features([passage("обманул")])
    after = Hasher().features([passage("не"), passage("обманул")])
    assert set(alone.buckets) <= set(after.buckets)
    assert not set(alone.buckets) <= set(Hasher().features([passage("не обманул")]).buckets)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00\x01", "\ud800", "a" * 1_000_000, "слово " * 200_000, "🙂" * 5000],
    ids=["empty", "blank", "control", "lone surrogate", "one word", "megabyte", "emoji"],
)
def test_any_text_gets_a_tone(text: str) -> None:
    """Hostile strings are normal input."""
    whole, targeted = LinearSentiment().judge(
        [Passage(text=text), Passage(text=text, start=0, end=1)]
    )
    assert whole.negative + whole.neutral + whole.positive == pytest.approx(1)
    assert targeted.negative + targeted.neutral + targeted.positive == pytest.approx(1)


@settings(max_examples=50)
@given(
    st.lists(
        st.builds(
            lambda t, s, e: Passage(text=t, start=s, end=e),
            st.text(),
            st.none() | st.integers(-2, 9),
            st.none() | st.integers(-2, 9),
        )
    )
)
def test_features_fit_the_table(passages: list[Passage]) -> None:
    """Buckets, rows and values of any batch can be looked up."""
    found = Hasher().features(passages)
    assert len(found.buckets) == len(found.rows) == len(found.values)
    assert np.all((found.buckets >= 0) & (found.buckets < BUCKETS))
    assert np.all(found.rows < max(len(passages), 1))


def test_no_passages_no_tones() -> None:
    """An empty batch is a batch."""
    assert LinearSentiment().judge([]) == []
