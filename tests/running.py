"""``nabat`` as a process of its own, watched from outside; and a small web for it to gather."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread
from time import monotonic

from nabat.demo.press import Piece
from tests.fakes.bot_api import TOKEN

SECRET = TOKEN.partition(":")[2]
ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 180.0  # seconds; the machine of a test may be busy
_BETWEEN_LOOKS = 0.05


def until(condition: Callable[[], bool], *, seconds: float = PATIENCE) -> bool:
    """Look again and again until it is so; False when it does not become so in time."""
    end, never = monotonic() + seconds, Event()
    while not condition():
        if monotonic() > end:
            return False
        never.wait(_BETWEEN_LOOKS)
    return True


class Running:
    """A started ``nabat``: what it says on standard error, line by line as it comes."""

    def __init__(self, *words: str, env: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self._fresh: Queue[str | None] = Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nabat", *words],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **env},
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for raw in self.process.stderr:
            line = raw.decode("utf-8", "replace")
            self.lines.append(line)
            self._fresh.put(line)
        self._fresh.put(None)

    def wait_for(self, words: str, *, seconds: float = PATIENCE) -> None:
        """Return once it has said these words; AssertionError when it ends or takes too long."""
        end = monotonic() + seconds
        try:
            while line := self._fresh.get(timeout=max(0.01, end - monotonic())):
                if words in line:
                    return
        except Empty:
            pass
        raise AssertionError(f"{words!r} was not said; but: {''.join(self.lines[-20:])}")

    def children(self) -> list[int]:
        """The processes it has started and that still run."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        found = [task / "children" for task in tasks.glob("*")] if tasks.is_dir() else []
        return [int(word) for one in found if one.exists() for word in one.read_text().split()]

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self._end()

    def stop(self) -> int:
        """Ask it to stop; answers its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._end()

    def ended(self) -> int:
        """Wait until it has ended by itself; answers its exit code."""
        return self._end()

    def _end(self) -> int:
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        if self.process.stderr is not None:
            self.process.stderr.close()
        assert not any(SECRET in line for line in self.lines), "it wrote the bot's token"
        return code


@contextmanager
def running(*words: str, env: Mapping[str, str]) -> Iterator[Running]:
    """Start ``nabat`` with these words; it is gone when the block ends."""
    started = Running(*words, env=env)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
        started.ended()


def is_alive(number: int) -> bool:
    """Whether there is a process of this number that is not just waiting to be forgotten."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def newest(pieces: list[Piece], count: int) -> list[Piece]:
    """The newest of the pieces that come by feed, for a web that is quick to gather."""
    return [piece for piece in pieces if piece.source in ("gorod", "delo")][-count:]


def two_feeds_and_a_dead_one(site: str) -> str:
    """The source tables for that web."""
    return f"""
[[source]]
id = "gorod"
kind = "rss"
url = "{site}/gorod/rss.xml"
publisher = "Городские новости"
full_text = true

[[source]]
id = "delo"
kind = "rss"
url = "{site}/delo/atom.xml"
publisher = "Деловой вестник"

[[source]]
id = "zakryto"
kind = "rss"
url = "{site}/zakryto/rss"
"""
