"""Emissions of the main pollutants."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr


def intensity(emitted: Expr, gdp: Expr) -> Expr:
    """主要污染物排放强度。

    排放强度＝全年污染物排放总量÷全年国内生产总值。

    Parameters
    ----------
    emitted : Expr, scalar, 千克
        全年排放总量。
    gdp : Expr, scalar, 万元
        全年国内生产总值。

    Returns
    -------
    Expr, scalar, 千克/万元
        排放强度。

    Notes
    -----
    排放总量是否超过国家总量控制指标另行判定。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号10、市序号10、省序号10）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：高），未见原文。
    """
    return emitted / gdp


def annual_total(emitted: Expr) -> Expr:
    """主要污染物排放总量。

    全年排放总量，与国家总量控制指标比较。

    Parameters
    ----------
    emitted : Expr, scalar, 千克
        全年排放总量。

    Returns
    -------
    Expr, scalar, 千克
        排放总量。

    Notes
    -----
    填报值即指标值。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号10、市序号10、省序号10）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：高），未见原文。
    """
    return emitted
