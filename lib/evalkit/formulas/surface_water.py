"""Surface water by shares: sections and function zones."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def inferior_class5_share(sections_inferior: Expr, sections: Expr) -> Expr:
    """地表水劣Ⅴ类水体比例。

    比例＝劣Ⅴ类断面数÷参评断面总数×100%（GB 3838-2002）。

    Parameters
    ----------
    sections_inferior : Expr, scalar, 个
        劣Ⅴ类断面数。
    sections : Expr, scalar, 个
        参评断面总数。

    Returns
    -------
    Expr, scalar, %
        地表水劣Ⅴ类水体比例。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第5项
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(sections_inferior, sections)


def function_zone_compliance(zones_compliant: Expr, zones: Expr) -> Expr:
    """重要江河湖泊水功能区水质达标率。

    达标率＝水质达标的水功能区数÷参评水功能区总数×100%。

    Parameters
    ----------
    zones_compliant : Expr, scalar, 个
        水质达标的水功能区数。
    zones : Expr, scalar, 个
        参评水功能区总数。

    Returns
    -------
    Expr, scalar, %
        重要江河湖泊水功能区水质达标率。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号27
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(zones_compliant, zones)
