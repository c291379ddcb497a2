"""The indicator formulas, one module per domain, and how they are found and built.

A formula id such as ``air.good_day_ratio@1`` names the function ``good_day_ratio`` of
``evalkit.formulas.air``; version 2 would be ``good_day_ratio_v2``.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from evalkit.formulas.vocabulary import Expr, FormulaError, Role, digest

#: Modules that hold no formulas but what is done with them.
MACHINERY = ("vocabulary", "evaluate", "expression", "notation", "spreadsheet")
_ID = re.compile(r"([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)@([1-9][0-9]*)")


class UnknownFormulaError(LookupError):
    """No function has the name that a formula id asks for."""


@dataclass(frozen=True)
class Formula:
    """A formula that was called once with symbols.

    Parameters
    ----------
    id : str
        Such as ``air.good_day_ratio@1``; of an expression its text.
    arguments : tuple of str
        Names of its arguments; a suffix ``__base`` or ``__previous`` says when. Those of an expression are variables, with ``@base``
        or ``@previous``.
    tree : Expr
        What it computes.
    hash : str
        Digest of the tree.
    """

    id: str
    arguments: tuple[str, ...]
    tree: Expr
    hash: str


def split_id(formula_id: str) -> tuple[str, str]:
    """Return module and function name of a formula id."""
    found = _ID.fullmatch(formula_id)
    if not found:
        raise UnknownFormulaError(formula_id)
    module, name, version = found.groups()
    return module, name if version == "1" else f"{name}_v{version}"


@cache
def build(formula_id: str) -> Formula:
    """Return the formula of that id, built by calling its function with a symbol for each argument.

    Raises
    ------
    UnknownFormulaError
        No such module or function.
    FormulaError
        The function leaves the closed vocabulary.
    """
    module_name, function_name = split_id(formula_id)
    if module_name in MACHINERY:
        raise UnknownFormulaError(formula_id)
    try:
        module = import_module(f"evalkit.formulas.{module_name}")
    except ModuleNotFoundError:
        raise UnknownFormulaError(formula_id) from None
    except SyntaxError as error:
        raise FormulaError(f"formulas/{module_name}.py, line {error.lineno}: {error.msg}") from None
    function = getattr(module, function_name, None)
    if not inspect.isfunction(function) or function.__module__ != module.__name__:
        raise UnknownFormulaError(formula_id)
    arguments = tuple(inspect.signature(function).parameters)
    try:
        tree = function(*(Role(name) for name in arguments))
    except FormulaError:
        raise
    except Exception as error:  # whatever else a function does with a symbol is outside the vocabulary
        raise FormulaError(f"{type(error).__name__}: {error}") from None
    if not isinstance(tree, Expr):
        raise FormulaError(f"{formula_id} does not return an expression")
    return Formula(formula_id, arguments, tree, digest(tree))
