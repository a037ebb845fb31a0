"""Learn the weights that tell Russian from Ukrainian, and measure them on unseen texts.

    python -m benchmarks.learn_language ../shared/data/sentiment corpus/train.jsonl

Reads JSON Lines with "text" and "lang", keeps every tenth text apart for measuring, writes
``crawler/language_ru_uk.tsv``. The same input gives the same file.
"""

import json
import math
import random
import sys
import zlib
from collections import Counter
from pathlib import Path

from crawler.language import detect, pieces

TARGET = Path(__file__).parent.parent / "crawler" / "language_ru_uk.tsv"
LEAST, MOST = 6, 6_000  # occurrences of a piece; pieces kept


def main(paths: list[str]) -> None:
    """Learn, write, measure."""
    learned, unseen = read(paths)
    TARGET.write_text("".join(f"{piece}\t{weight}\n" for piece, weight in learn(learned)))
    print(f"{TARGET.name}: {len(TARGET.read_text().splitlines())} pieces")
    chance = random.Random(1)
    for length in (2, 4, 8, 100):
        right, total, missed = Counter[str](), Counter[str](), []
        for lang, text in unseen:
            words = text.split()
            if len(words) < length < 100:
                continue
            start = chance.randrange(max(1, len(words) - length + 1))
            piece = " ".join(words[start : start + length])
            total[lang] += 1
            right[lang] += detect(piece) == lang
            if detect(piece) != lang:
                missed.append((lang, piece[:60]))
        share = {lang: round(100 * right[lang] / total[lang], 1) for lang in total}
        print(f"{length} words: {100 * right.total() / total.total():.2f} % {share}", missed[:3])


def read(paths: list[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Texts to learn from, and every tenth one to measure on."""
    files = [
        file
        for path in map(Path, paths)
        for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])
    ]
    texts = {
        (record["lang"], record["text"])
        for file in files
        for record in map(json.loads, file.read_text("utf-8").splitlines())
        if record["lang"] in ("ru", "uk", "en")
    }
    parts: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
    for lang, text in sorted(texts):
        parts[zlib.crc32(text.encode()) % 10 == 0].append((lang, text))
    return parts


def learn(texts: list[tuple[str, str]]) -> list[tuple[str, int]]:
    """Log odds of each telling piece, in hundredths, the most telling first."""
    counts = {"ru": Counter[str](), "uk": Counter[str]()}
    for lang, text in texts:
        if lang in counts:
            for word in "".join(
                c if c.isalpha() or c in "'’" else " " for c in text.lower()
            ).split():
                counts[lang].update(pieces(word))
    totals = {lang: counter.total() for lang, counter in counts.items()}
    weights = {}
    for piece in counts["ru"].keys() | counts["uk"].keys():
        ru, uk = counts["ru"][piece], counts["uk"][piece]
        if ru + uk >= LEAST and not piece.isascii():
            odds = math.log((uk + 0.5) / totals["uk"]) - math.log((ru + 0.5) / totals["ru"])
            weights[piece] = (abs(odds) * math.sqrt(ru + uk), round(100 * odds))
    best = sorted(weights, key=lambda piece: (-weights[piece][0], piece))[:MOST]
    return [(piece, weights[piece][1]) for piece in sorted(best) if weights[piece][1]]


if __name__ == "__main__":
    main(sys.argv[1:])
