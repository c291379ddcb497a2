"""Drinking water: sources and tap water."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def source_compliance(sources_compliant: Expr, sources: Expr) -> Expr:
    """集中式饮用水水源地水质达标率。

    达标率＝水质达标的水源地个数÷监测的水源地总数×100%。

    Parameters
    ----------
    sources_compliant : Expr, scalar, 个
        水质达标的水源地个数。
    sources : Expr, scalar, 个
        监测的水源地总数。

    Returns
    -------
    Expr, scalar, %
        集中式饮用水水源地水质达标率。

    Notes
    -----
    与按达到或优于Ⅲ类计的水质优良比例相比，分子是按水源地标准判定达标的个数。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第6项
    state: recalled
        算式凭一般知识写出（通行的统计定义），未见原表；也有按取水量计算的，2020年用哪一种未见，这里按个数。
    """
    return share(sources_compliant, sources)


def tap_water_coverage(population_served: Expr, population: Expr) -> Expr:
    """农村自来水普及率。

    普及率＝农村自来水受益人口÷农村人口×100%。

    Parameters
    ----------
    population_served : Expr, scalar, 人
        农村自来水受益人口。
    population : Expr, scalar, 人
        农村人口。

    Returns
    -------
    Expr, scalar, %
        农村自来水普及率。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号54
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(population_served, population)
