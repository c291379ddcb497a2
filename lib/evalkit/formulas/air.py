"""Ambient air quality."""

from __future__ import annotations

from evalkit.formulas.vocabulary import Expr, share


def good_day_ratio(days_good: Expr, days_valid: Expr) -> Expr:
    """优良天数比率。

    优良天数比例＝空气质量达到或优于二级标准的天数（AQI≤100）÷全年有效监测天数×100%，执行GB 3095-2012和HJ 633-2012。

    Parameters
    ----------
    days_good : Expr, scalar, 天
        空气质量达到或优于二级标准的天数。
    days_valid : Expr, scalar, 天
        有效监测天数。

    Returns
    -------
    Expr, scalar, %
        优良天数比率。

    Notes
    -----
    分母是有效监测天数，不是日历天数。执行标准不同的年份（2026年3月1日起为GB 3095-2026、HJ 633-2026）不可比。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号7
    state: recalled
        未见原文；相同算式见于某省“两山指数”附件（https://www.360docs.net/doc/2317665513.html）。
    """
    return share(days_good, days_valid)


def pm25_decline_rate(pm25: Expr, pm25__base: Expr) -> Expr:
    """PM2.5浓度下降幅度。

    下降幅度＝（基准年PM2.5年均浓度－评估年PM2.5年均浓度）÷基准年PM2.5年均浓度×100%。

    Parameters
    ----------
    pm25 : Expr, scalar, μg/m³
        评估年PM2.5年均浓度。
    pm25__base : Expr, scalar, μg/m³
        基准年PM2.5年均浓度。

    Returns
    -------
    Expr, scalar, %
        PM2.5浓度下降幅度。

    Notes
    -----
    浓度上升时为负值。

    References
    ----------
    document: mee-2019-76
    clause: 指标解释 序号7
    state: recalled
        释义和算式凭一般知识写出，未见原文。
    """
    return share(pm25__base - pm25, pm25__base)


def acid_rain_frequency(acid: Expr, rain: Expr) -> Expr:
    """酸雨频率。

    酸雨频率＝pH小于5.6的降水次数÷降水总次数×100%。

    Parameters
    ----------
    acid : Expr, scalar, 次
        pH小于5.6的降水次数。
    rain : Expr, scalar, 次
        降水总次数。

    Returns
    -------
    Expr, scalar, %
        酸雨频率。

    References
    ----------
    document: mep-2007-195
    clause: 指标解释（省序号11）
    state: recalled
        释义为转述，凭一般知识写出（估计可信度：中），未见原文。
    """
    return share(acid, rain)


def good_day_ratio_cities(days_good: Expr, days_valid: Expr) -> Expr:
    """地级及以上城市空气质量优良天数比例。

    比例＝各城市优良天数之和÷各城市有效监测天数之和×100%，优良指AQI≤100。

    Parameters
    ----------
    days_good : Expr, scalar, 天
        各城市优良天数之和。
    days_valid : Expr, scalar, 天
        各城市有效监测天数之和。

    Returns
    -------
    Expr, scalar, %
        地级及以上城市空气质量优良天数比例。

    Notes
    -----
    各城市有效天数不同时，按天数合计与各城市比例的平均不同。执行标准不同的年份（2026年3月1日起为HJ 633-2026）不可比。

    References
    ----------
    document: ndrc-2020-296
    clause: 指标体系 第3项
    state: recalled
        算式凭一般知识写出（通行的统计定义），未见原表；多个城市如何合计未见，这里按天数合计。
    """
    return share(days_good, days_valid)


def pm25_decline_cities(pm25: Expr, pm25__base: Expr) -> Expr:
    """细颗粒物（PM2.5）未达标地级及以上城市浓度下降。

    下降率＝（1－评估年浓度÷基准年浓度）×100%，浓度取基准年未达标的地级及以上城市的平均值。

    Parameters
    ----------
    pm25 : Expr, scalar, μg/m³
        评估年平均浓度。
    pm25__base : Expr, scalar, μg/m³
        基准年平均浓度。

    Returns
    -------
    Expr, scalar, %
        细颗粒物（PM2.5）未达标地级及以上城市浓度下降。

    Notes
    -----
    两个年份取同一批城市。浓度上升时为负值。

    References
    ----------
    document: ndrc-2016-2635
    clause: 附件1 序号24
    state: recalled
        释义和算式凭一般知识写出（通行的统计定义），未见原表。
    """
    return share(pm25__base - pm25, pm25__base)
