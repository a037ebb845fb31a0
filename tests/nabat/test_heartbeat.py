"""The outside watchman hears that we begin, that all is well, or what is late."""

import pytest

from nabat.heartbeat import Heartbeat
from tests.nabat.conftest import Watchman


def test_it_says_start_well_and_what_is_late(watchman: Watchman) -> None:
    """As healthchecks wants it."""
    heartbeat = Heartbeat(watchman.url)

    heartbeat.begin()
    heartbeat.beat("")
    heartbeat.beat("crawl: failed: disk full")

    assert watchman.heard == [
        ("/ping/uuid/start", ""),
        ("/ping/uuid", ""),
        ("/ping/uuid/fail", "crawl: failed: disk full"),
    ]


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:1/secret", "http://[", "nonsense"])
def test_nobody_to_hear_it_stops_nothing(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """And the address, which is a secret, is not written."""
    Heartbeat(url).beat("")

    assert "secret" not in caplog.text
