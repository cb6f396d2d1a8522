"""How do operands and operators become one tree? `NEAR` first, then `NOT` and `in:`, then `OR`; all the rest by AND.

A tree comes out normal: no AND in an AND, no OR in an OR, none of a single part, nothing empty, no NOT of a NOT.
"""

from __future__ import annotations

from dataclasses import dataclass

from corpus.errors import QueryRefused
from index.query import And, Fuzzy, In, Near, Not, Nothing, Or, Pattern, Phrase, Query, Theme, Word
from search.diagnostics import Code, Warn

MAX_DEPTH = 50
DEFAULT_DISTANCE = 10


@dataclass(frozen=True, slots=True)
class Operator:
    """AND, OR, NEAR between two operands; NOT, IN before one. typed: as the person wrote it."""

    name: str
    typed: str
    distance: int = DEFAULT_DISTANCE
    kind: str = ""


@dataclass(slots=True)
class Operand:
    """A part that was read. depth: how deep its tree is. prefixes: the NOT and in: before it, not yet carried out."""

    tree: Query
    depth: int = 0
    bracketed: bool = False
    prefixes: tuple[Operator, ...] = ()


class Joiner:
    """Joins the items of one level of brackets at a time. mixed: whether a reader could have meant it otherwise."""

    def __init__(self, warn: Warn) -> None:
        self.warn = warn
        self.mixed = False

    def join(self, items: list[Operand | Operator]) -> Operand:
        """The tree of one level of brackets."""
        every: list[list[Operand]] = []
        pending: Operator | None = None
        prefixes: list[Operator] = []
        loose_in: Operator | None = None
        nears = 0
        for item in items:
            if isinstance(item, Operator) and item.name in ("NOT", "IN"):
                prefixes.append(item)
            elif isinstance(item, Operator):
                self._dangling(prefixes)
                if pending:
                    self.warn(Code.FOLLOWED_BY, typed=pending.typed, next=item.typed)
                elif not every:
                    self.warn(Code.NOTHING_BEFORE, typed=item.typed)
                pending = item if every else None
            elif isinstance(item.tree, Nothing):
                self._dangling(prefixes)
            else:
                item.prefixes, prefixes = tuple(prefixes), []
                if pending and pending.name == "NEAR":
                    left = every[-1][-1]
                    every[-1][-1] = self._near(left, item, pending.distance)
                    nears += 1
                elif pending and pending.name == "OR":
                    every[-1].append(item)
                else:
                    if loose_in and not pending and not item.prefixes and positional(item.tree):
                        self.warn(Code.IN_ONE_ONLY, typed=loose_in.typed)
                    every.append([item])
                if not (pending and pending.name == "NEAR"):
                    loose_in = next((p for p in item.prefixes if p.name == "IN" and not item.bracketed), None)
                pending = None
        if pending or len(prefixes) != 1 or not self._last_in(prefixes[0], every):
            self._dangling(prefixes)
        if pending:
            self.warn(Code.ENDED_EARLY, typed=pending.typed)
        units = [unit for group in every for unit in group]
        plain = sum(positional(unit.tree) and not unit.prefixes for unit in units)
        self.mixed |= len(every) > 1 and len(units) > len(every)
        self.mixed |= nears > 0 and plain > 1
        groups = [self._either([self._apply(unit) for unit in group]) for group in every]
        return self.all_of(groups)

    def _last_in(self, last: Operator, every: list[list[Operand]]) -> bool:
        """Put the words before it under an `in:` that stands last. False where there are no such words."""
        if last.name != "IN":
            return False
        asked = [group for group in every if all(positional(unit.tree) and not unit.prefixes for unit in group)]
        if not asked:
            return False
        inside = self.all_of([self._either([self._apply(unit) for unit in group]) for group in asked])
        every[:] = [group for group in every if group not in asked]
        every.append([Operand(inside.tree, inside.depth, prefixes=(last,))])
        self.warn(Code.IN_LAST, typed=last.typed)
        self.mixed = True
        return True

    def _dangling(self, prefixes: list[Operator]) -> None:
        for prefix in prefixes:
            self.warn(Code.NOTHING_AFTER, typed=prefix.typed)
        prefixes.clear()

    def _near(self, left: Operand, right: Operand, distance: int) -> Operand:
        right = self._apply(right)
        if positional(left.tree) and positional(right.tree):
            near = Near(left.tree, right.tree, distance)
            return Operand(near, deeper([left, right]), prefixes=left.prefixes)
        self.warn(Code.NEAR_AS_AND)
        self.mixed = True
        both = self.all_of([left, right])
        return Operand(both.tree, both.depth, prefixes=left.prefixes)

    def _apply(self, operand: Operand) -> Operand:
        """The operand with the NOT and in: before it carried out, the innermost first."""
        tree, depth = operand.tree, operand.depth
        for prefix in reversed(operand.prefixes):
            if prefix.name == "IN":
                tree, depth = In(prefix.kind, tree), depth + 1
            elif isinstance(tree, Not):
                tree, depth = tree.part, depth - 1
            else:
                tree, depth = Not(tree), depth + 1
            if depth > MAX_DEPTH:
                raise too_deep()
        return Operand(tree, depth, operand.bracketed)

    def all_of(self, operands: list[Operand]) -> Operand:
        """All of them, flat."""
        parts: list[Query] = []
        for operand in operands:
            parts.extend(operand.tree.parts if isinstance(operand.tree, And) else [operand.tree])
        if not parts:
            return Operand(Nothing())
        return operands[0] if len(operands) == 1 else Operand(And(tuple(parts)), deeper(operands))

    def _either(self, operands: list[Operand]) -> Operand:
        parts: list[Query] = []
        for operand in operands:
            parts.extend(operand.tree.parts if isinstance(operand.tree, Or) else [operand.tree])
        return operands[0] if len(operands) == 1 else Operand(Or(tuple(parts)), deeper(operands))


def leaf(tree: Query) -> Operand:
    """The operand of a word, or of the OR that a hyphened pattern becomes."""
    return Operand(tree, 1 if isinstance(tree, Or) else 0)


def deeper(operands: list[Operand]) -> int:
    """The depth of a tree made of these. Raises QueryRefused beyond the limit."""
    depth = 1 + max(operand.depth for operand in operands)
    if depth > MAX_DEPTH:
        raise too_deep()
    return depth


def positional(tree: Query) -> bool:
    """Whether its matches have a place, so that NEAR can measure from them."""
    if isinstance(tree, Or | Theme):
        return all(positional(part) for part in tree.parts)
    return isinstance(tree, Word | Pattern | Fuzzy | Phrase | Near)


def too_deep() -> QueryRefused:
    """The error to raise for a query that is nested too deep."""
    return QueryRefused(
        f"The query is nested more than {MAX_DEPTH} deep: remove brackets, or ask it as several queries."
    )
