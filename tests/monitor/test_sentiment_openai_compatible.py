"""The remote judge against a server on loopback that answers well and badly."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread

import pytest

from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.openai_compatible import OpenAICompatibleSentiment
from monitor.sentiment.protocol import Passage

Answer = Callable[[list[dict[str, object]]], tuple[int, str]]
PASSAGE = Passage(text="Рубикон врёт вкладчикам", start=0, end=7)


@contextmanager
def endpoint(
    answer: Answer, *, before: Callable[[], Iterable[bytes]] = tuple
) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A chat endpoint on loopback; also what it was asked."""
    asked: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append({"path": self.path, "auth": self.headers["Authorization"], **body})
            status, content = answer(json.loads(body["messages"][1]["content"]))
            self.send_response(status)
            # An encoding that is none for text: JSON is what its bytes say, whatever it is called.
            self.send_header("Content-Type", "application/json; charset=rot13")
            self.end_headers()
            with suppress(OSError):  # the judge has gone
                for part in before():
                    self.wfile.write(part)
                self.wfile.write(content.encode(errors="surrogateescape"))

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
    content = json.dumps({"verdicts": verdicts})
    return json.dumps({"choices": [{"message": {"content": content}}]})


def good(items: list[dict[str, object]]) -> tuple[int, str]:
    rows = [{"item": i["item"], "label": "positive", "quote": str(i["text"])[:4]} for i in items]
    return 200, said(rows)


def test_a_good_answer_is_taken() -> None:
    """Label from the endpoint, batches of the asked size, the token in the header only."""
    with endpoint(good) as (url, asked):
        judge = OpenAICompatibleSentiment(url=url, model="m", token="secret", batch=2)
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
        lambda _: (200, said([])),
        lambda _: (200, said([{"item": 0, "label": "angry", "quote": "врёт"}])),
        lambda _: (200, said([{"item": 0, "label": "positive", "quote": "честен"}])),
        lambda _: (200, said([{"item": 0, "label": "positive", "quote": " "}])),
        lambda _: (200, said("nothing")),
        lambda _: (200, "\udcff"),
    ],
    ids=[
        "500",
        "no json",
        "no choices",
        "missing",
        "label",
        "invented quote",
        "blank quote",
        "type",
        "no text",
    ],
)
def test_a_bad_answer_falls_back_to_the_embedded_model(answer: Answer) -> None:
    """Nothing the endpoint does can stop scoring."""
    with endpoint(answer) as (url, _):
        (tone,) = OpenAICompatibleSentiment(url=url, model="m").judge([PASSAGE])
    (expected,) = EmbeddedSentiment().judge([PASSAGE])
    assert (tone.label, tone.negative) == (expected.label, expected.negative)


def test_a_dead_endpoint_falls_back() -> None:
    """No server at all is a failure like another."""
    judge = OpenAICompatibleSentiment(url="http://127.0.0.1:1/v1", model="m", timeout_seconds=0.5)
    assert len(judge.judge([PASSAGE])) == 1


def test_the_cost_cap_is_kept() -> None:
    """Past so many requests nothing is asked any more."""
    with endpoint(good) as (url, asked):
        judge = OpenAICompatibleSentiment(url=url, model="m", batch=1, most_requests=2)
        assert len(judge.judge([PASSAGE] * 4)) == 4
        judge.judge([PASSAGE])
    assert len(asked) == 2


@pytest.mark.parametrize("passages", [2, 9])
def test_an_endpoint_that_fails_twice_in_a_row_is_left_alone(passages: int) -> None:
    """The rest is judged here, in this call and in those of the next minutes."""
    with endpoint(lambda _: (503, "")) as (url, asked):
        judge = OpenAICompatibleSentiment(url=url, model="m", batch=1)
        assert len(judge.judge([PASSAGE] * passages)) == passages
        assert len(judge.judge([PASSAGE])) == 1
    assert len(asked) == 2


def test_a_slow_endpoint_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """However well it answers, one call does not wait for it longer than so."""
    monkeypatch.setattr("monitor.sentiment.openai_compatible.LONGEST_WAIT", 0.0)
    with endpoint(good) as (url, asked):
        judge = OpenAICompatibleSentiment(url=url, model="m", batch=1)
        assert judge.judge([PASSAGE] * 3)[0].label == "positive"
    assert len(asked) == 1


def test_an_answer_that_drips_is_not_waited_for() -> None:
    """The time for one answer is for all of it, not for each of its bytes."""
    late = Event()

    def drip() -> Iterator[bytes]:
        while not late.wait(0.05):
            yield b" "

    with endpoint(good, before=drip) as (url, _):
        judge = OpenAICompatibleSentiment(url=url, model="m", timeout_seconds=0.3)
        (tone,) = judge.judge([PASSAGE])
        late.set()
    assert tone.label == EmbeddedSentiment().judge([PASSAGE])[0].label


@pytest.mark.parametrize("token", ["sk-ключ", "sk-1\nX: y"], ids=["Cyrillic", "two lines"])
def test_a_token_that_no_header_can_carry_is_refused(token: str) -> None:
    """At once, when the configuration is read, and without showing it."""
    with pytest.raises(ValueError, match="token") as refused:
        OpenAICompatibleSentiment(url="http://127.0.0.1:1/v1", model="m", token=token)
    assert token not in str(refused.value)


def test_what_an_editor_leaves_around_a_token_is_dropped() -> None:
    """A byte order mark and the newline at the end of a file."""
    with endpoint(good) as (url, asked):
        OpenAICompatibleSentiment(url=url, model="m", token="\ufeffsk-1\n").judge([PASSAGE])
    assert asked[0]["auth"] == "Bearer sk-1"
