"""The operator's knob as people write it."""

import pytest

from monitor.budget import parse_budget


@pytest.mark.parametrize(
    ("text", "a_month"),
    [
        ("1/month", 1.0),
        ("0.5/month", 0.5),
        ("0,5 / Month", 0.5),
        ("2/week", 8.696),
        ("4/year", 0.3333),
        ("1/day", 30.44),
        ("10/day", 304.4),
    ],
)
def test_a_budget_is_read(text: str, a_month: float) -> None:
    """Any unit becomes false alarms a month."""
    assert parse_budget(text) == pytest.approx(a_month, rel=1e-3)


@pytest.mark.parametrize("text", ["", "1", "month", "-1/month", "1/hour", "nan/month", "1/month x"])
def test_what_is_no_budget_says_how_to_write_one(text: str) -> None:
    """The mend is in the message."""
    with pytest.raises(ValueError, match="write 1/month"):
        parse_budget(text)


@pytest.mark.parametrize("text", ["0/month", "0.0001/year", "100/day"])
def test_a_budget_nobody_can_keep_is_refused(text: str) -> None:
    """Never wrong means never speaking; always wrong means noise."""
    with pytest.raises(ValueError, match="outside"):
        parse_budget(text)
