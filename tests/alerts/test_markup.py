"""Hostile strings in every field, read by Telegram's own parser."""

from collections.abc import Iterator

import pytest

from tests.alerts.making import playbook
from tests.fakes import telegram_parser
from tests.fakes.hostile_messages import judge

pytestmark = pytest.mark.skipif(not telegram_parser.IS_THERE, reason="no TDLib for this machine")
ROUNDS = 200  # 28 strings each; `python -m benchmarks.markup` runs a million strings


@pytest.fixture
def rounds() -> Iterator[int]:
    """The seeds of the strings."""
    telegram_parser.be_quiet()
    return iter(range(ROUNDS))


def test_telegram_reads_every_message_as_it_was_meant(rounds: Iterator[int]) -> None:
    """Whatever the web sends: no refusal, nothing over the limit, no text changed."""
    found = judge(rounds, playbook())

    assert found.strings > 5_000
    assert (found.refused, found.too_long, found.changed) == ([], [], [])


@pytest.mark.parametrize("markup", ["a < b", "<b>", "</a>", "<br>", "<script>x</script>"])
def test_the_parser_is_as_strict_as_the_server(markup: str) -> None:
    """Otherwise the test above would say nothing."""
    with pytest.raises(telegram_parser.Refused, match="parse entities"):
        telegram_parser.read(markup)
