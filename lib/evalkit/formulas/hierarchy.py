"""Subordinate units that meet a set: the 80 % rules."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def units_share(units_counted: Expr, units: Expr) -> Expr:
    """达到建设标准（或获命名）的下级单位所占比例。

    比例＝达到标准（或获命名）的单位数÷下级单位总数×100%。没有下级单位（如市辖区只设街道办事处）时不适用，不按零计。

    Parameters
    ----------
    units_counted : Expr, scalar, 个
        达到标准（或获命名）的县、乡镇或村数，整数。
    units : Expr, scalar, 个
        下级县、乡镇或村总数，整数。

    Returns
    -------
    Expr, scalar, %
        达到标准（或获命名）的下级单位所占比例。

    References
    ----------
    document: mep-2010-16
    clause: （六）
    state: derived
        80%的要求见于条文；按数目计算比例由条文推出。
    """
    return share(units_counted, units)


def demo_units_share(units_named: Expr, units: Expr) -> Expr:
    """国家生态文明建设示范乡镇（县）占比。

    占比＝获国家生态文明建设示范命名的乡镇（县）数÷乡镇（县）总数×100%。没有下级单位时不适用，不按零计。

    Parameters
    ----------
    units_named : Expr, scalar, 个
        获示范命名的下级单位数，整数。
    units : Expr, scalar, 个
        下级单位总数，整数。

    Returns
    -------
    Expr, scalar, %
        国家生态文明建设示范乡镇（县）占比。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号34
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(units_named, units)


def townships_and_streets_share(units_named: Expr, units: Expr) -> Expr:
    """乡镇（含涉农街道）达到标准并获命名的比例。

    比例＝达到市级以上生态乡镇建设标准并获命名的乡镇（含涉农街道）数÷乡镇（含涉农街道）总数×100%。

    Parameters
    ----------
    units_named : Expr, scalar, 个
        达到标准并获命名的乡镇（含涉农街道）数，整数。
    units : Expr, scalar, 个
        乡镇（含涉农街道）总数，整数。

    Returns
    -------
    Expr, scalar, %
        乡镇（含涉农街道）达到标准并获命名的比例。

    References
    ----------
    document: cq-ecocounty
    clause: 一（五）
    state: derived
        条文见于转载件；按数目计算比例由条文推出。
    """
    return share(units_named, units)
