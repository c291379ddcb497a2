"""A formula as a text over variable ids: read by an allow-list into the same tree, never run as code.

``share(waste.treated, waste.total)``, ``(water.used@base - water.used) / water.used@base * 100``. The grammar::

    sum      = product { ("+" | "-") product }
    product  = factor { ("*" | "/") factor }           a / b * 100 is share(a, b)
    factor   = number | "-" number | variable ["@" ("base" | "previous")] | word "(" arguments ")" | "(" sum ")"
    test     = sum ("<" | "<=" | ">" | ">=") sum       only as first argument of where() and in count_if()

`word` is one of `share total mean lowest highest round_to count_if where`. A number has digits and at most one point.
A hyphen between letters belongs to the id: write blanks around a minus.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from evalkit.formulas import Formula, vocabulary
from evalkit.formulas.vocabulary import Apply, Constant, Expr, FormulaError, Role, Test, Where, digest
from evalkit.messages import word
from evalkit.values import format_full, parse_decimal

LONGEST = 2000  # characters
DEEPEST = 40  # levels of the tree
TIMES = ("base", "previous")
_SIGNS = {"+": "+", "-": "-", "*": "*", "/": "/", "−": "-", "－": "-", "＋": "+", "×": "*", "＊": "*", "÷": "/", "／": "/",
          "(": "(", ")": ")", "（": "(", "）": ")", ",": ",", "，": ",", "@": "@", "＠": "@", "%": "%", "％": "%",
          "<": "<", ">": ">", "<=": "<=", ">=": ">=", "≤": "<=", "≥": ">=", "＜": "<", "＞": ">"}  # fmt: skip
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[.-]+[A-Za-z0-9_]+)*")
_NUMBER = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,30})?(?![A-Za-z0-9_.])")
_RUN = re.compile(r"[^\s+\-*/−－＋×＊÷／()（）,，@＠%％<>≤≥＜＞=＝]+")
_WORDS: dict[str, tuple[Callable[..., Expr], int, int]] = {  # the allow-list: function, least and most arguments
    "share": (vocabulary.share, 2, 2),
    "total": (vocabulary.total, 1, 200),
    "mean": (vocabulary.mean, 1, 200),
    "lowest": (vocabulary.lowest, 1, 200),
    "highest": (vocabulary.highest, 1, 200),
    "round_to": (vocabulary.round_to, 2, 2),
    "count_if": (vocabulary.count_if, 1, 200),
    "where": (vocabulary.where, 3, 3),
}
_READ_AS = {"合计": "total", "平均值": "mean", "最小值": "lowest", "最大值": "highest", "修约": "round_to", "符合条件的个数": "count_if"}
_WHEN = {"基准年": "base", "上年": "previous"}
_DIGITS = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("．"): "."}


class ExpressionError(FormulaError):
    """An expression leaves the grammar.

    Parameters
    ----------
    code : str
        What is wrong; key of the texts ``expression_fault``.
    at : int
        Position of the character, counted from 1; 0 where the whole text is meant.
    piece : str
        What stands there.
    """

    def __init__(self, code: str, at: int = 0, piece: str = "") -> None:
        super().__init__(code)
        self.code, self.at, self.piece = code, at, piece

    def __str__(self) -> str:
        return word("expression_fault", self.code).format(at=self.at, piece=self.piece[:40])


@dataclass(frozen=True)
class _Token:
    kind: str  # number, name, sign, end
    text: str
    at: int
    end: int


@lru_cache(maxsize=4096)
def build_expression(text: str) -> Formula:
    """Return the formula that a text over variable ids stands for; its arguments are the variables, with ``@base`` where so written.

    Raises
    ------
    ExpressionError
        The text leaves the grammar; nothing of it is ever run.
    """
    return _formula(text, text, None)


def read_formula(text: str, names: Mapping[str, str]) -> Formula:
    """Return the formula of a reading such as ``处理量 ÷ 产生量 × 100%``.

    Parameters
    ----------
    text : str
        Over names and ids. A name is taken only as a whole, the longest that fits; ``基准年`` or ``上年`` before it says when.
    names : mapping of str to str
        Variable id by printed name.

    Raises
    ------
    ExpressionError
        The text leaves the grammar, or a name is not among `names`.
    """
    return _formula(text, text.translate(_DIGITS), names)


def binding_of(argument: str) -> tuple[str, str]:
    """Return variable and time (``current``, ``base``, ``previous``) of an argument of an expression."""
    variable, _, when = argument.partition("@")
    return variable, when or "current"


def expression_text(tree: Expr) -> str:
    """Return the canonical text of a tree, which reads back as the same tree."""
    return _write(tree, 0)


def _formula(name: str, text: str, names: Mapping[str, str] | None) -> Formula:
    if not text.strip():
        raise ExpressionError("empty")
    if len(text) > LONGEST:
        raise ExpressionError("long", piece=str(LONGEST))
    tree = _Parser(_tokens(text, names)).whole()
    if _depth(tree) > DEEPEST:
        raise ExpressionError("deep", piece=str(DEEPEST))
    arguments = tuple(dict.fromkeys(node.name for node in tree.walk() if isinstance(node, Role)))
    if not arguments:
        raise ExpressionError("no_variable")
    return Formula(name, arguments, tree, digest(tree))


def _depth(tree: Expr) -> int:
    deepest, todo = 0, [(tree, 1)]
    while todo:
        node, depth = todo.pop()
        deepest = max(deepest, depth)
        todo += [(child, depth + 1) for child in node.children()]
    return deepest


def _tokens(text: str, names: Mapping[str, str] | None) -> list[_Token]:
    by_length = sorted(names or (), key=len, reverse=True)
    found: list[_Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found.append((_printed_name(text, at, names, by_length) if names else None) or _token(text, at))
        at = found[-1].end
    return [*found, _Token("end", "", len(text), len(text))]


def _token(text: str, at: int) -> _Token:
    """Return the number, id or sign that begins at a position."""
    if text.startswith(("**", "^", "＾"), at):
        raise ExpressionError("power", at + 1)
    for size in (2, 1):
        sign = _SIGNS.get(text[at : at + size])
        if sign is not None:
            return _Token("sign", sign, at, at + size)
    for kind, pattern in (("number", _NUMBER), ("name", _ID)):
        found = pattern.match(text, at)
        if found:
            return _Token(kind, found[0], at, found.end())
    run = _RUN.match(text, at)
    if not run or not (text[at].isalnum() or text[at] in "_."):
        raise ExpressionError("sign", at + 1, text[at])
    raise ExpressionError("number" if text[at] in ".0123456789" else "unknown", at + 1, run[0])


def _printed_name(text: str, at: int, names: Mapping[str, str], by_length: Sequence[str]) -> _Token | None:
    """Return the name token where a printed name begins, or the word that a Chinese reading has for a word of the vocabulary."""
    for before, when in (("", ""), *((before, f"@{when}") for before, when in _WHEN.items())):
        if not text.startswith(before, at):
            continue
        start = at + len(before)
        for name in by_length:
            if text.startswith(name, start):
                end = start + len(name)
                if _RUN.match(text, end):  # only the beginning of another name
                    continue
                return _Token("name", names[name] + when, at, end)
    run = _RUN.match(text, at)
    if run and run[0] in _READ_AS and text[run.end() :].lstrip()[:1] in ("(", "（"):
        return _Token("name", _READ_AS[run[0]], at, run.end())
    return None


class _Parser:
    """Precedence climbing over tokens; every method leaves the position behind what it has read."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.nesting = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def take(self) -> _Token:
        token = self.next
        self.place += token.kind != "end"
        return token

    def accept(self, *signs: str) -> str:
        """Return the sign that stands next, if it is one of these, and step over it."""
        if self.next.kind == "sign" and self.next.text in signs:
            return self.take().text
        return ""

    def refuse(self, code: str, token: _Token | None = None) -> ExpressionError:
        token = token or self.next
        return ExpressionError("end" if token.kind == "end" else code, token.at + 1, token.text)

    def whole(self) -> Expr:
        tree = self.sum()
        if self.next.kind != "end":
            raise self.refuse(_STRAY.get(self.next.text, "stray"))
        return tree

    def sum(self) -> Expr:
        left = self.product()
        while sign := self.accept("+", "-"):
            right = self.product()
            left = left + right if sign == "+" else left - right
        return left

    def product(self) -> Expr:
        left = self.factor()
        while sign := self.accept("*", "/"):
            at = self.next
            hundred, percent = self.hundred() if sign == "*" else (False, False)
            if hundred and isinstance(left, Apply) and left.operator == "/":
                left = vocabulary.share(*left.arguments)
            elif percent:
                raise self.refuse("percent", at)
            elif hundred:
                left = left * 100
            else:
                right = self.factor()
                if sign == "/" and isinstance(right, Constant) and not right.value:
                    raise self.refuse("zero", at)
                left = left * right if sign == "*" else left / right
        return left

    def hundred(self) -> tuple[bool, bool]:
        """Step over ``100`` or ``100%``; return whether it stood there, and whether with the sign."""
        if self.next.kind != "number" or parse_decimal(self.next.text) != 100:
            return False, False
        self.take()
        return True, bool(self.accept("%"))

    def factor(self) -> Expr:
        token = self.take()
        if token.kind == "number":
            return Constant(parse_decimal(token.text))
        if token.kind == "name":
            return self.call(token) if self.next.kind == "sign" and self.next.text == "(" else self.variable(token)
        if token.kind == "sign" and token.text == "-" and self.next.kind == "number":
            return Constant(-parse_decimal(self.take().text))
        if token.kind == "sign" and token.text == "(":
            inner = self.inside(token)
            if not self.accept(")"):
                raise self.refuse(_STRAY.get(self.next.text, "unclosed"))
            return inner
        raise self.refuse("minus" if token.text == "-" else "operand", token)

    def inside(self, token: _Token) -> Expr:
        """Return the sum within brackets, not too deep."""
        self.nesting += 1
        if self.nesting > DEEPEST:
            raise ExpressionError("deep", token.at + 1, str(DEEPEST))
        tree = self.sum()
        self.nesting -= 1
        return tree

    def variable(self, token: _Token) -> Expr:
        if not self.accept("@"):
            return Role(token.text)
        when = self.take()
        if "@" in token.text or when.kind != "name" or when.text not in TIMES:
            raise self.refuse("when", when)
        return Role(f"{token.text}@{when.text}")

    def call(self, token: _Token) -> Expr:
        if token.text not in _WORDS:
            raise self.refuse("call", token)
        self.take()
        arguments: list[Expr] = []
        while not self.accept(")"):
            if arguments and not self.accept(","):
                raise self.refuse(_STRAY.get(self.next.text, "unclosed"))
            arguments.append(self.argument(token.text, first=not arguments))
        build, least, most = _WORDS[token.text]
        if not least <= len(arguments) <= most:
            raise ExpressionError("arguments", token.at + 1, token.text)
        if token.text == "round_to" and (not isinstance(arguments[1], Constant) or arguments[1].value <= 0):
            raise ExpressionError("interval", token.at + 1, token.text)
        return build(*arguments)

    def argument(self, owner: str, *, first: bool) -> Expr:
        token = self.next
        left = self.inside(token)
        if owner != "count_if" and not (owner == "where" and first):
            return left
        sign = self.accept("<", "<=", ">", ">=")
        if not sign:
            raise self.refuse("test", token)
        right = self.inside(token)
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


_STRAY = {"<": "comparison", "<=": "comparison", ">": "comparison", ">=": "comparison", "%": "percent"}
_SUM, _PRODUCT, _LEAF = 1, 2, 3


def _write(node: Expr, level: int) -> str:
    text, own = _written(node)
    return f"({text})" if own < level else text


def _written(node: Expr) -> tuple[str, int]:
    match node:
        case Constant(value):
            text = format_full(value, 60)
            if Fraction(text) != value:
                return f"{value.numerator} / {value.denominator}", _SUM
            return text, _LEAF if value >= 0 else 0
        case Role(name):
            return name, _LEAF
        case Test(comparison, left, right):
            return f"{_write(left, 0)} {comparison} {_write(right, 0)}", 0
        case Where(condition, then, otherwise):
            return f"where({', '.join(_write(part, 0) for part in (condition, then, otherwise))})", _LEAF
        case Apply(("+" | "-") as sign, (left, right)):
            return f"{_write(left, _SUM)} {sign} {_write(right, _PRODUCT)}", _SUM
        case Apply(("*" | "/") as sign, (left, right)):
            return f"{_write(left, _PRODUCT)} {sign} {_write(right, _LEAF)}", _PRODUCT
        case Apply(operator, arguments):
            name = "round_to" if operator == "round" else operator
            return f"{name}({', '.join(_write(argument, 0) for argument in arguments)})", _LEAF
    raise FormulaError(f"{type(node).__name__} has no text")
