"""Intensities of energy, water, land and carbon, and cleaner production."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def energy_per_gdp(energy: Expr, gdp: Expr) -> Expr:
    """单位地区生产总值能耗。

    单位地区生产总值能耗＝能源消费总量（等价值）÷地区生产总值（可比价）。

    Parameters
    ----------
    energy : Expr, scalar, 吨标准煤
        能源消费总量。
    gdp : Expr, scalar, 万元
        地区生产总值（可比价）。

    Returns
    -------
    Expr, scalar, 吨标准煤/万元
        单位地区生产总值能耗。

    Notes
    -----
    相比较的年份须用同一价格基期的地区生产总值。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号20
    state: recalled
        释义和算式凭一般知识写出，未见原文；地方统计公报有相同算式，用可比价，保留3或4位小数。
    """
    return energy / gdp


def water_per_gdp(water_use: Expr, gdp: Expr) -> Expr:
    """单位地区生产总值用水量。

    单位地区生产总值用水量＝用水总量÷地区生产总值。

    Parameters
    ----------
    water_use : Expr, scalar, 立方米
        用水总量。
    gdp : Expr, scalar, 万元
        地区生产总值。

    Returns
    -------
    Expr, scalar, 立方米/万元
        单位地区生产总值用水量。

    Notes
    -----
    价格口径（当年价或可比价）未核实，由填报的地区生产总值体现。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号21
    state: recalled
        释义和算式凭一般知识写出，未见原文；价格口径未核实。
    """
    return water_use / gdp


def land_per_gdp_decline(land: Expr, gdp: Expr, land__previous: Expr, gdp__previous: Expr) -> Expr:
    """单位国内生产总值建设用地使用面积下降率。

    下降率＝（1－本年单位国内生产总值建设用地面积÷上年单位国内生产总值建设用地面积）×100%；单位国内生产总值建设用地
    面积＝建设用地面积÷国内生产总值（可比价）。

    Parameters
    ----------
    land : Expr, scalar, 亩
        本年建设用地面积。
    gdp : Expr, scalar, 万元
        本年国内生产总值（可比价）。
    land__previous : Expr, scalar, 亩
        上年建设用地面积。
    gdp__previous : Expr, scalar, 万元
        上年国内生产总值（可比价，与本年同一基期）。

    Returns
    -------
    Expr, scalar, %
        单位国内生产总值建设用地使用面积下降率。

    Notes
    -----
    （上年－本年）÷上年与释义的1－本年÷上年相等；单位国内生产总值用地增加时为负值。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号22
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    land_per_gdp = land / gdp
    land_per_gdp__previous = land__previous / gdp__previous
    return share(land_per_gdp__previous - land_per_gdp, land_per_gdp__previous)


def carbon_per_gdp(emissions: Expr, gdp: Expr) -> Expr:
    """碳排放强度。

    碳排放强度＝二氧化碳排放量÷地区生产总值。

    Parameters
    ----------
    emissions : Expr, scalar, 吨
        二氧化碳排放量。
    gdp : Expr, scalar, 万元
        地区生产总值。

    Returns
    -------
    Expr, scalar, 吨/万元
        碳排放强度。

    Notes
    -----
    价格口径（当年价或可比价）未核实，由填报的地区生产总值体现。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号23
    state: recalled
        释义和算式凭一般知识写出，未见原文；价格口径未核实。
    """
    return emissions / gdp


def cleaner_production_ratio(passed: Expr, due: Expr) -> Expr:
    """应当实施强制性清洁生产企业通过审核的比例。

    比例＝通过强制性清洁生产审核的企业数÷应当实施强制性清洁生产审核的企业数（年度计划）×100%。

    Parameters
    ----------
    passed : Expr, scalar, 家
        通过审核的企业数。
    due : Expr, scalar, 家
        年度计划内应当实施审核的企业数。

    Returns
    -------
    Expr, scalar, %
        应当实施强制性清洁生产企业通过审核的比例。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号24
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(passed, due)
