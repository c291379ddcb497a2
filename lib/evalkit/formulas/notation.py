"""The formula as a person reads it: with names, or with the numbers put in."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from evalkit.formulas.vocabulary import Apply, Constant, Expr, FormulaError, Role, Test, Where
from evalkit.messages import Language
from evalkit.values import format_full

_SUM, _PRODUCT, _LEAF = 1, 2, 3
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_COMPARISONS = {"<": "＜", "<=": "≤", ">": "＞", ">=": "≥"}
_NAMES = {
    "lowest": {"zh": "最小值", "en": "lowest"},
    "highest": {"zh": "最大值", "en": "highest"},
    "count_if": {"zh": "符合条件的个数", "en": "count of"},
    "round": {"zh": "修约", "en": "round"},
}


def write_formula(tree: Expr, leaf: Callable[[str], str], lang: Language = "zh") -> str:
    """Return the formula in one line.

    Parameters
    ----------
    tree : Expr
        The formula.
    leaf : callable
        Text for an argument: its name, or its value. A text that begins with a minus is put in brackets.
    lang : {"zh", "en"}
        Language of the few words (最小值, 若…).
    """
    return _write(tree, leaf, lang)[0]


def _write(node: Expr, leaf: Callable[[str], str], lang: Language) -> tuple[str, int]:
    match node:
        case Constant(value):
            if Fraction(format_full(value)) != value:  # 1/3 has no end as a decimal
                return f"{_signed(str(value.numerator))} ÷ {value.denominator}", _PRODUCT
            return _signed(format_full(value)), _LEAF
        case Role(name):
            return _signed(leaf(name)), _LEAF
        case Test(comparison, left, right):
            return f"{_at(left, leaf, lang, _SUM)} {_COMPARISONS[comparison]} {_at(right, leaf, lang, _SUM)}", 0
        case Where(condition, then, otherwise):
            parts = [_at(part, leaf, lang, 0) for part in (condition, then, otherwise)]
            if lang == "zh":
                return f"若 {parts[0]}，则 {parts[1]}，否则 {parts[2]}", 0
            return f"if {parts[0]} then {parts[1]} else {parts[2]}", 0
        case Apply(operator, arguments):
            return _write_operation(operator, arguments, leaf, lang)
    raise FormulaError(f"{type(node).__name__} has no notation")


def _write_operation(operator: str, arguments: tuple[Expr, ...], leaf: Callable[[str], str], lang: Language) -> tuple[str, int]:
    if operator == "share":
        return f"{_at(arguments[0], leaf, lang, _PRODUCT)} ÷ {_at(arguments[1], leaf, lang, _LEAF)} × 100%", _PRODUCT
    if operator in ("+", "-"):
        right_level = _SUM if operator == "+" else _PRODUCT
        return f"{_at(arguments[0], leaf, lang, _SUM)} {_SIGNS[operator]} {_at(arguments[1], leaf, lang, right_level)}", _SUM
    if operator in ("*", "/"):
        right_level = _PRODUCT if operator == "*" else _LEAF
        return f"{_at(arguments[0], leaf, lang, _PRODUCT)} {_SIGNS[operator]} {_at(arguments[1], leaf, lang, right_level)}", _PRODUCT
    if operator in ("total", "mean"):
        sum_text = " + ".join(_at(argument, leaf, lang, _SUM) for argument in arguments)
        return (sum_text, _SUM) if operator == "total" else (f"({sum_text}) ÷ {len(arguments)}", _PRODUCT)
    separator = "，" if lang == "zh" else ", "
    inside = separator.join(_at(argument, leaf, lang, 0) for argument in arguments)
    return f"{_NAMES[operator][lang]}({inside})", _LEAF


def _at(node: Expr, leaf: Callable[[str], str], lang: Language, level: int) -> str:
    text, own = _write(node, leaf, lang)
    return f"({text})" if own < level else text


def _signed(text: str) -> str:
    return f"({text})" if text.startswith("-") else text
