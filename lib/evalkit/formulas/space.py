"""Ecological space: redline and nature reserves."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr


def redline_area(area: Expr) -> Expr:
    """生态保护红线面积。

    评估年生态保护红线面积不小于基准（批准）面积，且用地性质未改变、生态功能未降低。

    Parameters
    ----------
    area : Expr, scalar, 平方千米
        评估年生态保护红线面积。

    Returns
    -------
    Expr, scalar, 平方千米
        生态保护红线面积。

    Notes
    -----
    填报值即指标值；性质和功能另由佐证判定。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号17
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return area


def reserve_area(area: Expr) -> Expr:
    """自然保护地面积。

    评估年自然保护地面积不小于基准（批准）面积，且用地性质未改变、生态功能未降低。

    Parameters
    ----------
    area : Expr, scalar, 平方千米
        评估年自然保护地面积。

    Returns
    -------
    Expr, scalar, 平方千米
        自然保护地面积。

    Notes
    -----
    填报值即指标值；性质和功能另由佐证判定。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号17
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return area
