"""Hazardous, agricultural, industrial and domestic waste."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def hazardous_utilization_disposal(used: Expr, disposed: Expr, due: Expr) -> Expr:
    """危险废物利用处置率。

    利用处置率＝（危险废物综合利用量＋安全处置量）÷应利用处置量×100%。

    Parameters
    ----------
    used : Expr, scalar, 吨
        危险废物综合利用量。
    disposed : Expr, scalar, 吨
        危险废物安全处置量。
    due : Expr, scalar, 吨
        危险废物应利用处置量。

    Returns
    -------
    Expr, scalar, %
        危险废物利用处置率。

    Notes
    -----
    分母口径（当年产生量与贮存量的关系）未核实，由填报的应利用处置量体现。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号14
    state: recalled
        释义和算式凭一般知识写出，未见原文；分母口径（当年产生量与贮存量的关系）未核实。
    """
    return share(used + disposed, due)


def straw_utilization(used: Expr, produced: Expr) -> Expr:
    """秸秆综合利用率。

    秸秆综合利用率＝综合利用的秸秆量÷秸秆产生总量×100%（部分统计口径以可收集量为分母）。

    Parameters
    ----------
    used : Expr, scalar, 吨
        综合利用的秸秆量。
    produced : Expr, scalar, 吨
        秸秆产生总量（或可收集量）。

    Returns
    -------
    Expr, scalar, %
        秸秆综合利用率。

    Notes
    -----
    分母用产生总量还是可收集量未核实，由填报值体现。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号25
    state: recalled
        释义和算式凭一般知识写出，未见原文；“无废城市”指标体系以可收集资源量为分母（
        http://www.xjxbtdc.com/news/291565_5.html）。
    """
    return share(used, produced)


def manure_utilization(used: Expr, produced: Expr) -> Expr:
    """畜禽粪污综合利用率。

    畜禽粪污综合利用率＝综合利用的畜禽粪污量÷畜禽粪污产生总量×100%。

    Parameters
    ----------
    used : Expr, scalar, 吨
        综合利用的畜禽粪污量。
    produced : Expr, scalar, 吨
        畜禽粪污产生总量。

    Returns
    -------
    Expr, scalar, %
        畜禽粪污综合利用率。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号25
    state: recalled
        释义和算式凭一般知识写出，未见原文；“无废城市”指标体系有相同算式（http://www.xjxbtdc.com/news/291565_5.html）。
    """
    return share(used, produced)


def film_recovery(recovered: Expr, used: Expr) -> Expr:
    """农膜回收利用率。

    农膜回收利用率＝农膜回收利用量÷农膜使用总量×100%。

    Parameters
    ----------
    recovered : Expr, scalar, 吨
        农膜回收利用量。
    used : Expr, scalar, 吨
        农膜使用总量。

    Returns
    -------
    Expr, scalar, %
        农膜回收利用率。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号25
    state: recalled
        释义和算式凭一般知识写出，未见原文；“无废城市”指标体系的地膜回收率算式相同（
        http://www.xjxbtdc.com/news/291565_5.html）。
    """
    return share(recovered, used)


def industrial_solid_utilization(used: Expr, generated: Expr, stock_used: Expr) -> Expr:
    """一般工业固体废物综合利用率。

    综合利用率＝综合利用量（含利用往年贮存量）÷（当年产生量＋综合利用往年贮存量）×100%。

    Parameters
    ----------
    used : Expr, scalar, 吨
        综合利用量，含利用往年贮存量。
    generated : Expr, scalar, 吨
        当年产生量。
    stock_used : Expr, scalar, 吨
        综合利用往年贮存量。

    Returns
    -------
    Expr, scalar, %
        一般工业固体废物综合利用率。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号26
    state: recalled
        释义和算式凭一般知识写出，未见原文；生态工业园区指标有相同算式（https://wanglu.net/thread/t12-242596-2.html）。
    """
    return share(used, generated + stock_used)


def domestic_harmless_treatment(harmless: Expr, generated: Expr) -> Expr:
    """城镇生活垃圾无害化处理率。

    无害化处理率＝生活垃圾无害化处理量÷生活垃圾产生量（清运量）×100%。

    Parameters
    ----------
    harmless : Expr, scalar, 吨
        生活垃圾无害化处理量。
    generated : Expr, scalar, 吨
        生活垃圾产生量（或清运量）。

    Returns
    -------
    Expr, scalar, %
        城镇生活垃圾无害化处理率。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号30
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(harmless, generated)


def industrial_disposal_utilization(disposed: Expr, utilized: Expr, generated: Expr) -> Expr:
    """工业固体废物处置利用率。

    处置利用率＝（工业固体废物处置量＋综合利用量）÷产生量×100%。

    Parameters
    ----------
    disposed : Expr, scalar, 吨
        处置量，不含往年贮存量。
    utilized : Expr, scalar, 吨
        综合利用量，不含往年贮存量。
    generated : Expr, scalar, 吨
        产生量。

    Returns
    -------
    Expr, scalar, %
        工业固体废物处置利用率。

    Notes
    -----
    分子含往年贮存量时比率会大于100%。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号12、市序号14）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：高），未见原文。
    """
    return share(disposed + utilized, generated)


def large_farm_manure_utilization(used: Expr, generated: Expr) -> Expr:
    """规模化畜禽养殖场粪便综合利用率。

    综合利用率＝规模化养殖场综合利用的畜禽粪便量÷畜禽粪便产生总量×100%。

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

    Notes
    -----
    只计集约化、规模化养殖场；2019年口径计全部畜禽粪污。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（县序号16）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：高），未见原文。
    """
    return share(used, generated)


def industrial_solid_treatment(used: Expr, disposed: Expr, generated: Expr) -> Expr:
    """一般工业固体废物处置利用率。

    处置利用率＝（综合利用量＋处置量）÷产生量×100%。

    Parameters
    ----------
    used : Expr, scalar, 吨
        综合利用量。
    disposed : Expr, scalar, 吨
        处置量。
    generated : Expr, scalar, 吨
        产生量。

    Returns
    -------
    Expr, scalar, %
        一般工业固体废物处置利用率。

    Notes
    -----
    往年贮存量如何计入未核实，这里不另计。

    References
    ----------
    document: mep-2016-4
    clause: 指标解释 序号9
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(used + disposed, generated)


def industrial_solid_utilization_increase(
    used: Expr,
    generated: Expr,
    stock_used: Expr,
    used__previous: Expr,
    generated__previous: Expr,
    stock_used__previous: Expr,
) -> Expr:
    """一般工业固体废物综合利用率提高幅度。

    提高幅度（百分点）＝评估年综合利用率－上年综合利用率；综合利用率＝综合利用量÷（当年产生量＋综合利用往年贮存量）×100%。

    Parameters
    ----------
    used : Expr, scalar, 吨
        综合利用量，含利用往年贮存量。
    generated : Expr, scalar, 吨
        当年产生量。
    stock_used : Expr, scalar, 吨
        综合利用往年贮存量。
    used__previous : Expr, scalar, 吨
        上年综合利用量。
    generated__previous : Expr, scalar, 吨
        上年产生量。
    stock_used__previous : Expr, scalar, 吨
        上年综合利用往年贮存量。

    Returns
    -------
    Expr, scalar, 百分点
        一般工业固体废物综合利用率提高幅度。

    Notes
    -----
    与上年还是与基准年比较未核实，这里与上年比较。

    References
    ----------
    document: mee-2021-353
    clause: 指标解释 一般工业固体废物综合利用率
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(used, generated + stock_used) - share(used__previous, generated__previous + stock_used__previous)


def hazardous_disposal_utilization(
    disposed: Expr,
    used: Expr,
    generated: Expr,
    stock: Expr,
) -> Expr:
    """危险废物处置利用率。

    处置利用率＝（危险废物处置量＋利用量）÷（产生量＋处置利用往年贮存量）×100%。

    Parameters
    ----------
    disposed : Expr, scalar, 吨
        处置量。
    used : Expr, scalar, 吨
        利用量。
    generated : Expr, scalar, 吨
        当年产生量。
    stock : Expr, scalar, 吨
        处置利用往年贮存量。

    Returns
    -------
    Expr, scalar, %
        危险废物处置利用率。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号19
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(disposed + used, generated + stock)
