"""Certified produce and fertilizer."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def certified_area_share(certified: Expr, crops: Expr) -> Expr:
    """主要农产品中有机、绿色及无公害产品种植面积的比重。

    比重＝有机、绿色及无公害产品种植面积（三类不重复统计）÷农作物种植总面积×100%。

    Parameters
    ----------
    certified : Expr, scalar, 公顷
        有机、绿色及无公害产品种植面积，已去重。
    crops : Expr, scalar, 公顷
        农作物种植总面积。

    Returns
    -------
    Expr, scalar, %
        有机、绿色及无公害产品种植面积的比重。

    Notes
    -----
    分母用农作物种植总面积还是主要农产品种植面积，各地用法不一，由填报值体现。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号4）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：高），未见原文。
    """
    return share(certified, crops)


def fertiliser_intensity(fertiliser: Expr, area: Expr) -> Expr:
    """化肥施用强度（折纯）。

    强度＝本年用于农业生产的化肥施用量（折纯）÷面积。氮、磷、钾肥分别按含N、P2O5、K2O的百分之百折算，复合肥按所含主要
    成分折算。

    Parameters
    ----------
    fertiliser : Expr, scalar, 千克
        化肥施用量（折纯）。
    area : Expr, scalar, 公顷
        作为分母的面积。

    Returns
    -------
    Expr, scalar, 千克/公顷
        化肥施用强度。

    Notes
    -----
    转载件的释义写单位面积耕地，同页算例却用播种面积；复种指数大于1时两种分母的结论可能相反，填报时写明所用面积。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号17）
    state: seen_neighbour
        见于某市申报问答的转载件；2007年原文未见。
    """
    return fertiliser / area


def film_collection(collected: Expr, used: Expr) -> Expr:
    """农膜回收率。

    农膜回收率＝农膜回收量÷农膜使用量×100%。

    Parameters
    ----------
    collected : Expr, scalar, 吨
        农膜回收量。
    used : Expr, scalar, 吨
        农膜使用量。

    Returns
    -------
    Expr, scalar, %
        农膜回收率。

    Notes
    -----
    分子是回收量，不要求已利用。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第9项
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(collected, used)


def straw_utilization_collectable(used: Expr, collectable: Expr) -> Expr:
    """农作物秸秆综合利用率。

    综合利用率＝秸秆综合利用量÷秸秆可收集量×100%。

    Parameters
    ----------
    used : Expr, scalar, 吨
        秸秆综合利用量。
    collectable : Expr, scalar, 吨
        秸秆可收集量。

    Returns
    -------
    Expr, scalar, %
        农作物秸秆综合利用率。

    Notes
    -----
    分母固定为可收集量，不是产生总量。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号14
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(used, collectable)


def input_per_farmland(amount: Expr, farmland: Expr) -> Expr:
    """单位耕地面积化肥（农药）使用量。

    使用强度＝化肥（折纯量）或农药使用量÷耕地面积。

    Parameters
    ----------
    amount : Expr, scalar, 千克
        化肥（折纯量）或农药使用量。
    farmland : Expr, scalar, 公顷
        耕地面积。

    Returns
    -------
    Expr, scalar, 千克/公顷
        单位耕地面积化肥（农药）使用量。

    Notes
    -----
    分母是耕地面积，不是播种面积；复种指数大于1时两者差别很大。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号31、32
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return amount / farmland
