"""Surface water, nearshore water, drinking water and sewage."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def class3_share_increase(
    sections_class3: Expr,
    sections: Expr,
    sections_class3__base: Expr,
    sections__base: Expr,
) -> Expr:
    """水质达到或优于Ⅲ类比例提高幅度。

    提高幅度（百分点）＝评估年达到或优于Ⅲ类断面比例－基准年达到或优于Ⅲ类断面比例；断面比例＝达到或优于Ⅲ类断面数÷监
    测断面总数×100%（GB 3838-2002）。

    Parameters
    ----------
    sections_class3 : Expr, scalar, 个
        评估年达到或优于Ⅲ类的断面数。
    sections : Expr, scalar, 个
        评估年监测断面总数。
    sections_class3__base : Expr, scalar, 个
        基准年达到或优于Ⅲ类的断面数。
    sections__base : Expr, scalar, 个
        基准年监测断面总数。

    Returns
    -------
    Expr, scalar, 百分点
        水质达到或优于Ⅲ类比例提高幅度。

    Notes
    -----
    两个百分比之差以百分点表示，百分点与%大小相同。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号8
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(sections_class3, sections) - share(sections_class3__base, sections__base)


def inferior_class5_share_decline(
    sections_inferior: Expr,
    sections: Expr,
    sections_inferior__base: Expr,
    sections__base: Expr,
) -> Expr:
    """劣Ⅴ类水体比例下降幅度。

    下降幅度（百分点）＝基准年劣Ⅴ类断面比例－评估年劣Ⅴ类断面比例；断面比例＝劣Ⅴ类断面数÷监测断面总数×100%（GB
    3838-2002）。

    Parameters
    ----------
    sections_inferior : Expr, scalar, 个
        评估年劣Ⅴ类断面数。
    sections : Expr, scalar, 个
        评估年监测断面总数。
    sections_inferior__base : Expr, scalar, 个
        基准年劣Ⅴ类断面数。
    sections__base : Expr, scalar, 个
        基准年监测断面总数。

    Returns
    -------
    Expr, scalar, 百分点
        劣Ⅴ类水体比例下降幅度。

    Notes
    -----
    两个百分比之差以百分点表示，百分点与%大小相同；比例上升时为负值。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号8
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(sections_inferior__base, sections__base) - share(sections_inferior, sections)


def black_odorous_elimination(eliminated: Expr, bodies: Expr) -> Expr:
    """黑臭水体消除比例。

    消除比例＝已消除的黑臭水体数÷黑臭水体总数×100%。

    Parameters
    ----------
    eliminated : Expr, scalar, 个
        已消除的黑臭水体数。
    bodies : Expr, scalar, 个
        黑臭水体总数。

    Returns
    -------
    Expr, scalar, %
        黑臭水体消除比例。

    Notes
    -----
    原文按数量、长度还是面积统计未核实，这里按数量。没有黑臭水体的地区分母为零，应按不涉及填报。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号8
    state: recalled
        释义和算式凭一般知识写出，未见原文；按数量、长度或面积统计的口径未核实，这里按数量。
    """
    return share(eliminated, bodies)


def nearshore_good_ratio(area_class12: Expr, area: Expr) -> Expr:
    """近岸海域水质优良（一、二类）比例。

    比例＝一、二类海水面积÷近岸海域监测总面积×100%（GB 3097-1997）。

    Parameters
    ----------
    area_class12 : Expr, scalar, 平方千米
        一、二类海水面积。
    area : Expr, scalar, 平方千米
        近岸海域监测总面积。

    Returns
    -------
    Expr, scalar, %
        近岸海域水质优良（一、二类）比例。

    Notes
    -----
    原文按面积还是点位数统计未核实，这里按面积。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号9
    state: recalled
        释义和算式凭一般知识写出，未见原文；按面积还是点位数统计的口径未核实，这里按面积。
    """
    return share(area_class12, area)


def drinking_source_class3_ratio(sources_class3: Expr, sources: Expr) -> Expr:
    """集中式饮用水水源地水质优良比例。

    比例＝水质达到或优于Ⅲ类的集中式饮用水水源地个数÷集中式饮用水水源地总个数×100%（地表水执行GB 3838-2002，地下水执
    行GB/T 14848-2017）。

    Parameters
    ----------
    sources_class3 : Expr, scalar, 个
        水质达到或优于Ⅲ类的水源地个数。
    sources : Expr, scalar, 个
        水源地总个数。

    Returns
    -------
    Expr, scalar, %
        集中式饮用水水源地水质优良比例。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号27
    state: recalled
        未见原文；相同算式见于某省“两山指数”附件（https://www.360docs.net/doc/2317665513.html，那里称水质达标率）。
    """
    return share(sources_class3, sources)


def village_drinking_qualified_ratio(population_qualified: Expr, population: Expr) -> Expr:
    """村镇饮用水卫生合格率。

    合格率＝饮用合格水的村镇人口数÷村镇总人口数×100%（GB 5749）。

    Parameters
    ----------
    population_qualified : Expr, scalar, 人
        饮用合格水的村镇人口。
    population : Expr, scalar, 人
        村镇总人口。

    Returns
    -------
    Expr, scalar, %
        村镇饮用水卫生合格率。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号28
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(population_qualified, population)


def town_sewage_treatment(treated: Expr, discharged: Expr) -> Expr:
    """城镇污水处理率。

    城镇污水处理率＝城镇污水处理量÷城镇污水排放总量×100%。

    Parameters
    ----------
    treated : Expr, scalar, 万立方米
        城镇污水处理量。
    discharged : Expr, scalar, 万立方米
        城镇污水排放总量。

    Returns
    -------
    Expr, scalar, %
        城镇污水处理率。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号29
    state: recalled
        未见原文；通用算式见于百科页面（http://tiyu.huandun.cc/huandun/污水处理率/10328260）。
    """
    return share(treated, discharged)
