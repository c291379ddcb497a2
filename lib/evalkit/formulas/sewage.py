"""Collection and treatment of sewage."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def collection_by_bod(inflow: Expr, bod: Expr, population: Expr, load: Expr) -> Expr:
    """城镇生活污水集中收集率。

    收集率＝污水处理厂进厂生化需氧量（BOD5）总量÷（用水人口×人均日生活污染物排放量）×100%；进厂总量＝日进水量×进厂
    BOD5浓度。

    Parameters
    ----------
    inflow : Expr, scalar, 万立方米/日
        污水处理厂日进水量。
    bod : Expr, scalar, 毫克/升
        进厂BOD5浓度。
    population : Expr, scalar, 万人
        城区用水人口。
    load : Expr, scalar, 克/(人·日)
        人均日生活污染物排放量（BOD5）。

    Returns
    -------
    Expr, scalar, %
        城镇生活污水集中收集率。

    Notes
    -----
    万立方米/日与毫克/升之积、万人与克/（人·日）之积都以十千克/日计，相除不再换算。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第17项
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(inflow * bod, population * load)


def rural_villages_treated(villages_treated: Expr, villages: Expr) -> Expr:
    """农村生活污水处理和综合利用率。

    比例＝生活污水得到处理和资源化利用的行政村数÷行政村总数×100%。

    Parameters
    ----------
    villages_treated : Expr, scalar, 个
        生活污水得到处理和资源化利用的行政村数。
    villages : Expr, scalar, 个
        行政村总数。

    Returns
    -------
    Expr, scalar, %
        农村生活污水处理和综合利用率。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第19项
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(villages_treated, villages)


def plant_treatment(treated: Expr, discharged: Expr) -> Expr:
    """污水集中处理率。

    集中处理率＝污水处理厂处理的污水量÷污水排放总量×100%。

    Parameters
    ----------
    treated : Expr, scalar, 万立方米
        污水处理厂处理的污水量。
    discharged : Expr, scalar, 万立方米
        污水排放总量。

    Returns
    -------
    Expr, scalar, %
        污水集中处理率。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号21
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(treated, discharged)
