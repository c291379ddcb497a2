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


def secondary_sewage_treatment(treated: Expr, discharged: Expr) -> Expr:
    """污水集中处理率。

    集中处理率＝经二级或二级以上处理（或相当于二级处理）且达标的生活污水量÷生活污水排放总量×100%。县级按城镇建成区、
    市级按城市市区统计。

    Parameters
    ----------
    treated : Expr, scalar, 万立方米
        经二级及以上处理并达标的生活污水量。
    discharged : Expr, scalar, 万立方米
        生活污水排放总量。

    Returns
    -------
    Expr, scalar, %
        污水集中处理率。

    Notes
    -----
    一级处理等是否按折减系数计入未能核实，这里不计入。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号11、市序号12）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：中），未见原文。
    """
    return share(treated, discharged)


def source_volume_compliance(compliant: Expr, intake: Expr) -> Expr:
    """集中式饮用水源水质达标率（按取水量）。

    达标率＝城镇集中饮用水水源地达标取水量÷取水总量×100%。地表水源达到GB 3838-2002Ⅲ类、地下水源达到GB/T 14848-93Ⅲ
    类为达标。

    Parameters
    ----------
    compliant : Expr, scalar, 万立方米
        达标取水量。
    intake : Expr, scalar, 万立方米
        取水总量。

    Returns
    -------
    Expr, scalar, %
        集中式饮用水源水质达标率。

    Notes
    -----
    按取水量计；后来的指标体系按水源地个数计，两者不可混用。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号18、市序号11）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：高），未见原文。
    """
    return share(compliant, intake)


def rural_drinking_qualified_ratio(qualified: Expr, population: Expr) -> Expr:
    """村镇饮用水卫生合格率（按农村人口）。

    合格率＝取得合格饮用水的农村人口数÷农村人口总数×100%。以自来水厂或手压井取水的计为合格，其他形式经检测确定。

    Parameters
    ----------
    qualified : Expr, scalar, 人
        取得合格饮用水的农村人口。
    population : Expr, scalar, 人
        农村人口总数。

    Returns
    -------
    Expr, scalar, %
        村镇饮用水卫生合格率。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号18）
    state: seen_neighbour
        见于1995年起的生态示范区验收指标解释中的同名指标；2007年文字未见，释义为转述。
    """
    return share(qualified, population)


def class3_section_share(sections_class3: Expr, sections: Expr) -> Expr:
    """水质达到或优于Ⅲ类比例。

    比例＝达到或优于Ⅲ类的断面数÷监测断面总数×100%（GB 3838-2002）。

    Parameters
    ----------
    sections_class3 : Expr, scalar, 个
        达到或优于Ⅲ类的断面数。
    sections : Expr, scalar, 个
        监测断面总数。

    Returns
    -------
    Expr, scalar, %
        水质达到或优于Ⅲ类比例。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号12
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(sections_class3, sections)
