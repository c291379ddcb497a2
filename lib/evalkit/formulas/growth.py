"""Growth, structure and intensities of the economy against the year before."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def intensity_decline(
    amount: Expr,
    output: Expr,
    amount__previous: Expr,
    output__previous: Expr,
) -> Expr:
    """单位产出消耗（排放）降低率。

    降低率＝（1－本年单位产出的量÷上年单位产出的量）×100%；单位产出的量＝能源消费、用水或二氧化碳排放等总量÷不变价
    生产总值或增加值。

    Parameters
    ----------
    amount : Expr, scalar, 随数据项
        本年消费（排放、取用）总量。
    output : Expr, scalar, 万元
        本年不变价产出。
    amount__previous : Expr, scalar, 随数据项
        上年消费（排放、取用）总量。
    output__previous : Expr, scalar, 万元
        上年不变价产出，与本年同一基期。

    Returns
    -------
    Expr, scalar, %
        单位产出消耗（排放）降低率。

    Notes
    -----
    单位随所绑定的数据项，本年与上年相同。单位产出的量先修约再相比时结果略有不同，这里不修约。升高时为负值。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号2、3、6、7
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(amount__previous / output__previous - amount / output, amount__previous / output__previous)


def decline_rate(amount: Expr, amount__previous: Expr) -> Expr:
    """比上年降低率。

    降低率＝（1－本年量÷上年量）×100%。

    Parameters
    ----------
    amount : Expr, scalar, 随数据项
        本年量。
    amount__previous : Expr, scalar, 随数据项
        上年量。

    Returns
    -------
    Expr, scalar, %
        比上年降低率。

    Notes
    -----
    单位随所绑定的数据项，本年与上年相同。增加时为负值。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号15至18、48
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(amount__previous - amount, amount__previous)


def growth_rate(amount: Expr, amount__previous: Expr) -> Expr:
    """比上年增长率。

    增长率＝（本年量÷上年量－1）×100%。

    Parameters
    ----------
    amount : Expr, scalar, 随数据项
        本年量。
    amount__previous : Expr, scalar, 随数据项
        上年量。

    Returns
    -------
    Expr, scalar, %
        比上年增长率。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号50
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(amount - amount__previous, amount__previous)


def per_capita_growth(
    gdp: Expr,
    population: Expr,
    gdp__previous: Expr,
    population__previous: Expr,
) -> Expr:
    """人均GDP增长率。

    增长率＝（本年人均GDP÷上年人均GDP－1）×100%；人均GDP＝不变价GDP÷年平均人口。

    Parameters
    ----------
    gdp : Expr, scalar, 万元
        本年不变价GDP。
    population : Expr, scalar, 千人
        本年平均人口。
    gdp__previous : Expr, scalar, 万元
        上年不变价GDP，与本年同一基期。
    population__previous : Expr, scalar, 千人
        上年平均人口。

    Returns
    -------
    Expr, scalar, %
        人均GDP增长率。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号43
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(gdp / population - gdp__previous / population__previous, gdp__previous / population__previous)


def gdp_share(part: Expr, gdp: Expr) -> Expr:
    """占GDP比重。

    比重＝增加值、投资或经费支出÷GDP（现价）×100%。

    Parameters
    ----------
    part : Expr, scalar, 万元
        增加值、投资或经费支出（现价）。
    gdp : Expr, scalar, 万元
        GDP（现价）。

    Returns
    -------
    Expr, scalar, %
        占GDP比重。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号22、46、47
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(part, gdp)


def resource_productivity(gdp: Expr, materials: Expr) -> Expr:
    """资源产出率。

    资源产出率＝不变价GDP÷主要资源实物消费量。

    Parameters
    ----------
    gdp : Expr, scalar, 万元
        不变价GDP。
    materials : Expr, scalar, 吨
        主要资源实物消费量。

    Returns
    -------
    Expr, scalar, 万元/吨
        资源产出率。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号12
    state: recalled
        算式凭一般知识写出（通行的统计定义），未见原表；主要资源包括哪些品种未见。
    """
    return gdp / materials


def nonfossil_share(nonfossil: Expr, primary: Expr) -> Expr:
    """非化石能源占一次能源消费比重。

    比重＝非化石能源消费量÷一次能源消费总量×100%。

    Parameters
    ----------
    nonfossil : Expr, scalar, 吨标准煤
        非化石能源消费量。
    primary : Expr, scalar, 吨标准煤
        一次能源消费总量。

    Returns
    -------
    Expr, scalar, %
        非化石能源占一次能源消费比重。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号4
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(nonfossil, primary)
