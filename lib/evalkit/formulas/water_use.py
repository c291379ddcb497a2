"""Water used by industry and agriculture, and taken from rivers and the ground."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, highest, share


def industrial_fresh_per_value_added(fresh: Expr, value_added: Expr) -> Expr:
    """单位工业增加值新鲜水耗。

    新鲜水耗＝工业用新鲜水量÷全部工业增加值。

    Parameters
    ----------
    fresh : Expr, scalar, 立方米
        工业用新鲜水量。
    value_added : Expr, scalar, 万元
        全部工业企业的工业增加值，不限规模以上。

    Returns
    -------
    Expr, scalar, 立方米/万元
        单位工业增加值新鲜水耗。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号3、市序号4）
    state: recalled
        算式凭一般知识写出（估计可信度：高）；工业用新鲜水量的同文定义见于另一份园区标准的转载件。
    """
    return fresh / value_added


def irrigation_coefficient(net: Expr, gross: Expr) -> Expr:
    """农业灌溉水有效利用系数。

    系数＝田间实际净灌溉用水总量÷毛灌溉用水总量。毛灌溉用水总量是灌溉季节从水源引入的水量，净灌溉用水总量是同一时段内
    进入田间的水量。

    Parameters
    ----------
    net : Expr, scalar, 立方米
        净灌溉用水总量。
    gross : Expr, scalar, 立方米
        毛灌溉用水总量。

    Returns
    -------
    Expr, scalar, -
        农业灌溉水有效利用系数。

    Notes
    -----
    多个灌区汇总时用水量合计相除，不取各系数的平均值。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号3、市序号4）
    state: seen_neighbour
        见于西双版纳州2013—2015年自评材料，材料未写明所对照的指标体系。
    """
    return net / gross


def industrial_reuse(reused: Expr, fresh: Expr) -> Expr:
    """工业用水重复率。

    重复率＝工业重复用水量÷（工业重复用水量＋工业用新鲜水量）×100%。

    Parameters
    ----------
    reused : Expr, scalar, 立方米
        工业重复用水量。
    fresh : Expr, scalar, 立方米
        工业用新鲜水量。

    Returns
    -------
    Expr, scalar, %
        工业用水重复率。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号11、市序号12）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：高），未见原文。
    """
    return share(reused, reused + fresh)


def provincial_river_use(consumed: Expr, resource: Expr) -> Expr:
    """省内河流年水消耗量占年水资源量的比例。

    比例＝省内河流年水消耗量÷该河流年水资源量×100%。

    Parameters
    ----------
    consumed : Expr, scalar, 亿立方米
        年水消耗量。
    resource : Expr, scalar, 亿立方米
        年水资源量。

    Returns
    -------
    Expr, scalar, %
        省内河流年水消耗量占年水资源量的比例。

    Notes
    -----
    多条河流如何汇总未见规定，这里按填报的合计计算。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（省序号8）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：低），未见原文。
    """
    return share(consumed, resource)


def interprovincial_river_use(consumed: Expr) -> Expr:
    """跨省河流年水消耗量。

    跨省河流的年水消耗量，与国家分配的水资源量比较。

    Parameters
    ----------
    consumed : Expr, scalar, 立方米
        跨省河流年水消耗量。

    Returns
    -------
    Expr, scalar, 立方米
        跨省河流年水消耗量。

    Notes
    -----
    填报值即指标值；多条河流如何汇总未见规定。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（省序号8）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：低），未见原文。
    """
    return consumed


def groundwater_overdraft(abstracted: Expr, exploitable: Expr) -> Expr:
    """地下水超采率。

    超采率＝地下水开采量超过可开采量的部分÷可开采量×100%，不超采时为0。

    Parameters
    ----------
    abstracted : Expr, scalar, 亿立方米
        地下水开采量。
    exploitable : Expr, scalar, 亿立方米
        地下水可开采量。

    Returns
    -------
    Expr, scalar, %
        地下水超采率。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（省序号9）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：低），未见原文。
    """
    return share(highest(abstracted - exploitable, 0), exploitable)
