"""How the own stream writes words that are both names and ordinary words.

Inside sentences, «Озон» with a capital is the name and «озон» the gas. Where nearly every
one has a capital, one without is the name typed carelessly; where nearly none has, the
capital at the beginning of a sentence says nothing. Counts are kept for each watched form,
stored by whoever holds the database, and make no difference before there are enough.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock, local
from typing import NamedTuple

ENOUGH = 40  # times a form, or all forms of a name, were seen inside sentences
_HARDLY = 0.05  # share below which the other writing is an exception


class Seen(NamedTuple):
    """How often a form stood inside a sentence in small letters, and with a capital."""

    small: int = 0
    capital: int = 0


class Habits:
    """What was learned before, and what is seen now; learned ones alone are answered from."""

    def __init__(self, learned: Mapping[str, tuple[int, int]] | None = None) -> None:
        """Start from what was stored: times in small letters, times with a capital."""
        self._learned = {form: Seen(*counts) for form, counts in (learned or {}).items()}
        self._fresh: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        self._lock = Lock()
        self._thread = local()

    def renew(self, learned: Mapping[str, tuple[int, int]]) -> None:
        """Answer from what is stored now; what was seen and not stored yet stays."""
        self._learned = {form: Seen(*counts) for form, counts in learned.items()}

    def see(self, form: str, *, capital: bool) -> None:
        """Count a form seen inside a sentence."""
        if form in self._learned and getattr(self._thread, "is_again", False):
            return
        with self._lock:
            self._fresh[form][capital] += 1

    @contextmanager
    def again(self) -> Iterator[None]:
        """While this thread looks through old texts: they teach only of forms not heard of yet."""
        self._thread.is_again = True
        try:
            yield
        finally:
            self._thread.is_again = False

    def take(self) -> dict[str, Seen]:
        """What was seen since the last time, to be stored."""
        with self._lock:
            fresh, self._fresh = self._fresh, defaultdict(lambda: [0, 0])
        return {form: Seen(small, capital) for form, (small, capital) in fresh.items()}

    def names_always(self, forms: Iterable[str]) -> frozenset[str]:
        """Those of a name's forms that hardly anybody means otherwise, in any case."""
        return frozenset(form for form, seen in self._judged(forms) if seen.small < _few(seen))

    def names_hardly(self, forms: Iterable[str]) -> frozenset[str]:
        """Those of a name's forms that are hardly ever the name."""
        return frozenset(form for form, seen in self._judged(forms) if seen.capital < _few(seen))

    def _judged(self, forms: Iterable[str]) -> list[tuple[str, Seen]]:
        """Each form with what is known of it, or of all forms where one is rare."""
        known = {form: self._learned.get(form, _NEVER) for form in forms}
        together = Seen(
            sum(seen.small for seen in known.values()), sum(seen.capital for seen in known.values())
        )
        judged = [
            (form, seen if _times(seen) >= ENOUGH else together) for form, seen in known.items()
        ]
        return [(form, seen) for form, seen in judged if _times(seen) >= ENOUGH]


class Gate:
    """Which forms of a name must be written with a capital, so far as the stream has taught."""

    __slots__ = ("_forms", "habits", "learning", "ordinary", "shut")

    def __init__(self, forms: frozenset[str] = frozenset(), habits: Habits | None = None) -> None:
        """Shut for forms that are also ordinary words; with ``habits`` open to teaching."""
        self._forms = forms
        self.habits = habits
        self.learning = forms if habits else frozenset[str]()  # whose writing is worth counting
        self.shut = forms
        self.ordinary = frozenset[str]()  # those hardly ever the name
        self.renew()

    def renew(self) -> None:
        """Open or shut it anew by what the habits say now."""
        if self.habits is not None and self._forms:
            self.shut = self._forms - self.habits.names_always(self._forms)
            self.ordinary = self.habits.names_hardly(self._forms)


_NEVER = Seen()


def _times(seen: Seen) -> int:
    return seen.small + seen.capital


def _few(seen: Seen) -> float:
    return _HARDLY * _times(seen)
