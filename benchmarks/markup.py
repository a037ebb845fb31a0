"""A million hostile strings through the composer and Telegram's own parser.

Run ``python -m benchmarks.markup [strings]``; a million take some minutes.
"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.alerts.making import playbook
from tests.fakes import telegram_parser
from tests.fakes.hostile_messages import STRINGS, Verdict, judge

PORTION = 500


def portion(start: int) -> Verdict:
    """Some rounds, in a process of their own."""
    telegram_parser.be_quiet()
    return judge(iter(range(start, start + PORTION)), playbook())


def main(strings: int) -> None:
    """Print what went wrong, and the first of each."""
    begun, total = time.perf_counter(), Verdict()
    with ProcessPoolExecutor(2) as pool:
        for one in pool.map(portion, range(0, strings // STRINGS + 1, PORTION)):
            total.strings += one.strings
            total.messages += one.messages
            total.refused += one.refused
            total.too_long += one.too_long
            total.changed += one.changed
    print(f"{total.strings:,} hostile strings in {total.messages:,} messages, "
          f"{time.perf_counter() - begun:.0f} s")  # fmt: skip
    for said, found in (
        ("refused by Telegram's parser", total.refused),
        ("over the limit", total.too_long),
        ("text changed", total.changed),
    ):
        print(f"{said}: {len(found)}", *(repr(one[:300]) for one in found[:1]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
