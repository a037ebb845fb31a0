"""The HTTP client against a real server that misbehaves on command."""

import asyncio
import gzip
import tracemalloc
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetch import Fetcher, FetchError, FetchSettings, Page
from tests.crawler.conftest import Reply, Seen, Web

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def fetch(url: str, manners: FetchSettings, **options: str) -> Page:
    """One fetch with a client of its own."""

    async def run() -> Page:
        async with Fetcher(manners, now=NOW) as fetcher:
            return await fetcher.fetch(url, **options)

    return asyncio.run(run())


def failure(url: str, manners: FetchSettings) -> FetchError:
    """The error that a fetch ends with."""
    with pytest.raises(FetchError) as caught:
        fetch(url, manners)
    return caught.value


def test_a_page_comes_with_what_is_needed_to_ask_again(web: Web, manners: FetchSettings) -> None:
    """ETag and Last-Modified are kept verbatim, quotes included."""
    stamp = "Mon, 02 Mar 2026 10:00:00 GMT"
    url = web.put("/rss", "<rss/>", headers={"ETag": 'W/"a b"', "Last-Modified": stamp})
    page = fetch(url, manners)
    assert (page.body, page.etag, page.last_modified) == (b"<rss/>", 'W/"a b"', stamp)


def test_an_unchanged_page_is_not_sent_again(web: Web, manners: FetchSettings) -> None:
    """The server's 304 comes back as such."""
    url = web.put("/rss", "<rss/>", headers={"ETag": '"1"'})
    assert fetch(url, manners, etag='"1"').is_unchanged
    assert web.seen[-1].headers["if-none-match"] == '"1"'


def test_the_client_says_who_it_is(web: Web, manners: FetchSettings) -> None:
    """A site can tell who asks and how to reach them; no cookies, no proxies."""
    fetch(web.put("/", headers={"Set-Cookie": "a=b"}), manners)
    sent = web.seen[-1].headers
    assert sent["user-agent"].startswith("Nabat/")
    assert "(+pr@example.org)" in sent["user-agent"]
    assert sent["accept-encoding"] == "gzip"
    assert "cookie" not in sent


def test_packed_pages_are_unpacked(web: Web, manners: FetchSettings) -> None:
    """One gzip member or several, padding behind them or not."""
    body = gzip.compress(b"a" * 100_000) + gzip.compress(b"b" * 10) + b"\x00" * 100
    url = web.put("/z", body, headers={"Content-Encoding": "gzip"})
    assert fetch(url, manners).body == b"a" * 100_000 + b"b" * 10


def test_a_bomb_is_refused_and_memory_stays_flat(web: Web, manners: FetchSettings) -> None:
    """200 MB of nothing in 200 kB of gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
    url = web.put("/bomb", bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    error = failure(url, manners)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "unpacks to more than 8192 KiB" in error.reason
    assert error.permanent
    assert peak < 40_000_000


@pytest.mark.parametrize("coding", ["br", "Zstd", "deflate", "gzip, gzip", "utf-8, x-compress"])
def test_other_packings_are_refused(web: Web, manners: FetchSettings, coding: str) -> None:
    """Only what was asked for is unpacked: others hide bombs."""
    url = web.put("/x", b"whatever", headers={"Content-Encoding": coding})
    assert "only gzip was asked for" in failure(url, manners).reason


@pytest.mark.parametrize("coding", ["", "identity", "UTF-8", "none", "binary", "x-unknown"])
def test_what_is_no_packing_is_passed_over(web: Web, manners: FetchSettings, coding: str) -> None:
    """Careless servers say anything there; beside it gzip may be meant."""
    assert fetch(web.put("/x", b"x", headers={"Content-Encoding": coding}), manners).body == b"x"
    both = {"Content-Encoding": f"{coding}, gzip,"}
    assert fetch(web.put("/z", gzip.compress(b"z"), headers=both), manners).body == b"z"


def test_a_page_over_the_cap_is_refused(web: Web, manners: FetchSettings) -> None:
    """Plain bytes are capped like packed ones."""
    small = replace(manners, longest_body=10_000)
    assert "larger than 9 KiB" in failure(web.put("/big", b"x" * 20_000), small).reason


def test_gzip_that_is_none_is_told(web: Web, manners: FetchSettings) -> None:
    """A lying header is a recorded failure."""
    url = web.put("/lie", b"plain text", headers={"Content-Encoding": "gzip"})
    assert "cannot be unpacked" in failure(url, manners).reason


def test_a_slow_page_is_given_up(web: Web, manners: FetchSettings) -> None:
    """A byte now and then does not hold the client past its time."""
    quick = replace(manners, timeout=timedelta(milliseconds=300))
    error = failure(web.put("/slow", b"x" * 1_000, drip=0.05), quick)
    assert "no whole answer within 0.3 s" in error.reason
    assert not error.permanent


def test_redirects_share_the_time_of_one_answer(web: Web, manners: FetchSettings) -> None:
    """Each hop may not take all of it anew."""

    def hop(seen: Seen) -> Reply:
        web.silent.wait(0.4)
        return Reply(status=302, headers={"Location": f"/{int(seen.path[1:]) + 1}"})

    web.replies |= {f"/{n}": hop for n in range(5)}
    error = failure(f"{web.base}/0", replace(manners, timeout=timedelta(seconds=1)))
    assert "no whole answer within 1 s" in error.reason
    assert web.asked("/4") == 0


def test_an_answer_that_breaks_off_is_told(web: Web, manners: FetchSettings) -> None:
    """Half a page is no page."""
    error = failure(web.put("/half", b"x" * 1_000, break_after=100), manners)
    assert "breaks off" in error.reason


def test_gzip_that_breaks_off_may_be_whole_next_time(web: Web, manners: FetchSettings) -> None:
    """And its ETag is not kept."""
    url = web.put("/", gzip.compress(b"x" * 100)[:-9], headers={"Content-Encoding": "gzip"})
    error = failure(url, manners)
    assert "breaks off" in error.reason
    assert not error.permanent


@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
def test_a_validator_no_request_can_carry_is_dropped(
    web: Web, manners: FetchSettings, name: str
) -> None:
    """Coming, and going where an older version stored it."""
    url = web.put("/", b"x", headers={name: "Пн, 02 мар".encode().decode("latin-1")})
    page = fetch(url, manners)
    assert (page.etag, page.last_modified) == (None, None)
    assert fetch(url, manners, etag='"новость"', last_modified="Пн, 02 мар").body == b"x"


def test_redirects_are_followed(web: Web, manners: FetchSettings) -> None:
    """Relative and absolute, and the page knows where it was found."""
    web.put("/end", "here")
    web.put("/middle", status=302, headers={"Location": f"{web.base}/end"})
    page = fetch(web.put("/start", status=301, headers={"Location": "/middle"}), manners)
    assert (page.url, page.body) == (f"{web.base}/end", b"here")


def test_redirects_in_a_ring_end(web: Web, manners: FetchSettings) -> None:
    """Five hops are enough for anybody."""
    url = web.put("/ring", status=302, headers={"Location": "/ring"})
    assert "more than 5 redirects" in failure(url, manners).reason
    assert web.asked("/ring") == 6


@pytest.mark.parametrize(
    "where", ["file:///etc/passwd", "ftp://a.example/x", "javascript:1", "http://[", ""]
)
def test_a_redirect_out_of_the_web_is_refused(web: Web, manners: FetchSettings, where: str) -> None:
    """Only web addresses are followed."""
    url = web.put("/out", status=302, headers={"Location": where})
    error = failure(url, manners)
    assert error.reason.startswith("redirect to what is no web address")
    assert error.permanent


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/x",
        "http://localhost:{port}/x",
        "http://2130706433:{port}/x",
        "http://0x7f000001:{port}/x",
        "http://0177.0.0.1:{port}/x",
        "http://127.1:{port}/x",
        "http://[::ffff:127.0.0.1]:{port}/x",
        "http://①②⑦.⓪.⓪.①:{port}/x",
        "http://127.0.9.9:{port}/x",
        "http://0.0.0.0:{port}/x",
        "http://[::1]:{port}/x",
    ],
)
def test_private_addresses_are_never_connected_to(web: Web, address: str) -> None:
    """However loopback is spelled, nothing reaches it unless the config says so."""
    error = failure(address.format(port=web.base.rsplit(":", 1)[1]), FetchSettings())
    assert web.seen == []
    assert error.permanent or "resolved" in error.reason or "connect" in error.reason


def test_a_redirect_to_a_private_address_is_refused(web: Web, manners: FetchSettings) -> None:
    """The hop is checked where it connects, and the mend is named."""
    there = web.base.replace("127.0.0.1", "127.0.0.2")
    url = web.put("/feed", status=302, headers={"Location": f"{there}/secret"})
    error = failure(url, manners)
    assert error.permanent
    assert "private address 127.0.0.2" in error.reason
    assert "[crawl] allow_addresses" in error.reason
    assert web.asked("/secret") == 0


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(404, True), (410, True), (403, True), (401, True), (500, False), (502, False), (408, False)],
)
def test_a_refusal_says_whether_to_come_back(
    web: Web, manners: FetchSettings, status: int, permanent: bool
) -> None:
    """Gone is gone; a fault may pass."""
    error = failure(web.put("/x", status=status), manners)
    assert error.reason.startswith(f"HTTP {status}")
    assert error.permanent is permanent


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param("Mon, 02 Mar 2026 12:05:00 GMT", 300, id="date"),
        pytest.param("Mon, 02 Mar 2020 12:05:00 GMT", 0, id="date gone by"),
        pytest.param("99999999999", 86_400, id="unreasonable"),
    ],
)
def test_retry_after_is_understood(
    web: Web, manners: FetchSettings, header: str, seconds: int
) -> None:
    """Seconds or a date, within reason; a date counts from the server's own."""
    headers = {"Retry-After": header, "Date": "Mon, 02 Mar 2026 12:00:00 GMT"}
    error = failure(web.put("/x", status=429, headers=headers), manners)
    assert error.retry_after == timedelta(seconds=seconds)


def test_a_host_that_asks_for_peace_is_left_alone(web: Web, manners: FetchSettings) -> None:
    """After 429 no other page of the host is asked for; the error says how long."""
    busy = web.put("/busy", status=429, headers={"Retry-After": "3600"})
    other = web.put("/other", "here")

    async def run() -> FetchError:
        async with Fetcher(manners, now=NOW) as fetcher:
            with pytest.raises(FetchError):
                await fetcher.fetch(busy)
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(other)
            return caught.value

    error = asyncio.run(run())
    assert web.asked("/other") == 0
    assert error.retry_after is not None
    assert error.retry_after > timedelta(minutes=59)


def test_requests_to_one_host_keep_their_distance(web: Web, manners: FetchSettings) -> None:
    """Five at once go out one by one, four pauses between them."""
    paced = replace(manners, host_delay=timedelta(milliseconds=50))
    url = web.put("/x", "here")

    async def run() -> float:
        async with Fetcher(paced, now=NOW) as fetcher:
            start = asyncio.get_running_loop().time()
            await asyncio.gather(*(fetcher.fetch(url) for _ in range(5)))
            return asyncio.get_running_loop().time() - start

    assert asyncio.run(run()) >= 0.2


@pytest.mark.parametrize(
    "url", ["", "ftp://a.example", "no address", "http://", "\x00", "http://a:b"]
)
def test_what_is_no_address_is_told(manners: FetchSettings, url: str) -> None:
    """A typo in the config is a clear failure."""
    error = failure(url, manners)
    assert error.permanent
    assert "not a web address" in error.reason


def test_a_closed_port_is_told(manners: FetchSettings) -> None:
    """A dead server is a failure that may pass."""
    error = failure("http://127.0.0.1:9/", manners)
    assert error.reason.startswith("cannot connect")
    assert not error.permanent


def test_headers_without_end_are_refused(web: Web, manners: FetchSettings) -> None:
    """A flood before the body is no answer either."""
    web.replies["/flood"] = Reply(headers={"X-Flood": "x" * 300_000})
    assert "not HTTP or breaks off" in failure(f"{web.base}/flood", manners).reason
