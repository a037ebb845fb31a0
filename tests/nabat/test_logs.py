"""Logging: every record comes out, in one line, without secrets."""

import io
import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from nabat.logs import set_up

TOKEN = "7000000001:AAF-planted_token_for_this_test_01234567"
RESERVED = [
    "event", "level", "logger", "timestamp", "exception", "exc_info_", "stack", "stack_info_",
    "_record", "_from_structlog", "positional_args", "logger_name",
]  # fmt: skip


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set up as given, and answer what one call of the logger wrote."""

    def write(form: str, call: Any, *, level: str = "debug", secrets: tuple[str, ...] = ()) -> str:
        stream = io.StringIO()
        monkeypatch.setattr(sys, "stderr", stream)
        set_up(level, form, secrets=secrets)
        call(logging.getLogger("nabat.testing"))
        return stream.getvalue()

    return write


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("name", RESERVED)
def test_a_field_named_as_one_of_ours_does_not_break_the_line(
    log: Any, form: str, name: str
) -> None:
    """`incident changed` once had a field `level`, a number, and every such line was lost."""
    said = log(form, lambda logger: logger.info("incident changed", extra={name: 2}))

    assert "Logging error" not in said
    assert "incident changed" in said
    assert "info" in said
    assert "2" in said
    assert said.count("\n") == 1


def test_a_field_of_our_name_keeps_its_value_beside_ours(log: Any) -> None:
    """The level of an incident and the level of the line are both there."""
    said = json.loads(log("json", lambda logger: logger.info("x", extra={"level": 2})))

    assert (said["level"], said["level_"]) == ("info", 2)


def test_a_json_line_has_phrase_fields_time_and_logger(log: Any) -> None:
    """Programs read it: one object a line, Cyrillic readable."""
    line = log("json", lambda logger: logger.warning("source failed", extra={"source": "Газета"}))
    said = json.loads(line)

    assert said["event"] == "source failed"
    assert said["logger"] == "nabat.testing"
    assert datetime.fromisoformat(said["timestamp"]).tzinfo == UTC
    assert '"source": "Газета"' in line


class _Unfriendly:
    def __str__(self) -> str:
        return f"bot{TOKEN}"


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda logger: logger.debug(f"GET /bot{TOKEN}/getMe"), id="message"),
        pytest.param(lambda logger: logger.debug("GET %s", f"/bot{TOKEN}"), id="argument"),
        pytest.param(lambda logger: logger.debug("x", extra={"url": f"/bot{TOKEN}"}), id="field"),
        pytest.param(lambda logger: logger.debug("x", extra={"all": [TOKEN]}), id="in a list"),
        pytest.param(lambda logger: logger.debug("x", extra={"a": {"b": TOKEN}}), id="in a dict"),
        pytest.param(lambda logger: logger.debug("x", extra={"a": _Unfriendly()}), id="object"),
        pytest.param(lambda logger: _raise(logger), id="traceback"),
    ],
)
def test_a_token_never_reaches_the_log(log: Any, form: str, call: Any) -> None:
    """Wherever it stands, at the most talkative level."""
    said = log(form, call)

    assert said
    assert "AAF-planted" not in said


def _raise(logger: logging.Logger) -> None:
    try:
        raise ValueError(f"POST /bot{TOKEN}/sendMessage")
    except ValueError:
        logger.exception("failed")


def test_a_named_secret_is_hidden_whatever_it_looks_like(log: Any) -> None:
    """A mail password has no form one could look for: the config names it."""
    said = log(
        "text",
        lambda logger: logger.info("login as %s", "correct horse", extra={"p": "correct horse!"}),
        secrets=("correct horse", ""),
    )

    assert "horse" not in said
    assert said.count("<secret>") == 2


def test_apprise_does_not_write_the_address_it_cannot_read(log: Any) -> None:
    """It hides the keys only of those that it can."""
    said = log("text", lambda _: logging.getLogger("apprise").error("Unsupported URL: slack:/KEY"))

    assert said == ""


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_hostile_value_stays_on_its_line(log: Any, form: str) -> None:
    """A title may not write a second line, colour the terminal or turn the text round."""
    evil = "a\nb\r\x1b[31m\x07\u202e\u2028c"

    said = log(form, lambda logger: logger.info(evil, extra={"title": evil}))

    assert said.count("\n") == 1
    assert not any(sign in said for sign in "\r\x1b\x07\u202e\u2028")


def test_a_traceback_keeps_its_lines(log: Any) -> None:
    """It is for people who look for the place."""
    assert len(log("text", _raise).splitlines()) > 3


@pytest.mark.parametrize("value", [None, True, 1.5, float("nan"), float("inf"), b"\xff", object()])
def test_any_value_can_be_logged(log: Any, value: object) -> None:
    """And the JSON line stays JSON."""
    line = log("json", lambda logger: logger.info("x", extra={"value": value}))

    assert json.loads(line, parse_constant=pytest.fail)["event"] == "x"


@pytest.mark.parametrize(
    "name", ["httpx", "telegram.Bot", "alembic.runtime.migration", "pymorphy3.opencorpora_dict"]
)
def test_talkative_libraries_are_quiet(log: Any, name: str) -> None:
    """What they say at INFO is nobody's business, or holds addresses with a token."""
    assert log("text", lambda _: logging.getLogger(name).info("Loading dictionaries")) == ""
    assert "trouble" in log("text", lambda _: logging.getLogger(name).warning("trouble"))


def test_the_level_is_kept(log: Any) -> None:
    """Below it nothing is written."""
    assert log("text", lambda logger: logger.info("x"), level="warning") == ""
