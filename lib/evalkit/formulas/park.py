"""Eco-industrial parks: intensities of land, energy, water and waste, and elasticities."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def high_tech_output_share(high_tech: Expr, output: Expr) -> Expr:
    """高新技术企业工业总产值占园区工业总产值比例。

    比例＝园区内高新技术企业的工业总产值÷园区工业总产值×100%。

    Parameters
    ----------
    high_tech : Expr, scalar, 亿元
        高新技术企业的工业总产值。
    output : Expr, scalar, 亿元
        园区工业总产值。

    Returns
    -------
    Expr, scalar, %
        高新技术企业工业总产值占园区工业总产值比例。

    References
    ----------
    document: hj-274-2015
    clause: 评价指标 序号1
    state: derived
        算式由指标名称推出，名称见于公开副本（http://nu563.cn/tanguwen/2019/1029/66131_3.html）；标准的数据采集与计算
        方法未见。
    """
    return share(high_tech, output)


def value_added_per_land(value_added: Expr, land: Expr) -> Expr:
    """单位工业用地面积工业增加值。

    单位工业用地面积工业增加值＝园区工业增加值÷园区工业用地面积。

    Parameters
    ----------
    value_added : Expr, scalar, 亿元
        园区工业增加值。
    land : Expr, scalar, 平方千米
        园区工业用地面积。

    Returns
    -------
    Expr, scalar, 亿元/平方千米
        单位工业用地面积工业增加值。

    Notes
    -----
    价格口径未见，由填报的工业增加值体现。

    References
    ----------
    document: hj-274-2015
    clause: 评价指标 序号8
    state: derived
        算式由指标名称推出，名称见于公开副本（http://nu563.cn/tanguwen/2019/1029/66131_3.html）；标准的数据采集与计算
        方法未见。
    """
    return value_added / land


def energy_per_value_added(energy: Expr, value_added: Expr) -> Expr:
    """单位工业增加值综合能耗。

    单位工业增加值综合能耗＝园区综合能耗÷园区工业增加值。

    Parameters
    ----------
    energy : Expr, scalar, 万吨标准煤
        园区综合能耗。
    value_added : Expr, scalar, 亿元
        园区工业增加值。

    Returns
    -------
    Expr, scalar, 吨标准煤/万元
        单位工业增加值综合能耗。

    Notes
    -----
    价格口径未见，由填报的工业增加值体现。

    References
    ----------
    document: hj-274-2015
    clause: 评价指标 序号11
    state: derived
        算式由指标名称推出，名称见于公开副本（http://nu563.cn/tanguwen/2019/1029/66131_3.html）；标准的数据采集与计算
        方法未见。
    """
    return energy / value_added


def fresh_water_per_value_added(water: Expr, value_added: Expr) -> Expr:
    """单位工业增加值新鲜水耗。

    单位工业增加值新鲜水耗＝园区工业新鲜水耗÷园区工业增加值。

    Parameters
    ----------
    water : Expr, scalar, 万立方米
        园区工业新鲜水耗。
    value_added : Expr, scalar, 亿元
        园区工业增加值。

    Returns
    -------
    Expr, scalar, 立方米/万元
        单位工业增加值新鲜水耗。

    Notes
    -----
    价格口径未见，由填报的工业增加值体现。

    References
    ----------
    document: hj-274-2015
    clause: 评价指标 序号14
    state: derived
        算式由指标名称推出，名称见于公开副本（http://nu563.cn/tanguwen/2019/1029/66131_3.html）；标准的数据采集与计算
        方法未见。
    """
    return water / value_added


def growth_rate(rate: Expr) -> Expr:
    """园区工业增加值年均增长率（建设期）。

    建设期内园区工业增加值的年均增长率，由统计部门提供。

    Parameters
    ----------
    rate : Expr, scalar, %
        园区工业增加值年均增长率。

    Returns
    -------
    Expr, scalar, %
        园区工业增加值年均增长率（建设期）。

    Notes
    -----
    填报值即指标值，用来决定弹性系数与哪一个指标值比较。

    References
    ----------
    document: hj-274-2015
    clause: 评价指标 序号10、序号13、序号25
    state: recalled
        释义凭一般知识写出，未见原文。
    """
    return rate


def elasticity(rate: Expr, growth: Expr) -> Expr:
    """弹性系数。

    弹性系数＝能耗、新鲜水耗或主要污染物排放量的年均增长率÷工业增加值的年均增长率，两者均按建设期计算。

    Parameters
    ----------
    rate : Expr, scalar, %
        能耗、新鲜水耗或主要污染物排放量的年均增长率。
    growth : Expr, scalar, %
        园区工业增加值年均增长率。

    Returns
    -------
    Expr, scalar, -
        弹性系数。

    Notes
    -----
    工业增加值增长率为零时没有定义。

    References
    ----------
    document: hj-274-2015
    clause: 评价指标 序号10、序号13、序号25
    state: recalled
        算式凭一般知识写出，未见原文。
    """
    return rate / growth


def wastewater_per_value_added(wastewater: Expr, value_added: Expr) -> Expr:
    """单位工业增加值废水排放量。

    单位工业增加值废水排放量＝园区工业废水排放量÷园区工业增加值。

    Parameters
    ----------
    wastewater : Expr, scalar, 万吨
        园区工业废水排放量。
    value_added : Expr, scalar, 亿元
        园区工业增加值。

    Returns
    -------
    Expr, scalar, 吨/万元
        单位工业增加值废水排放量。

    References
    ----------
    document: hj-274-2015
    clause: 评价指标 序号27
    state: recalled
        指标名称和算式均凭一般知识写出，未见原文。
    """
    return wastewater / value_added


def solid_waste_per_value_added(waste: Expr, value_added: Expr) -> Expr:
    """单位工业增加值固废产生量。

    单位工业增加值固废产生量＝园区工业固体废物产生量÷园区工业增加值。

    Parameters
    ----------
    waste : Expr, scalar, 万吨
        园区工业固体废物产生量。
    value_added : Expr, scalar, 亿元
        园区工业增加值。

    Returns
    -------
    Expr, scalar, 吨/万元
        单位工业增加值固废产生量。

    References
    ----------
    document: hj-274-2015
    clause: 评价指标 序号28
    state: recalled
        指标名称和算式均凭一般知识写出，未见原文。
    """
    return waste / value_added
