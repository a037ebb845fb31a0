"""The index of hashes answers like a plain dictionary, however much is in it."""

import random
from collections import defaultdict

import numpy as np

from crawler.postings import Postings

_TEXTS = 5_000  # so that arrays are made, and merged


def _hashes(values: set[int]) -> np.ndarray:
    return np.array(sorted(values), np.uint64)


def test_it_answers_like_a_dictionary() -> None:
    """New texts and old ones, hashes of one text and of several."""
    chance = random.Random(4)
    pool = [chance.getrandbits(64) for _ in range(60_000)]
    postings, plain = Postings(shared_by=60), defaultdict(list)
    for number in range(_TEXTS):
        values = set(chance.sample(pool, 20))
        postings.add(number, _hashes(values))
        for value in values:
            plain[value].append(number)

    for _ in range(50):
        asked = {*chance.sample(pool, 30), chance.getrandbits(64)}
        numbers, skipped = postings.find(_hashes(asked))
        expected = sorted(number for value in asked for number in plain[value])
        assert sorted(numbers.tolist()) == expected
        assert not len(skipped)


def test_what_very_many_texts_share_is_skipped_and_named() -> None:
    """Among new texts and among old ones."""
    postings = Postings(shared_by=60)
    for number in range(1_200):
        postings.add(number, _hashes({7, 1_000 + number}))

    numbers, skipped = postings.find(_hashes({7, 1_005}))

    assert (numbers.tolist(), skipped.tolist()) == ([5], [7])


def test_forgotten_texts_are_not_found() -> None:
    """The others answer by their new numbers."""
    postings = Postings(shared_by=60)
    for number in range(4):
        postings.add(number, _hashes({number, 100}))

    postings.keep(np.array([-1, 0, -1, 1]))

    numbers, _ = postings.find(_hashes({0, 1, 2, 3, 100}))
    assert sorted(numbers.tolist()) == [0, 0, 1, 1]


def test_it_answers_when_an_array_has_nothing_left() -> None:
    """A thousand texts older than all others came last, and are forgotten together."""
    postings = Postings(shared_by=60)
    for number in range(3_072):
        postings.add(number, _hashes({number, 10_000}))

    postings.keep(np.where(np.arange(3_072) < 2_048, np.arange(3_072), -1))

    assert postings.find(_hashes({5}))[0].tolist() == [5]
    assert not len(postings.find(_hashes({3_000}))[0])
