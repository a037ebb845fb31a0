"""Looking very many words up at once, old ones and new ones."""

from crawler.lookup import WordLookup


def _found(lookup: WordLookup, text: bytes) -> set[tuple[bytes, int, int]]:
    return set(lookup.find(b" " + text + b" "))


def test_whole_words_are_found_with_their_places() -> None:
    """Part of a word is not the word."""
    lookup = WordLookup([b"kot", b"pes"])

    assert _found(lookup, b"kot kotik pes") == {(b"kot", 1, 4), (b"pes", 11, 14)}


def test_a_beginning_answers_with_the_whole_word() -> None:
    """Marked with an asterisk, so that it is not taken for the word itself."""
    lookup = WordLookup([b"kot*", b"kot"])

    assert _found(lookup, b"kotik") == {(b"kot*", 1, 6)}


def test_words_added_one_by_one_are_all_found() -> None:
    """However many tiers they make, and none is answered twice."""
    words = [b"w%d" % number for number in range(300)]
    lookup = WordLookup(words[:100])
    for word in words[100:]:
        lookup.add([word])
    lookup.add(words)

    assert sorted(key for key, _, _ in lookup.find(b" %b " % b" ".join(words))) == sorted(words)


def test_an_empty_lookup_finds_nothing() -> None:
    """No watches, no mentions."""
    assert _found(WordLookup([b""]), b"kot") == set()
