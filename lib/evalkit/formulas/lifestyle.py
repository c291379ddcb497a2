"""Everyday life: green trips and saving appliances."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def green_trip_share(trips_green: Expr, trips: Expr) -> Expr:
    """公众绿色出行率。

    绿色出行率＝使用公共交通（公交、轨道等）、自行车、步行等绿色方式的出行人次÷出行总人次×100%。

    Parameters
    ----------
    trips_green : Expr, scalar, 人次
        绿色出行人次。
    trips : Expr, scalar, 人次
        出行总人次。

    Returns
    -------
    Expr, scalar, %
        公众绿色出行率。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号27
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(trips_green, trips)


def saving_appliance_share(saving: Expr, appliances: Expr) -> Expr:
    """节能、节水器具普及率。

    普及率＝使用中的节能、节水器具数÷应统计器具总数×100%。

    Parameters
    ----------
    saving : Expr, scalar, 件
        使用中的节能、节水器具数。
    appliances : Expr, scalar, 件
        应统计器具总数。

    Returns
    -------
    Expr, scalar, %
        节能、节水器具普及率。

    Notes
    -----
    按器具数还是按户数统计须核实，这里按器具数。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号28
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(saving, appliances)
