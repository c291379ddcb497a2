"""Eco-villages: shares of villagers, households, waste and land within one village."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def drinking_qualified(qualified: Expr, population: Expr) -> Expr:
    """饮用水卫生合格率。

    合格率＝取得合格饮用水的人口÷全村人口×100%。以自来水、手压井等形式取得饮用水的计为合格，其他形式经检测确定。

    Parameters
    ----------
    qualified : Expr, scalar, 人
        取得合格饮用水的人口。
    population : Expr, scalar, 人
        全村人口。

    Returns
    -------
    Expr, scalar, %
        饮用水卫生合格率。

    References
    ----------
    document: sepa-2006-192
    clause: 指标解释 序号2
    state: seen_neighbour
        未见本文件的指标解释；相同算式见于生态示范区建设指标（1995年类型）的释义（
        https://www.cread.tw/book/876810/75848941_2.html）。
    """
    return share(qualified, population)


def households_share(households_counted: Expr, households: Expr) -> Expr:
    """符合条件的户数比例。

    比例＝符合条件的户数÷全村总户数×100%。符合条件指使用卫生厕所，或使用清洁能源。

    Parameters
    ----------
    households_counted : Expr, scalar, 户
        符合条件的户数。
    households : Expr, scalar, 户
        全村总户数。

    Returns
    -------
    Expr, scalar, %
        符合条件的户数比例。

    References
    ----------
    document: sepa-2006-192
    clause: 指标解释 序号3、序号7
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(households_counted, households)


def waste_share(handled: Expr, generated: Expr) -> Expr:
    """生活垃圾清运或无害化处理的比例。

    比例＝定点存放并清运（或无害化处理）的生活垃圾量÷生活垃圾产生量×100%。

    Parameters
    ----------
    handled : Expr, scalar, 吨
        定点存放并清运（或无害化处理）的生活垃圾量。
    generated : Expr, scalar, 吨
        生活垃圾产生量。

    Returns
    -------
    Expr, scalar, %
        生活垃圾清运或无害化处理的比例。

    Notes
    -----
    无害化处理率的分母用产生量还是清运量未核实，这里用产生量。

    References
    ----------
    document: sepa-2006-192
    clause: 指标解释 序号4
    state: recalled
        释义和算式凭一般知识写出，未见原文；无害化处理率的分母用产生量还是清运量未核实。
    """
    return share(handled, generated)


def sewage_treatment(treated: Expr, discharged: Expr) -> Expr:
    """生活污水处理率。

    处理率＝处理的生活污水量÷生活污水排放量×100%。

    Parameters
    ----------
    treated : Expr, scalar, 立方米
        处理的生活污水量。
    discharged : Expr, scalar, 立方米
        生活污水排放量。

    Returns
    -------
    Expr, scalar, %
        生活污水处理率。

    Notes
    -----
    按水量还是按户数计算未核实，这里按水量。

    References
    ----------
    document: sepa-2006-192
    clause: 指标解释 序号5
    state: recalled
        释义和算式凭一般知识写出，未见原文；按水量还是按户数计算未核实。
    """
    return share(treated, discharged)


def enterprise_compliance(compliant: Expr, enterprises: Expr) -> Expr:
    """工业污染物排放达标率。

    达标率＝达标排放的企业数÷企业总数×100%。没有企业的村不适用。

    Parameters
    ----------
    compliant : Expr, scalar, 家
        达标排放的企业数。
    enterprises : Expr, scalar, 家
        企业总数。

    Returns
    -------
    Expr, scalar, %
        工业污染物排放达标率。

    Notes
    -----
    按企业数还是按排放量计算未核实，这里按企业数。没有企业的村应按不涉及填报。

    References
    ----------
    document: sepa-2006-192
    clause: 指标解释 序号6
    state: recalled
        释义和算式凭一般知识写出，未见原文；按企业数还是按排放量计算未核实。
    """
    return share(compliant, enterprises)


def film_recovery(recovered: Expr, used: Expr) -> Expr:
    """农膜回收率。

    回收率＝回收农膜量÷使用农膜量×100%。

    Parameters
    ----------
    recovered : Expr, scalar, 吨
        回收农膜量。
    used : Expr, scalar, 吨
        使用农膜量。

    Returns
    -------
    Expr, scalar, %
        农膜回收率。

    References
    ----------
    document: sepa-2006-192
    clause: 指标解释 序号8
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(recovered, used)


def livestock_waste_utilization(used: Expr, generated: Expr) -> Expr:
    """规模化畜禽养殖废弃物综合利用率。

    利用率＝综合利用的规模化畜禽养殖废弃物量÷产生量×100%。

    Parameters
    ----------
    used : Expr, scalar, 吨
        综合利用的废弃物量。
    generated : Expr, scalar, 吨
        废弃物产生量。

    Returns
    -------
    Expr, scalar, %
        规模化畜禽养殖废弃物综合利用率。

    References
    ----------
    document: sepa-2006-192
    clause: 指标解释 序号10
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(used, generated)


def greening_cover(green: Expr, area: Expr) -> Expr:
    """绿化覆盖率。

    绿化覆盖率＝村域绿化覆盖面积÷村域面积×100%，与全县平均水平比较。

    Parameters
    ----------
    green : Expr, scalar, 公顷
        村域绿化覆盖面积。
    area : Expr, scalar, 公顷
        村域面积。

    Returns
    -------
    Expr, scalar, %
        绿化覆盖率。

    References
    ----------
    document: sepa-2006-192
    clause: 指标解释 序号11
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(green, area)


def certified_base_share(certified: Expr, planted: Expr) -> Expr:
    """无公害、绿色、有机农产品基地比例。

    比例＝无公害、绿色、有机农产品基地面积÷农产品种植面积×100%。

    Parameters
    ----------
    certified : Expr, scalar, 公顷
        无公害、绿色、有机农产品基地面积。
    planted : Expr, scalar, 公顷
        农产品种植面积。

    Returns
    -------
    Expr, scalar, %
        无公害、绿色、有机农产品基地比例。

    References
    ----------
    document: sepa-2006-192
    clause: 指标解释 序号12
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(certified, planted)


def satisfaction(satisfied: Expr, responses: Expr) -> Expr:
    """村民对环境状况满意率。

    满意率＝满意的问卷份数÷有效问卷份数×100%。

    Parameters
    ----------
    satisfied : Expr, scalar, 份
        满意的问卷份数。
    responses : Expr, scalar, 份
        有效问卷份数。

    Returns
    -------
    Expr, scalar, %
        村民对环境状况满意率。

    Notes
    -----
    抽样还是户均一人发放问卷未核实。

    References
    ----------
    document: sepa-2006-192
    clause: 指标解释 序号15
    state: recalled
        释义和算式凭一般知识写出，未见原文；抽样办法（抽样或户均一人）未核实。
    """
    return share(satisfied, responses)
