"""Measure ``nabat match`` end to end, JSON in to JSON out, its start left out.

    python -m benchmarks.match_command [brands ...]              (1000 and 10000 unless told)
    python -m benchmarks.match_command --given CONFIG TEXTS      (your own watches and lines)

The command runs as it would for anybody, on one core. Its processor time is read when the
first line is answered, all watches being ready then, and again when the last one is. Texts
are Russian ones of ``corpus/train.jsonl`` put together anew to about 3 kB, no two alike.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from benchmarks.matching import DOCUMENT, LIMITS, made_watches, russian_texts
from storage.records import Watch

TEXTS = 10_000
_TICKS = os.sysconf("SC_CLK_TCK")


def main(sizes: Sequence[int]) -> None:
    """Print the documents a second for each number of brands."""
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder, "texts.jsonl")
        texts.write_text("".join(f"{line}\n" for line in lines(TEXTS)), "utf-8")
        for size in sizes:
            config = Path(folder, f"{size}.toml")
            config.write_text(configuration(made_watches(size)), "utf-8")
            limit = LIMITS.get(size, LIMITS[1_000])
            rate, mentions = measured(config, texts)
            print(f"{size} brands: {rate:,.0f} documents/s, limit {limit:,} (x{rate / limit:.2f});")
            print(f"  {mentions:.2f} mentions a document")


def measured(config: Path, texts: Path) -> tuple[float, float]:
    """Documents a second of processor time once the command is ready, and mentions each."""
    first, *rest = texts.read_bytes().splitlines(keepends=True)
    command = [sys.executable, "-m", "nabat", "match", "--config", str(config)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(first)
        process.stdin.flush()
        process.stdout.readline()
        before = spent(process.pid)
        feeding = threading.Thread(target=feed, args=(process.stdin, rest))
        feeding.start()
        answers = [process.stdout.readline() for _ in rest]
        seconds = spent(process.pid) - before
        feeding.join()
    named = sum(len(json.loads(answer)["mentions"]) for answer in answers)
    return len(rest) / seconds, named / len(rest)


def feed(pipe: IO[bytes], portions: Sequence[bytes]) -> None:
    """Write all lines, and close."""
    pipe.writelines(portions)
    pipe.close()


def spent(pid: int) -> float:
    """Processor seconds of a running process; Linux tells."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def lines(count: int) -> list[str]:
    """Texts of one length, each as a line of JSON."""
    texts, chance = russian_texts(), random.Random(4)
    made = []
    for number in range(count):
        text = ""
        while len(text) < DOCUMENT:
            text += f"{chance.choice(texts)} "
        made.append(json.dumps({"id": number, "text": text[:DOCUMENT]}, ensure_ascii=False))
    return made


def configuration(watches: Sequence[Watch]) -> str:
    """The watches as a configuration; JSON strings are TOML strings."""
    parts = []
    for number, watch in enumerate(watches):
        parts.append(f"[[brand]]\nname = {quoted(f'{watch.brand} {number}')}")
        parts.append(f"aliases = [{quoted(watch.brand)}]")
        parts += [
            f"[[brand.person]]\nname = {quoted(one.name)}\nrole = {quoted(one.role)}"
            for one in watch.persons
        ]
        parts += [f"[[brand.watch]]\nquery = {quoted(query)}" for query in watch.queries]
    return "\n".join(parts)


def quoted(text: str) -> str:
    """A string as JSON and TOML both write it."""
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--given"]:
        print(
            "{:,.0f} documents/s, {:.2f} mentions each".format(*measured(*map(Path, sys.argv[2:])))
        )
    else:
        main([int(argument) for argument in sys.argv[1:]] or [1_000, 10_000])
