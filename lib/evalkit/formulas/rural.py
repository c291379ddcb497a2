"""Villages: environmental improvement, sewage and waste."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def village_improvement_share(villages_improved: Expr, villages: Expr) -> Expr:
    """村庄环境综合整治率。

    整治率＝完成环境综合整治的行政村数÷行政村总数×100%。

    Parameters
    ----------
    villages_improved : Expr, scalar, 个
        完成环境综合整治的行政村数。
    villages : Expr, scalar, 个
        行政村总数。

    Returns
    -------
    Expr, scalar, %
        村庄环境综合整治率。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号25
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(villages_improved, villages)


def sewage_village_share(villages_treated: Expr, villages: Expr) -> Expr:
    """农村生活污水治理率（按行政村）。

    治理率＝完成生活污水治理（管控）的行政村数÷行政村总数×100%。

    Parameters
    ----------
    villages_treated : Expr, scalar, 个
        完成生活污水治理（管控）的行政村数。
    villages : Expr, scalar, 个
        行政村总数。

    Returns
    -------
    Expr, scalar, %
        农村生活污水治理率（按行政村）。

    References
    ----------
    document: mee-2021-353
    clause: 指标解释 农村生活污水治理率
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(villages_treated, villages)


def waste_village_share(villages_treated: Expr, villages: Expr) -> Expr:
    """农村生活垃圾无害化处理村占比。

    占比＝实行生活垃圾无害化处理的行政村数÷行政村总数×100%。

    Parameters
    ----------
    villages_treated : Expr, scalar, 个
        实行生活垃圾无害化处理的行政村数。
    villages : Expr, scalar, 个
        行政村总数。

    Returns
    -------
    Expr, scalar, %
        农村生活垃圾无害化处理村占比。

    References
    ----------
    document: mee-2021-353
    clause: 指标解释 农村生活垃圾无害化处理村占比
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(villages_treated, villages)
