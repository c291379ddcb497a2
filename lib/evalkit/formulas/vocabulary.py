"""The closed vocabulary in which formulas are written, and the expression tree they become.

A formula is an ordinary function over :class:`Expr`. It is called once, with a :class:`Role`
for each argument; what it returns is a tree. Everything else (value, trace, units) walks that
tree, so a formula is written in one place only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal as Choice

Number = int | Fraction
Operator = Choice["+", "-", "*", "/", "share", "total", "mean", "lowest", "highest", "round", "count_if"]
Comparison = Choice["<", "<=", ">", ">="]


class FormulaError(TypeError):
    """A formula leaves the closed vocabulary (a Python ``if``, a float, a builtin ``max``)."""


class Expr:
    """A node of the tree. Arithmetic on nodes builds larger nodes, nothing is computed."""

    def __add__(self, other: Expr | Number) -> Expr:
        return Apply("+", (self, literal(other)))

    def __radd__(self, other: Number) -> Expr:
        return Apply("+", (literal(other), self))

    def __sub__(self, other: Expr | Number) -> Expr:
        return Apply("-", (self, literal(other)))

    def __rsub__(self, other: Number) -> Expr:
        return Apply("-", (literal(other), self))

    def __mul__(self, other: Expr | Number) -> Expr:
        return Apply("*", (self, literal(other)))

    def __rmul__(self, other: Number) -> Expr:
        return Apply("*", (literal(other), self))

    def __truediv__(self, other: Expr | Number) -> Expr:
        return Apply("/", (self, literal(other)))

    def __rtruediv__(self, other: Number) -> Expr:
        return Apply("/", (literal(other), self))

    def __lt__(self, other: Expr | Number) -> Test:
        return Test("<", self, literal(other))

    def __le__(self, other: Expr | Number) -> Test:
        return Test("<=", self, literal(other))

    def __gt__(self, other: Expr | Number) -> Test:
        return Test(">", self, literal(other))

    def __ge__(self, other: Expr | Number) -> Test:
        return Test(">=", self, literal(other))

    def __eq__(self, other: object) -> bool:
        raise FormulaError("a formula compares with <, <=, > or >= only")

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise FormulaError("a formula has no Python `if`, `and`, `or`, min() or max(): use where(), lowest(), highest()")

    def __float__(self) -> float:
        raise FormulaError("a formula has no floating-point numbers")

    def __iter__(self) -> Iterator[Expr]:
        raise FormulaError("a formula has no lists: use total() or mean() with each argument")

    def children(self) -> tuple[Expr, ...]:
        """Return the nodes directly below, in the order in which they are written."""
        return ()

    def walk(self) -> Iterator[Expr]:
        """Yield this node and all below it, parents first."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True, eq=False)
class Constant(Expr):
    """An exact number that stands in the formula itself."""

    value: Fraction


@dataclass(frozen=True, eq=False)
class Role(Expr):
    """An argument of the formula: a variable at a time."""

    name: str


@dataclass(frozen=True, eq=False)
class Apply(Expr):
    """An operation of the closed vocabulary on its arguments."""

    operator: Operator
    arguments: tuple[Expr, ...]

    def children(self) -> tuple[Expr, ...]:
        """Return the nodes directly below."""
        return self.arguments


@dataclass(frozen=True, eq=False)
class Test(Expr):
    """A comparison, only for the condition of ``where`` and for ``count_if``."""

    __test__ = False  # the name begins like a pytest class
    comparison: Comparison
    left: Expr
    right: Expr

    def children(self) -> tuple[Expr, ...]:
        """Return the nodes directly below."""
        return (self.left, self.right)


@dataclass(frozen=True, eq=False)
class Where(Expr):
    """A choice between two branches; only the branch that is taken is evaluated."""

    condition: Test
    then: Expr
    otherwise: Expr

    def children(self) -> tuple[Expr, ...]:
        """Return the nodes directly below."""
        return (self.condition, self.then, self.otherwise)


def literal(value: Expr | Number) -> Expr:
    """Return `value` as a node; refuse floats, whose decimals are not what was written."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise FormulaError(f"write {value!r} as a whole number or a ratio such as 35 * x / 100")
    return Constant(Fraction(value))


def share(part: Expr, whole: Expr) -> Expr:
    """Percentage of `part` in `whole`; the factor 100 % lives here and nowhere else."""
    return Apply("share", (literal(part), literal(whole)))


def total(*terms: Expr | Number) -> Expr:
    """Sum of all terms."""
    return _spread("total", terms)


def mean(*terms: Expr | Number) -> Expr:
    """Arithmetic mean of all terms."""
    return _spread("mean", terms)


def lowest(*terms: Expr | Number) -> Expr:
    """Smallest of the terms."""
    return _spread("lowest", terms)


def highest(*terms: Expr | Number) -> Expr:
    """Largest of the terms."""
    return _spread("highest", terms)


def round_to(value: Expr, interval: Number) -> Expr:
    """Value rounded half to even to a multiple of `interval` (GB/T 8170-2008)."""
    step = literal(interval)
    if not isinstance(step, Constant) or step.value <= 0:
        raise FormulaError("round_to() takes a positive number as interval")
    return Apply("round", (literal(value), step))


def count_if(*conditions: Expr) -> Expr:
    """How many of the comparisons hold."""
    if not conditions or not all(isinstance(c, Test) for c in conditions):
        raise FormulaError("count_if() takes comparisons such as pm25 <= 75")
    return Apply("count_if", conditions)


def where(
    condition: Expr, then: Callable[[], Expr | Number] | Expr | Number, otherwise: Callable[[], Expr | Number] | Expr | Number
) -> Expr:
    """One of two branches by a comparison; the other branch is not evaluated (it may divide by zero)."""
    if not isinstance(condition, Test):
        raise FormulaError("where() takes a comparison such as base > 0")
    return Where(condition, _branch(then), _branch(otherwise))


def digest(tree: Expr) -> str:
    """Hash of the rule: the same for the same calculation, whatever the docstring says."""
    return hashlib.sha256(_canonical(tree).encode()).hexdigest()[:16]


def _canonical(node: Expr) -> str:
    match node:
        case Constant(value):
            return str(value)
        case Role(name):
            return name
        case Apply(operator, arguments):
            return f"({operator} {' '.join(map(_canonical, arguments))})"
        case Test(comparison, left, right):
            return f"({comparison} {_canonical(left)} {_canonical(right)})"
        case Where(condition, then, otherwise):
            return f"(where {_canonical(condition)} {_canonical(then)} {_canonical(otherwise)})"
    raise FormulaError(f"unknown node {type(node).__name__}")


def _spread(operator: Operator, terms: tuple[Expr | Number, ...]) -> Expr:
    if not terms:
        raise FormulaError(f"{operator}() needs at least one term")
    return Apply(operator, tuple(literal(t) for t in terms))


def _branch(branch: Callable[[], Expr | Number] | Expr | Number) -> Expr:
    return literal(branch() if callable(branch) else branch)
