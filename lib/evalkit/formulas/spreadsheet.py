"""The formula as a spreadsheet calculates it, for whoever checks a number in Excel or WPS.

Spreadsheets calculate with doubles. Sums and quotients of the numbers that people type differ from the exact ones behind the
twelfth digit at most; so thresholds are looked at after rounding the difference to :data:`SIGNIFICANT` digits of the larger number,
and ties after rounding the number of steps to nine decimals (fewer where it has more than four digits before the point). Where the
exact value is nearer to a threshold (:func:`near_threshold`) or a tie (:func:`near_tie`) than that without being on it, a double
cannot tell, and the caller has to say so. Differences of large numbers keep fewer digits: :func:`noise` says how far off they may be.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction

from evalkit.formulas.evaluate import Value, evaluate
from evalkit.formulas.vocabulary import Apply, Constant, Expr, FormulaError, Role, Test, Where

#: Significant digits that calculations in doubles keep for certain.
SIGNIFICANT = 11
_MOST_PLACES = 9  # of a number of steps that is looked at for a tie
_STEP_DIGITS = 13  # significant digits of a number of steps: large figures are typed with many, and are no less certain for it
_LARGE_STEPS = 10 ** (_STEP_DIGITS - _MOST_PLACES)
_ULP = Fraction(1, 2**52)  # of a double
_SNAP = Fraction(1, 2**44)  # spreadsheets take numbers for equal that differ by less than a part like this (LibreOffice, Excel)
_REACH = Fraction(1, 4)  # of what is rounded away: noise below that is


def write_excel(tree: Expr, cell: Callable[[str], str], missing: str = "", otherwise: str = "") -> str:
    """Return a formula for a cell, without the equals sign.

    Parameters
    ----------
    tree : Expr
        The formula.
    cell : callable
        Address of the cell that holds an argument, such as ``数据!$E$12``.
    missing : str
        What the cell shows where an argument that is needed is no number, or a denominator is zero: a missing value is never
        zero. Quotation marks are doubled.
    otherwise : str
        Address of the cell that is shown instead of that text.

    Returns
    -------
    str
        Functions by their English names, as they stand in the file whatever the language of the program.

    Notes
    -----
    An argument of a branch that is not taken may be missing, as in the exact evaluation.
    """
    absent = otherwise or quoted(missing)
    body = _guarded(tree, cell, absent)
    return f"IFERROR({body},{absent})"


def quoted(text: str) -> str:
    """Return a text as it stands in a formula."""
    return '"' + text.replace('"', '""') + '"'


def half_even(value: str, digits: int, size: Fraction, steps: str = "") -> str:
    """Return a formula for a value rounded half to even (GB/T 8170-2008).

    Parameters
    ----------
    value : str
        A cell's address; it stands in the formula several times.
    digits : int
        Decimals; negative for tens and hundreds.
    size : Fraction
        How large the value is, for the digits that are looked at for a tie.
    steps : str
        The cell that holds :func:`rounding_steps`, which makes the formula short.
    """
    interval = Fraction(1, 10**digits) if digits >= 0 else Fraction(10**-digits)
    return _multiple(value, interval, steps or _steps(value, interval, size), max(digits, 0))


def rounding_steps(value: str, digits: int, size: Fraction) -> str:
    """Return a formula for how many steps of the last digit a value is away from zero, noise of the doubles rounded away."""
    return _steps(value, Fraction(1, 10**digits) if digits >= 0 else Fraction(10**-digits), size)


def compare(left: str, op: str, right: str, size: Fraction) -> str:
    """Return a comparison of two cells after rounding away what doubles cannot tell of their difference.

    Parameters
    ----------
    left, right : str
        Addresses or numbers.
    op : {">=", "<=", ">", "<", "=="}
    size : Fraction
        The larger of the two numbers.
    """
    sign = "=" if op == "==" else op
    return f"ROUND({left}-{right},{tie_places(size)}){sign}0"


def tie_places(size: Fraction) -> int:
    """Return to how many decimals a number of that size is certain in doubles."""
    whole = len(str(int(abs(size))))
    return SIGNIFICANT - whole


def near_threshold(value: Fraction, target: Fraction, off: Fraction = Fraction(0)) -> bool:
    """Return whether a value is so near to what it is compared with that a double cannot tell.

    Equal numbers are certain, unless the two are off (:func:`noise`) by more than what is rounded away.
    """
    gap, certain = abs(value - target), Fraction(10) ** -tie_places(max(abs(value), abs(target)))
    return gap < certain + off if off > certain * _REACH else 0 < gap < certain


def near_tie(value: Fraction, digits: int, off: Fraction = Fraction(0)) -> bool:
    """Return whether a value is so near to the middle between two roundings that a double cannot tell which way it goes.

    The middle itself is certain, unless the number has more digits than a double keeps beside a half, or is off by too much.
    """
    scale = Fraction(10) ** digits
    steps, off = abs(value) * scale, off * scale
    beside = abs(steps - steps // 1 - Fraction(1, 2))
    places = _step_places(steps)
    certain = Fraction(10) ** -places
    return places < 1 or (beside < 10 * certain + off if off > certain * _REACH else 0 < beside < 10 * certain)


def doubtful(tree: Expr, values: Mapping[str, Value], sure: Collection[str] = ()) -> bool:
    """Return whether a formula compares or rounds on the way, and so near to the limit that a double cannot tell."""
    for node in tree.walk():
        match node:
            case Test(_, left, right):
                first, second = evaluate(left, values), evaluate(right, values)
                if isinstance(first, Fraction) and isinstance(second, Fraction):
                    certain = max(Fraction(1), abs(first), abs(second)) / 10 ** (SIGNIFICANT - 1)
                    gap, off = abs(first - second), noise(left, values, sure) + noise(right, values, sure)
                    if (gap < certain + off) if off > certain * _REACH else (0 < gap < certain):
                        return True
            case Apply("round", (part, Constant(interval))):
                value = evaluate(part, values)
                # The sheet looks at nine decimals whatever the size, as that is not known before there are data.
                if isinstance(value, Fraction) and (
                    near_tie(value / interval, 0, noise(part, values, sure) / interval) or abs(value / interval) >= _LARGE_STEPS
                ):
                    return True
    return False


def noise(tree: Expr, values: Mapping[str, Value], sure: Collection[str] = ()) -> Fraction:
    """Return how far from the exact value a formula may be in doubles; differences of large numbers lose what stands behind.

    Parameters
    ----------
    tree : Expr
    values : mapping of str to Fraction or Missing
    sure : collection of str
        Arguments that stand in their cells as they are, not multiplied by a factor.
    """
    value = evaluate(tree, values)
    if not isinstance(value, Fraction):
        return Fraction(0)
    own = abs(value) * _ULP
    match tree:
        case Constant():
            return Fraction(0) if _is_double(value) else 2 * own
        case Role(name):
            return Fraction(0) if name in sure and _is_double(value) else 2 * own
        case Where(condition, then, otherwise):
            taken = evaluate(Apply("count_if", (condition,)), values)
            return noise(then if taken == 1 else otherwise, values, sure)
        case Apply(operator, arguments) if operator != "count_if":
            numbers = [found for part in arguments if isinstance(found := evaluate(part, values), Fraction)]
            return _operated(operator, value, numbers, [noise(part, values, sure) for part in arguments])
    return Fraction(0)


def _operated(operator: str, value: Fraction, numbers: list[Fraction], offs: list[Fraction]) -> Fraction:
    """Return how far off the result of an operation may be whose operands are off by so much."""
    own = abs(value) * _ULP
    match operator:
        case "+" | "-" | "total" | "mean":
            largest = sum((abs(number) for number in numbers), Fraction(0))
            total = abs(value) * (len(numbers) if operator == "mean" else 1)
            snapped = total if total < largest * _SNAP else Fraction(0)
            whole = not any(offs) and all(number.denominator == 1 for number in numbers) and largest < 2**53
            off = snapped if whole else sum(offs, snapped) + (len(numbers) - 1) * largest * _ULP
            return off if operator != "mean" else off / len(numbers) + own
        case "*":
            return abs(numbers[0]) * offs[1] + abs(numbers[1]) * offs[0] + own
        case "/" | "share":
            near = offs[0] + abs(numbers[0] / numbers[1]) * offs[1]
            return near / abs(numbers[1]) * (100 if operator == "share" else 1) * 2 + 3 * own
        case "lowest" | "highest":
            return max(offs)
    return own  # rounded


def _is_double(value: Fraction) -> bool:
    return abs(value) < 2**1000 and Fraction(float(value)) == value


def number(value: Fraction) -> str:
    """Return an exact number as a formula: a decimal, or a quotient where it has no end."""
    if value.denominator == 1:
        return f"({value.numerator})" if value < 0 else str(value.numerator)
    return f"({value.numerator}/{value.denominator})"


def _guarded(node: Expr, cell: Callable[[str], str], absent: str) -> str:
    """Return a node's formula that shows `absent` unless all arguments that it needs in any case are numbers."""
    needed = sorted(set(_needed(node)))
    text = _write(node, cell, absent)
    if not needed:
        return text
    cells = ",".join(cell(name) for name in needed)
    return f"IF(COUNT({cells})<{len(needed)},{absent},{text})"


def _needed(node: Expr) -> list[str]:
    """Return the arguments that are looked at whichever branches are taken."""
    match node:
        case Role(name):
            return [name]
        case Where(condition, _, _):
            return _needed(condition)
    return [name for child in node.children() for name in _needed(child)]


def _write(node: Expr, cell: Callable[[str], str], absent: str) -> str:
    match node:
        case Constant(value):
            return number(value)
        case Role(name):
            return cell(name)
        case Test(comparison, left, right):
            first, second = (_write(part, cell, absent) for part in (left, right))
            # How large the two are is not known before there are data: their difference is looked at in parts of the larger one.
            return f"ROUND(({first}-{second})/MAX(1,ABS({first}),ABS({second})),{SIGNIFICANT - 1}){comparison}0"
        case Where(condition, then, otherwise):
            # Not what stands in place of the whole value: a branch may be part of a sum, and that may be a number too.
            branches = [_guarded(branch, cell, "NA()") for branch in (then, otherwise)]
            return f"IF({_write(condition, cell, absent)},{branches[0]},{branches[1]})"
        case Apply(operator, arguments):
            return _operation(operator, [_write(argument, cell, absent) for argument in arguments], arguments)
    raise FormulaError(f"{type(node).__name__} has no spreadsheet formula")


def _operation(operator: str, texts: list[str], arguments: tuple[Expr, ...]) -> str:
    match operator:
        case "+" | "-" | "*" | "/":
            return f"({texts[0]}{operator}{texts[1]})"
        case "share":
            return f"({texts[0]}/{texts[1]}*100)"
        case "total":
            return f"({'+'.join(texts)})"  # not SUM(): it would pass over a cell that holds no number
        case "mean":
            return f"(({'+'.join(texts)})/{len(texts)})"
        case "lowest":
            return f"MIN({','.join(texts)})"
        case "highest":
            return f"MAX({','.join(texts)})"
        case "count_if":
            return f"({'+'.join(f'IF({text},1,0)' for text in texts)})"
        case "round":
            interval = arguments[1]
            assert isinstance(interval, Constant), "round_to() takes a number"
            return _multiple(texts[0], interval.value, _steps(texts[0], interval.value, Fraction(1)), SIGNIFICANT - 1)
    raise FormulaError(f"{operator} has no spreadsheet formula")


def _steps(value: str, interval: Fraction, size: Fraction) -> str:
    places = max(0, _step_places(size / interval))
    scaled = f"*{interval.denominator}" if interval.numerator == 1 else f"/{number(interval)}"
    return f"ROUND(ABS({value}){scaled if interval != 1 else ''},{places})"


def _step_places(steps: Fraction) -> int:
    """Return to how many decimals a number of steps is looked at for a tie; none or fewer where doubles do not keep a half."""
    return min(_MOST_PLACES, _STEP_DIGITS - len(str(int(abs(steps)))))


def _multiple(value: str, interval: Fraction, steps: str, digits: int) -> str:
    """Return a formula for a value rounded half to even to a multiple of an interval."""
    even = f"IF({steps}-INT({steps})=0.5,2*ROUND({steps}/2,0),ROUND({steps},0))"
    back = f"/{interval.denominator}" if interval.numerator == 1 else f"*{number(interval)}"
    return f"ROUND(SIGN({value})*{even}{back if interval != 1 else ''},{digits})"
