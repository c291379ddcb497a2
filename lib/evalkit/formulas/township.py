"""Eco-townships: shares of water, waste, sources, households and land within a township."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def source_intake_compliance(compliant: Expr, intake: Expr) -> Expr:
    """集中式饮用水水源地水质达标率（按取水量）。

    达标率＝水质达标的取水量÷取水总量×100%。地表水源达到GB 3838-2002 Ⅲ类、地下水源达到GB/T 14848-93 Ⅲ类为达标，且
    须已划定水源保护区。

    Parameters
    ----------
    compliant : Expr, scalar, 立方米
        水质达标的集中式饮用水水源取水量。
    intake : Expr, scalar, 立方米
        集中式饮用水水源取水总量。

    Returns
    -------
    Expr, scalar, %
        集中式饮用水水源地水质达标率（按取水量）。

    Notes
    -----
    按取水量加权，与后来按水源地个数计算的水质优良比例不可互换。

    References
    ----------
    document: mep-2010-75
    clause: 指标解释 序号1
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(compliant, intake)


def sewage_treatment(treated: Expr, discharged: Expr) -> Expr:
    """建成区生活污水处理率。

    处理率＝乡镇建成区经污水处理厂或其他处理设施处理的生活污水量÷建成区生活污水排放总量×100%。

    Parameters
    ----------
    treated : Expr, scalar, 立方米
        处理的生活污水量。
    discharged : Expr, scalar, 立方米
        生活污水排放总量。

    Returns
    -------
    Expr, scalar, %
        建成区生活污水处理率。

    References
    ----------
    document: mep-2010-75
    clause: 指标解释 序号3
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(treated, discharged)


def villages_share(villages_counted: Expr, villages: Expr) -> Expr:
    """符合条件的行政村比例。

    比例＝符合条件的行政村数÷行政村总数×100%。符合条件指开展生活污水处理（通过集中或分散方式）或开展生活垃圾资源化利
    用（沤肥、回收等）。

    Parameters
    ----------
    villages_counted : Expr, scalar, 个
        符合条件的行政村数。
    villages : Expr, scalar, 个
        行政村总数。

    Returns
    -------
    Expr, scalar, %
        符合条件的行政村比例。

    Notes
    -----
    受益农户达到规定比例的村才计入，规定的比例未核实。

    References
    ----------
    document: mep-2010-75
    clause: 指标解释 序号3、序号4
    state: recalled
        释义和算式凭一般知识写出，未见原文；受益农户达到多少才计入未核实。
    """
    return share(villages_counted, villages)


def waste_harmless_treatment(harmless: Expr, generated: Expr) -> Expr:
    """建成区生活垃圾无害化处理率。

    处理率＝建成区生活垃圾无害化处理量÷建成区生活垃圾产生量×100%。

    Parameters
    ----------
    harmless : Expr, scalar, 吨
        生活垃圾无害化处理量。
    generated : Expr, scalar, 吨
        生活垃圾产生量。

    Returns
    -------
    Expr, scalar, %
        建成区生活垃圾无害化处理率。

    References
    ----------
    document: mep-2010-75
    clause: 指标解释 序号4
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(harmless, generated)


def emitters_compliance(compliant: Expr, emitters: Expr) -> Expr:
    """达标排放的单位比例。

    比例＝达标排放的单位数÷单位总数×100%。单位指重点工业污染源（须稳定达标排放）或餐饮单位（油烟排放执行GB
    18483-2001）。

    Parameters
    ----------
    compliant : Expr, scalar, 个或家
        达标排放的单位数。
    emitters : Expr, scalar, 个或家
        单位总数。

    Returns
    -------
    Expr, scalar, %
        达标排放的单位比例。

    References
    ----------
    document: mep-2010-75
    clause: 指标解释 序号5、序号6
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(compliant, emitters)


def manure_utilization(used: Expr, generated: Expr) -> Expr:
    """规模化畜禽养殖场粪便综合利用率。

    利用率＝规模化畜禽养殖场综合利用的粪便量÷粪便产生总量×100%。规模化指常年存栏500头以上的猪、3万羽以上的鸡、100头
    以上的牛。

    Parameters
    ----------
    used : Expr, scalar, 吨
        综合利用的粪便量。
    generated : Expr, scalar, 吨
        粪便产生总量。

    Returns
    -------
    Expr, scalar, %
        规模化畜禽养殖场粪便综合利用率。

    References
    ----------
    document: mep-2010-75
    clause: 指标解释 序号7
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(used, generated)


def clean_energy_households(households_clean: Expr, households: Expr) -> Expr:
    """使用清洁能源的居民户数比例。

    比例＝使用清洁能源的居民户数÷居民总户数×100%。

    Parameters
    ----------
    households_clean : Expr, scalar, 户
        使用清洁能源的居民户数。
    households : Expr, scalar, 户
        居民总户数。

    Returns
    -------
    Expr, scalar, %
        使用清洁能源的居民户数比例。

    References
    ----------
    document: mep-2010-75
    clause: 指标解释 序号11
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(households_clean, households)


def pesticide_intensity(pesticide: Expr, area: Expr) -> Expr:
    """农药施用强度（折纯）。

    施用强度＝本年农药施用量（折有效成分）÷面积。

    Parameters
    ----------
    pesticide : Expr, scalar, 千克
        本年农药施用量（折有效成分）。
    area : Expr, scalar, 公顷
        面积，口径由填报说明。

    Returns
    -------
    Expr, scalar, 千克/公顷
        农药施用强度（折纯）。

    References
    ----------
    document: mep-2010-75
    clause: 指标解释 序号10
    state: recalled
        释义和算式凭一般知识写出，未见原文；面积口径未核实。
    """
    return pesticide / area


def public_green_per_capita(green: Expr, population: Expr) -> Expr:
    """人均公共绿地面积。

    人均公共绿地面积＝乡镇建成区公共绿地面积÷建成区常住人口。

    Parameters
    ----------
    green : Expr, scalar, 平方米
        建成区公共绿地面积。
    population : Expr, scalar, 人
        建成区常住人口。

    Returns
    -------
    Expr, scalar, 平方米/人
        人均公共绿地面积。

    References
    ----------
    document: mep-2010-75
    clause: 指标解释 序号12
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return green / population


def road_greening(greened: Expr, roads: Expr) -> Expr:
    """主要道路绿化普及率。

    普及率＝主要道路绿化长度÷主要道路总长度×100%。

    Parameters
    ----------
    greened : Expr, scalar, 公里
        主要道路绿化长度。
    roads : Expr, scalar, 公里
        主要道路总长度。

    Returns
    -------
    Expr, scalar, %
        主要道路绿化普及率。

    References
    ----------
    document: mep-2010-75
    clause: 指标解释 序号13
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(greened, roads)


def certified_area_share(certified: Expr, total_area: Expr) -> Expr:
    """有机、绿色及无公害产品种植（养殖）面积的比重。

    比重＝有机、绿色及无公害产品种植（养殖）面积÷总种植（养殖）面积×100%。

    Parameters
    ----------
    certified : Expr, scalar, 公顷
        有机、绿色及无公害产品种植（养殖）面积，不重复计算。
    total_area : Expr, scalar, 公顷
        总种植（养殖）面积。

    Returns
    -------
    Expr, scalar, %
        有机、绿色及无公害产品种植（养殖）面积的比重。

    References
    ----------
    document: mep-2010-75
    clause: 指标解释 序号15
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(certified, total_area)
