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
    state: seen
        生态市、生态县、生态乡镇的80%要求。
    """
    return share(units_counted, units)
