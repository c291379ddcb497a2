"""Safe use of contaminated farmland and plots."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def farmland_safe_use(safe: Expr, contaminated: Expr) -> Expr:
    """受污染耕地安全利用率。

    安全利用率＝实现安全利用的受污染耕地面积÷受污染耕地总面积×100%。

    Parameters
    ----------
    safe : Expr, scalar, 公顷
        实现安全利用的受污染耕地面积。
    contaminated : Expr, scalar, 公顷
        受污染耕地总面积。

    Returns
    -------
    Expr, scalar, %
        受污染耕地安全利用率。

    Notes
    -----
    没有受污染耕地的地区分母为零，应按不涉及填报。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第7项
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(safe, contaminated)


def plot_safe_use(compliant: Expr, redeveloped: Expr) -> Expr:
    """污染地块安全利用率。

    安全利用率＝符合规划用地土壤环境质量要求的再开发利用污染地块面积÷全部再开发利用的污染地块面积×100%。

    Parameters
    ----------
    compliant : Expr, scalar, 公顷
        符合要求的再开发利用污染地块面积。
    redeveloped : Expr, scalar, 公顷
        全部再开发利用的污染地块面积。

    Returns
    -------
    Expr, scalar, %
        污染地块安全利用率。

    Notes
    -----
    没有再开发利用污染地块的地区分母为零，应按不涉及填报。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第8项
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(compliant, redeveloped)
