"""The remote judge against a server on loopback that answers well and badly."""

import gzip
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.openai_compatible import OpenAICompatibleSentiment
from monitor.sentiment.protocol import Passage
from monitor.sentiment.retraining import Correction, store_correction
from storage.records import Tone

Answer = Callable[[list[dict[str, object]]], tuple[int, str | bytes]]
Build = Callable[..., OpenAICompatibleSentiment]
PASSAGE = Passage(text="Рубикон врёт вкладчикам", start=0, end=7)
NOWHERE = "http://127.0.0.1:1/v1"
UNFOUNDED = "no verdict, or one without a known label and a true quote"


@pytest.fixture
def judge_at(tmp_path: Path) -> Build:
    """Builds judges that share one record, as the processes of an installation do."""

    def build(url: str, **options: Any) -> OpenAICompatibleSentiment:
        record = str(tmp_path / "tone-endpoint.json")
        return OpenAICompatibleSentiment(**({"url": url, "model": "m", "record": record} | options))

    return build


@contextmanager
def endpoint(
    answer: Answer,
    *,
    before: Callable[[], Iterable[bytes]] = tuple,
    above: Callable[[], Iterable[bytes]] = tuple,
    coding: str = "identity",
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A chat endpoint on loopback; also what it was asked.

    What it writes before its answer stands above its first line, or ``before`` the body.
    """
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append({"path": self.path, "auth": self.headers["Authorization"], **body})
            status, content = answer(json.loads(body["messages"][1]["content"]))
            with suppress(OSError):  # the judge has gone
                for part in above():
                    self.wfile.write(part)
            self.send_response(status)
            self.send_header("Content-Encoding", coding)
            # An encoding that is none for text: JSON is what its bytes say, whatever it is called.
            self.send_header("Content-Type", "application/json; charset=rot13")
            with suppress(OSError):
                self.end_headers()
                for part in before():
                    self.wfile.write(part)
                if isinstance(content, str):
                    content = content.encode(errors="surrogateescape")
                self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def said(verdicts: object) -> str:
    return wrapped(json.dumps({"verdicts": verdicts}))


def wrapped(content: object) -> str:
    return json.dumps({"choices": [{"message": {"content": content}}]})


def good(items: list[dict[str, object]]) -> tuple[int, str]:
    return 200, said([verdict(item) for item in items])


def verdict(item: dict[str, object], **other: object) -> dict[str, object]:
    """A good row about an item, unless told otherwise."""
    quote = str(item["text"]).split()[0]
    return {"item": item["item"], "label": "positive", "quote": quote} | other


def here(passage: Passage = PASSAGE) -> str:
    """What the embedded model says."""
    return EmbeddedSentiment().judge([passage])[0].label


def reasons(caplog: pytest.LogCaptureFixture) -> list[tuple[str, int]]:
    """Why, and for how many passages, the embedded model was asked."""
    return [
        (vars(one)["reason"], vars(one)["passages"])
        for one in caplog.records
        if one.message == "tone judged by the embedded model"
    ]


def test_a_good_answer_is_taken(judge_at: Build) -> None:
    """Label from the endpoint, batches of the asked size, the token in the header only."""
    with endpoint(good) as (url, asked):
        judge = judge_at(url, token="secret", batch=2)
        tones = judge.judge([PASSAGE] * 5)
    assert [tone.label for tone in tones] == ["positive"] * 5
    assert [row["path"] for row in asked] == ["/v1/chat/completions"] * 3
    assert asked[0]["auth"] == "Bearer secret"
    assert "secret" not in repr(judge)
    assert {tone.model for tone in tones} == {judge.version}


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: (500, "oops"),
        lambda _: (200, "not json"),
        lambda _: (200, "{}"),
        lambda _: (200, wrapped(["a part"])),
        lambda _: (200, said([])),
        lambda _: (200, said([{"item": 0, "label": "angry", "quote": "врёт"}])),
        lambda _: (200, said([{"item": 0, "label": "positive", "quote": "честен"}])),
        lambda _: (200, said([{"item": 0, "label": "positive", "quote": " "}])),
        lambda _: (200, said([{"item": False, "label": "positive", "quote": "врёт"}])),
        lambda _: (200, said("nothing")),
        lambda _: (200, "\udcff"),
        lambda items: (200, good(items)[1] + " " * 1_000_000),
    ],
    ids=[
        "500",
        "no json",
        "no choices",
        "parts",
        "missing",
        "label",
        "invented quote",
        "blank quote",
        "no number",
        "type",
        "no text",
        "too long",
    ],
)
def test_a_bad_answer_falls_back_to_the_embedded_model(answer: Answer, judge_at: Build) -> None:
    """Nothing the endpoint does can stop scoring, and two of it leave the endpoint alone."""
    with endpoint(answer) as (url, asked):
        (tone, *_) = judge_at(url, batch=1).judge([PASSAGE] * 4)
    (expected,) = EmbeddedSentiment().judge([PASSAGE])
    assert (tone.label, tone.negative) == (expected.label, expected.negative)
    assert len(asked) == 2


def test_an_answer_that_was_packed_unasked_is_not_unpacked(
    judge_at: Build, caplog: pytest.LogCaptureFixture
) -> None:
    """Few bytes could become more than the machine holds."""
    bomb = gzip.compress(b" " * 20_000_000)
    with endpoint(lambda _: (200, bomb), coding="gzip") as (url, _):
        assert judge_at(url).judge([PASSAGE])[0].label == here()
    assert reasons(caplog) == [("the answer is packed, though it was asked for plain", 1)]


def test_a_dead_endpoint_falls_back(judge_at: Build) -> None:
    """No server at all is a failure like another."""
    assert len(judge_at(NOWHERE, timeout_seconds=0.5).judge([PASSAGE])) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("ALL_PROXY", "foo://127.0.0.1:9"),
        ("SSL_CERT_FILE", "missing.pem"),
        ("SSL_CERT_FILE", __file__),
    ],
    ids=["no library for the proxy", "no such proxy", "no certificates", "other certificates"],
)
def test_what_the_machine_is_set_up_with_cannot_stop_scoring(
    name: str, value: str, judge_at: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proxies and certificates come from the environment and raise what they like."""
    monkeypatch.setenv(name, value)
    assert judge_at(NOWHERE).judge([PASSAGE])[0].label == here()


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1/v1", "http://127.0.0.1:99999/v1", "http://a..b/v1", f"http://{'a' * 70}/v1"],
    ids=["empty", "no scheme", "no such port", "empty label", "long label"],
)
def test_an_address_that_is_none_cannot_stop_scoring(url: str, judge_at: Build) -> None:
    """Not all of these are errors of the library that is asked."""
    assert judge_at(url).judge([PASSAGE])[0].label == here()


def test_the_cost_cap_is_one_for_all_processes(
    judge_at: Build, caplog: pytest.LogCaptureFixture
) -> None:
    """Past so many requests nothing is asked any more, by nobody; the log says why."""
    with endpoint(good) as (url, asked):
        assert len(judge_at(url, batch=1, most_requests=2).judge([PASSAGE] * 4)) == 4
        judge_at(url, batch=1, most_requests=2).judge([PASSAGE])
    assert len(asked) == 2
    assert reasons(caplog) == [("cost cap reached", 2), ("cost cap reached", 1)]


def test_where_requests_cannot_be_counted_none_is_made(
    judge_at: Build, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A cap that cannot be kept is no cap; the log names the file."""
    with endpoint(good) as (url, asked):
        judge = judge_at(url, record=str(tmp_path / "missing" / "tone.json"))
        assert judge.judge([PASSAGE])[0].label == here()
    assert asked == []
    ((reason, _),) = reasons(caplog)
    assert reason.startswith("requests cannot be counted")
    assert "missing/tone.json" in reason


@pytest.mark.parametrize("passages", [2, 9])
def test_an_endpoint_that_fails_twice_in_a_row_is_left_alone(
    passages: int, judge_at: Build, caplog: pytest.LogCaptureFixture
) -> None:
    """The rest is judged here, in this process and in those of the next minutes."""
    with endpoint(lambda _: (503, "")) as (url, asked):
        assert len(judge_at(url, batch=1).judge([PASSAGE] * passages)) == passages
        assert len(judge_at(url, batch=1).judge([PASSAGE])) == 1
    assert len(asked) == 2
    assert reasons(caplog)[0] == ("answered 503", 2)
    assert reasons(caplog)[-1][0] == "the endpoint is left alone"


def test_one_failure_is_no_pause(judge_at: Build) -> None:
    """Each good answer begins the count anew."""
    codes = iter([503, 200] * 3)
    with endpoint(lambda items: (next(codes), good(items)[1])) as (url, asked):
        judge_at(url, batch=1).judge([PASSAGE] * 6)
    assert len(asked) == 6


def test_a_slow_endpoint_is_left_alone(monkeypatch: pytest.MonkeyPatch, judge_at: Build) -> None:
    """However well it answers, one call does not wait for it longer than so."""
    monkeypatch.setattr("monitor.sentiment.openai_compatible.LONGEST_WAIT", 0.0)
    with endpoint(good) as (url, asked):
        assert judge_at(url, batch=1).judge([PASSAGE] * 3)[0].label == "positive"
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("where", "first"),
    [("before", b" "), ("above", b"HTTP/1.1 200 OK\r\nX-Long: ")],
    ids=["in its body", "in its headers"],
)
def test_an_answer_that_drips_is_not_waited_for(where: str, first: bytes, judge_at: Build) -> None:
    """The time for one answer is for all of it, not for each of its bytes."""
    late, drops = Event(), 0

    def drip() -> Iterator[bytes]:
        nonlocal drops
        yield first
        while drops < 1200 and not late.wait(0.05):
            drops += 1
            yield b" "

    drips: dict[str, Any] = {where: drip}
    expected = here()
    with endpoint(good, **drips) as (url, asked):
        label = judge_at(url, timeout_seconds=0.5).judge([PASSAGE])[0].label
        late.set()
    assert (label, len(asked)) == (expected, 1)
    assert drops < 1200


def test_the_log_says_why_and_keeps_the_keys(
    judge_at: Build, caplog: pytest.LogCaptureFixture
) -> None:
    """An address may hold a name, a password and a key: they stay in the configuration."""
    with endpoint(lambda _: (401, "sk-1")) as (url, _):
        judge = judge_at(f"{url.replace('//', '//user:password@')}?key=sk-2", token="sk-3", batch=1)
        judge.judge([PASSAGE])
    judge_at("http://user:password@127.0.0.1:1/v1?key=sk-2", token="sk-3").judge([PASSAGE])
    assert [reason for reason, _ in reasons(caplog)] == [
        "answered 401",
        "no connection: All connection attempts failed",
    ]
    own = [str(vars(one)) for one in caplog.records if one.name.startswith("monitor")]
    assert not re.search("sk-|user|password|key", " ".join(own).replace(__file__, ""))


def test_a_query_of_the_address_stays_one(judge_at: Build) -> None:
    """Some endpoints want their version there; what is escaped stays escaped."""
    with endpoint(good) as (url, asked):
        judge_at(f"{url}/a%2Fb/?api-version=1&b=%20").judge([PASSAGE])
    assert asked[0]["path"] == "/v1/a%2Fb/chat/completions?api-version=1&b=%20"


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "```\n{}```\n", " ```json{}``` "])
def test_json_in_a_code_fence_is_json(fence: str, judge_at: Build) -> None:
    """Many models write it so, whatever they are told."""

    def fenced(items: list[dict[str, object]]) -> tuple[int, str]:
        content = json.dumps({"verdicts": [verdict(item) for item in items]})
        return 200, wrapped(fence.replace("{}", content))

    with endpoint(fenced) as (url, _):
        assert judge_at(url).judge([PASSAGE])[0].label == "positive"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: [],
        lambda row: ["no row"],
        lambda row: [row | {"label": "angry"}],
        lambda row: [row | {"label": ["positive"]}],
        lambda row: [row | {"quote": "честен"}],
        lambda row: [{"item": 1}],
        lambda row: [row | {"item": "1"}],
        lambda row: [row, row | {"label": "neutral"}],
    ],
    ids=["missing", "no row", "label", "list", "quote", "bare", "no number", "two labels"],
)
def test_a_bad_row_spoils_only_its_own_passage(
    spoil: Callable[[dict[str, object]], list[object]],
    judge_at: Build,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The others of the request are judged as told, and nothing counts as a failure."""

    def one_bad(items: list[dict[str, object]]) -> tuple[int, str]:
        rows = [verdict(item) for item in items]
        return 200, said([rows[0], *spoil(rows[1]), rows[2]])

    with endpoint(one_bad) as (url, asked):
        tones = judge_at(url, batch=3).judge([PASSAGE] * 9)
    assert [tone.label for tone in tones] == ["positive", here(), "positive"] * 3
    assert reasons(caplog) == [(UNFOUNDED, 3)]
    assert len(asked) == 3


def test_a_row_said_twice_is_said(judge_at: Build) -> None:
    """Who repeats the same does not contradict it."""
    with endpoint(lambda items: (200, said([verdict(items[0])] * 2))) as (url, _):
        assert judge_at(url).judge([PASSAGE])[0].label == "positive"


FAR = Passage(text=f"Начало. {'слово ' * 400}Рубикон врёт вкладчикам", start=2408, end=2415)


@pytest.mark.parametrize(
    ("passage", "quote", "taken"),
    [
        (PASSAGE, "врёт", True),
        (PASSAGE, "н врёт в", True),
        (PASSAGE, "Рубикон врёт вкладчикам", True),
        (PASSAGE, "врёт вклад", True),
        (PASSAGE, "Р", False),
        (PASSAGE, "Руби", False),
        (PASSAGE, "н в", False),
        (PASSAGE, "врет", False),
        (Passage(text="ок 👎"), "ок 👎", True),
        (Passage(text="ок 👎"), "👎", False),
        (Passage(text="врёт, а он навры врёт"), "врёт", True),
        (Passage(text="завравшийся врёт"), "вра", False),
        (FAR, "врёт вкладчикам", True),
        (FAR, "Начало", False),
    ],
    ids=[
        "a word",
        "a word between pieces",
        "all",
        "a word and a piece",
        "a letter",
        "a piece",
        "two pieces",
        "another spelling",
        "all of no words",
        "some of no words",
        "a word also met as a piece",
        "a piece within a word",
        "far in a long text",
        "left out of a long text",
    ],
)
def test_a_quote_holds_a_whole_word_of_what_was_sent(
    passage: Passage, quote: str, taken: bool, judge_at: Build
) -> None:
    """A letter stands in every text and proves nothing; nor does what nobody was shown."""
    with endpoint(lambda items: (200, said([verdict(items[0], quote=quote)]))) as (url, _):
        (tone,) = judge_at(url).judge([passage])
    assert (tone.positive == 0.9) is taken


def test_the_marks_of_people_count_where_the_endpoint_fails(
    judge_at: Build, tmp_path: Path
) -> None:
    """The embedded model judges as it does alone, with its correction."""
    width = EmbeddedSentiment().read([PASSAGE]).features.shape[1]
    marks = Correction(
        centre=np.zeros(width, np.float32),
        spread=np.ones(width, np.float32),
        table=np.zeros((width, 3), np.float32),
        bias=np.array([0, 0, 50], np.float32),
    )
    store_correction(str(tmp_path / "tone.npz"), marks)
    judge = judge_at(NOWHERE, correction=str(tmp_path / "tone.npz"), engine="numpy", threads=2)
    tone: Tone = judge.judge([PASSAGE])[0]
    assert here() != tone.label == "positive"
    assert judge.version.endswith(f"+{marks.digest}")


def test_an_engine_that_is_missing_is_said_before_anything_is_judged(
    judge_at: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded model must be there whatever the endpoint does."""
    (tmp_path / "onnxruntime.py").write_text("raise ImportError", encoding="utf-8")
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    judge = judge_at(NOWHERE, engine="onnx", threads=3)
    with pytest.raises(RuntimeError, match='engine = "auto"'):
        judge.open()


@pytest.mark.parametrize(
    ("options", "mend"),
    [
        ({"batch": 0}, "batch is 0; write 1 or more"),
        ({"batch": -1}, "batch is -1; write 1 or more"),
        ({"timeout_seconds": 0.0}, "timeout_seconds is 0.0; write more than 0"),
        ({"timeout_seconds": float("nan")}, "timeout_seconds is nan"),
        ({"timeout_seconds": float("inf")}, "timeout_seconds is inf"),
        ({"most_requests": -1}, "most_requests is -1; write 0 to ask nothing"),
        ({"engine": "abacus"}, "known: auto, onnx, numpy"),
    ],
    ids=str,
)
def test_options_that_cannot_work_are_refused(
    options: dict[str, object], mend: str, judge_at: Build
) -> None:
    """When the configuration is read, with what to write instead."""
    with pytest.raises(ValueError, match=mend):
        judge_at(NOWHERE, **options)


@pytest.mark.parametrize("token", ["sk-ключ", "sk-1\nX: y"], ids=["Cyrillic", "two lines"])
def test_a_token_that_no_header_can_carry_is_refused(token: str, judge_at: Build) -> None:
    """At once, when the configuration is read, and without showing it."""
    with pytest.raises(ValueError, match="token") as refused:
        judge_at(NOWHERE, token=token)
    assert token not in str(refused.value)


def test_what_an_editor_leaves_around_a_token_is_dropped(judge_at: Build) -> None:
    """A byte order mark and the newline at the end of a file."""
    with endpoint(good) as (url, asked):
        judge_at(url, token="\ufeffsk-1\n").judge([PASSAGE])
    assert asked[0]["auth"] == "Bearer sk-1"
