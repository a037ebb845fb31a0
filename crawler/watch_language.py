"""The watch language: what a watch written as text asks for, or where it is wrong and why.

``parse`` answers with a tree of records; how texts are judged by it is the matter of
``crawler.watch_query``. The language is described in docs/reference/watch-language.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from crawler.folding import words
from crawler.watch_tree import (
    And,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Word,
    can_be_found,
    in_field,
)

_LONGEST = 20_000  # characters of one watch
_DEEPEST = 50  # brackets within brackets
_LONGEST_CHAIN = 20  # a /3 b /3 c ...
_FARTHEST = 100  # words of /N
_SHORTEST_BEGINNING = 4  # letters before *

_TOKEN = re.compile(
    r"""\s+ | <<<.*?>>>
    | (?P<near>(?:NEAR)?/(?P<ordered>\+?)(?P<reach>\d+|[sсS]\b))
    | (?P<phrase>"[^"]*"|«[^»]*»|“[^”]*”)
    | (?P<call>(?:name|brand|phrase)\s*\((?P<arguments>[^()]*)\))
    | (?P<field>(?:title|body)\s*:\s*)
    | (?P<open>\() | (?P<close>\))
    | (?P<or>\|\|?|,|(?:OR|ИЛИ|АБО)(?!\w))
    | (?P<not>(?:(?:AND|И|І|ТА)\s+)?(?:NOT|НЕ)(?!\w)|-(?=[^\s-]))
    | (?P<and>&&?|(?:AND|И|І|ТА)(?!\w))
    | (?P<modifier>[=!^](?=\S))
    | (?P<word>[#@]?\w(?:[\w'’ʼ.\u0301\u00ad-]*\w)?\*?)""",
    re.VERBOSE | re.DOTALL,
)
_CALL = re.compile(r"(?:name|brand|phrase)\s*\(")


class WatchError(ValueError):
    """A watch that cannot be read: the place, what is wrong there, and the mend."""

    def __init__(self, source: str, position: int, problem: str, mend: str) -> None:
        """Keep the parts for callers that show them in their own way."""
        near = source[max(0, position - 15) : position + 15]
        super().__init__(f"position {position + 1}, near «{near}»: {problem}; {mend}")
        self.position = position
        self.problem = problem
        self.mend = mend


def parse(source: str) -> Node:
    """The tree of a watch; raises WatchError with the place and the mend."""
    if len(source) > _LONGEST:
        problem = f"the watch has {len(source)} characters, {_LONGEST} is the most"
        raise WatchError(source, _LONGEST, problem, "split it into several watches")
    return _Parser(source).whole()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int
    match: re.Match[str] | None = None


class _Parser:
    """Recursive descent: OR, then AND, then NOT, then nearness, then single parts."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = [*_tokens(source), _Token("end", "", len(source))]
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        if self._here.kind == "end":
            raise self._error("the watch is empty", "write at least one word")
        node = self._either()
        if self._here.kind == "close":
            raise self._error("a bracket closes that was not opened", "remove it or open one")
        if self._here.kind != "end":
            raise self._error(f"{self._here.text!r} cannot stand here", "put AND or OR before it")
        if not can_be_found(node):
            problem = "the watch only says what must not be there and would match every text"
            raise WatchError(self._source, 0, problem, "add a word that must be there")
        return node

    def _either(self) -> Node:
        start = self._here
        parts = [self._all()]
        while self._here.kind == "or":
            self._take()
            parts.append(self._all())
        if len(parts) == 1:
            return parts[0]
        if not all(can_be_found(part) for part in parts):
            problem = "one side of OR only says what must not be there"
            raise WatchError(
                self._source, start.position, problem, "move the NOT outside: (a OR b) NOT c"
            )
        return Or(parts=tuple(parts))

    def _all(self) -> Node:
        parts = [self._perhaps_not()]
        while self._here.kind not in ("or", "close", "end"):
            if self._here.kind == "and":
                self._take()
            parts.append(self._perhaps_not())
        if len(parts) == 1:
            return parts[0]
        # a (-b -c) is a -b -c
        inside = (part.parts if isinstance(part, And) else (part,) for part in parts)
        return And(parts=tuple(chain.from_iterable(inside)))

    def _perhaps_not(self) -> Node:
        if self._here.kind != "not":
            return self._near()
        token = self._take()
        return Not(part=self._findable(self._near(), token, "for a NOT (NOT b) write a b"))

    def _near(self) -> Node:
        node, chained = self._part(), 0
        while self._here.kind == "near":
            token = self._take()
            chained += 1
            if chained > _LONGEST_CHAIN:
                problem = f"more than {_LONGEST_CHAIN} distances in a row"
                raise self._error_at(token, problem, "group the words with brackets and OR")
            right = self._part()
            if not (can_be_found(node) and can_be_found(right)):
                problem = "nearness to something that must not be there"
                raise self._error_at(token, problem, "write NOT (a /5 b) instead")
            reach = self._reach(token)
            ordered = token.match is not None and bool(token.match["ordered"])
            node = Near(left=node, right=right, reach=reach, ordered=ordered)
        return node

    def _reach(self, token: _Token) -> int | None:
        said = token.match["reach"] if token.match else "s"
        if not said.isdigit():
            return None
        if len(said) > 4 or not 1 <= int(said) <= _FARTHEST:
            problem = f"a distance of {said[:9]} words"
            raise self._error_at(token, problem, f"use /1 to /{_FARTHEST}, or /s for one sentence")
        return int(said)

    def _part(self) -> Node:
        token = self._take()
        match token.kind:
            case "open":
                return self._bracket(token)
            case "field":
                self._deepen(token)
                name = token.text.split(":")[0].strip()
                mend = f"put the NOT before it: -{name}:(a)"
                return in_field(name, self._findable(self._part(), token, mend))
            case "call":
                return self._call(token)
            case "phrase":
                return self._phrase(token, token.text[1:-1], "exact")
            case "modifier":
                return self._modified(token)
            case "word":
                return self._word(token)
        if token.kind == "end":
            raise self._error_at(token, "the watch ends too early", "a word is missing at the end")
        raise self._error_at(
            token, f"{token.text.strip()!r} has nothing to work on", "write a word on either side"
        )

    def _findable(self, node: Node, token: _Token, mend: str) -> Node:
        """The node after a token, unless it only says what must not be there."""
        if not can_be_found(node):
            problem = f"what stands after {token.text.strip()} only says what must not be there"
            raise self._error_at(token, problem, mend)
        return node

    def _bracket(self, opened: _Token) -> Node:
        self._deepen(opened)
        node = self._either()
        if self._here.kind != "close":
            raise self._error_at(opened, "a bracket is not closed", "add ) after its last word")
        self._take()
        self._depth -= 1
        return node

    def _call(self, token: _Token) -> Node:
        function = token.text.split("(")[0].strip()
        inside = token.match["arguments"] if token.match else ""
        first, *options = [argument.strip() for argument in inside.split(",")]
        if not words(first):
            raise self._error_at(token, f"{function}() names nothing", f"write {function}(Слово)")
        if function == "phrase":
            return self._phrase(token, first, "forms")
        return Word(text=first, mode=function, options=tuple(options))

    def _phrase(self, token: _Token, inside: str, mode: str) -> Node:
        parts = tuple(words(inside))
        if not parts:
            raise self._error_at(token, "the phrase has no word", "write words between the quotes")
        return Phrase(parts=parts, mode=mode)

    def _deepen(self, token: _Token) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error_at(token, "too many brackets in brackets", "split the watch")

    def _modified(self, modifier: _Token) -> Node:
        self._deepen(modifier)
        node = self._part()
        self._depth -= 1
        if isinstance(node, Word | Phrase):
            if modifier.text == "^":
                return replace(node, capital=True)
            if node.mode in ("forms", "exact"):
                return replace(node, mode="exact")
        raise self._error_at(
            modifier, f"{modifier.text} needs a word after it", "write =слово or ^Слово"
        )

    def _word(self, token: _Token) -> Node:
        if token.text.endswith("*"):
            beginning = token.text[:-1]
            if len(words(beginning)) != 1 or len(words(beginning)[0]) < _SHORTEST_BEGINNING:
                problem = f"{token.text} would match too much"
                mend = f"give at least {_SHORTEST_BEGINNING} letters of one word before *"
                raise self._error_at(token, problem, mend)
            return Word(text=beginning, mode="beginning")
        parts = tuple(words(token.text))
        if not parts:
            raise self._error_at(token, f"{token.text!r} has no letter", "write a word")
        return Word(text=parts[0]) if len(parts) == 1 else Phrase(parts=parts, mode="forms")

    @property
    def _here(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _error(self, problem: str, mend: str) -> WatchError:
        return self._error_at(self._here, problem, mend)

    def _error_at(self, token: _Token, problem: str, mend: str) -> WatchError:
        return WatchError(self._source, token.position, problem, mend)


def _tokens(source: str) -> Iterator[_Token]:
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise _unreadable(source, position)
        kind = next((name for name in _KINDS if match[name] is not None), "")
        if kind:
            yield _Token(kind, match.group(), position, match)
        position = match.end()


_KINDS = (
    "near", "phrase", "call", "field", "open", "close", "or", "not", "and", "modifier", "word",
)  # fmt: skip


def _unreadable(source: str, position: int) -> WatchError:
    char = source[position]
    if char in '"«“':
        return WatchError(source, position, "a quote is not closed", "add the closing quote")
    if source.startswith("<<<", position):
        return WatchError(source, position, "a comment is not closed", "add >>> after it")
    if char == "/":
        return WatchError(source, position, "a distance without a number", "write /3, /+3 or /s")
    return WatchError(source, position, f"{char!r} means nothing here", "remove it")
