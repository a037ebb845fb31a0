"""The operator's one knob: how many false alarms a month are bearable."""

import re

from monitor.settings import MONTH_DAYS

_UNITS = {"day": 1.0, "week": 7.0, "month": MONTH_DAYS, "year": 365.25}
_FORM = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*/\s*(day|week|month|year)\s*", re.IGNORECASE)


def parse_budget(text: str) -> float:
    """Answer the false alarms a month that "1/month", "2/week" or "0.5/month" allows.

    Raises ValueError with the mend for anything else, and for a budget of nothing:
    a detector that may never be wrong can never speak.
    """
    found = _FORM.fullmatch(text)
    if not found:
        raise ValueError(f"cannot read the budget {text!r}; write 1/month, 2/week or 4/year")
    return bearable(float(found[1].replace(",", ".")) * MONTH_DAYS / _UNITS[found[2].lower()])


def bearable(a_month: float) -> float:
    """Answer the budget, a number a month; ValueError where no detector can keep it."""
    if not 0.01 <= a_month <= 10 * MONTH_DAYS:  # nor is a number that is none
        raise ValueError(f"the budget of {a_month} a month is outside 0.01/month to 10/day")
    return a_month
