"""Formulas on the ecological quality index (EQI, 生态质量指数)."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr


def eqi_change(eqi: Expr, eqi__previous: Expr) -> Expr:
    """Change of the ecological quality index against the previous year (ΔEQI).

    Parameters
    ----------
    eqi : Expr
        Ecological quality index (EQI) of the current year; no unit.
    eqi__previous : Expr
        Ecological quality index (EQI) of the previous year; no unit.

    Returns
    -------
    Expr
        Current year minus previous year, in points of the index; negative means worse.

    Notes
    -----
    环办生态〔2024〕4号 asks for ΔEQI ≥ -1 (指标表 序号7). Its official definition is not in hand:
    that the previous year is the year of comparison is derived from 沪崇府发〔2024〕41号, table 1,
    which prints 58.1 (ΔEQI -0.6) after 58.7 and 57.9 (ΔEQI -0.2) after 58.1.
    """
    return eqi - eqi__previous
