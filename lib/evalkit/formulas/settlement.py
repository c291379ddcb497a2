"""Parks, toilets, transport and products in settlements."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def park_service_coverage(covered: Expr, residential: Expr) -> Expr:
    """城市公园绿地500米服务半径覆盖率。

    覆盖率＝公园绿地500米服务半径覆盖的居住用地面积÷居住用地总面积×100%，重叠覆盖只计一次。

    Parameters
    ----------
    covered : Expr, scalar, 公顷
        服务半径覆盖的居住用地面积。
    residential : Expr, scalar, 公顷
        居住用地总面积。

    Returns
    -------
    Expr, scalar, %
        城市公园绿地500米服务半径覆盖率。

    Notes
    -----
    面积由地理信息分析得出后填报；较小的公园绿地是否另用300米半径未见原文。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第21项
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(covered, residential)


def built_up_green_ratio(green: Expr, built_up: Expr) -> Expr:
    """城市建成区绿地率。

    绿地率＝建成区绿地面积÷建成区面积×100%。

    Parameters
    ----------
    green : Expr, scalar, 公顷
        建成区绿地面积。
    built_up : Expr, scalar, 公顷
        建成区面积。

    Returns
    -------
    Expr, scalar, %
        城市建成区绿地率。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号53
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(green, built_up)


def public_transport_trips(passengers: Expr, population: Expr) -> Expr:
    """绿色出行（城镇每万人口公共交通客运量）。

    每万人口公共交通客运量＝公共交通客运量÷城镇人口。

    Parameters
    ----------
    passengers : Expr, scalar, 人次
        公共交通客运量。
    population : Expr, scalar, 人
        城镇人口。

    Returns
    -------
    Expr, scalar, 万人次/万人
        绿色出行（城镇每万人口公共交通客运量）。

    Notes
    -----
    人次/人与万人次/万人数值相同。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号51
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return passengers / population


def efficient_product_share(efficient_sold: Expr, sold: Expr) -> Expr:
    """绿色产品市场占有率（高效节能产品市场占有率）。

    占有率＝高效节能产品销售量÷同类产品销售总量×100%。

    Parameters
    ----------
    efficient_sold : Expr, scalar, 台
        高效节能产品销售量。
    sold : Expr, scalar, 台
        同类产品销售总量。

    Returns
    -------
    Expr, scalar, %
        绿色产品市场占有率（高效节能产品市场占有率）。

    Notes
    -----
    产品范围不限于家电。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号49
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(efficient_sold, sold)
