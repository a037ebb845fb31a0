"""The health endpoint: says whether every job of the daemon still ticks, and its figures."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from alerts.clock_jumps import JITTER
from nabat.errors import ConfigError
from nabat.metrics import metrics
from storage.database import Database, StorageError

DAEMON = "daemon"  # whose heartbeat is its last beginning
STALE = timedelta(minutes=10)  # how long a job may take, or wait for another


@dataclass(slots=True, kw_only=True)
class Ticking:
    """The jobs that must tick and how often, and since when they have had the time to."""

    every: Mapping[str, timedelta]
    began: datetime
    steps: dict[str, datetime]  # when a job that goes on took its last step

    def begin_again(self, now: datetime) -> None:
        """Reckon from now: the clock was set back, and what was noted by it lies ahead."""
        self.began = now
        self.steps.clear()


@contextmanager
def serve_health(
    address: str,
    database: Database,
    clock: Callable[[], datetime],
    ticking: Ticking,
) -> Iterator[str | None]:
    """Answer ``/healthz`` and ``/metrics`` at host:port for the block; an empty address: nothing.

    200 while every job ran well at its interval or not much later, 503 otherwise;
    the body says which job is late. Yields the address really bound.
    """
    if not address:
        yield None
        return
    host, port = read_address(address)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/healthz":
                ok, body = health(database, clock(), ticking)
                self._write(200 if ok else 503, "application/json", json.dumps(body))
            elif path == "/metrics":
                self._write(*_metrics(database, clock()))
            else:
                said = json.dumps({"error": "ask for /healthz or /metrics"})
                self._write(404, "application/json", said)

        do_HEAD = do_GET  # _write leaves the body out

        def _write(self, code: int, kind: str, text: str) -> None:
            content = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Health is asked for all the time; the log has better things to hold."""

    try:
        server = _Server((host, port), Handler)
    except OSError as error:
        message = f"daemon.health: cannot listen at {address}: {error.strerror}; choose another"
        raise ConfigError(message) from error
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """Answers each asker on a thread of its own."""

    daemon_threads = True  # an asker that never goes away does not keep us from stopping

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of an asker who did not wait for the answer: that is no trouble of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _metrics(database: Database, now: datetime) -> tuple[int, str, str]:
    try:
        return 200, "text/plain; version=0.0.4; charset=utf-8", metrics(database, now)
    except StorageError as error:
        return 503, "text/plain; charset=utf-8", f"{error}\n"


def read_address(address: str) -> tuple[str, int]:
    """Answer host and port of ``host:port``; ValueError with the mend for anything else."""
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        message = f"cannot read {address!r}; write host:port, 127.0.0.1:8080"
        raise ValueError(message)
    return host, int(port)


def beginning(database: Database, now: datetime, watched: Iterable[str]) -> datetime:
    """Since when the jobs of a daemon that starts have had the time to tick.

    Since now, unless one has not ended since an earlier start: a daemon that dies before
    its jobs are done, again and again, must not look well. A clock set back begins anew.
    """
    with database.begin() as tx:
        beats = {beat.job: beat.at for beat in tx.leases.heartbeats()}
        began = beats.get(DAEMON, now)
        if began < now and not all(job in beats and beats[job] >= began for job in watched):
            return began
        tx.leases.beat(DAEMON, now=now, detail="daemon started")
    return now


def late(database: Database, now: datetime, ticking: Ticking) -> str:
    """Say which jobs do not tick well, and what they said; nothing while all is well."""
    try:
        states = _states(database, now, ticking)
    except StorageError as error:
        return str(error)
    return "\n".join(f"{one.name}: {one.said}" for one in states if not one.is_well)


def stands_still(database: Database, now: datetime, ticking: Ticking) -> bool:
    """Whether a new start could help: a job does not tick at all, or nobody can tell.

    One that ticks and fails, as while Telegram cannot be reached, would fail again.
    """
    try:
        return any(one.is_late for one in _states(database, now, ticking))
    except StorageError:
        return True


def health(database: Database, now: datetime, ticking: Ticking) -> tuple[bool, dict[str, object]]:
    """Answer whether all is well, and each job's age and last word."""
    try:
        states = _states(database, now, ticking)
    except StorageError as error:
        return False, {"ok": False, "error": str(error)}
    ok = all(one.is_well for one in states)
    jobs = {one.name: {"ok": one.is_well, "last": one.last, "said": one.said} for one in states}
    return ok, {"ok": ok, "jobs": jobs}


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """How one job ticks."""

    name: str
    is_late: bool
    has_failed: bool
    last: str | None  # when it last ended
    said: str

    @property
    def is_well(self) -> bool:
        return not self.is_late and not self.has_failed


def _states(database: Database, now: datetime, ticking: Ticking) -> list[_State]:
    """Every watched job; raises StorageError.

    What was before the beginning counts neither for a job nor against it, and no more does
    what lies in the future: a clock that was set back wrote that.
    """
    with database.read() as tx:
        beats = {beat.job: beat for beat in tx.leases.heartbeats()}
    found = []
    for name, interval in ticking.every.items():
        beat = beats.get(name)
        since = max(ticking.began, ticking.steps.get(name, ticking.began))
        failed = False
        counts = beat is not None and (beat.at >= ticking.began or now < ticking.began)
        if beat is not None and counts and beat.at <= now + JITTER:
            since, failed = max(since, beat.at), not beat.ok
        found.append(
            _State(
                name=name,
                is_late=now - since >= STALE + 2 * interval,
                has_failed=failed,
                last=beat.at.isoformat() if beat else None,
                said=beat.detail if beat else "never ran",
            )
        )
    return found
