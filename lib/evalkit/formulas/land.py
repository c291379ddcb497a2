"""Forest, grass and degraded land."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def forest_cover(forest: Expr, land: Expr) -> Expr:
    """森林覆盖率。

    森林覆盖率＝森林面积÷土地总面积×100%。

    Parameters
    ----------
    forest : Expr, scalar, 平方千米
        森林面积。
    land : Expr, scalar, 平方千米
        土地总面积。

    Returns
    -------
    Expr, scalar, %
        森林覆盖率。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号5、市序号6、省序号4）
    state: recalled
        释义凭一般知识写出（估计可信度：中）；1995年起的生态示范区同名指标已见，郁闭度为0.3以上，这里为0.2以上。
    """
    return share(forest, land)


def forestland_grass_cover(forestland: Expr, grass: Expr, land: Expr) -> Expr:
    """林草覆盖率（高寒区或草原区）。

    林草覆盖率＝（林地面积＋草地面积）÷土地总面积×100%。

    Parameters
    ----------
    forestland : Expr, scalar, 平方千米
        林地面积。
    grass : Expr, scalar, 平方千米
        草地面积。
    land : Expr, scalar, 平方千米
        土地总面积。

    Returns
    -------
    Expr, scalar, %
        林草覆盖率。

    Notes
    -----
    林地面积是否等同森林面积未核实；2019年口径的分子用森林面积。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号5、市序号6、省序号4）
    state: recalled
        释义凭一般知识写出（估计可信度：中），未见原文。
    """
    return share(forestland + grass, land)


def degraded_land_restored(restored: Expr, degraded: Expr) -> Expr:
    """退化土地恢复率。

    恢复率＝已恢复（治理）的退化土地面积÷退化土地总面积×100%。

    Parameters
    ----------
    restored : Expr, scalar, 平方千米
        恢复治理面积。
    degraded : Expr, scalar, 平方千米
        退化土地总面积。

    Returns
    -------
    Expr, scalar, %
        退化土地恢复率。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（省序号6）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：低），未见原文。
    """
    return share(restored, degraded)


def forest_coverage_1995(forest: Expr, land: Expr) -> Expr:
    """森林覆盖率（郁闭度0.3口径）。

    森林覆盖率＝森林面积÷土地面积×100%。森林面积指郁闭度0.3以上的乔木林地、经济林地和竹林地面积；国家特别规定的灌木
    林地、农田林网以及村旁、路旁、水旁、山旁、宅旁林木按规定折算。

    Parameters
    ----------
    forest : Expr, scalar, 平方千米
        森林面积（郁闭度0.3以上，含折算）。
    land : Expr, scalar, 平方千米
        土地面积。

    Returns
    -------
    Expr, scalar, %
        森林覆盖率（郁闭度0.3口径）。

    Notes
    -----
    郁闭度下限后来改为0.2，不同口径的数值不可比。

    References
    ----------
    document: ecodemo-1995
    clause: 生态环境保护 一
    state: seen
        释义见于书籍章节的网页转载；只有“占土地面积的百分比”一语，算式由此写出。
    """
    return share(forest, land)


def wetland_protection(protected: Expr, wetland: Expr) -> Expr:
    """湿地保护率。

    湿地保护率＝受保护湿地面积÷湿地总面积×100%。

    Parameters
    ----------
    protected : Expr, scalar, 公顷
        受保护湿地面积。
    wetland : Expr, scalar, 公顷
        湿地总面积。

    Returns
    -------
    Expr, scalar, %
        湿地保护率。

    Notes
    -----
    湿地的定义在第三次全国国土调查和2022年施行的湿地保护法后有变，相比较的年份须用同一定义。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第13项
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(protected, wetland)


def soil_conservation_rate(land: Expr, erosion: Expr) -> Expr:
    """水土保持率。

    水土保持率＝（国土面积－水土流失面积）÷国土面积×100%，水土流失指轻度及以上。

    Parameters
    ----------
    land : Expr, scalar, 平方千米
        国土面积。
    erosion : Expr, scalar, 平方千米
        水土流失面积。

    Returns
    -------
    Expr, scalar, %
        水土保持率。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第14项
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(land - erosion, land)


def reserve_share(reserve: Expr, land: Expr) -> Expr:
    """自然保护地面积占陆域国土面积比例。

    比例＝陆域自然保护地面积÷陆域国土面积×100%，重叠的面积只计一次。

    Parameters
    ----------
    reserve : Expr, scalar, 平方千米
        陆域自然保护地面积（扣除重叠）。
    land : Expr, scalar, 平方千米
        陆域国土面积。

    Returns
    -------
    Expr, scalar, %
        自然保护地面积占陆域国土面积比例。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第15项
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(reserve, land)


def desertified_land_treatment(treated: Expr, treatable: Expr) -> Expr:
    """可治理沙化土地治理率。

    治理率＝已治理沙化土地面积÷可治理沙化土地面积×100%。

    Parameters
    ----------
    treated : Expr, scalar, 公顷
        已治理沙化土地面积。
    treatable : Expr, scalar, 公顷
        可治理沙化土地面积。

    Returns
    -------
    Expr, scalar, %
        可治理沙化土地治理率。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号41
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(treated, treatable)
