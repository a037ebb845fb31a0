"""Labels, shares and doubt."""

import numpy as np
import pytest

from monitor.sentiment.verdict import softmax, tone_of, tones_of


@pytest.mark.parametrize(
    ("shares", "label", "unsure"),
    [
        ((0.9, 0.05, 0.05), "negative", False),
        ((0.50, 0.35, 0.15), "negative", True),
        ((0.30, 0.45, 0.25), "neutral", True),
        ((0.05, 0.40, 0.55), "positive", False),
        ((0.05, 0.46, 0.49), "positive", True),
    ],
    ids=["clear", "narrow negative", "negative close behind", "positive", "narrow positive"],
)
def test_doubt_is_said_sooner_where_negative_is_in_play(
    shares: tuple[float, float, float], label: str, unsure: bool
) -> None:
    """A mistake about a negative mention is the dear one."""
    tone = tone_of(*shares, model="m")
    assert (tone.label, tone.unsure) == (label, unsure)


def test_shares_sum_to_one_after_rounding() -> None:
    """Counts add probabilities up; they must not drift."""
    for tone in tones_of(softmax(np.random.default_rng(1).normal(size=(200, 3))), model="m"):
        assert tone.negative + tone.neutral + tone.positive == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    "shares", [(0.67205, 0.0, 0.32795), (0.7546, 0.0, 0.2454), (0.99865, 1e-6, 0.001350001)]
)
def test_no_share_falls_below_nothing_by_rounding(shares: tuple[float, float, float]) -> None:
    """A classifier of two labels has nothing neutral, and a sure one has next to nothing."""
    tone = tone_of(*shares, model="m")
    told = (tone.negative, tone.neutral, tone.positive)
    assert [str(share) for share in told if str(share).startswith("-")] == []
    assert sum(told) == pytest.approx(1, abs=1e-9)


def test_huge_logits_do_not_overflow() -> None:
    """A softmax of any finite numbers is finite."""
    assert softmax(np.array([[1e9, -1e9, 0.0]], dtype=np.float32)).tolist() == [[1.0, 0.0, 0.0]]
