"""Stream very many lines through ``nabat fold`` and watch its memory.

    python -m benchmarks.fold_stream [lines]        (1000000 unless told)

Lines are short texts of made words, a tenth of them reprints of one of the last thousands
under a new beginning. Time and resident memory are printed at each quarter; the memory of
the last quarter beside that of the first says whether it is flat.
"""

import itertools
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

WORDS = 40  # of one text
KEPT = 5_000  # texts a reprint may be of
AT = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = 4_096 / 2**20
MOST_GROWTH = 1.1  # memory at the end to memory at the half


def main(count: int) -> int:
    """Print each quarter; 1 when memory still grew after the half or a line was lost."""
    command = [sys.executable, "-m", "nabat", "fold"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as fold:
        assert fold.stdin
        assert fold.stdout
        threading.Thread(target=_feed, args=(fold.stdin, count), daemon=True).start()
        memory, folded = _watch(fold, fold.stdout, count)
    print(f"folded {folded:,} of {count // 10:,} reprints")
    growth = memory[-1] / memory[len(memory) // 2 - 1]
    print(f"memory at the end x{growth:.2f} of that at the half, limit x{MOST_GROWTH}")
    return int(growth > MOST_GROWTH)


def lines(count: int) -> Iterator[tuple[str, int]]:
    """Lines of JSON; each with the number of the text it reprints, or its own."""
    chance = random.Random(1)
    syllables = [first + second for first in "бвгджзклмнпрст" for second in "аоу"]
    vocabulary = ["".join(parts) for parts in itertools.product(syllables, repeat=3)]
    recent: list[tuple[int, str]] = []
    for number in range(count):
        text = " ".join(chance.choices(vocabulary, k=WORDS))
        of = number
        if number % 10 == 9:
            of, older = recent[chance.randrange(len(recent))]
            text = f"{text[:40]} {older}"
        else:
            recent.append((number, text))
            if len(recent) > KEPT:
                recent.pop(0)
        at = (AT + timedelta(seconds=5 * number)).isoformat()
        yield json.dumps({"id": number, "text": text, "published_at": at}, ensure_ascii=False), of


def _feed(stdin: IO[bytes], count: int) -> None:
    with stdin:
        for line, _ in lines(count):
            stdin.write(line.encode() + b"\n")


def _watch(
    fold: "subprocess.Popen[bytes]", stdout: IO[bytes], count: int
) -> tuple[list[float], int]:
    memory, folded, began = [], 0, time.perf_counter()
    for number, line in enumerate(stdout):
        folded += number % 10 == 9 and json.loads(line)["story"] != number
        if (number + 1) % (count // 4) == 0:
            memory.append(_resident(fold.pid))
            spent = time.perf_counter() - began
            print(f"{number + 1:>9,} lines: {spent:.0f} s, {memory[-1]:.0f} MB", flush=True)
    return memory, folded


def _resident(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * PAGE


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
