"""Build the query tree from operands and operators: `NEAR` binds first, then `NOT` and `in:`, then `OR`, then AND.

The tree is normalised: no AND in an AND, no OR in an OR, neither with a single part, no empty part, and no NOT of a
NOT.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from corpus.errors import QueryRefused
from index.query import And, Fuzzy, In, Near, Not, Nothing, Or, Pattern, Phrase, Query, Theme, Word
from search.diagnostics import Code, Warn

MAX_DEPTH = 50
DEFAULT_DISTANCE = 10


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator: AND, OR or NEAR between two operands, or NOT or IN before one.

    `typed` is how the person typed it.
    """

    name: str
    typed: str
    distance: int = DEFAULT_DISTANCE
    kind: str = ""


@dataclass(slots=True)
class Operand:
    """A part of the query.

    `depth` is the depth of its tree. `prefixes` are the NOT and in: before it that are not applied yet.
    """

    tree: Query
    depth: int = 0
    bracketed: bool = False
    prefixes: tuple[Operator, ...] = ()


@dataclass(slots=True)
class _Level:
    """The items of one level of brackets as they are read.

    `groups` are operands joined by OR; the groups are joined by AND. `pending` is an operator that waits for its
    right-hand side. `prefixes` are NOT and in: that wait for their operand. `short_in` is an `in:` that only applies to
    the word before it. `nears` is how many NEAR were read.
    """

    groups: list[list[Operand]] = field(default_factory=list)
    pending: Operator | None = None
    prefixes: list[Operator] = field(default_factory=list)
    short_in: Operator | None = None
    nears: int = 0


class TreeBuilder:
    """Builds the tree of one level of brackets at a time.

    `ambiguous` is whether a reader could understand it in another way.
    """

    def __init__(self, warn: Warn) -> None:
        self.warn = warn
        self.ambiguous = False

    def build(self, items: list[Operand | Operator]) -> Operand:
        """Return the tree of one level of brackets."""
        level = _Level()
        for item in items:
            if isinstance(item, Operator):
                self._add_operator(level, item)
            elif isinstance(item.tree, Nothing):
                self._drop(level.prefixes)
            else:
                self._add_operand(level, item)
        self._end(level)
        return self._all_of_groups(level.groups)

    def _add_operator(self, level: _Level, operator: Operator) -> None:
        if operator.name in ("NOT", "IN"):
            level.prefixes.append(operator)
            return
        self._drop(level.prefixes)
        if level.pending:
            self.warn(Code.FOLLOWED_BY, typed=level.pending.typed, next=operator.typed)
        elif not level.groups:
            self.warn(Code.NOTHING_BEFORE, typed=operator.typed)
        level.pending = operator if level.groups else None

    def _add_operand(self, level: _Level, operand: Operand) -> None:
        operand.prefixes, level.prefixes = tuple(level.prefixes), []
        pending, level.pending = level.pending, None
        if pending and pending.name == "NEAR":
            level.groups[-1][-1] = self._near(level.groups[-1][-1], operand, pending.distance)
            level.nears += 1
            return
        if pending and pending.name == "OR":
            level.groups[-1].append(operand)
        else:
            if level.short_in and not pending and not operand.prefixes and positional(operand.tree):
                self.warn(Code.IN_ONE_ONLY, typed=level.short_in.typed)
            level.groups.append([operand])
        level.short_in = next((p for p in operand.prefixes if p.name == "IN" and not operand.bracketed), None)

    def _end(self, level: _Level) -> None:
        """Process operators that nothing follows, and record whether the level is ambiguous."""
        if level.pending or len(level.prefixes) != 1 or not self._last_in(level.prefixes[0], level.groups):
            self._drop(level.prefixes)
        if level.pending:
            self.warn(Code.ENDED_EARLY, typed=level.pending.typed)
        operands = [operand for group in level.groups for operand in group]
        plain = sum(positional(operand.tree) and not operand.prefixes for operand in operands)
        self.ambiguous |= len(level.groups) > 1 and len(operands) > len(level.groups)
        self.ambiguous |= level.nears > 0 and plain > 1

    def _all_of_groups(self, groups: list[list[Operand]]) -> Operand:
        return self.all_of([self._any_of([self._apply(operand) for operand in group]) for group in groups])

    def _last_in(self, last: Operator, groups: list[list[Operand]]) -> bool:
        """Apply an `in:` at the end to the words before it. Returns False if there are none."""
        if last.name != "IN":
            return False
        words = [group for group in groups if all(positional(each.tree) and not each.prefixes for each in group)]
        if not words:
            return False
        inside = self._all_of_groups(words)
        groups[:] = [group for group in groups if group not in words]
        groups.append([Operand(inside.tree, inside.depth, prefixes=(last,))])
        self.warn(Code.IN_LAST, typed=last.typed)
        self.ambiguous = True
        return True

    def _drop(self, prefixes: list[Operator]) -> None:
        for prefix in prefixes:
            self.warn(Code.NOTHING_AFTER, typed=prefix.typed)
        prefixes.clear()

    def _near(self, left: Operand, right: Operand, distance: int) -> Operand:
        right = self._apply(right)
        if positional(left.tree) and positional(right.tree):
            near = Near(left.tree, right.tree, distance)
            return Operand(near, deeper([left, right]), prefixes=left.prefixes)
        self.warn(Code.NEAR_AS_AND)
        self.ambiguous = True
        both = self.all_of([left, right])
        return Operand(both.tree, both.depth, prefixes=left.prefixes)

    def _apply(self, operand: Operand) -> Operand:
        """Return the operand with its NOT and in: prefixes applied, the innermost first."""
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
        """Return the AND of the operands, flattened."""
        parts: list[Query] = []
        for operand in operands:
            parts.extend(operand.tree.parts if isinstance(operand.tree, And) else [operand.tree])
        if not parts:
            return Operand(Nothing())
        return operands[0] if len(operands) == 1 else Operand(And(tuple(parts)), deeper(operands))

    def _any_of(self, operands: list[Operand]) -> Operand:
        parts: list[Query] = []
        for operand in operands:
            parts.extend(operand.tree.parts if isinstance(operand.tree, Or) else [operand.tree])
        return operands[0] if len(operands) == 1 else Operand(Or(tuple(parts)), deeper(operands))


def leaf(tree: Query) -> Operand:
    """Return the operand of a word, or of the OR that a hyphenated pattern becomes."""
    return Operand(tree, 1 if isinstance(tree, Or) else 0)


def deeper(operands: list[Operand]) -> int:
    """Return the depth of a tree with these operands below its root. Raises QueryRefused beyond the limit."""
    depth = 1 + max(operand.depth for operand in operands)
    if depth > MAX_DEPTH:
        raise too_deep()
    return depth


def positional(tree: Query) -> bool:
    """Return whether the matches have positions, so that NEAR can measure a distance."""
    if isinstance(tree, Or | Theme):
        return all(positional(part) for part in tree.parts)
    return isinstance(tree, Word | Pattern | Fuzzy | Phrase | Near)


def too_deep() -> QueryRefused:
    """Return the error for a query that is nested too deeply."""
    return QueryRefused(
        f"The query is nested more than {MAX_DEPTH} deep: remove brackets, or ask it as several queries."
    )
