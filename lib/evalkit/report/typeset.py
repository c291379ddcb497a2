"""A formula typeset: the same tree as LaTeX (for Markdown) and as MathML (for a page without scripts or fonts from outside)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from html import escape
from typing import ClassVar, Protocol

from evalkit.formulas.notation import write_formula
from evalkit.formulas.vocabulary import Apply, Constant, Expr, FormulaError, Role, Test, Where
from evalkit.messages import Language
from evalkit.report.difference_speech import clean
from evalkit.values import format_full

Leaf = Callable[[str], str]
_SUM, _PRODUCT, _LEAF = 1, 2, 3
_WORDS = {
    "lowest": {"zh": "最小值", "en": "lowest"},
    "highest": {"zh": "最大值", "en": "highest"},
    "count_if": {"zh": "符合条件的个数", "en": "count of"},
    "round": {"zh": "修约", "en": "round"},
}
_IF = {"zh": "若", "en": "if"}
_ELSE = {"zh": "否则", "en": "otherwise"}


class _Writer(Protocol):
    """How the pieces of a formula are written in one language of typesetting."""

    def text(self, text: str) -> str: ...
    def number(self, text: str) -> str: ...
    def sign(self, sign: str) -> str: ...
    def space(self) -> str: ...
    def join(self, parts: Sequence[str]) -> str: ...
    def fraction(self, above: str, below: str) -> str: ...
    def brackets(self, inside: str) -> str: ...
    def cases(self, rows: Sequence[tuple[str, str]]) -> str: ...


class _Latex:
    _SIGNS: ClassVar = {"×": r"\times", "≤": r"\le", "≥": r"\ge", "−": "-", ",": ",\\ ", "%": r"\%"}
    _SPECIAL: ClassVar = {
        "\\": r"\textbackslash ", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
        "^": r"\hat{}", "~": r"\tilde{}", "`": "'", "<": "＜", ">": "＞",
    }  # fmt: skip

    def text(self, text: str) -> str:
        return r"\text{" + "".join(self._SPECIAL.get(char, char) for char in clean(text)) + "}"

    def number(self, text: str) -> str:
        return text

    def sign(self, sign: str) -> str:
        return self._SIGNS.get(sign, sign)

    def space(self) -> str:
        return r"\ "

    def join(self, parts: Sequence[str]) -> str:
        return " ".join(parts)

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def brackets(self, inside: str) -> str:
        return rf"\left( {inside} \right)"

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        return r"\begin{cases} " + r" \\ ".join(f"{value} & {condition}" for value, condition in rows) + r" \end{cases}"


class _Mathml:
    def text(self, text: str) -> str:
        return f"<mtext>{escape(clean(text))}</mtext>"

    def number(self, text: str) -> str:
        return f"<mn>{escape(text)}</mn>"

    def sign(self, sign: str) -> str:
        return f"<mo>{escape(sign)}</mo>"

    def space(self) -> str:
        return '<mspace width="0.3em"/>'

    def join(self, parts: Sequence[str]) -> str:
        return f"<mrow>{''.join(parts)}</mrow>"

    def fraction(self, above: str, below: str) -> str:
        return f"<mfrac>{self.join([above])}{self.join([below])}</mfrac>"

    def brackets(self, inside: str) -> str:
        return f"<mrow><mo>(</mo>{inside}<mo>)</mo></mrow>"

    def cases(self, rows: Sequence[tuple[str, str]]) -> str:
        body = "".join(f"<mtr><mtd>{value}</mtd><mtd>{condition}</mtd></mtr>" for value, condition in rows)
        return f"<mrow><mo>{{</mo><mtable>{body}</mtable></mrow>"


def latex(tree: Expr, leaf: Leaf, lang: Language = "zh", called: str | None = None) -> str:
    """Return a formula as LaTeX, without the dollar signs around it.

    Parameters
    ----------
    tree : Expr
    leaf : callable
        Text of an argument; it is never markup.
    lang : {"zh", "en"}
    called : str, optional
        What stands on the left of an equals sign before the formula.
    """
    return _equation(_write(tree, leaf, lang, _Latex())[0], called, _Latex())


def _equation(formula: str, called: str | None, out: _Writer) -> str:
    return formula if called is None else out.join([*([out.text(called)] if called else []), out.sign("="), formula])


def mathml(tree: Expr, leaf: Leaf, lang: Language = "zh", called: str | None = None) -> str:
    """Return a formula as a MathML element, with the plain line as its text alternative."""
    inside = _equation(_write(tree, leaf, lang, _Mathml())[0], called, _Mathml())
    plain = escape(clean(write_formula(tree, leaf, lang)), quote=True)
    return f'<math display="block" alttext="{plain}">{inside}</math>'


def _write(node: Expr, leaf: Leaf, lang: Language, out: _Writer) -> tuple[str, int]:
    match node:
        case Constant(value):
            return _number(value, out)
        case Role(name):
            return out.text(leaf(name)), _LEAF
        case Test(comparison, left, right):
            sign = {"<=": "≤", ">=": "≥"}.get(comparison, comparison)
            return out.join([_at(left, leaf, lang, out, _SUM), out.sign(sign), _at(right, leaf, lang, out, _SUM)]), 0
        case Where(condition, then, otherwise):
            when = out.join([out.text(_IF[lang]), out.space(), _at(condition, leaf, lang, out, 0)])
            rows = [(_at(then, leaf, lang, out, 0), when), (_at(otherwise, leaf, lang, out, 0), out.text(_ELSE[lang]))]
            return out.cases(rows), 0
        case Apply(operator, arguments):
            return _operation(operator, arguments, leaf, lang, out)
    raise FormulaError(f"{type(node).__name__} has no notation")


def _number(value: Fraction, out: _Writer) -> tuple[str, int]:
    text = format_full(abs(value))
    shown = out.number(text)
    if Fraction(text) != abs(value):  # 1/3 has no end as a decimal
        shown = out.fraction(out.number(str(abs(value.numerator))), out.number(str(value.denominator)))
    return (shown, _LEAF) if value >= 0 else (out.brackets(out.join([out.sign("−"), shown])), _LEAF)


def _operation(operator: str, arguments: tuple[Expr, ...], leaf: Leaf, lang: Language, out: _Writer) -> tuple[str, int]:
    def at(place: int, level: int) -> str:
        return _at(arguments[place], leaf, lang, out, level)

    match operator:
        case "share":
            return out.join([out.fraction(at(0, 0), at(1, 0)), out.sign("×"), out.number("100"), out.sign("%")]), _PRODUCT
        case "/":
            return out.fraction(at(0, 0), at(1, 0)), _PRODUCT
        case "+":
            return out.join([at(0, _SUM), out.sign("+"), at(1, _SUM)]), _SUM
        case "-":
            return out.join([at(0, _SUM), out.sign("−"), at(1, _PRODUCT)]), _SUM
        case "*":
            return out.join([at(0, _PRODUCT), out.sign("×"), at(1, _PRODUCT)]), _PRODUCT
        case "total" | "mean":
            parts = [at(0, _SUM)]
            for place in range(1, len(arguments)):
                parts += [out.sign("+"), at(place, _SUM)]
            terms = out.join(parts)
            return (terms, _SUM) if operator == "total" else (out.fraction(terms, out.number(str(len(arguments)))), _PRODUCT)
    inside = [at(0, 0)]
    for place in range(1, len(arguments)):
        inside += [out.sign(","), at(place, 0)]
    return out.join([out.text(_WORDS[operator][lang]), out.brackets(out.join(inside))]), _LEAF


def _at(node: Expr, leaf: Leaf, lang: Language, out: _Writer, level: int) -> str:
    text, own = _write(node, leaf, lang, out)
    return out.brackets(text) if own < level else text
