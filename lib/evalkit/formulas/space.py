"""Ecological space: redline and nature reserves."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


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


def protected_area_share(protected: Expr, land: Expr) -> Expr:
    """受保护地区占国土面积比例。

    比例＝各类（级）自然保护区、风景名胜区、森林公园、地质公园、生态功能保护区、水源保护区、封山育林地等的面积÷全部陆
    地（湿地）面积×100%，重叠面积不重复计算。

    Parameters
    ----------
    protected : Expr, scalar, 平方千米
        受保护地区面积，重叠部分只计一次。
    land : Expr, scalar, 平方千米
        陆地（含湿地）面积。

    Returns
    -------
    Expr, scalar, %
        受保护地区占国土面积比例。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号6、市序号7、省序号5）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：高），未见原文。
    """
    return share(protected, land)


def protected_area_share_2016(protected: Expr, territory: Expr) -> Expr:
    """受保护地区占国土面积比例。

    比例＝受保护地区面积÷国土面积×100%。

    Parameters
    ----------
    protected : Expr, scalar, 平方千米
        受保护地区面积，重叠的面积不重复计。
    territory : Expr, scalar, 平方千米
        国土面积。

    Returns
    -------
    Expr, scalar, %
        受保护地区占国土面积比例。

    Notes
    -----
    计入受保护地区的类别须核实，由填报值体现。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号3
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(protected, territory)
