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


def energy_total_per_gdp(energy: Expr, gdp: Expr) -> Expr:
    """单位GDP能耗。

    单位GDP能耗＝总能耗÷国内生产总值。

    Parameters
    ----------
    energy : Expr, scalar, 吨标准煤
        总能耗。
    gdp : Expr, scalar, 万元
        国内生产总值。

    Returns
    -------
    Expr, scalar, 吨标准煤/万元
        单位GDP能耗。

    Notes
    -----
    价格口径（现价或不变价）和能耗折算方法（等价值或当量值）未见规定，由填报值体现。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号2、市序号3）
    state: seen_neighbour
        见于1995年起的生态示范区验收指标解释中的同名指标；2007年文字未见，释义为转述。
    """
    return energy / gdp


def tertiary_share(tertiary: Expr, gdp: Expr) -> Expr:
    """第三产业占GDP比例。

    比例＝第三产业增加值÷国内生产总值×100%。

    Parameters
    ----------
    tertiary : Expr, scalar, 万元
        第三产业增加值。
    gdp : Expr, scalar, 万元
        国内生产总值。

    Returns
    -------
    Expr, scalar, %
        第三产业占GDP比例。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（市序号2）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：高），未见原文。
    """
    return share(tertiary, gdp)


def cleaner_production_accepted_ratio(accepted: Expr, obliged: Expr) -> Expr:
    """应当实施强制性清洁生产企业通过验收的比例。

    比例＝通过清洁生产审核验收的企业数÷应当实施强制性清洁生产审核的企业数×100%。

    Parameters
    ----------
    accepted : Expr, scalar, 家
        通过验收的企业数。
    obliged : Expr, scalar, 家
        应当实施强制性清洁生产审核的企业数。

    Returns
    -------
    Expr, scalar, %
        应当实施强制性清洁生产企业通过验收的比例。

    Notes
    -----
    没有应当实施的企业时分母为零，应按不涉及填报，不按0%或100%计。与2019年口径不同：分子是通过验收，分母不限年度计划。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（市序号5）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：中），未见原文。
    """
    return share(accepted, obliged)


def env_industry_share(output: Expr, gdp: Expr) -> Expr:
    """环保产业比重。

    比重＝环保产业产值÷当年国内生产总值×100%。

    Parameters
    ----------
    output : Expr, scalar, 万元
        环保产业产值。
    gdp : Expr, scalar, 万元
        国内生产总值。

    Returns
    -------
    Expr, scalar, %
        环保产业比重。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（省序号3）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：中），未见原文。
    """
    return share(output, gdp)


def env_investment_share(investment: Expr, gdp: Expr) -> Expr:
    """环境保护投资占GDP的比重。

    比重＝用于环境污染防治、生态环境保护和建设的投资÷当年国内生产总值×100%。

    Parameters
    ----------
    investment : Expr, scalar, 万元
        环境保护投资。
    gdp : Expr, scalar, 万元
        国内生产总值。

    Returns
    -------
    Expr, scalar, %
        环境保护投资占GDP的比重。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号20、市序号16、省序号14）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：高），未见原文。通用算式见于公开网页。
    """
    return share(investment, gdp)


def energy_total(energy: Expr) -> Expr:
    """能源消费总量。

    评估年能源消费总量，与控制目标值比较。

    Parameters
    ----------
    energy : Expr, scalar, 吨标准煤
        能源消费总量。

    Returns
    -------
    Expr, scalar, 吨标准煤
        能源消费总量。

    Notes
    -----
    填报值即指标值。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号5
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return energy


def water_total(water_use: Expr) -> Expr:
    """用水总量。

    评估年用水总量，与控制目标值比较。

    Parameters
    ----------
    water_use : Expr, scalar, 立方米
        用水总量。

    Returns
    -------
    Expr, scalar, 立方米
        用水总量。

    Notes
    -----
    填报值即指标值。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号6
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return water_use


def industrial_value_per_land(value_added: Expr, land: Expr) -> Expr:
    """单位工业用地工业增加值。

    单位工业用地工业增加值＝工业增加值÷工业用地面积。

    Parameters
    ----------
    value_added : Expr, scalar, 万元
        工业增加值。
    land : Expr, scalar, 亩
        工业用地面积。

    Returns
    -------
    Expr, scalar, 万元/亩
        单位工业用地工业增加值。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号7
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return value_added / land
