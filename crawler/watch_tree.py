"""The tree of a watch: its words, and how they are put together."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word, name or brand."""

    text: str
    mode: str = "forms"  # "forms" | "exact" | "beginning" | "name" | "brand"
    capital: bool = False  # only when it starts with a capital
    options: tuple[str, ...] = ()  # what name() and brand() say beside the first argument


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words next to one another, in this order."""

    parts: tuple[str, ...]
    mode: str = "exact"  # "exact" | "forms"
    capital: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of the parts, anywhere in the text."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """Any of the parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """A text that has this part is refused."""

    part: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Both parts close to one another."""

    left: "Node"
    right: "Node"
    reach: int | None  # words from one to the other; None: in one sentence
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Words, in the title or in the body only."""

    name: str  # "title" | "body"
    part: "Node"


Node = Word | Phrase | And | Or | Not | Near | Field


def can_be_found(node: Node) -> bool:
    """Whether a text must have something for the part to match."""
    match node:
        case Not():
            return False
        case And(parts=parts):
            return any(can_be_found(part) for part in parts)
        case Or(parts=parts):
            return all(can_be_found(part) for part in parts)
        case Field(part=part):
            return can_be_found(part)
    return True


def in_field(name: str, node: Node) -> Node:
    """The node, with each of its words in the title or in the body only."""
    match node:
        case And(parts=parts):
            return And(parts=tuple(in_field(name, part) for part in parts))
        case Or(parts=parts) if not all(isinstance(part, Word | Phrase) for part in parts):
            return Or(parts=tuple(in_field(name, part) for part in parts))
        case Not(part=part):
            return Not(part=in_field(name, part))
        case Near(left=left, right=right):
            return replace(node, left=in_field(name, left), right=in_field(name, right))
    return Field(name=name, part=node)
