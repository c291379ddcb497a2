"""Formulas on the ecological quality index (EQI, 生态质量指数)."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr


def eqi_change(eqi: Expr, eqi__previous: Expr) -> Expr:
    """生态质量指数变化量（ΔEQI）。

    ΔEQI＝本年度生态质量指数（EQI）－上一年度生态质量指数。

    Parameters
    ----------
    eqi : Expr, scalar, -
        本年度生态质量指数。
    eqi__previous : Expr, scalar, -
        上一年度生态质量指数。

    Returns
    -------
    Expr, scalar, -
        生态质量指数变化量。

    Notes
    -----
    变差时为负值。

    References
    ----------
    document: mee-2024-4
    clause: 指标表 序号7
    state: derived
        官方指标解释未见原文；以上一年为比较年，是从沪崇府发〔2024〕41号表1推得的：58.7之后印58.1（ΔEQI -0.6），58.1之后
        印57.9（ΔEQI -0.2）。
    """
    return eqi - eqi__previous
